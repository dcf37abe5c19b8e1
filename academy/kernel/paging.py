"""Keyset paging: the next page starts after the last row seen, however many rows there are."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, tuple_

from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next_cursor`` is None on the last."""

    items: Sequence[Any]
    next_cursor: str | None = None


def keyset(
    statement: Select, columns: Sequence[Any], cursor: str | None, limit: int, *, ascending: bool = True
) -> Page:
    """Run ``statement`` one page at a time.

    Args:
        statement: selects rows or entities, without order.
        columns: the order; together they must be unique, and none may be null.
        cursor: from the page before, or None.
        limit: rows a page, 1 to ``MAX_LIMIT``.

    Returns:
        Rows of the statement: entities if it selects one entity, else row tuples.

    Raises:
        NotFound: the cursor is not one that this list gave.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    width = len(statement.column_descriptions)
    order = [column.asc() if ascending else column.desc() for column in columns]
    wide = statement.add_columns(*columns).order_by(*order).limit(limit + 1)
    if cursor:
        last = _decode(cursor, columns)
        here = tuple_(*columns)
        wide = wide.where(here > tuple_(*last) if ascending else here < tuple_(*last))
    rows = db.session.execute(wide).all()
    more = len(rows) > limit
    rows = rows[:limit]
    items = [row[0] if width == 1 else row[:width] for row in rows] if width == 1 else list(rows)
    return Page(items, _encode(rows[-1][width:]) if more else None)


def _encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    plain = [str(value) if isinstance(value, Decimal) else value for value in plain]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, columns: Sequence[Any]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError("wrong shape")
        return [_typed(value, column) for value, column in zip(values, columns, strict=True)]
    except (ValueError, TypeError, ArithmeticError, binascii.Error) as error:
        raise NotFound(
            _l("This page address is damaged."),
            rule="paging.cursor",
            next_step=_l("Start again from the first page."),
        ) from error


def _typed(value: Any, column: Any) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if kind is int and isinstance(value, bool | float):
        raise ValueError("not a whole number")
    if kind is int and abs(value) > 2**62:
        raise ValueError("too large")
    if not isinstance(value, kind) or (kind is str and "\x00" in value):
        raise ValueError("wrong type")
    return value
