"""Reading what was found in files of questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from academy.authoring.exchange_models import QuestionImportItem
from academy.kernel.db import db
from academy.questions.exchange.neutral import Note

__all__ = ["ImportItem", "list_import_items"]

APPROXIMATED = "approximated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportItem:
    """One question of a file as it was judged."""

    number: int
    verdict: str
    title: str
    key: str
    kind: str
    line: int
    file: str
    notes: tuple[Note, ...]


def list_import_items(
    import_id: int, *, verdict: str = "all", after: int = 0, limit: int = 100
) -> list[ImportItem]:
    """Questions of a file in its order: all, those of one verdict, or those that come in a little different; one query."""
    statement = select(QuestionImportItem).where(
        QuestionImportItem.import_id == import_id, QuestionImportItem.number > after
    )
    if verdict == APPROXIMATED:
        statement = statement.where(QuestionImportItem.differs, QuestionImportItem.verdict != "refused")
    elif verdict != "all":
        statement = statement.where(QuestionImportItem.verdict == verdict)
    rows = db.session.scalars(statement.order_by(QuestionImportItem.number).limit(limit))
    return [_item(row.number, row.verdict, row.body) for row in rows]


def _item(number: int, verdict: str, body: Mapping[str, Any]) -> ImportItem:
    notes = tuple(Note(code, params) for code, params in body["notes"])
    return ImportItem(number=number, verdict=verdict, **{**body, "notes": notes})
