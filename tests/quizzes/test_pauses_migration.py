"""Attempts that are being sat when pauses come in learn when their quiz closes; every row is kept, up and down."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from academy.kernel import migrations
from academy.operations.database import branches
from tests.quizzes.test_negative_marks_migration import without_parents
from tests.test_migrations import connection, postgresql

__all__ = ["connection", "postgresql"]

OLD, NEW = "0011", "0012"
VERSION = "INSERT INTO quiz_version (id, quiz_id, number, settings, hash, at) VALUES (:id, 1, :id, :settings, 'x', '2026-01-01 00:00:00')"
ATTEMPT = (
    "INSERT INTO attempt (id, quiz_id, quiz_version_id, person_id, enrollment_id, number, seed, lang, state, started_at,"
    " deadline, accepts_until, submitted_at, pending, extra_minutes)"
    " VALUES (:id, 1, :version, :id, :id, 1, 5, 'vi', :state, '2026-12-01 02:00:00', :deadline, :deadline, :submitted, :pending, 0)"
)
CLOSES, SOONER, LATER = "2026-12-01 03:00:00", "2026-12-01 02:30:00", "2026-12-01 03:10:00"


@pytest.fixture
def filled(connection):
    migrations.upgrade(connection, branches(), OLD)
    without_parents(connection)
    for number, closes in ((1, "2026-12-01T10:00:00+07:00"), (2, None)):
        settings = json.dumps({"window": {"opens": None, "closes": closes}})
        connection.execute(text(VERSION), {"id": number, "settings": settings})
    rows = ((1, 1, "open", SOONER), (2, 1, "open", LATER), (3, 2, "open", SOONER), (4, 1, "submitted", SOONER))
    for number, version, state, deadline in rows:
        values = {"id": number, "version": version, "state": state, "deadline": deadline, "pending": False}
        connection.execute(text(ATTEMPT), values | {"submitted": SOONER if state == "submitted" else None})
    return connection


def test_open_attempts_learn_when_they_close(filled):
    migrations.upgrade(filled, branches(), NEW)
    zone = " AT TIME ZONE 'UTC'" if filled.dialect.name == "postgresql" else ""
    found = filled.execute(text(f"SELECT id, closes_at{zone}, pauses, paused_seconds FROM attempt ORDER BY id"))
    told = [(row[0], str(row[1])[:19] if row[1] else None, row[2], row[3]) for row in found]
    assert told == [(1, CLOSES, 0, 0), (2, LATER, 0, 0), (3, None, 0, 0), (4, None, 0, 0)]
    migrations.downgrade(filled, branches(), OLD)
    assert filled.scalar(text("SELECT count(*) FROM attempt")) == 4
