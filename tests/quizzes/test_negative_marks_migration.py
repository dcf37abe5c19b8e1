"""Scores below nothing come into a database with attempts in it, and go again, with every row kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from academy.kernel import migrations
from academy.operations.database import branches
from tests.test_migrations import connection, postgresql

__all__ = ["connection", "postgresql"]

ROWS = (
    "INSERT INTO attempt_item (attempt_id, slot, item_version_id, weight, stored_sequence, score)"
    " VALUES (1, {slot}, 1, 2.5, 4, {score})"
)
OLD, NEW = "0002", "0003"


def without_parents(connection) -> None:
    """Rows of attempts may stand without the dozen tables they hang on."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SET session_replication_role = replica"))


def rows(connection, columns: str = "slot, weight, score") -> list[tuple]:
    return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM attempt_item ORDER BY slot"))]


def test_rows_are_kept_up_and_down(connection):
    migrations.upgrade(connection, branches(), OLD)
    without_parents(connection)
    connection.execute(text(ROWS.format(slot=1, score="0.3333")))
    connection.execute(text(ROWS.format(slot=2, score="NULL")))
    migrations.upgrade(connection, branches(), NEW)
    assert [(slot, float(weight), float(penalty)) for slot, weight, penalty in rows(connection, "slot, weight, penalty")] == [(1, 2.5, 0), (2, 2.5, 0)]
    connection.execute(text(ROWS.format(slot=3, score="-0.5")))
    refused(connection, ROWS.format(slot=4, score="-1.5"))
    refused(connection, "UPDATE attempt_item SET penalty = 2")
    refused(connection, "UPDATE attempt_item SET stored_sequence = -1")
    migrations.downgrade(connection, branches(), OLD)
    assert [(slot, None if score is None else float(score)) for slot, _weight, score in rows(connection)] == [(1, 0.3333), (2, None), (3, 0)]
    refused(connection, "UPDATE attempt_item SET score = -0.5")


def refused(connection, statement: str) -> None:
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(text(statement))


