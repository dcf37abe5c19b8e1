"""The database's clock, for what several machines must judge alike: deadlines of examinations.

:mod:`academy.kernel.clock` stays the clock of the code. Web machines whose clocks have drifted apart would each
end an examination at another moment; the database is one, so its clock decides. SQLite has the clock of the one
machine it runs on. A clock stopped by :func:`academy.kernel.clock.frozen` stops this one too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from academy.kernel import clock
from academy.kernel.db import UtcDateTime, db


class _Now(FunctionElement):
    type = UtcDateTime()
    inherit_cache = True
    name = "database_now"


@compiles(_Now)
def _postgresql(_element: _Now, _compiler: Any, **_named: Any) -> str:
    # not now(), which stands still at the beginning of the transaction
    return "clock_timestamp()"


@compiles(_Now, "sqlite")
def _sqlite(_element: _Now, _compiler: Any, **_named: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def now_column() -> ColumnElement[datetime]:
    """The current instant as a column, for a statement that reads something else anyway."""
    return literal(clock.now(), UtcDateTime()) if clock.is_frozen() else _Now().label("server_now")


def now() -> datetime:
    """The current instant, aware, in UTC; one query."""
    return clock.now() if clock.is_frozen() else db.session.scalar(select(_Now()))
