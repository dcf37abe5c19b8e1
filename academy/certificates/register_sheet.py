"""The register (sổ gốc) as a table: its columns and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from academy.certificates.document import KIND_NAMES
from academy.certificates.queries import register_rows

__all__ = ["COLUMNS", "TITLE", "sheet_rows"]

TITLE = "Sổ gốc"
COLUMNS = (
    "STT",
    "Loại văn bản",
    "Số hiệu",
    "Số vào sổ gốc",
    "Họ và tên",
    "Ngày sinh",
    "Nơi sinh",
    "Giới tính",
    "Số định danh",
    "Mã cán bộ",
    "Đơn vị",
    "Chức vụ",
    "Lớp",
    "Quyết định số",
    "Ngày quyết định",
    "Chương trình",
    "Số tiết",
    "Từ ngày",
    "Đến ngày",
    "Điểm",
    "Xếp loại",
    "Ngày cấp",
    "Người ký",
    "Mã kiểm tra",
    "Tình trạng",
    "Người nhận",
    "Ghi chú",
)
SEXES = {"m": "Nam", "f": "Nữ", "x": "Khác"}
STATES = {
    "issued": "Có hiệu lực",
    "superseded": "Đã cấp lại",
    "replaced": "Đã thay bằng giấy chứng nhận",
    "revoked": "Đã thu hồi",
}
PORTION = 500


def sheet_rows(ids: Sequence[int]) -> Iterator[list[Any]]:
    """Rows in the order of :data:`COLUMNS`; one query a portion.

    Everything is as it stood on the day of issue, but for the identity number and the staff key, which are
    read from the person's record now, and for state and note.
    """
    order = 0
    for start in range(0, len(ids), PORTION):
        for row in register_rows(ids[start : start + PORTION]):
            order += 1
            yield _sheet_row(order, row)


def _sheet_row(order: int, row: Row) -> list[Any]:
    document, said = row.Certificate, row.Certificate.snapshot
    holder, run = said["holder"], said["class"] or {}
    band = said["result"]["band"] or {}
    return [
        order,
        KIND_NAMES[document.kind].capitalize(),
        document.serial,
        document.register_no,
        holder["full_name"],
        _day(holder["birth_date"]),
        holder["birth_place"],
        SEXES.get(holder["sex"], ""),
        row.Person.personal_number or "",
        row.Person.external_key or "",
        holder["unit"],
        holder["position"],
        run.get("code", ""),
        run.get("decision_no", ""),
        _day(run.get("decision_date")),
        said["program"]["vi"],
        said["program"]["periods"],
        _day(said["studied"]["from"]),
        _day(said["studied"]["to"]),
        (said["result"]["mark"] or "").replace(".", ","),
        band.get("vi", ""),
        _day(said["issued_on"]),
        said["signer"]["name"],
        document.code,
        STATES[row.state],
        "",
        _note(row, said),
    ]


def _note(row: Row, said: Mapping[str, Any]) -> str:
    """Re-issue, replacement and revocation, with the numbers they lead to."""
    notes = []
    if row.predecessor_serial:
        verb = "Thay cho" if row.purpose == "replacement" else "Cấp lại của"
        notes.append(f"{verb} {row.predecessor_serial}: {row.line_reason}")
    if row.successor_serial:
        notes.append(f"Được thay bằng {row.successor_serial}")
    if row.revoked_at:
        notes.append(f"Thu hồi theo Quyết định số {row.revoked_by_decision}: {row.revoked_for}")
    return "; ".join(notes)


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
