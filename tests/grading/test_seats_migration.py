"""Marks learn of which quiz they are, in a database with marks in it, and forget it again, with every row kept."""

from __future__ import annotations

from sqlalchemy import text

from academy.kernel import migrations
from academy.operations.database import branches
from tests.quizzes.test_negative_marks_migration import without_parents
from tests.test_migrations import connection, postgresql

__all__ = ["connection", "postgresql"]

OLD, NEW = "0012", "0013"
QUIZ = (
    "INSERT INTO quiz (id, course_id, slug, state, origin, current_number)"
    " VALUES ({id}, 1, 'q{id}', 'active', 'studio', 1)"
)
ANSWER = (
    "INSERT INTO marking_answer"
    " (id, quiz_id, attempt_id, slot, item_id, item_version_id, person_id, shuffle, state, how, flagged)"
    " VALUES ({id}, {quiz}, {id}, 1, 1, 1, 1, 1, 'waiting', '', {no})"
)
SEAT = (
    "INSERT INTO marking_seat (id, answer_id, role, marker_id, flagged, comment, stored_at, score)"
    " VALUES ({id}, {answer}, 'first', {marker}, {no}, 'x', {stored})"
)


def test_every_mark_gets_the_quiz_of_its_answer(connection):
    no = "0" if connection.dialect.name == "sqlite" else "false"
    migrations.upgrade(connection, branches(), OLD)
    without_parents(connection)
    for answer, quiz in ((1, 7), (2, 8)):
        connection.execute(text(QUIZ.format(id=quiz)))
        connection.execute(text(ANSWER.format(id=answer, quiz=quiz, no=no)))
    connection.execute(
        text(SEAT.format(id=1, answer=1, marker=5, stored="'2026-01-02 03:04:05+00:00', 0.4", no=no))
    )
    connection.execute(text(SEAT.format(id=2, answer=2, marker="NULL", stored="NULL, NULL", no=no)))
    migrations.upgrade(connection, branches(), NEW)
    assert seats(connection, "quiz_id") == [(1, 1, 7), (2, 2, 8)]
    migrations.downgrade(connection, branches(), OLD)
    assert seats(connection, "marker_id") == [(1, 1, 5), (2, 2, None)]


def seats(connection, column: str) -> list[tuple]:
    found = connection.execute(text(f"SELECT id, answer_id, {column} FROM marking_seat ORDER BY id"))
    return [tuple(row) for row in found]
