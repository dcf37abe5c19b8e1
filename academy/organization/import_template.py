"""The empty list to fill in: a spreadsheet with the headings, an example, and the codes of the units."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from academy.kernel.spreadsheet import safe_text
from academy.organization.import_columns import COLUMNS

OFFERED = tuple(column for column in COLUMNS if column.field not in ("family_names", "given_name"))
EXAMPLE = {
    "external_key": "CB0001",
    "full_name": "Nguyễn Thị Hòa",
    "username": "hoa.nt",
    "unit": "HN-P01",
    "position": "Công chức văn phòng",
    "kind": "công chức",
    "birth_date": "05/09/1985",
    "birth_place": "Hà Nội",
    "sex": "nữ",
    "personal_number": "001185000001",
    "email": "hoa.nt@hanoi.example",
    "phone": "0912345678",
    "starts_on": "01/07/2025",
    "origin": "UBND quận Hoàn Kiếm",
}
TEXT_FORMAT = "@"
LINES_PREPARED = 300


def template_xlsx(units: Sequence[tuple[str, str]]) -> bytes:
    """A workbook whose cells are text, so that zeros in front and days stay as typed.

    Args:
        units: (code, name) of the units that may be written, for the second sheet.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    sheet.append([column.heading for column in OFFERED])
    sheet.append([EXAMPLE[column.field] for column in OFFERED])
    for index, column in enumerate(OFFERED, start=1):
        sheet.cell(1, index).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = max(14, len(column.heading) + 4)
        for line in range(2, LINES_PREPARED):
            sheet.cell(line, index).number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"
    codes = book.create_sheet("Mã đơn vị")
    for row in [("Mã đơn vị", "Tên đơn vị"), *units]:
        codes.append([safe_text(cell) for cell in row])
    codes.column_dimensions["B"].width = 44
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def template_csv() -> bytes:
    """The same as CSV, UTF-8 with the mark by which spreadsheet programs recognise it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.heading for column in OFFERED])
    writer.writerow([EXAMPLE[column.field] for column in OFFERED])
    return out.getvalue().encode("utf-8-sig")
