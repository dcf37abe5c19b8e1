"""Lists of people as offices send them."""

from __future__ import annotations

import csv
import io

import openpyxl

from academy.organization import queries
from academy.organization.models import PeopleImport

HEAD = ["Mã cán bộ", "Họ và tên", "Tên đăng nhập", "Mã đơn vị", "Ngày sinh", "Chức danh", "Giới tính"]


def as_csv(rows, *, encoding="utf-8", delimiter=",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.data_type == "f":  # what begins with = is text here, as if it had been typed so
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def people_rows():
    return [
        HEAD,
        ["CB01", "Nguyễn Thị Hòa", "hoa.nt", "HN-P01", "05/09/1985", "Văn thư", "Nữ"],
        ["CB02", "Đặng Văn Ưng", "", "HN-P12", "1/2/1990", "Kế toán", "nam"],
        ["CB03", "Hoàng Ỷ Lan", "", "HN-P12", "", "", ""],
    ]


def lines_of(stored: PeopleImport, verdict: str = ""):
    return queries.stored_lines(stored.id, verdict=verdict, limit=10_000)


def problems_of(stored: PeopleImport) -> dict[int, list[tuple[str, str]]]:
    return {line.number: [(p.field, p.code) for p in line.problems] for line in lines_of(stored, "error")}


FIELDS = {
    "external_key": "Staff code", "full_name": "Full name", "username": "User name", "unit": "Unit code",
    "birth_date": "Date of birth", "sex": "Sex", "kind": "Kind", "personal_number": "Personal number",
    "email": "E-mail", "phone": "Phone", "starts_on": "From", "position": "Position",
}  # fmt: skip


def sheet_of(*lines: dict) -> bytes:
    good = {"external_key": "K1", "full_name": "Lê Văn Tám", "unit": "HN-P01"}
    return as_xlsx([list(FIELDS.values()), *([(good | line).get(name, "") for name in FIELDS] for line in lines)])
