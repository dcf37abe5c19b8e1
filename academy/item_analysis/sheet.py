"""The table of a quiz's questions as a file, in the order and with the figures of the page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from academy.item_analysis.queries import ItemRow, QuizView
from academy.item_analysis.wording import short_flag, title_of
from academy.kernel.i18n import _l
from academy.kernel.spreadsheet import to_csv, to_xlsx

COLUMNS = (
    ("item", _l("Question")),
    ("n", _l("Answers")),
    ("facility", _l("Facility")),
    ("discrimination", _l("Discrimination")),
    ("item_rest", _l("Correlation")),
    ("without", _l("Reliability without it")),
    ("seconds", _l("Seconds (median)")),
    ("exposure", _l("Seen by")),
    ("flags", _l("Warnings")),
)
"""What the page's table shows: the name to sort by, and the heading."""

FORMATS = {"csv": to_csv, "xlsx": lambda columns, rows: to_xlsx(_l("Questions"), columns, rows)}


def export(view: QuizView, file_format: str) -> bytes:
    """The table as ``csv`` or ``xlsx``."""
    columns = [_l("Key"), *(heading for _name, heading in COLUMNS), _l("Versions")]
    return FORMATS[file_format](columns, list(_rows(view)))


def _rows(view: QuizView) -> Iterable[list[Any]]:
    for row in view.items:
        yield [
            row.key,
            title_of(row, 500),
            row.n,
            *(_exact(row, name) for name in ("facility", "discrimination", "item_rest", "without", "seconds", "exposure")),
            "; ".join(dict.fromkeys(str(short_flag(flag)) for flag in row.flags)),
            ", ".join(map(str, row.versions)),
        ]


def _exact(row: ItemRow, name: str) -> Decimal | None:
    value = row.figure(name)
    return None if value is None else Decimal(str(value))
