"""The database: engine settings, column types, naming of constraints."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Compiled,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Row,
    Select,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from academy.kernel import clock

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive value is a bug and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal number with ``places`` behind the point, at most 15 digits in all: marks, weights, shares.

    SQLite keeps it as a double, which gives back every number of 15 digits unchanged. A value with more
    places is a bug and raises ValueError: rounding is a rule of the domain, not of storage.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, digits: int, places: int) -> None:
        if digits > 15:
            raise ValueError("SQLite keeps 15 digits exactly, no more")
        super().__init__(digits, places)
        self.digits, self.places = digits, places

    def load_dialect_impl(self, dialect: Any) -> Any:
        native = dialect.name != "sqlite"
        return dialect.type_descriptor(Numeric(self.digits, self.places, asdecimal=native))

    def process_bind_param(self, value: Decimal | int | None, dialect: Any) -> Decimal | float | None:
        if value is None:
            return None
        exact = Decimal(value)
        if exact != self._fitted(exact):
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return float(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Decimal | float | None, dialect: Any) -> Decimal | None:
        return None if value is None else self._fitted(Decimal(str(value)))

    def _fitted(self, value: Decimal) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-self.places))


Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """What annotations of columns mean."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, int: Id, dict: Json, list: Json},
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
Model = db.Model


def primary_key() -> Mapped[int]:
    return mapped_column(Id, primary_key=True, autoincrement=True)


def timestamp(**named: Any) -> Mapped[datetime]:
    """A column that defaults to now (by :mod:`academy.kernel.clock`)."""
    return mapped_column(UtcDateTime, default=clock.now, **named)


def engine_options(database_url: str) -> dict[str, Any]:
    """Pool settings: a lost connection is noticed before use, and waiting has an end."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "check_same_thread": False}}
    return {
        "pool_pre_ping": True,
        "pool_size": 5,
        "max_overflow": 10,
        "pool_timeout": 5,
        # psycopg's server-side prepared statements break behind a transaction pooler
        "connect_args": {"prepare_threshold": None},
    }


# set by the unit of work while its block runs
writing: ContextVar[bool] = ContextVar("writing", default=False)



@contextmanager
def separate_transaction() -> Iterator[Connection]:
    """A short transaction on a connection of its own, for counters, leases and progress of jobs.

    Raises:
        RuntimeError: called inside a unit of work, whose write lock it would wait for without end.
    """
    if writing.get():
        raise RuntimeError("a separate transaction cannot be opened inside a unit of work")
    engine: Any = db.engine
    if isinstance(engine, Connection):  # tests: one connection, every transaction a savepoint
        with engine.begin_nested():
            yield engine
        return
    mark = writing.set(True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        writing.reset(mark)


class Prepared:
    """A reading statement of columns that is compiled once, for pages that everybody opens.

    The session's way (a cache key of the whole statement, made and compared each time) costs more than such a
    query takes. Values come as ``bindparam``.
    """

    def __init__(self, statement: Select) -> None:
        self.statement = statement
        self._compiled: dict[str, Compiled] = {}

    def __call__(self, **values: Any) -> Sequence[Row]:
        """The rows, within the session's transaction."""
        if writing.get():
            db.session.flush()
        connection = db.session.connection()
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self.statement.compile(dialect=dialect)
        return connection.execute(self._compiled[dialect.name], values).all()


def insert_if_absent(session: Any, model: type[Any], **values: Any) -> bool:
    """Insert a row unless a unique constraint has one already, without disturbing the transaction.

    Returns:
        Whether the row is new. Defaults of columns apply.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # psycopg's count of rows is not reliable here: what comes back is
    new = insert(model).values(**values).on_conflict_do_nothing().returning(*model.__table__.primary_key)
    return session.execute(new).first() is not None


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
    # a reader that turns writer may find that another was faster; a writer from the start waits its turn
    # past SQLAlchemy's own machinery, which costs as much as a small query
    begin = "BEGIN IMMEDIATE" if writing.get() else "BEGIN"
    try:
        connection.connection.driver_connection.execute(begin)
    except sqlite3.OperationalError as fault:
        raise OperationalError(begin, None, fault) from fault
