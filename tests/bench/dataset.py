"""A city at work: the real courses, 200 learners in 126 units, what they have read, answered and sat.

Content goes in through the academy's own sync; the rest as rows, since no measurement looks at how they came.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Connection, Table, func, insert, select

from academy.accounts.services import token_hash
from academy.catalog.content_parts import content_parts
from academy.catalog.models import Course, CourseVersion
from academy.catalog.services import sync_content
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import Model, db
from academy.kernel.text import fold, name_sort_key, sort_key
from academy.questions.models import Item, ItemVersion
from academy.quizzes.models import Quiz, QuizVersion

UNITS = 126
LEARNERS = 200
ALL_COURSES = 40  # so many learners study every course, the others two each
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Văn", "Thị", "Minh", "Thu", "Đức", "Ngọc", "Hữu", "Thanh")
GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Khánh",
    "Linh",
    "Nam",
    "Oanh",
    "Phúc",
    "Quân",
    "Sơn",
    "Yến",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What came in, and how long the real content took: from nothing, and again when nothing changed."""

    sync_seconds: float
    sync_again_seconds: float


def fill(app: Flask) -> Filled:
    """Fill an empty schema."""
    content, parts = app.config["ACADEMY"].content, content_parts(app)
    began = time.perf_counter()
    for fault in sync_content(Actor.system(), content, parts).faults:
        print(f"{fault.path}:{fault.line}: {fault.message}", file=sys.stderr)
    synced = time.perf_counter()
    sync_content(Actor.system(), content, parts)
    again = time.perf_counter()
    db.session.remove()
    with db.engine.begin() as connection:
        courses = _courses(connection)
        for name, rows in _rows(courses, clock.now()):
            if rows:
                connection.execute(insert(_table(name)), rows)
                count_on(connection, _table(name))
    return Filled(synced - began, again - synced)


def count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that came with their ids."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        last = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


def _table(name: str) -> Table:
    return Model.metadata.tables[name]


@dataclass(frozen=True, slots=True)
class _Course:
    id: int
    version_id: int
    outline: Sequence[Mapping[str, Any]]
    items: Mapping[str, tuple[int, int]]  # key → item, version
    quiz: tuple[int, int] | None  # quiz, version


def _courses(connection: Any) -> list[_Course]:
    found = []
    for row in connection.execute(
        select(Course.id, CourseVersion.id.label("version_id"), CourseVersion.outline)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.number == Course.published_number)
        .order_by(Course.id)
    ):
        items = connection.execute(
            select(Item.key, Item.id, ItemVersion.id)
            .join(ItemVersion, ItemVersion.item_id == Item.id)
            .where(Item.course_id == row.id)
        )
        quiz = connection.execute(
            select(Quiz.id, QuizVersion.id).join(QuizVersion).where(Quiz.course_id == row.id)
        ).first()
        found.append(
            _Course(
                row.id,
                row.version_id,
                row.outline,
                {key: (item, version) for key, item, version in items},
                tuple(quiz) if quiz else None,
            )
        )
    return found


def _rows(courses: Sequence[_Course], now: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Tables with their rows, those that others refer to first."""
    yield from _places_and_people(now)
    runs = [
        (1 + number, person, course)
        for number, (person, course) in enumerate(
            (person, course)
            for person in range(1, LEARNERS + 1)
            for place, course in enumerate(courses)
            if person <= ALL_COURSES or (place - person) % len(courses) < 2
        )
    ]
    yield (
        "enrollment",
        [
            {
                "id": run,
                "person_id": person,
                "course_id": course.id,
                "course_version_id": course.version_id,
                "enrolled_at": now - timedelta(days=60),
            }
            for run, person, course in runs
        ],
    )
    yield from _studies(runs, now)
    yield from _attempts(runs, now)


def _places_and_people(now: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    since = date(2025, 7, 1)
    names = ["Thành phố Hà Nội", *(f"Phường Số {number:03d}" for number in range(1, UNITS + 1))]
    yield (
        "unit",
        [
            {
                "id": number,
                "code": f"bench-{number}",
                "kind": "city" if number == 1 else "ward",
                "name": name,
                "sort_key": sort_key(name),
                "parent_id": None if number == 1 else 1,
                "path": "1/" if number == 1 else f"1/{number}/",
                "valid_from": since,
            }
            for number, name in enumerate(names, start=1)
        ],
    )
    yield (
        "account",
        [
            {"id": one, "username": f"bench{one}", "username_key": f"bench{one}"}
            for one in range(1, LEARNERS + 1)
        ],
    )
    people = []
    for one in range(1, LEARNERS + 1):
        name = f"{FAMILY[one % 10]} {MIDDLE[one % 8]} {GIVEN[one % 14]}"
        people.append(
            {
                "id": one,
                "account_id": one,
                "full_name": name,
                "sort_key": name_sort_key(name),
                "name_fold": fold(name),
                "unit_id": 2 + one % UNITS,
            }
        )
    yield "person", people
    yield "login_session", _sessions(range(1, LEARNERS + 1), now)


def _studies(runs: Sequence[tuple], now: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Everybody has completed the first two lessons and begun the third."""
    begun = [
        (run, entry, place) for run, _person, course in runs for place, entry in enumerate(course.outline[:3])
    ]
    yield (
        "course_progress",
        [
            {"enrollment_id": run, "lessons_done": 2, "lessons": len(course.outline)}
            for run, _p, course in runs
        ],
    )
    yield (
        "lesson_progress",
        [
            {
                "enrollment_id": run,
                "lesson_id": entry["lesson_id"],
                "seconds": 700,
                "answered": len(entry["exercises"]) if place < 2 else 1,
                "finished_at": now if place < 2 else None,
                "completed": place < 2,
            }
            for run, entry, place in begun
        ],
    )
    yield (
        "reading_position",
        [
            {"enrollment_id": run, "lesson_id": entry["lesson_id"], "block": "", "at": now}
            for run, entry, _p in begun
        ],
    )
    yield (
        "reading",
        [
            {
                "enrollment_id": run,
                "lesson_id": entry["lesson_id"],
                "lesson_version_id": entry["lesson_version_id"],
                "day": now.date() - timedelta(days=days),
                "seconds": 350,
                "reports": 12,
            }
            for run, entry, _place in begun
            for days in (1, 2)
        ],
    )
    yield (
        "lesson_finish",
        [
            {
                "enrollment_id": run,
                "lesson_id": entry["lesson_id"],
                "lesson_version_id": entry["lesson_version_id"],
                "exercises": entry["exercises"],
                "how": "said",
            }
            for run, entry, place in begun
            if place < 2
        ],
    )
    items = {run: course.items for run, _person, course in runs}
    yield (
        "exercise_response",
        [
            {
                "enrollment_id": run,
                "lesson_id": entry["lesson_id"],
                "item_id": items[run][key][0],
                "item_version_id": items[run][key][1],
                "answer": None,
                "score": Decimal("0.5"),
                "grade": {"feedback": [], "details": {"way": run % 5}},  # five ways to answer
            }
            for run, entry, place in begun
            for key in entry["exercises"]
            if place < 2 and key in items[run]
        ],
    )


def _attempts(runs: Sequence[tuple], now: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """One submitted attempt per run, of twelve questions, each answered twice."""
    sat = [(run, person, course) for run, person, course in runs if course.quiz]
    yield (
        "attempt",
        [
            {
                "id": run,
                "quiz_id": course.quiz[0],
                "quiz_version_id": course.quiz[1],
                "person_id": person,
                "number": 1,
                "enrollment_id": run,
                "attempt_limit": 3,
                "seed": 1,
                "lang": "vi",
                "state": "submitted",
                "started_at": now - timedelta(days=1),
                "submitted_at": now - timedelta(days=1),
                "score": Decimal("0.4"),
                "mark": Decimal("4.0"),
                "passed": False,
            }
            for run, person, course in sat
        ],
    )
    slots = [
        (run, slot, version)
        for run, _person, course in sat
        for slot, (_item, version) in enumerate(sorted(course.items.values())[:12], start=1)
    ]
    grade = {"feedback": [], "details": {}, "pending": False}
    yield (
        "attempt_item",
        [
            {
                "attempt_id": run,
                "slot": slot,
                "item_version_id": version,
                "weight": Decimal(1),
                "stored_sequence": 2,
                "score": Decimal("0.4"),
                "grade": grade,
            }
            for run, slot, version in slots
        ],
    )
    yield (
        "answer_log",
        [
            {"attempt_id": run, "slot": slot, "sequence": number, "answer": "a", "at": now}
            for run, slot, _version in slots
            for number in (1, 2)
        ],
    )


# --- who is signed in -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Learner:
    """A signed-in learner as a browser holds him: the cookie, and the token for unsafe requests."""

    number: int
    cookie: str
    csrf_token: str


def learners(app: Flask) -> list[Learner]:
    """Everybody, signed in without the deliberately slow check of a password."""
    return browsers(app, range(1, LEARNERS + 1))


def browsers(app: Flask, accounts: Iterable[int]) -> list[Learner]:
    """The browsers of accounts that :func:`sign_in` has signed in."""
    serializer = app.session_interface.get_signing_serializer(app)
    with app.test_request_context("/"):
        from flask import session

        csrf_token = generate_csrf()
        secret = session["csrf_token"]
    name = app.config["SESSION_COOKIE_NAME"]
    return [
        Learner(
            one,
            f"{name}=" + serializer.dumps({"_user_id": _token(one), "_fresh": True, "csrf_token": secret}),
            csrf_token,
        )
        for one in accounts
    ]


def sign_in(connection: Connection, accounts: Iterable[int]) -> None:
    """Sign accounts in for a day."""
    rows = [
        {key: value for key, value in row.items() if key != "id"} for row in _sessions(accounts, clock.now())
    ]
    connection.execute(insert(_table("login_session")), rows)


def _sessions(accounts: Iterable[int], now: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": one,
            "account_id": one,
            "token_hash": token_hash(_token(one)),
            "expires_at": now + timedelta(days=1),
        }
        for one in accounts
    ]


def _token(one: int) -> str:
    return f"bench-session-{one:05d}-not-for-any-real-instance"
