"""Reading a person's own queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from academy.sdk import Actor, Page, db, keyset
from courses.information_technology.models import QueryRun

__all__ = ["OwnQuery", "export_queries", "list_own_queries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuery:
    """A query as its author sees it again; ``ms`` of processor time."""

    id: int
    item_key: str
    query: str
    ok: bool
    ms: int
    at: datetime


_COLUMNS = (QueryRun.id, QueryRun.item_key, QueryRun.query, QueryRun.ok, QueryRun.ms, QueryRun.at)


def list_own_queries(
    actor: Actor, item_key: str | None = None, *, cursor: str | None = None, limit: int = 10
) -> Page:
    """What the actor tried, newest first, in one exercise (``""``: free practice) or everywhere.

    Raises:
        Invalid: the cursor is not one of this list.
    """
    statement = select(*_COLUMNS).where(QueryRun.person_id == actor.person_id)
    if item_key is not None:
        statement = statement.where(QueryRun.item_key == item_key)
    page = keyset(statement, [QueryRun.id], cursor, limit, ascending=False)
    items = [
        OwnQuery(id=row.id, item_key=row.item_key, query=row.query, ok=row.ok, ms=row.ms, at=row.at)
        for row in page.items
    ]
    return Page(items, page.next_cursor)


def export_queries(person_id: int) -> list[dict[str, Any]]:
    """Everything kept of a person, as JSON values."""
    rows = db.session.execute(select(*_COLUMNS).where(QueryRun.person_id == person_id).order_by(QueryRun.id))
    return [dict(row._mapping) | {"at": row.at.isoformat()} for row in rows]
