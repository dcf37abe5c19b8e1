"""Which column of a list holds what, by its heading in Vietnamese or English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from academy.kernel.i18n import _l
from academy.kernel.text import fold
from academy.organization.import_problems import unreadable

HEADER_WITHIN = 15


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a list may hold; ``heading`` is the one of the template."""

    field: str
    heading: str
    label: Any
    also: tuple[str, ...]


COLUMNS = (
    Column("external_key", "Mã cán bộ", _l("Staff code"),
           ("ma so can bo", "ma nhan su", "ma nhan vien", "ma cong chuc", "ma vien chuc", "ma cbcc", "ma cbccvc",
            "staff code", "employee code", "employee id", "staff id", "external key")),
    Column("full_name", "Họ và tên", _l("Full name"),
           ("ho ten", "ho va ten khai sinh", "ho ten khai sinh", "full name", "name")),
    Column("family_names", "Họ và tên đệm", _l("Family and middle names"),
           ("ho", "ho dem", "ho va dem", "ho ten dem", "ho lot", "ho va chu dem", "ho chu dem",
            "family name", "last name", "surname")),
    Column("given_name", "Tên", _l("Given name"), ("ten goi", "given name", "first name")),
    Column("username", "Tên đăng nhập", _l("User name"),
           ("ten tai khoan", "tai khoan", "ten nguoi dung", "username", "user name", "login", "account")),
    Column("unit", "Mã đơn vị", _l("Unit code"),
           ("ma don vi cong tac", "don vi", "don vi cong tac", "unit", "unit code")),
    Column("position", "Chức danh", _l("Position"),
           ("chuc vu", "vi tri viec lam", "chuc danh chuc vu", "chuc vu chuc danh", "position", "title", "job title")),
    Column("kind", "Loại cán bộ", _l("Kind of staff"),
           ("doi tuong", "loai", "loai nhan su", "kind", "staff kind")),
    Column("birth_date", "Ngày sinh", _l("Date of birth"),
           ("ngay thang nam sinh", "sinh ngay", "birth date", "date of birth", "dob", "birthday")),
    Column("birth_place", "Nơi sinh", _l("Place of birth"), ("birth place", "place of birth")),
    Column("sex", "Giới tính", _l("Sex"), ("phai", "sex", "gender")),
    Column("personal_number", "Số định danh", _l("Personal number"),
           ("so dinh danh ca nhan", "so cccd", "cccd", "so can cuoc", "can cuoc cong dan", "so can cuoc cong dan",
            "personal number", "personal id", "national id")),
    Column("email", "Thư điện tử", _l("E-mail"), ("email", "e mail", "dia chi email", "hop thu")),
    Column("phone", "Điện thoại", _l("Telephone"),
           ("so dien thoai", "dien thoai di dong", "di dong", "sdt", "phone", "phone number", "mobile")),
    Column("starts_on", "Từ ngày", _l("From"),
           ("ngay nhan cong tac", "ngay hieu luc", "ngay bat dau", "from", "start date", "since")),
    Column("origin", "Nơi công tác trước", _l("Came from"),
           ("don vi cu", "don vi truoc day", "chuyen tu", "origin", "previous unit")),
)  # fmt: skip
LABELS: Mapping[str, Any] = {column.field: column.label for column in COLUMNS}


def heading_key(heading: Any) -> str:
    """A heading as it is compared: without case, marks, signs and what stands in brackets."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", str(heading or ""))
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


_BY_KEY = {
    key: column.field for column in COLUMNS for key in (heading_key(column.heading), *column.also)
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the headings stand: position of the line in the table, field → column, and what was not known."""

    position: int
    columns: Mapping[str, int]
    ignored: Sequence[str]


def recognised(cells: Sequence[Any]) -> int:
    """How many of the cells are headings."""
    return sum(heading_key(cell) in _BY_KEY for cell in cells)


def find_layout(lines: Sequence[tuple[int, Sequence[Any]]]) -> Layout:
    """Find the line of headings among the first of a table's lines (number, cells) and read it.

    Raises:
        UnreadableList: there is none that names people and their codes, or one names a field twice.
    """
    head = list(enumerate(cells for _number, cells in lines[:HEADER_WITHIN]))
    position, cells = max(head, key=lambda line: (recognised(line[1]), -line[0]))
    columns: dict[str, int] = {}
    ignored = []
    for index, cell in enumerate(cells):
        field = _BY_KEY.get(heading_key(cell))
        if field is None:
            if str(cell or "").strip():
                ignored.append(str(cell).strip()[:60])
        elif field in columns:
            raise unreadable("twice", heading=str(cell).strip()[:60])
        else:
            columns[field] = index
    missing = []
    if "full_name" not in columns and not {"family_names", "given_name"} <= columns.keys():
        missing.append("Họ và tên")
    if "external_key" not in columns and "username" not in columns:
        missing.append("Mã cán bộ")
    if missing:
        raise unreadable("no_headings", missing=", ".join(missing))
    if position + 1 >= len(lines):
        raise unreadable("no_lines")
    return Layout(position, columns, ignored)
