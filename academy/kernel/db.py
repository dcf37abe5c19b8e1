"""The database: its models' base and column types, statements for reading, short transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    Integer,
    MetaData,
    Numeric,
    Row,
    Select,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from academy.kernel import clock
from academy.kernel.connections import ReadingSession, writing

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


db = SQLAlchemy(model_class=Base, session_options={"class_": ReadingSession, "expire_on_commit": False})
Model = db.Model


def primary_key() -> Mapped[int]:
    return mapped_column(Id, primary_key=True, autoincrement=True)


def timestamp(**named: Any) -> Mapped[datetime]:
    """A column that defaults to now (by :mod:`academy.kernel.clock`)."""
    return mapped_column(UtcDateTime, default=clock.now, **named)


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
