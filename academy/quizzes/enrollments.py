"""Runs through a course as quizzes see them: who may sit, and which attempts count together."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sqlalchemy import func, or_, select

from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.kernel.db import db
from academy.quizzes.models import OPEN, Attempt

LEFT = "left"


def is_enrolled(person_id: int | None, course_id: int) -> bool:
    """Whether a person studies a course and may sit its quizzes."""
    return person_id is not None and enrollment_of(person_id, course_id) is not None


def used_attempts(person_id: int | None, quiz_id: int, course_id: int, now: datetime) -> int:
    """How many attempts at a quiz the present run has used up, one being sat not counted; one query.

    A run has attempts of its own once the one before was completed. One that was given up hands its
    attempts on to the next: leaving and coming again gains none.
    """
    is_used = or_(Attempt.state != OPEN, Attempt.accepts_until < now)
    runs = db.session.execute(
        select(Enrollment.state, func.count(Attempt.id))
        .outerjoin(Attempt, (Attempt.enrollment_id == Enrollment.id) & (Attempt.quiz_id == quiz_id) & is_used)
        .where(Enrollment.person_id == person_id, Enrollment.course_id == course_id)
        .group_by(Enrollment.id, Enrollment.state, Enrollment.run)
        .order_by(Enrollment.run.desc())
    ).all()
    present = next((at for at, (state, _used) in enumerate(runs) if state != LEFT), 0)
    given_up = takewhile(lambda run: run[0] == LEFT, runs[present + 1 :])
    return sum(used for _state, used in (*runs[present : present + 1], *given_up))
