"""Connections to the database: pool, transactions of readers and writers, what SQLite is told at the start."""

from __future__ import annotations

import sqlite3
import time
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import Pool

from academy.kernel.write_turns import turns_of

# set by the unit of work while its block runs
writing: ContextVar[bool] = ContextVar("writing", default=False)

# a connection used less than this many seconds ago is taken to be alive: asking costs as much as a query
TRUSTED_FOR = 5.0
# how long a writer of SQLite waits for others
PATIENCE = 15.0


def engine_options(database_url: str, *, pooler: bool = False) -> dict[str, Any]:
    """Settings of the engine: waiting for a lock or a connection has an end.

    Args:
        pooler: a transaction pooler stands before PostgreSQL, which forgets statements prepared on the server.
    """
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": PATIENCE, "check_same_thread": False}}
    return {
        "pool_size": 5,
        "max_overflow": 10,
        "pool_timeout": 5,
        # pages send the same few statements: planning them costs PostgreSQL more than running them
        "connect_args": {"prepare_threshold": None if pooler else 2},
    }


class ReadingSession(Session):
    """The session: outside of a unit of work it reads, and on PostgreSQL each statement by itself.

    PostgreSQL's READ COMMITTED gives every statement its own view of the data, so a transaction around reads
    would hold nothing together and cost two more journeys to the server. SQLite's does hold them together.
    """

    def get_bind(self, *_args: Any, bind: Any = None, **_named: Any) -> Engine | Connection:
        engine = bind or self._db.engine
        if writing.get() or not isinstance(engine, Engine) or engine.dialect.name == "sqlite":
            return engine
        reader = _readers.get(engine)
        if reader is None:
            reader = _readers[engine] = engine.execution_options(isolation_level="AUTOCOMMIT")
        return reader


_readers: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


@event.listens_for(ReadingSession, "before_flush")
def _refuse_writing(session: ReadingSession, *_rest: Any) -> None:
    """A change outside of a unit of work is a bug: it would be lost, or stay without its transaction."""
    if not writing.get() and isinstance(session._db.engine, Engine):
        raise RuntimeError("the database is changed outside of a unit of work")


@event.listens_for(Pool, "checkin")
def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _see_whether_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Replace a connection that was lost while it rested, before anybody uses it."""
    rested = time.monotonic() - record.info.get("rests_since", float("inf"))
    if isinstance(connection, sqlite3.Connection) or not TRUSTED_FOR < rested < float("inf"):
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except connection.Error as fault:
        raise DisconnectionError() from fault


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # SQLAlchemy, not the driver, opens transactions: see _begin
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    # an acknowledged answer survives a power cut: NORMAL may lose the last commits
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    if connection.dialect.name != "sqlite":
        return
    pooled = connection.connection
    # a reader that turns writer may find that another was faster; a writer from the start waits its turn
    if writing.get() and "turn" not in pooled.info:
        _take_turn(connection.engine.url.database, pooled.info)
    # past SQLAlchemy's own machinery, which costs as much as a small query
    begin = "BEGIN IMMEDIATE" if writing.get() else "BEGIN"
    try:
        pooled.driver_connection.execute(begin)
    except sqlite3.OperationalError as fault:
        raise OperationalError(begin, None, fault) from fault


def _take_turn(database: str | None, info: dict[str, Any]) -> None:
    """The connection holds its turn until it is back in the pool: by then its transaction is over, whatever its end."""
    if database in (None, "", ":memory:"):  # one process has it for itself
        return
    try:
        info["turn"] = turns_of(database).take(PATIENCE)
    except TimeoutError as fault:
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked")) from fault


@event.listens_for(Pool, "checkin")
@event.listens_for(Pool, "close")
def _end_turn(_connection: Any, record: Any) -> None:
    if (turn := record.info.pop("turn", None)) is not None:
        turn.end()


@event.listens_for(Pool, "invalidate")
def _end_lost_turn(connection: Any, record: Any, _fault: Any) -> None:
    _end_turn(connection, record)
