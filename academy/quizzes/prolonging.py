"""Putting off the end of a quiz while it is being sat; whoever the old end would have cut short gets the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.kernel.actor import Actor
from academy.kernel.database_clock import now_column
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import CONTENT, OPEN, Accommodation, Attempt, Quiz, QuizVersion
from academy.quizzes.publishing import save_quiz
from academy.quizzes.queries import get_quiz
from academy.quizzes.rules import Allowance, QuizRules

__all__ = ["prolong_quiz"]


def prolong_quiz(actor: Actor, quiz_id: int, closes: datetime, *, reason: str) -> int:
    """Let a quiz close later: a new version of its rules, and later deadlines where the old end cut them.

    Returns:
        How many attempts that are being sat got a later deadline.

    Raises:
        NotFound, Forbidden
        Conflict: it closes no earlier as it is, or its rules are kept in a file that says another end.
        Frozen: an examination of the course is under way.
    """
    with unit_of_work() as work:
        quiz = get_quiz(quiz_id)
        course = find_course_by_id(quiz.course_id)
        row = work.session.get_one(Quiz, quiz_id)
        if row.origin == CONTENT and quiz.rules.closes != closes:
            raise Conflict(
                _l("This quiz is kept in a file of the content folder."),
                rule="quiz.content",
                next_step=_l(
                    "Set the later closing there and publish it, then prolong here to the same moment."
                ),
            )
        if row.origin != CONTENT:
            if quiz.rules.closes is None or closes <= quiz.rules.closes:
                raise Conflict(_l("The quiz does not close earlier as it is."), rule="quiz.prolong")
            settings = work.session.scalar(
                select(QuizVersion.settings).where(QuizVersion.id == quiz.version_id)
            )
            window = settings["window"] | {"closes": closes.isoformat()}
            save_quiz(
                actor, quiz.course_id, quiz.slug, settings | {"window": window}, may_close_later=True
            )
        moved = sum(_move(work, *one) for one in _cut_short(work, quiz_id, closes))
        record(
            actor,
            "quizzes.prolong",
            "quiz",
            f"{course.slug if course else ''}/{quiz.slug}",
            details={"closes": closes.isoformat(), "attempts": moved, "reason": reason},
        )
        return moved


def _cut_short(
    work: UnitOfWork, quiz_id: int, closes: datetime
) -> Iterator[tuple[Attempt, datetime, timedelta]]:
    """Attempts that are being sat, when each closes now, and by how much its deadline moves."""
    rows = work.session.execute(
        select(Attempt, QuizVersion.settings, Accommodation)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .outerjoin(
            Accommodation,
            (Accommodation.quiz_id == Attempt.quiz_id) & (Accommodation.person_id == Attempt.person_id),
        )
        .where(Attempt.quiz_id == quiz_id, Attempt.state == OPEN, Attempt.accepts_until >= now_column())
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    for attempt, settings, granted in rows:
        old = attempt.closes_at
        rules = replace(QuizRules.from_settings(settings), closes=closes).allowing(_allowance(granted))
        if old is None or rules.last_moment <= old:
            continue
        cut = replace(rules, closes=old, extra=timedelta(0))
        before, after = cut.deadline(attempt.started_at), rules.deadline(attempt.started_at)
        yield attempt, rules.last_moment, after - before


def _allowance(granted: Accommodation | None) -> Allowance | None:
    if granted is None:
        return None
    return Allowance(
        extra_minutes=granted.extra_minutes, extra_percent=granted.extra_percent, closes=granted.closes
    )


def _move(work: UnitOfWork, attempt: Attempt, closes_at: datetime, shift: timedelta) -> bool:
    attempt.closes_at = closes_at
    if shift <= timedelta(0):
        return False
    attempt.deadline += shift
    attempt.accepts_until += shift
    work.enqueue("quizzes.expire", run_at=attempt.accepts_until, attempt_id=attempt.id)
    return True
