"""The organisers' export of a result, with names: CSV and XLSX that no program runs as formulas."""

from __future__ import annotations

from typing import Any

from academy.audit.services import record
from academy.contests.errors import ContestNotFound
from academy.contests.policies import can_manage_contest
from academy.contests.queries import get_managed_contest
from academy.contests.results import all_lines, list_versions
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.i18n import _
from academy.kernel.spreadsheet import CSV_TYPE, XLSX_TYPE, to_csv, to_xlsx
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["export_result"]


def export_result(actor: Actor, slug: str, number: int, kind: str) -> tuple[bytes, str, str]:
    """The newest version of a result as a table: content, name of the file, type; the export is journalled.

    Args:
        number: the round's, 0 for the whole contest.
        kind: ``"csv"`` or ``"xlsx"``.

    Raises:
        ContestNotFound: no such contest, round or result.
        Forbidden
    """
    contest = get_managed_contest(actor, slug)
    require(actor, can_manage_contest, contest)
    current = contest.round(number)
    if number and current is None:
        raise ContestNotFound
    versions = list_versions(contest, current.id if current else None)
    if not versions:
        raise ContestNotFound
    result = versions[0]
    prizes = current.prizes if current else contest.prizes
    names = {board.id: board.name for board in contest.boards}
    rows = [
        [
            names.get(row.board_id, ""),
            row.rank,
            row.full_name,
            row.unit_name or "",
            row.mark,
            row.gap,
            row.seconds,
            prizes[row.prize]["name"] if row.prize is not None else "",
            row.public_id,
        ]
        for row in all_lines(result.id)
    ]
    with unit_of_work():
        details = {"round": number, "version": result.version, "rows": len(rows), "format": kind}
        record(actor, "contest.export", "contest", slug, details=details)
    columns = _columns()
    part = f"{slug}-{number or 'overall'}-v{result.version}"
    if kind == "xlsx":
        return to_xlsx(slug, columns, rows), f"{part}.xlsx", XLSX_TYPE
    return to_csv(columns, rows), f"{part}.csv", CSV_TYPE


def _columns() -> list[Any]:
    return [
        _("Board"),
        _("Rank"),
        _("Name"),
        _("Unit"),
        _("Mark"),
        _("Off by"),
        _("Seconds"),
        _("Prize"),
        _("Participant's number"),
    ]
