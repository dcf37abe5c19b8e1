"""The lines of a regrade as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from academy.kernel.i18n import _, _l, current_language, localized
from academy.kernel.spreadsheet import CSV_TYPE, XLSX_TYPE, to_csv, to_xlsx
from academy.regrading.queries import LineRow
from academy.regrading.states import APPLIED, LEFT
from academy.regrading.wording import PROBLEM_NAMES

FORMATS = {
    "csv": (CSV_TYPE, to_csv),
    "xlsx": (XLSX_TYPE, lambda columns, rows: to_xlsx(_l("Regrade"), columns, rows)),
}
COLUMNS = (
    _l("Attempt"),
    _l("Name"),
    _l("Quiz"),
    _l("Question number"),
    _l("Score before"),
    _l("Score after"),
    _l("Mark before"),
    _l("Mark after"),
    _l("Passed before"),
    _l("Passed after"),
    _l("Certificates"),
    _l("State"),
)


def export(lines: Iterable[LineRow], file_format: str) -> bytes:
    """All lines as ``csv`` or ``xlsx``."""
    return FORMATS[file_format][1](COLUMNS, [_row(line) for line in lines])


def _row(line: LineRow) -> list[Any]:
    return [
        line.attempt_id,
        line.name,
        localized(line.quiz, current_language()),
        line.slot,
        line.score_before,
        line.score_after,
        line.mark_before,
        line.mark_after,
        _passed(line.passed_before),
        _passed(line.passed_after),
        ", ".join(line.documents),
        state_of(line),
    ]


def state_of(line: LineRow) -> str:
    """How a line stands, in words."""
    if line.state == LEFT:
        return _("left alone: %(why)s", why=PROBLEM_NAMES.get(line.problem, line.problem))
    return _("changed") if line.state == APPLIED else _("planned")


def _passed(passed: bool | None) -> str:
    return "" if passed is None else _("yes") if passed else _("no")
