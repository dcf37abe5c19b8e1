"""What the announcement of a round promises about its quiz: its rules stand until the round has closed."""

from __future__ import annotations

from sqlalchemy import select

from academy.contests.models import Contest, ContestRound
from academy.kernel.db import db
from academy.kernel.i18n import _l, localized
from academy.quizzes.promises import Promise

__all__ = ["find_promise"]


def find_promise(quiz_id: int) -> Promise | None:
    """Whether a round that was announced and has not closed has the quiz; one query."""
    row = db.session.execute(
        select(Contest.title, ContestRound.number)
        .join(ContestRound, ContestRound.contest_id == Contest.id)
        .where(
            ContestRound.quiz_id == quiz_id,
            ContestRound.announced_at.is_not(None),
            ContestRound.closed_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return Promise(
        message=_l(
            "Round %(n)s of the contest “%(title)s” was announced with this quiz: its rules stay as they are until "
            "the round has closed.",
            n=row.number,
            title=localized(row.title),
        ),
        next_step=_l(
            "Change it afterwards, or write another quiz. The round can be prolonged on the page of the contest."
        ),
    )
