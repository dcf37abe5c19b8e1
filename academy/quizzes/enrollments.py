"""Runs through a course as quizzes see them: who may sit, and which attempts count together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from sqlalchemy import and_, bindparam, func, or_, select

from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.kernel.db import Prepared
from academy.quizzes.models import OPEN, Attempt

LEFT = "left"


def is_enrolled(person_id: int | None, course_id: int) -> bool:
    """Whether a person studies a course and may sit its quizzes."""
    return person_id is not None and enrollment_of(person_id, course_id) is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a quiz: enrolled in its course, and the attempts that the present run has used up."""

    is_enrolled: bool = False
    used: int = 0


def standing(person_id: int | None, quiz_id: int, course_id: int, now: datetime) -> Standing:
    """The standing of a person, or of nobody; one query. An attempt that is being sat does not count as used.

    A run has attempts of its own once the one before was completed. One that was given up hands its
    attempts on to the next: leaving and coming again gains none.
    """
    if person_id is None:
        return Standing()
    runs = _RUNS(person_id=person_id, quiz_id=quiz_id, course_id=course_id, now=now)
    present = next((at for at, run in enumerate(runs) if run.state != LEFT), 0)
    given_up = takewhile(lambda run: run.state == LEFT, runs[present + 1 :])
    return Standing(
        is_enrolled=any(run.state != LEFT for run in runs),
        used=sum(run.used for run in (*runs[present : present + 1], *given_up)),
    )


_RUNS = Prepared(
    select(Enrollment.state, func.count(Attempt.id).label("used"))
    .outerjoin(
        Attempt,
        and_(
            Attempt.enrollment_id == Enrollment.id,
            Attempt.quiz_id == bindparam("quiz_id"),
            or_(Attempt.state != OPEN, Attempt.accepts_until < bindparam("now")),
        ),
    )
    .where(Enrollment.person_id == bindparam("person_id"), Enrollment.course_id == bindparam("course_id"))
    .group_by(Enrollment.id, Enrollment.state, Enrollment.run)
    .order_by(Enrollment.run.desc())
)
