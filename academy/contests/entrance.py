"""The one way into the paper of a round: its entry, which asks for the prediction."""

from __future__ import annotations

from sqlalchemy import select

from academy.contests.models import Contest, ContestRound
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.quizzes.entrances import Entrance

__all__ = ["find_entrance"]


def find_entrance(quiz_id: int) -> Entrance | None:
    """The page of the announced round that has the quiz, until the round has closed; one query."""
    row = db.session.execute(
        select(Contest.slug, ContestRound.number)
        .join(ContestRound, ContestRound.contest_id == Contest.id)
        .where(
            ContestRound.quiz_id == quiz_id,
            ContestRound.announced_at.is_not(None),
            ContestRound.closes_at > clock.now(),
        )
    ).first()
    if row is None:
        return None
    return Entrance(
        message=_l("This is the paper of a contest: it starts on the page of its round, with a prediction."),
        path=f"/contests/{row.slug}/rounds/{row.number}",
    )
