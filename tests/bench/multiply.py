"""From the small city to one a hundred times as large: every row copied with new ids, inside the database."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, String, Table, cast, func, insert, literal, select, text, true

from academy.kernel.db import Model, db
from tests.bench.dataset import count_on

STRIDE = 1_000_000  # what separates the ids of one copy from those of the next
CODE_LENGTH = 4
TABLES = (
    "account", "person", "login_session", "course", "course_facet", "course_prerequisite", "lesson",
    "lesson_version", "course_version", "course_version_lesson", "lesson_text", "citation", "media", "item",
    "item_version", "quiz", "quiz_version", "enrollment", "course_progress", "lesson_progress", "reading",
    "reading_position", "lesson_finish", "exercise_response", "attempt", "attempt_item", "answer_log",
)  # fmt: skip
# what is not unique by constraint, but what caches take as the name of a content
DISTINCT = {("item_version", "hash"), ("lesson_version", "hash"), ("course_version", "hash")}
SHARED = {"legal_document", "topic", "unit"}


def multiply(times: int) -> dict[str, int]:
    """Copy every row of :data:`TABLES` until there are ``times`` as many; rows by table afterwards."""
    counts = {}
    with unchecked() as connection:
        for name in TABLES:
            table = Model.metadata.tables[name]
            if name == "course_version":
                _copy_course_versions(connection, table, times)
            else:
                _copy(connection, table, times)
            counts[name] = connection.scalar(select(func.count()).select_from(table))
            count_on(connection, table)
    vacuum()
    return counts


@contextmanager
def unchecked() -> Iterator[Connection]:
    """A transaction for a great many rows: references are right by construction, and a power cut costs nothing."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            driver = connection.connection.driver_connection  # no transaction has begun yet
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA synchronous = OFF")
        yield connection
        connection.commit()
        connection.invalidate()  # with the settings above it serves nobody else


def vacuum() -> None:
    """What PostgreSQL does by itself after a while: count its rows, for plans that fit their number."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _copy(connection: Any, table: Table, times: int) -> None:
    copies = select(literal(1).label("k")).cte("copies", recursive=True)
    copies = copies.union_all(select(copies.c.k + 1).where(copies.c.k < times - 1))
    columns = list(table.columns)
    moved = [column for column in columns if _moves(column)]
    statement = select(*(_in_copy(column, copies.c.k) for column in columns)).select_from(
        table.join(copies, true())
    )
    statement = statement.where(*(column < STRIDE for column in moved if not column.nullable))
    connection.execute(insert(table).from_select([column.name for column in columns], statement))


def _moves(column: Column) -> bool:
    """Whether a column holds an id that every copy has anew."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        return target in TABLES
    return column.primary_key and column.name == "id"


def _in_copy(column: Column, k: Any) -> Any:
    if _moves(column):
        return column + k * STRIDE
    if isinstance(column.type, String) and (column.unique or (column.table.name, column.name) in DISTINCT):
        length = (column.type.length or 200) - CODE_LENGTH
        return func.substr(column, 1, length) + "-" + cast(k, String)
    return column


def _copy_course_versions(connection: Any, table: Table, times: int) -> None:
    """Their outlines name lessons by id inside JSON."""
    rows = [dict(row._mapping) for row in connection.execute(select(table).where(table.c.id < STRIDE))]
    for k in range(1, times):
        copies = []
        for row in rows:
            new = copy.deepcopy(row)
            new["id"] += k * STRIDE
            new["course_id"] += k * STRIDE
            new["hash"] = f"{row['hash'][:60]}-{k}"
            for entry in new["outline"]:
                entry["lesson_id"] += k * STRIDE
                entry["lesson_version_id"] += k * STRIDE
            copies.append(new)
        connection.execute(insert(table), copies)
