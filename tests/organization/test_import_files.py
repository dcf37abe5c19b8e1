"""Files that lists of people come in: encodings, headings, spreadsheets, and what is none."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import unicodedata
import zipfile
from datetime import date, datetime

import pytest

from academy.kernel.db import db
from academy.kernel.jobs import run_all
from academy.organization import queries, services
from academy.organization.errors import UnreadableList
from academy.organization.import_problems import unreadable
from academy.organization.models import PeopleImport, Person
from tests.organization.lists import as_csv, as_xlsx, lines_of, people_rows, sheet_of


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_unicode_and_the_vietnamese_code_page_are_read(admin, wards, encoding, delimiter):
    rows = people_rows()
    if encoding == "cp1258":  # has tones as marks of their own
        rows = [[decompose_tones(cell) for cell in row] for row in rows]
    data = as_csv(rows, encoding=encoding, delimiter=delimiter)
    stored = services.start_import(admin, data, "a.csv")
    assert [line.name for line in lines_of(stored)] == ["Nguyễn Thị Hòa", "Đặng Văn Ưng", "Hoàng Ỷ Lan"]
    assert stored.summary["encoding"] == {"utf-8-sig": "utf-8", "cp1258": "windows-1258"}.get(encoding, encoding)


def decompose_tones(text: str) -> str:
    out = ""
    for letter in text:
        for mark in "\u0300\u0309\u0303\u0301\u0323":
            parts = unicodedata.normalize("NFD", letter)
            if mark in parts and len(parts) > 1:
                letter = unicodedata.normalize("NFC", parts.replace(mark, "")) + mark
                break
        out += letter
    return out


TCVN3 = "M· c¸n bé,Hä vµ tªn\n1,NguyÔn V¨n §øc\n2,TrÇn ThÞ Hoµ\n3,§Æng Quèc H­ng\n4,Lª ThÞ B×nh\n"
VNI = "Maõ caùn boä,Hoï vaø teân\n1,Nguyeãn Vaên Ñöùc\n2,Traàn Thò Hoaø\n3,Leâ Thò Bình\n4,Phaïm Quoác Höng\n"


@pytest.mark.parametrize("text", [TCVN3, VNI])
def test_encodings_of_the_past_are_named_and_refused(admin, wards, text):
    rows = list(csv.reader(io.StringIO(text)))
    for data in (text.encode("cp1252"), text.encode("utf-8"), as_xlsx([["Mã cán bộ", "Họ và tên"], *rows[1:]])):
        with pytest.raises(UnreadableList) as refused:
            services.start_import(admin, data, "a.csv")
        assert refused.value.code == "legacy"
        assert "Unicode" in str(refused.value.next_step)


def test_foreign_names_are_not_taken_for_an_old_encoding(admin, city):
    names = ["Jürgen Müller", "François Lefèvre", "Anaïs Noël", "Søren Ångström", "Somsak Phommachanh", "王小明"]
    rows = [["Mã cán bộ", "Họ và tên"], *([f"F{n}", name] for n, name in enumerate(names))]
    for data in (as_csv(rows), as_xlsx(rows)):
        stored = services.start_import(admin, data, "a", unit_id=city.id)
        assert [line.name for line in lines_of(stored)] == names
    western = as_csv([rows[0][:0] or ["Staff code", "Full name"], *rows[1:5]], encoding="cp1252")
    stored = services.start_import(admin, western, "a", unit_id=city.id)
    assert [line.name for line in lines_of(stored)][:2] == names[:2]


def test_headings_below_a_title_in_other_words_and_with_remarks_are_found(admin, wards):
    rows = [
        ["UBND PHƯỜNG HOÀN KIẾM"],
        [],
        ["Danh sách cán bộ tham gia bồi dưỡng"],
        ["STT", "HỌ VÀ TÊN ĐỆM (*)", "Tên", "Mã số cán bộ *", "Ngày, tháng, năm sinh (dd/mm/yyyy)", "Đơn vị công tác"],
        ["1", "Nguyễn Thị", "Hòa", "CB1", "5.9.1985", "Phường Hoàn Kiếm"],
        ["", "", "", "", "", ""],
        ["2", "Lê", "Tám", "CB2", "1990-02-01", "hn-p12"],
    ]
    for data in (as_csv(rows), as_xlsx(rows)):
        stored = services.start_import(admin, data, "a")
        assert [(line.number, line.name) for line in lines_of(stored)] == [(5, "Nguyễn Thị Hòa"), (7, "Lê Tám")]
        assert stored.summary["ignored"] == ["STT"]
        assert stored.summary["counts"]["new"] == 2


def test_spreadsheet_cells_keep_what_they_mean(admin, wards):
    data = sheet_of(
        {
            "external_key": 1234.0,
            "birth_date": datetime(1985, 9, 5),
            "phone": 912345678,
            "personal_number": 123456789012,
            "position": "=cmd|' /C calc'!A0",
        }
    )
    services.import_at_once(admin, data, "a")
    person = db.session.query(Person).filter_by(external_key="1234").one()
    assert (person.birth_date, person.phone, person.personal_number) == (
        date(1985, 9, 5), "0912345678", "123456789012",
    )  # fmt: skip
    assert queries.list_people(admin, text="1234").items[0].position == {"vi": "=cmd|' /C calc'!A0"}


BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n ", "empty"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
    "no spreadsheet": (b"PK\x03\x04" + b"x" * 200, "broken"),
    "binary": (bytes(range(256)) * 20, None),
    "no headings": (b"a,b\n1,2\n", "no_headings"),
    "no key": ("Họ và tên,Mã đơn vị\nLê Tám,HN-P01\n".encode(), "no_headings"),
    "no lines": ("Họ và tên,Mã cán bộ\n".encode(), "no_lines"),
    "two columns": ("Họ và tên,Họ tên,Mã cán bộ\na,b,c\n".encode(), "twice"),
    "open quote": ("Họ và tên,Mã cán bộ\n\"Lê Tám,1\n".encode() + b"x" * 140_000, "quotes"),
    "too many": ("Họ và tên,Mã cán bộ\n".encode() + b"a,b\n" * 50_001, "too_many"),
    "too large": (b"a" * (8 * 1024 * 1024 + 1), "too_large"),
    "broken utf-8": ("Họ và tên,Mã cán bộ\nLê Tám,1\n".encode() + b"\xff\xff\x8d\x81", None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_list_is_refused_with_a_reason(admin, wards, name):
    data, code = BROKEN[name]
    with pytest.raises(UnreadableList) as refused:
        services.start_import(admin, data, "a")
        run_all()
        [stored] = db.session.query(PeopleImport)
        assert stored.state == "failed"
        raise unreadable(stored.summary["problem"][0], **stored.summary["problem"][1])
    assert code in (None, refused.value.code)
    assert "%" not in str(refused.value.message) and str(refused.value.next_step)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["x"]]))) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    parts["xl/worksheets/sheet1.xml"] = xml
    return zipped(parts)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
)
EXTERNAL = LAUGHS.replace(b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')
FAR_CELL = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"xl/workbook.xml": b"0" * (65 * 1024 * 1024)}),
        zipped({f"part{n}.xml": b"x" for n in range(400)}),
        with_sheet(LAUGHS),
        with_sheet(EXTERNAL),
        with_sheet(FAR_CELL),
        with_sheet(b"<not xml"),
        as_xlsx([["x"]])[:-200],
    ],
    ids=["bomb", "many parts", "billion laughs", "external entity", "far cell", "no xml", "cut off"],
)
def test_hostile_spreadsheets_are_refused(admin, wards, data):
    with pytest.raises(UnreadableList):
        services.start_import(admin, data, "a.xlsx")


def test_arbitrary_bytes_are_never_a_fault(admin, wards):
    rng = random.Random(7)
    good = as_xlsx(people_rows())
    for _ in range(60):
        data = bytearray(good)
        for _ in range(rng.randint(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with contextlib.suppress(UnreadableList):
            services.start_import(admin, bytes(data), "a.xlsx")
