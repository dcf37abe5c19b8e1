"""Collecting the facts of a run, for deciding and for recomputing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from academy.enrollment.models import Enrollment
from academy.kernel.db import db
from academy.progress.models import ExerciseResponse, LessonFinish, Reading
from academy.progress.rules import Facts, Finish
from academy.questions.models import Item
from academy.quizzes.models import Attempt, Quiz


@dataclass(frozen=True, slots=True)
class Spent:
    """Time in a lesson and when it was finished first, for the projection."""

    seconds: dict[int, int]
    finished_at: dict[int, object]


def facts_of(enrollment: Enrollment) -> tuple[Facts, Spent]:
    """Everything a run has done; four queries."""
    finishes: dict[int, list[Finish]] = defaultdict(list)
    finished_at: dict[int, object] = {}
    for row in db.session.scalars(
        select(LessonFinish).where(LessonFinish.enrollment_id == enrollment.id).order_by(LessonFinish.at)
    ):
        finishes[row.lesson_id].append(
            Finish(row.lesson_version_id, frozenset(row.exercises), hasty=row.hasty)
        )
        finished_at.setdefault(row.lesson_id, row.at)
    passed, best = _marks(enrollment)
    facts = Facts(finishes=finishes, answered=_answered(enrollment.id), passed=passed, best=best)
    return facts, Spent(_seconds(enrollment.id), finished_at)


def _answered(enrollment_id: int) -> frozenset[str]:
    return frozenset(
        db.session.scalars(
            select(Item.key)
            .join(ExerciseResponse, ExerciseResponse.item_id == Item.id)
            .where(ExerciseResponse.enrollment_id == enrollment_id)
            .distinct()
        )
    )


def _marks(enrollment: Enrollment) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Best marks by quiz: of passed attempts, and of all; only attempts of this run count."""
    rows = db.session.execute(
        select(Quiz.slug, Attempt.passed, func.max(Attempt.mark))
        .join(Attempt, Attempt.quiz_id == Quiz.id)
        .where(
            Quiz.course_id == enrollment.course_id,
            Attempt.enrollment_id == enrollment.id,
            Attempt.mark.is_not(None),
        )
        .group_by(Quiz.slug, Attempt.passed)
    ).all()
    passed = {slug: mark for slug, has_passed, mark in rows if has_passed}
    best: dict[str, Decimal] = {}
    for slug, _has_passed, mark in rows:
        best[slug] = max(mark, best.get(slug, mark))
    return passed, best


def _seconds(enrollment_id: int) -> dict[int, int]:
    rows = db.session.execute(
        select(Reading.lesson_id, func.sum(Reading.seconds))
        .where(Reading.enrollment_id == enrollment_id)
        .group_by(Reading.lesson_id)
    )
    return {lesson_id: int(seconds) for lesson_id, seconds in rows}
