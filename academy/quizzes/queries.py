"""Reads of quizzes and attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, select

from academy.catalog.models import Course
from academy.catalog.policies import can_see_course
from academy.catalog.queries import find_course_by_id
from academy.catalog.views import CourseView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.database_clock import now_column
from academy.kernel.db import Prepared, db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.organization.models import Person
from academy.quizzes.enrollments import Standing, is_enrolled
from academy.quizzes.marks import share_of, to_decimal
from academy.quizzes.models import (
    ACTIVE,
    AccessCode,
    Accommodation,
    AnswerLog,
    Attempt,
    GradeChange,
    Quiz,
    QuizVersion,
)
from academy.quizzes.obstacles import Obstacle, obstacles_to_start
from academy.quizzes.policies import can_read_attempts
from academy.quizzes.review import SCORE, phase_of, released
from academy.quizzes.rules import Allowance, QuizRules
from academy.quizzes.slot_queries import slots_of
from academy.quizzes.views import (
    AttemptSummary,
    AttemptView,
    ChangeRow,
    LogRow,
    OutcomeResult,
    QuizRow,
)

__all__ = [
    "attempts_of",
    "changes_of",
    "find_quiz",
    "get_attempt",
    "get_log",
    "get_quiz",
    "get_quiz_named",
    "get_visible_quiz",
    "is_own",
    "marks_shown",
    "name_of",
    "obstacles_of",
    "outcome_results",
    "quizzes_of_course",
]

SUMMARY = (
    Attempt.id,
    Attempt.quiz_id,
    Attempt.quiz_version_id,
    Attempt.person_id,
    Attempt.enrollment_id,
    Attempt.number,
    Attempt.attempt_limit,
    Attempt.seed,
    Attempt.lang,
    Attempt.state,
    Attempt.started_at,
    Attempt.deadline,
    Attempt.accepts_until,
    Attempt.submitted_at,
    Attempt.pending,
    Attempt.score,
    Attempt.mark,
    Attempt.passed,
    Attempt.device,
    Attempt.extra_minutes,
    Attempt.closes_at,
    Attempt.pauses,
    Attempt.pause_minutes,
    Attempt.pause_past_close,
    Attempt.paused_from,
    Attempt.paused_until,
    Attempt.paused_seconds,
)
_SUMMARY_NAMES = tuple(column.key for column in SUMMARY)


def summary(row: Row) -> AttemptSummary:
    """An attempt from a row that selects :data:`SUMMARY` first."""
    return AttemptSummary(**dict(zip(_SUMMARY_NAMES, row, strict=False)))


# --- quizzes -----------------------------------------------------------------------------------


def _quizzes() -> Select:
    return select(
        Quiz.id,
        Quiz.course_id,
        Quiz.slug,
        Quiz.state,
        QuizVersion.id,
        QuizVersion.number,
        QuizVersion.settings,
    ).join(QuizVersion, (QuizVersion.quiz_id == Quiz.id) & (QuizVersion.number == Quiz.current_number))


def _quiz_row(row: Row) -> QuizRow:
    return QuizRow(
        id=row[0],
        course_id=row[1],
        slug=row[2],
        state=row[3],
        version_id=row[4],
        number=row[5],
        rules=QuizRules.from_settings(row[6]),
    )


def get_quiz(quiz_id: int, person_id: int | None = None) -> QuizRow:
    """A quiz with its current rules and what that person is granted, for services: no policy is asked.

    Raises:
        NotFound: there is none.
    """
    rows = _BY_ID(quiz_id=quiz_id, person_id=person_id or 0)
    if not rows:
        raise NotFound(_l("There is no such quiz."))
    quiz, (code_of, granted_at, *granted) = _quiz_row(rows[0]), rows[0][7:]
    allowance = Allowance(**dict(zip(_GRANTED, granted, strict=True))) if granted_at else None
    return replace(quiz, needs_code=code_of is not None, allowance=allowance)


_GRANTED = (
    "extra_minutes",
    "extra_percent",
    "extra_attempts",
    "opens",
    "closes",
    "pauses",
    "pause_minutes",
    "pause_past_close",
)
_BY_ID = Prepared(
    _quizzes()
    .add_columns(
        AccessCode.quiz_id, Accommodation.granted_at, *(getattr(Accommodation, name) for name in _GRANTED)
    )
    .outerjoin(AccessCode, AccessCode.quiz_id == Quiz.id)
    .outerjoin(
        Accommodation,
        (Accommodation.quiz_id == Quiz.id) & (Accommodation.person_id == bindparam("person_id")),
    )
    .where(Quiz.id == bindparam("quiz_id"))
)


def get_quiz_named(name: str) -> QuizRow:
    """A quiz by its number, or by ``<course>/<quiz>``, for commands.

    Raises:
        NotFound: there is none.
    """
    if name.isascii() and name.isdecimal():
        return get_quiz(int(name))
    course, _slash, slug = name.partition("/")
    row = db.session.execute(
        _quizzes().join(Course, Course.id == Quiz.course_id).where(Course.slug == course, Quiz.slug == slug)
    ).first()
    if row is None:
        raise NotFound(_l("There is no such quiz."))
    return _quiz_row(row)


def find_quiz(course_id: int, slug: str) -> QuizRow | None:
    """The quiz of a course under its slug, retired or not."""
    row = db.session.execute(_quizzes().where(Quiz.course_id == course_id, Quiz.slug == slug)).first()
    return _quiz_row(row) if row else None


def quizzes_of_course(course_id: int) -> list[QuizRow]:
    """The quizzes that a course offers, by slug."""
    return [_quiz_row(row) for row in _OF_COURSE(course_id=course_id)]


_OF_COURSE = Prepared(
    _quizzes().where(Quiz.course_id == bindparam("course_id"), Quiz.state == ACTIVE).order_by(Quiz.slug)
)


def get_visible_quiz(actor: Actor, quiz_id: int) -> tuple[QuizRow, CourseView]:
    """A quiz and its course, for whoever may see the course or is enrolled in it.

    Raises:
        NotFound: there is none, or the actor may not know that there is.
    """
    quiz = get_quiz(quiz_id, actor.person_id)
    course = find_course_by_id(quiz.course_id)
    if course is None or not (can_see_course(actor, course) or is_enrolled(actor.person_id, course.id)):
        raise NotFound(_l("There is no such quiz."))
    return quiz, course


# --- attempts ----------------------------------------------------------------------------------


def attempts_of(person_id: int | None, quiz_id: int) -> list[AttemptSummary]:
    """A person's attempts at a quiz, the first one first; none for nobody."""
    if person_id is None:
        return []
    return [summary(row) for row in _OWN(quiz_id=quiz_id, person_id=person_id)]


_OWN = Prepared(
    select(*SUMMARY)
    .where(Attempt.quiz_id == bindparam("quiz_id"), Attempt.person_id == bindparam("person_id"))
    .order_by(Attempt.id)
)


def get_attempt(actor: Actor, attempt_id: int) -> AttemptView:
    """An attempt with its items: one's own, or any of a course whose attempts one may read.

    Two queries, a third for versions that this process has not met yet, one more for instructors.

    Raises:
        NotFound: there is none, or the actor may not know that there is.
    """
    row = db.session.execute(
        select(
            *SUMMARY,
            Quiz.slug,
            Quiz.course_id,
            QuizVersion.settings,
            Course.slug,
            Course.title,
            now_column(),
            _CHANGED,
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(Attempt.id == attempt_id)
    ).first()
    if row is None:
        raise _no_attempt()
    attempt = summary(row)
    quiz_slug, course_id, settings, course_slug, course_title, server_now, has_changes = row[len(SUMMARY) :]
    if not is_own(actor, attempt.person_id) and not _may_read(actor, course_id):
        raise _no_attempt()
    rules = QuizRules.from_settings(settings)
    return AttemptView(
        attempt=attempt,
        rules=rules,
        quiz_slug=quiz_slug,
        course_id=course_id,
        course_slug=course_slug,
        course_title=course_title,
        server_now=server_now,
        slots=tuple(slots_of(attempt, rules)),
        has_changes=has_changes,
    )


_CHANGED = exists().where(GradeChange.attempt_id == Attempt.id).label("has_changes")


def changes_of(view: AttemptView) -> list[ChangeRow]:
    """What was changed in an attempt's grades after it had closed, the newest first; a query only if anything was."""
    if not view.has_changes:
        return []
    rows = db.session.scalars(
        select(GradeChange)
        .where(GradeChange.attempt_id == view.attempt.id)
        .order_by(GradeChange.batch.desc(), GradeChange.slot)
    )
    return [_change(list(group)) for _batch, group in groupby(rows, key=lambda row: row.batch)]


def _change(rows: list[GradeChange]) -> ChangeRow:
    first = rows[0]
    return ChangeRow(
        at=first.at,
        source=first.source,
        reason=first.reason,
        slots=tuple(row.slot for row in rows),
        mark_before=first.mark_before,
        mark_after=first.mark_after,
    )


def get_log(actor: Actor, attempt_id: int) -> list[LogRow]:
    """Every stored change of an attempt's answers in the order of storing.

    Raises:
        NotFound: there is no such attempt, or the actor may not know that there is.
        Forbidden: it is the actor's own, and the actor may not read attempts of the course.
    """
    view = get_attempt(actor, attempt_id)
    course = find_course_by_id(view.course_id)
    require(actor, can_read_attempts, course)
    rows = db.session.execute(
        select(AnswerLog.slot, AnswerLog.sequence, AnswerLog.at, AnswerLog.answer, AnswerLog.typed_at)
        .where(AnswerLog.attempt_id == attempt_id)
        .order_by(AnswerLog.at, AnswerLog.slot, AnswerLog.sequence)
    )
    return [LogRow(**row._mapping) for row in rows]


def is_own(actor: Actor, person_id: int) -> bool:
    """Whether an attempt of that person is the actor's own."""
    return actor.person_id is not None and actor.person_id == person_id


def name_of(person_id: int) -> str:
    """The full name of whoever sits an attempt."""
    return db.session.scalar(select(Person.full_name).where(Person.id == person_id)) or ""


def _may_read(actor: Actor, course_id: int) -> bool:
    course = find_course_by_id(course_id)
    return course is not None and can_read_attempts(actor, course)


def _no_attempt() -> NotFound:
    return NotFound(_l("There is no such attempt."))


# --- what follows from them --------------------------------------------------------------------


def obstacles_of(
    actor: Actor, quiz: QuizRow, standing: Standing, now: datetime | None = None
) -> list[Obstacle]:
    """What keeps the actor, who stands to the quiz like that, from starting an attempt now; empty if nothing."""
    if not actor.is_authenticated:
        return [Obstacle(rule="sign-in-required", message=_l("Please sign in first."))]
    return list(
        obstacles_to_start(
            quiz.rules,
            has_person=actor.person_id is not None,
            is_enrolled=standing.is_enrolled,
            is_offered=quiz.is_offered,
            used=standing.used,
            now=now or clock.now(),
        )
    )


def marks_shown(rules: QuizRules, used: int) -> bool:
    """Whether the marks of a learner's closed attempts may be shown in a list now."""
    phase = phase_of(
        is_open=False, closes=rules.closes, attempts_left=rules.attempts_left(used), now=clock.now()
    )
    return SCORE in released(rules.review, phase)


def outcome_results(view: AttemptView, outcomes: Iterable[Mapping[str, Any]]) -> list[OutcomeResult]:
    """How each learning outcome of the course was met by an attempt, in the course's order.

    Args:
        outcomes: of the course, ``{"id", "text"}``; one that an item names and the course no longer
            knows comes last, under its id.
    """
    parts: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for slot in view.slots:
        parts.setdefault(slot.version.outcome, []).append((slot.weight, slot.score or Decimal(0)))
    texts = {outcome["id"]: outcome["text"] for outcome in outcomes}
    order = [name for name in texts if name in parts] + sorted(set(parts) - set(texts))
    return [
        OutcomeResult(
            outcome=name,
            text=texts.get(name, {"vi": name}),
            items=len(parts[name]),
            share=to_decimal(share_of(parts[name])),
        )
        for name in order
    ]
