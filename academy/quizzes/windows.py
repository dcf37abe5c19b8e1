"""When a quiz has closed for everybody: those with a window, or time, of their own too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from academy.kernel.db import db
from academy.quizzes.models import Accommodation, Attempt
from academy.quizzes.views import QuizRow


def closed_for_all(quiz: QuizRow) -> datetime | None:
    """The end of the last window that anybody has, and of attempts that are being sat; one query.

    None if the quiz does not close. Until then its answers are nobody's to see, and what it uses stays as it is.
    """
    closes = quiz.rules.accepts_until(quiz.rules.closes)
    if closes is None:
        return None
    own = select(func.max(Accommodation.closes)).where(Accommodation.quiz_id == quiz.id)
    sat = select(func.max(Attempt.accepts_until)).where(Attempt.quiz_id == quiz.id, Attempt.submitted_at.is_(None))
    ends = db.session.execute(select(own.scalar_subquery(), sat.scalar_subquery())).one()
    return max((closes, *(end for end in ends if end is not None)))
