"""Many closed attempts written as rows: thousands of them through the services would take an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from academy.catalog.models import CourseVersion
from academy.enrollment.models import Enrollment
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from academy.questions.options import opaque_id
from academy.questions.queries import get_item_versions
from academy.quizzes.marks import mark_of, share_of, to_decimal
from academy.quizzes.models import SUBMITTED, AnswerLog, Attempt, AttemptItem, Quiz, QuizVersion

Paper = Mapping[int, str | None]
"""Version of a single-choice item → the author's id of the option chosen, None for a blank."""


def sit(
    quiz_id: int,
    papers: Sequence[Paper],
    *,
    seconds: Mapping[int, float] | float = 20.0,
    at: datetime | None = None,
    weight: Decimal = Decimal(1),
) -> list[int]:
    """A closed attempt of a new person for each paper; the ids of the attempts.

    Args:
        seconds: how long each answer took, for all or by version.
        at: when they began; a day ago if not given.
    """
    with unit_of_work():
        return _sit(quiz_id, papers, seconds, at, weight)


def _sit(
    quiz_id: int,
    papers: Sequence[Paper],
    seconds: Mapping[int, float] | float,
    at: datetime | None,
    weight: Decimal,
) -> list[int]:
    specs = {one.id: one.spec for one in get_item_versions({v for paper in papers for v in paper}).values()}
    version_id = db.session.scalar(
        select(QuizVersion.id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Quiz.id == quiz_id, QuizVersion.number == Quiz.current_number)
    )
    began = at or clock.now() - timedelta(days=1)
    runs = _runs(quiz_id, len(papers))
    first = (db.session.scalar(select(func.max(Attempt.id))) or 0) + 1
    attempts, items, log = [], [], []
    for number, (paper, (run, person)) in enumerate(zip(papers, runs, strict=True)):
        attempt, now, scores = first + number, began, []
        for slot, (version, choice) in enumerate(paper.items(), 1):
            option = next((one for one in specs[version]["options"] if one["id"] == choice), None)
            score = Decimal(1) if option and option["correct"] else Decimal(0)
            answer = opaque_id(option["text"]) if option else None
            scores.append((weight, score))
            if option:
                now += timedelta(seconds=seconds if isinstance(seconds, float | int) else seconds[version])
                log.append({"attempt_id": attempt, "slot": slot, "sequence": 1, "answer": answer, "at": now})
            items.append(
                {
                    "attempt_id": attempt,
                    "slot": slot,
                    "item_version_id": version,
                    "weight": weight,
                    "stored_sequence": 1 if option else 0,
                    "answer": answer,
                    "answered_at": now if option else None,
                    "score": score,
                    "grade": _grade(choice),
                }
            )
        share = share_of(scores)
        attempts.append(
            {
                "id": attempt,
                "quiz_id": quiz_id,
                "quiz_version_id": version_id,
                "person_id": person,
                "enrollment_id": run,
                "number": 1,
                "seed": 1 + number,
                "lang": "vi",
                "state": SUBMITTED,
                "started_at": began,
                "submitted_at": now,
                "pending": False,
                "score": to_decimal(share),
                "mark": mark_of(share),
                "passed": mark_of(share) >= 5,
            }
        )
    for model, rows in ((Attempt, attempts), (AttemptItem, items), (AnswerLog, log)):
        for start in range(0, len(rows), 10_000):
            db.session.execute(insert(model), rows[start : start + 10_000])
    if db.engine.dialect.name == "postgresql":  # ids were given by hand
        db.session.execute(select(func.setval(func.pg_get_serial_sequence("attempt", "id"), first + len(papers))))
    return [row["id"] for row in attempts]


def _grade(choice: str | None) -> dict[str, Any]:
    return {"feedback": [], "details": {"rule": "all_or_nothing", "chosen": choice}, "pending": False}


def _runs(quiz_id: int, count: int) -> list[tuple[int, int]]:
    """New people, enrolled in the course of the quiz: run and person."""
    course = db.session.scalar(select(Quiz.course_id).where(Quiz.id == quiz_id))
    version = db.session.scalar(select(func.max(CourseVersion.id)).where(CourseVersion.course_id == course))
    since = db.session.scalar(select(func.max(Person.id))) or 0
    people = [{"full_name": f"Thí sinh {n}", "sort_key": f"{n:06}", "name_fold": f"thi sinh {n}"} for n in range(count)]
    db.session.execute(insert(Person), people)
    ids = db.session.scalars(select(Person.id).where(Person.id > since).order_by(Person.id)).all()
    rows = [{"person_id": one, "course_id": course, "course_version_id": version} for one in ids]
    db.session.execute(insert(Enrollment), rows)
    found = select(Enrollment.id, Enrollment.person_id).where(Enrollment.person_id > since)
    return [(run, person) for run, person in db.session.execute(found.order_by(Enrollment.id))]
