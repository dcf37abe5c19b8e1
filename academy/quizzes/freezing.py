"""Keeping what an examination uses from being changed while it is sat, and lifting that with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from academy.audit.services import record
from academy.catalog.freezing import Freeze
from academy.catalog.policies import can_manage_course
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.quizzes.models import FreezeLift
from academy.quizzes.queries import get_visible_quiz, quizzes_of_course
from academy.quizzes.reasons import checked_reason
from academy.quizzes.views import QuizRow
from academy.quizzes.windows import closed_for_all

__all__ = ["find_freeze", "freeze_of_quiz", "lift_freeze"]


def find_freeze(course_id: int) -> Freeze | None:
    """The examination that freezes a course now, the one that does so longest; one query where none may."""
    now = clock.now()
    frozen = [found for quiz in quizzes_of_course(course_id) if (found := freeze_of_quiz(quiz, now))]
    return max(frozen, key=lambda one: one.until, default=None)


def freeze_of_quiz(quiz: QuizRow, now: datetime) -> Freeze | None:
    """Whether, and until when, a quiz needs its course to stay as it is.

    From its ``freeze_minutes`` before it opens, until it has closed for everybody: those with a window or time
    of their own too.
    """
    rules = quiz.rules
    if rules.delivery.freeze_minutes is None or rules.opens is None or rules.closes is None:
        return None
    if now < rules.opens - timedelta(minutes=rules.delivery.freeze_minutes):
        return None
    until = closed_for_all(quiz)
    if now > until or _is_lifted(quiz.id, now):
        return None
    return Freeze(title=quiz.title, until=until)


def lift_freeze(actor: Actor, quiz_id: int, *, reason: str) -> datetime:
    """Let what the quiz uses be changed, until the end of its present freeze; attempts under way keep their paper.

    Returns:
        Until when.

    Raises:
        NotFound: there is no such quiz for the actor.
        Forbidden: the actor does not administer the course's unit.
        Invalid: the reason is missing or too long.
        Conflict: nothing is frozen.
    """
    with unit_of_work() as work:
        quiz, course = get_visible_quiz(actor, quiz_id)
        require(actor, can_manage_course, course)
        reason = checked_reason(reason)
        freeze = freeze_of_quiz(quiz, clock.now())
        if freeze is None:
            raise Conflict(_l("Nothing is kept from being changed by this quiz at the moment."))
        work.session.add(
            FreezeLift(quiz_id=quiz_id, until=freeze.until, reason=reason, by_id=actor.account_id)
        )
        details = {"reason": reason, "until": freeze.until.isoformat()}
        record(actor, "quizzes.freeze.lift", "quiz", f"{course.slug}/{quiz.slug}", details=details)
        return freeze.until


def _is_lifted(quiz_id: int, now: datetime) -> bool:
    lifted = select(FreezeLift.id).where(FreezeLift.quiz_id == quiz_id, FreezeLift.until >= now).limit(1)
    return db.session.scalar(lifted) is not None
