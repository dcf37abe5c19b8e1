"""Letting an announced round close later: never earlier, before it has closed, with a reason that everybody reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from academy.audit.services import record
from academy.contests.deciding import checked_reason
from academy.contests.errors import RoundFixed, UnreadableRules
from academy.contests.managing import managed_round
from academy.contests.models import ContestProlongation, ContestRound
from academy.contests.queries import find_contest
from academy.contests.views import SECOND, RoundView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.services import prolong_quiz

__all__ = ["prolong_round"]

MOST = timedelta(days=60)


def prolong_round(actor: Actor, slug: str, number: int, closes_at: datetime, *, reason: str) -> RoundView:
    """Let an announced round, and its quiz, close later.

    Papers that the old end would have cut short get their whole time; predictions are taken until each paper is
    handed in, as before. The seed of the draw and its commitment stay as they were announced.

    Args:
        closes_at: the first instant after the round.
        reason: shown to everybody, and kept in the journal.

    Raises:
        ContestNotFound, Forbidden: the actor may not change quizzes of the course, either.
        Invalid: no reason, no later closing, or one that is too far away to be meant.
        RoundFixed: it was not announced, or has closed.
        Conflict: the quiz is kept in a file, or frozen.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        _contest, current, _row = managed_round(work, actor, slug, number)
        row = _held(work, current.id)
        _require_open(row)
        _require_later(row.closes_at, closes_at)
        before, row.closes_at = row.closes_at, closes_at
        work.session.add(
            ContestProlongation(
                round_id=row.id,
                closes_before=before,
                closes_after=closes_at,
                reason=reason,
                by_id=actor.account_id,
                at=clock.now(),
            )
        )
        moved = prolong_quiz(actor, row.quiz_id, closes_at, reason=reason)
        details = {
            "round": number,
            "closes_before": before.isoformat(),
            "closes_after": closes_at.isoformat(),
            "attempts": moved,
            "reason": reason,
        }
        record(actor, "contest.prolong_round", "contest", slug, details=details)
        work.session.flush()
        return find_contest(slug).round(number)


def _held(work: UnitOfWork, round_id: int) -> ContestRound:
    return work.session.scalars(
        select(ContestRound)
        .where(ContestRound.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _require_open(row: ContestRound) -> None:
    if row.announced_at is None:
        raise RoundFixed(
            _l("The round has not been announced."), next_step=_l("Change it; nothing has been promised yet.")
        )
    if row.closed_at is not None or clock.now() >= row.closes_at:
        raise RoundFixed(
            _l("The round has closed: it can no longer be prolonged."),
            next_step=_l("Add another round with a quiz of its own."),
        )


def _require_later(before: datetime, after: datetime) -> None:
    if after <= before:
        message = _l(
            "A round is only ever prolonged: choose a time after %(when)s.",
            when=clock.local(before - SECOND).strftime("%d/%m/%Y, %H:%M:%S"),
        )
    elif after > before + MOST:
        message = _l("At most %(n)s days at a time: it cannot be taken back.", n=MOST.days)
    else:
        return
    raise UnreadableRules(message, errors={"closes_on": [message]})
