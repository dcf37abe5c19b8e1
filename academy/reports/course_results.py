"""A course's learners for those who teach it: how far each is, and how the quizzes go. Practice stays private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from academy.catalog.policies import can_edit_course
from academy.catalog.queries import get_course
from academy.catalog.views import CourseView
from academy.enrollment.models import Enrollment
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person, Unit
from academy.progress.models import CourseProgress
from academy.quizzes.models import Attempt, Quiz, QuizVersion
from academy.reports.figures import mean_mark

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRow:
    """A learner's newest run through the course."""

    name: str
    unit: str
    state: str
    lessons_done: int
    lessons: int
    best_mark: Decimal | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRow:
    """A quiz over all learners; marks are means of marked attempts, on the ten-point scale."""

    title: Mapping[str, str]
    attempts: int
    passed: int
    mean: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseResults:
    """What the results page of a course shows; ``learners`` and ``completed`` count people, not runs."""

    course: CourseView
    page: Page
    quizzes: Sequence[QuizRow]
    learners: int
    completed: int


def results_of(actor: Actor, slug: str, *, cursor: str | None = None) -> CourseResults:
    """Learners by name, fifty a page, and the quizzes; five queries whatever their number.

    Raises:
        NotFound: no such course, or not to be known.
        Forbidden: the actor does not teach it.
    """
    course = get_course(actor, slug)
    require(actor, can_edit_course, course)
    learners, completed = db.session.execute(
        select(_people(), _people().filter(Enrollment.state == "completed")).where(
            Enrollment.course_id == course.id, Enrollment.state != "left"
        )
    ).one()
    return CourseResults(
        course=course,
        page=_learners(course.id, cursor),
        quizzes=_quizzes(course.id),
        learners=learners,
        completed=completed,
    )


def _people() -> Any:
    return func.count(Enrollment.person_id.distinct())


def _learners(course_id: int, cursor: str | None) -> Page:
    later = aliased(Enrollment)
    came_again = exists().where(
        later.person_id == Enrollment.person_id,
        later.course_id == Enrollment.course_id,
        later.state != "left",
        later.run > Enrollment.run,
    )
    statement = (
        select(
            Person.full_name,
            Unit.name,
            Enrollment.state,
            CourseProgress.lessons_done,
            CourseProgress.lessons,
            CourseProgress.best_mark,
            Enrollment.enrolled_at,
        )
        .join(Enrollment, Enrollment.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(CourseProgress, CourseProgress.enrollment_id == Enrollment.id)
        .where(Enrollment.course_id == course_id, Enrollment.state != "left", ~came_again)
    )
    page = keyset(statement, [Person.sort_key, Enrollment.id], cursor, PAGE)
    return Page([_learner(row) for row in page.items], page.next_cursor)


def _learner(row: Sequence[Any]) -> LearnerRow:
    name, unit, state, done, lessons, best, since = row[:7]
    return LearnerRow(
        name=name,
        unit=unit or "",
        state=state,
        lessons_done=done or 0,
        lessons=lessons or 0,
        best_mark=best,
        since=since,
    )


def _quizzes(course_id: int) -> list[QuizRow]:
    # counted by themselves, from an index alone: a join would carry the rules of the quiz along with every attempt
    marked = (
        select(
            Attempt.quiz_id,
            func.count().label("attempts"),
            func.count().filter(Attempt.passed.is_(True)).label("passed"),
            func.sum(Attempt.mark).label("total"),
        )
        .where(Attempt.quiz_id.in_(select(Quiz.id).where(Quiz.course_id == course_id)), Attempt.mark.is_not(None))
        .group_by(Attempt.quiz_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            QuizVersion.settings,
            func.coalesce(marked.c.attempts, 0),
            func.coalesce(marked.c.passed, 0),
            marked.c.total,
        )
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .outerjoin(marked, marked.c.quiz_id == Quiz.id)
        .where(Quiz.course_id == course_id, QuizVersion.number == Quiz.current_number)
        .order_by(Quiz.slug)
    )
    return [
        QuizRow(
            title=settings["title"],
            attempts=attempts,
            passed=passed,
            mean=mean_mark(total, attempts),
        )
        for settings, attempts, passed, total in rows
    ]
