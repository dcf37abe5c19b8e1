"""Tables as files: nothing that a spreadsheet program would run, and every value comes back."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from academy.kernel.spreadsheet import original_text, safe_text, to_csv, to_xlsx

FORMULAS = [
    "=1+1",
    "+84912345678",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example","y")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\u200b=1",
    "\u00a0=1",
    "'=1",
    "-",
    "\tĐỗ",
]
PLAIN = ["Nguyễn Văn An", "001185012345", "0012/2026/CC", "a=b", "", 'nói "có", rồi xuống\ndòng', "5-3", "Đ"]


def read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("value", FORMULAS)
def test_no_csv_cell_starts_a_formula_and_the_value_comes_back(value):
    [[_head], [cell]] = read_csv(to_csv(["Cột"], [[value]]))
    assert cell.startswith("'")
    assert original_text(cell) == value


@pytest.mark.parametrize("value", PLAIN)
def test_plain_values_stay_as_they_are(value):
    [[_head], [cell]] = read_csv(to_csv(["Cột"], [[value]]))
    assert cell == value == original_text(safe_text(value))


@pytest.mark.parametrize("value", [*FORMULAS, *PLAIN])
def test_no_xlsx_cell_is_a_formula_and_the_value_comes_back(value):
    data = to_xlsx("Sổ gốc", ["Cột"], [[value]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cell = load_workbook(io.BytesIO(data)).active["A2"]
    if value:
        assert (cell.value.replace("\n", "\r"), cell.data_type) == (value.replace("\n", "\r"), "s")
    else:
        assert cell.value is None


def test_a_heading_may_not_be_a_formula_either():
    assert read_csv(to_csv(["=1"], []))[0] == ["'=1"]
    assert load_workbook(io.BytesIO(to_xlsx("x", ["=1"], []))).active["A1"].data_type == "s"


def test_days_and_numbers_are_what_they_are():
    row = [date(2026, 2, 1), 7, Decimal("8.5"), datetime(2026, 6, 30, 17, 30, tzinfo=UTC), None, True]
    assert read_csv(to_csv(list("abcdef"), [row]))[1] == [
        "01/02/2026",
        "7",
        "8.5",
        "01/07/2026 00:30",
        "",
        "True",
    ]
    cells = [cell.value for cell in load_workbook(io.BytesIO(to_xlsx("x", list("abcdef"), [row]))).active[2]]
    assert cells == [datetime(2026, 2, 1), 7, 8.5, "01/07/2026 00:30", None, "True"]


def test_what_xml_cannot_hold_and_odd_titles_do_no_harm():
    data = to_xlsx("Sổ: gốc/2026 [một] *?" * 3, ["a"], [["x\x00\x0by"], ["z" * 40000]])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet["A2"].value == "xy"
    assert len(sheet["A3"].value) == 32767
