"""An examination with an essay that tens of thousands have sat: their attempts, answers, marks and jobs, as rows.

The rows are made inside the database from one list of numbers; what nobody looks at is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Table, case, cast, func, insert, literal, select, true

from academy.grading.models import FIRST, RELEASED, MarkingRelease
from academy.grading.services import save_scheme
from academy.grading.shuffling import PRIME
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.models import ItemVersion
from academy.questions.services import save_item
from academy.quizzes.services import save_quiz
from tests.bench.dataset import Learner, browsers, count_on, sign_in
from tests.bench.multiply import unchecked, vacuum
from tests.factories import create_actor
from tests.questions.specs import BY_HAND
from tests.quizzes.conftest import make_course, single

POOL, DRAWN = 60, 9
"""Single-choice items in the pool, and how many of them a paper has beside its essay."""
FIRST_ID = 1_000_000
LONG_AGO = timedelta(days=2)
RULES: dict[str, Any] = {
    "title": {"vi": "Kiểm tra cuối khóa", "en": "Final test"},
    "minutes": 45,
    "attempts": 3,
    "pass_mark": "5.0",
    "draw": [{"kinds": ["single"], "count": DRAWN}, {"kinds": ["extended"], "count": 1}],
    "review": {"after_submit": ["score"], "after_close": ["score", "outcomes", "answers", "feedback"]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The quiz, who teaches its course and marks its essays, and their browsers."""

    quiz_id: int
    course_id: int
    course: str
    instructor: Learner
    marker: Learner


def examination(app: Flask, *, assignment: str = "even") -> Examination:
    """A course with a pool of items and a quiz on them whose essays three markers share."""
    with app.app_context():
        course_id, instructor = make_course("bench-examination")
        for number in range(POOL):
            save_item(
                Actor.system(),
                course_id,
                f"mot-{number}",
                "single",
                single(number),
                lesson="01-van-ban",
                outcome="o1",
            )
        essay = {"lesson": "01-van-ban", "outcome": "o2", "use_lesson": False}
        save_item(Actor.system(), course_id, "viet", "extended", BY_HAND["extended"], **essay)
        quiz_id = save_quiz(Actor.system(), course_id, "final", RULES).quiz_id
        markers = [create_actor(Role.INSTRUCTOR, full_name=name) for name in ("Vũ Một", "Vũ Hai", "Vũ Ba")]
        named = [{"account": marker.account_id} for marker in markers]
        save_scheme(instructor, quiz_id, {"markers": named, "assignment": assignment})
        accounts = [instructor.account_id, markers[0].account_id]
        with db.engine.begin() as connection:
            sign_in(connection, accounts)
        leading, marking = browsers(app, accounts)
        db.session.remove()
    return Examination(
        quiz_id=quiz_id, course_id=course_id, course="bench-examination", instructor=leading, marker=marking
    )


def enroll_all(app: Flask, course_id: int, people: list[int]) -> None:
    """Have these people study a course."""
    table = _table("enrollment")
    with app.app_context(), db.engine.begin() as connection:
        version = connection.scalar(
            select(func.max(_table("course_version").c.id)).where(
                _table("course_version").c.course_id == course_id
            )
        )
        rows = [{"person_id": one, "course_id": course_id, "course_version_id": version} for one in people]
        connection.execute(insert(table), rows)


def store(app: Flask, exam: Examination, attempts: int) -> None:
    """Add so many closed attempts, each of a person of its own, marked and released, and the jobs they left behind."""
    with app.app_context():
        facts = _facts(exam)
        with unchecked() as connection:
            for table, values in _rows(exam, facts, attempts):
                connection.execute(insert(table).from_select(list(values), _each(attempts, values)))
                count_on(connection, table)
        vacuum()
        db.session.remove()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    course_version: int
    quiz_version: int
    first_version: int
    essay: tuple[int, int]  # item, version
    release: int
    markers: list[int]


def _facts(exam: Examination) -> _Facts:
    with unit_of_work() as work:
        release = MarkingRelease(quiz_id=exam.quiz_id, answers=0, finished_at=clock.now())
        work.session.add(release)
        work.session.flush()
        release_id = release.id
    item, version = _table("item"), _table("item_version")
    items = db.session.execute(
        select(version.c.id, version.c.item_id, version.c.kind)
        .join(item, item.c.id == version.c.item_id)
        .where(item.c.course_id == exam.course_id)
        .order_by(version.c.id)
    ).all()
    ids = [row.id for row in items if row.kind == "single"]
    if ids != list(range(ids[0], ids[0] + POOL)):
        raise RuntimeError("the items of the pool are not numbered one by one")
    scheme = db.session.scalar(select(_table("marking_scheme").c.settings))
    quiz_version = _table("quiz_version").c
    course_version = _table("course_version").c
    return _Facts(
        course_version=db.session.scalar(
            select(course_version.id).where(course_version.course_id == exam.course_id)
        ),
        quiz_version=db.session.scalar(select(quiz_version.id).where(quiz_version.quiz_id == exam.quiz_id)),
        first_version=ids[0],
        essay=next((row.item_id, row.id) for row in items if row.kind == "extended"),
        release=release_id,
        markers=[one["account"] for one in scheme["markers"]],
    )


def _table(name: str) -> Table:
    return ItemVersion.metadata.tables[name]


def _numbers(count: int, name: str) -> Any:
    numbers = select(literal(1).label("n")).cte(name, recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count))


class _PerSlot(dict):
    """Values of a table that has a row for each of ``slots`` slots."""

    slots = DRAWN + 1


def _each(count: int, values: dict[str, Any]) -> Any:
    """One row for each number, or for each number and slot; a value is a column, or a function of number and slot."""
    number = _numbers(count, "number").c.n
    slot = _numbers(_PerSlot.slots, "slot").c.n
    columns = [
        (value(number, slot) if callable(value) else value).label(name) for name, value in values.items()
    ]
    rows = select(*columns).select_from(number.table)
    return rows.join(slot.table, true()) if isinstance(values, _PerSlot) else rows


def _rows(exam: Examination, facts: _Facts, attempts: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    then = clock.now() - LONG_AGO

    def row_of(name: str, slots: bool = False, **values: Any) -> tuple[Table, dict[str, Any]]:
        table = _table(name)
        typed = {
            key: value
            if callable(value) or isinstance(value, ColumnElement)
            else literal(value, table.c[key].type)
            for key, value in values.items()
        }
        return table, (_PerSlot(typed) if slots else typed)

    def one(n: Any, _slot: Any) -> Any:
        return n + FIRST_ID

    def version(n: Any, slot: Any) -> Any:
        drawn = facts.first_version + (n * 7 + slot * 5) % POOL
        return case((slot == DRAWN + 1, facts.essay[1]), else_=drawn)

    def marker(n: Any, _slot: Any) -> Any:
        return case((n % 3 == 0, facts.markers[0]), (n % 3 == 1, facts.markers[1]), else_=facts.markers[2])

    def name(n: Any, _slot: Any) -> Any:
        return literal("Thí sinh ") + cast(n, _table("person").c.full_name.type)

    yield row_of("person", id=one, full_name=name, sort_key=name, name_fold=name)
    yield row_of(
        "enrollment", id=one, person_id=one, course_id=exam.course_id, course_version_id=facts.course_version,
        enrolled_at=then,
    )  # fmt: skip
    yield row_of(
        "attempt", id=one, quiz_id=exam.quiz_id, quiz_version_id=facts.quiz_version, person_id=one, enrollment_id=one,
        number=1, attempt_limit=3, seed=one, lang="vi", state="submitted", started_at=then, submitted_at=then,
        deadline=then, accepts_until=then, pending=False, score=Decimal("0.4"), mark=Decimal("4.0"), passed=False,
    )  # fmt: skip
    grade = {"feedback": [], "details": {}, "pending": False}
    answered = {
        "answer": "a",
        "score": Decimal("0.4"),
        "grade": grade,
        "answered_at": then,
        "stored_sequence": 1,
    }
    yield row_of(
        "attempt_item", True, attempt_id=one, slot=lambda _n, slot: slot, item_version_id=version, weight=Decimal(1),
        **answered,
    )  # fmt: skip
    yield row_of(
        "answer_log", True, attempt_id=one, slot=lambda _n, slot: slot, sequence=1, answer="a", at=then
    )
    yield row_of(
        "marking_answer", id=one, quiz_id=exam.quiz_id, attempt_id=one, slot=DRAWN + 1, item_id=facts.essay[0],
        item_version_id=facts.essay[1], person_id=one, shuffle=lambda n, _slot: 1 + (n * 7_919) % (PRIME - 1),
        state=RELEASED, score=Decimal("0.4"), how="single", release_id=facts.release, released_at=then,
    )  # fmt: skip
    yield row_of(
        "marking_seat", id=one, answer_id=one, quiz_id=exam.quiz_id, role=FIRST, marker_id=marker, score=Decimal("0.4"), stored_at=then,
        comment="",
    )  # fmt: skip
    yield row_of(
        "job", id=one, kind="quizzes.expire", payload={"attempt_id": 1}, state="done", run_at=then, result={},
        created_at=then, finished_at=then,
    )  # fmt: skip
