"""Stopping the clock of attempts: learners who are granted pauses, and invigilators for whoever sits.

The deadline moves at once by the longest that the pause may last; what is not used is taken back when it is ended
earlier. So a pause ends by itself without a job or a request, on every machine at the same instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from academy.audit.services import record
from academy.kernel import database_clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.database_clock import now_column
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import OPEN, Attempt, AttemptPause
from academy.quizzes.opening import open_attempt
from academy.quizzes.pause_rules import NO_TIME, moved
from academy.quizzes.policies import can_invigilate
from academy.quizzes.queries import get_visible_quiz
from academy.quizzes.reasons import checked_reason
from academy.quizzes.seat import NOWHERE, Seat
from academy.quizzes.views import AttemptSummary

__all__ = ["OwnPauses", "end_own_pause", "end_pauses", "own_pauses", "pause_attempts", "pause_own"]

MAX_MINUTES = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPauses:
    """What a learner may still pause in an attempt. ``own``: the pause that goes on was taken by the learner.

    ``moves``: by how much the longest pause from now on would move the deadline.
    """

    count: int
    left: timedelta
    own: bool
    moves: timedelta

    @property
    def any_left(self) -> bool:
        return self.count > 0 and self.left > NO_TIME

    @property
    def seconds(self) -> int:
        return int(self.left.total_seconds())

    @property
    def is_made_up(self) -> bool:
        """Whether all of it is added to the end."""
        return self.moves >= self.left


def own_pauses(attempt: AttemptSummary, now: datetime) -> OwnPauses:
    """What is left of an attempt's own pauses, the one that goes on counted as if it lasted to its end; one query."""
    rows = _pauses(attempt.id)
    left = _left(attempt, rows)
    limit = None if attempt.pause_past_close else attempt.closes_at
    return OwnPauses(
        count=attempt.pauses - sum(row.own for row in rows),
        left=left,
        own=attempt.is_paused(now) and bool(rows) and rows[-1].own,
        moves=moved(attempt.deadline, limit, left) if attempt.deadline else NO_TIME,
    )


def pause_own(actor: Actor, attempt_id: int, *, seat: Seat = NOWHERE) -> datetime:
    """Stop the clock of one's own attempt, for as long as is granted at most; while it is paused, changes nothing.

    Returns:
        When the pause ends by itself.

    Raises:
        NotFound: there is no such attempt of the actor.
        AttemptClosed: it was submitted, or its time is over.
        OtherDevice, WrongPlace: it is not being sat from this seat.
        Conflict: no pause is granted or left, or the deadline has passed.
    """
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat, while_paused=True)
        now = database_clock.now()
        if _is_paused(attempt, now):
            return attempt.paused_until
        rows = _pauses(attempt.id)
        left = _left(attempt, rows)
        if sum(row.own for row in rows) >= attempt.pauses or left <= NO_TIME:
            raise Conflict(
                _l("No pause is left for this attempt."),
                rule="pause.used",
                next_step=_l("Go on writing; if you cannot, call the invigilator, who can stop the clock."),
            )
        _require_time(attempt, now)
        limit = None if attempt.pause_past_close else attempt.closes_at
        return _begin(work, actor, attempt, now, left, limit, own=True)


def end_own_pause(actor: Actor, attempt_id: int, *, seat: Seat = NOWHERE) -> None:
    """Go on with one's attempt before one's pause has ended by itself; while the clock runs, changes nothing.

    Raises:
        NotFound, AttemptClosed, OtherDevice, WrongPlace: as :func:`pause_own`.
        Conflict: an invigilator has stopped the clock.
    """
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat, while_paused=True)
        now = database_clock.now()
        if not _is_paused(attempt, now):
            return
        if not _pauses(attempt.id)[-1].own:
            raise Conflict(
                _l("The invigilator has stopped the clock."),
                rule="pause.ordered",
                next_step=_l("It goes on by itself, or when the invigilator lets it go on."),
            )
        _end(work, actor, attempt, now)


def pause_attempts(
    actor: Actor,
    quiz_id: int,
    minutes: int,
    *,
    reason: str,
    past_close: bool = False,
    attempts: Iterable[int] | None = None,
) -> int:
    """Stop the clock of attempts that are being sat, in place of a pause that goes on.

    Args:
        minutes: 1 to :data:`MAX_MINUTES`; then they go on by themselves.
        past_close: the time is made up even after the quiz has closed for the learner.
        attempts: their ids; None: all open attempts at the quiz.

    Returns:
        How many were paused.

    Raises:
        NotFound, Forbidden
        Invalid: minutes or reason break a rule.
        Conflict: none of the attempts is open and before its deadline.
    """
    with unit_of_work() as work:
        _invigilated(actor, quiz_id)
        reason = checked_reason(reason)
        if not 1 <= minutes <= MAX_MINUTES:
            message = _l("Pause for 1 to %(n)s minutes; then the clock goes on by itself.", n=MAX_MINUTES)
            raise Invalid(message, rule="pause.minutes", errors={"minutes": [message]})
        now = database_clock.now()
        found = _held(work, actor, quiz_id, attempts, lambda one: one.deadline > now)
        for one in found:
            if _is_paused(one, now):
                _end(work, actor, one, now)
            limit = None if past_close else one.closes_at
            _begin(work, actor, one, now, timedelta(minutes=minutes), limit, own=False, reason=reason)
        return len(found)


def end_pauses(actor: Actor, quiz_id: int, *, attempts: Iterable[int] | None = None) -> int:
    """Let paused attempts go on, whoever has paused them; how many.

    Raises:
        NotFound, Forbidden
        Conflict: none of them is paused.
    """
    with unit_of_work() as work:
        _invigilated(actor, quiz_id)
        now = database_clock.now()
        found = _held(work, actor, quiz_id, attempts, lambda one: _is_paused(one, now))
        for one in found:
            _end(work, actor, one, now)
        return len(found)


def _invigilated(actor: Actor, quiz_id: int) -> None:
    _quiz, course = get_visible_quiz(actor, quiz_id)
    require(actor, can_invigilate, course)


def _held(
    work: UnitOfWork,
    actor: Actor,
    quiz_id: int,
    attempts: Iterable[int] | None,
    fits: Callable[[Attempt], bool],
) -> list[Attempt]:
    statement = (
        select(Attempt)
        .where(Attempt.quiz_id == quiz_id, Attempt.state == OPEN, Attempt.accepts_until >= now_column())
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if attempts is not None:
        statement = statement.where(Attempt.id.in_(set(attempts)))
    found = [one for one in work.session.scalars(statement) if one.person_id != actor.person_id and fits(one)]
    if not found:
        raise Conflict(
            _l("None of these attempts is in a state in which that can be done."),
            rule="pause.none",
            next_step=_l(
                "Look again: it may have been handed in, its time may be over, or it goes on already."
            ),
        )
    return found


def _require_time(attempt: Attempt, now: datetime) -> None:
    if attempt.deadline is None:
        raise Conflict(
            _l("This attempt has no time limit: there is no clock to stop."),
            rule="pause.no-clock",
            next_step=_l("Close the page and come back whenever you like; what is stored stays."),
        )
    if now >= attempt.deadline:
        raise Conflict(_l("The time of this attempt is over: it can no longer be paused."), rule="pause.over")


def _is_paused(attempt: Attempt, now: datetime) -> bool:
    return attempt.paused_until is not None and now < attempt.paused_until


def _pauses(attempt_id: int) -> list[AttemptPause]:
    return list(
        db.session.scalars(
            select(AttemptPause)
            .where(AttemptPause.attempt_id == attempt_id)
            .order_by(AttemptPause.number)
            .execution_options(populate_existing=True)
        )
    )


def _left(attempt: Attempt | AttemptSummary, rows: Iterable[AttemptPause]) -> timedelta:
    used = sum(((row.ended_at or row.ends_at) - row.started_at for row in rows if row.own), NO_TIME)
    return max(NO_TIME, timedelta(minutes=attempt.pause_minutes) - used)


def _begin(
    work: UnitOfWork,
    actor: Actor,
    attempt: Attempt,
    now: datetime,
    span: timedelta,
    limit: datetime | None,
    *,
    own: bool,
    reason: str = "",
) -> datetime:
    before = attempt.deadline
    shift = moved(before, limit, span)
    ends = min(now + span, before + shift)
    last = work.session.scalar(
        select(func.max(AttemptPause.number)).where(AttemptPause.attempt_id == attempt.id)
    )
    work.session.add(
        AttemptPause(
            attempt_id=attempt.id,
            number=(last or 0) + 1,
            own=own,
            reason=reason,
            started_at=now,
            ends_at=ends,
            deadline_before=before,
            limit=limit,
            by_id=actor.account_id,
        )
    )
    _move(work, attempt, shift)
    attempt.paused_from, attempt.paused_until = now, ends
    attempt.paused_seconds += _seconds(ends - now)
    work.session.flush()
    why = "accommodation" if own else reason
    details = {"reason": why, "until": ends.isoformat(), "past_close": limit is None}
    record(actor, "quizzes.pause.begin", "attempt", attempt.id, person_id=attempt.person_id, details=details)
    return ends


def _end(work: UnitOfWork, actor: Actor, attempt: Attempt, now: datetime) -> None:
    """End the pause that goes on: of the deadline's move only what was used stays."""
    pause = _pauses(attempt.id)[-1]
    given = moved(pause.deadline_before, pause.limit, pause.ends_at - pause.started_at)
    used = moved(pause.deadline_before, pause.limit, now - pause.started_at)
    attempt.paused_seconds -= _seconds(pause.ends_at - pause.started_at) - _seconds(now - pause.started_at)
    attempt.paused_until = pause.ended_at = now
    pause.ended_by_id = actor.account_id
    _move(work, attempt, used - given)
    work.session.flush()
    record(
        actor,
        "quizzes.pause.end",
        "attempt",
        attempt.id,
        person_id=attempt.person_id,
        details={"number": pause.number, "seconds": _seconds(now - pause.started_at)},
    )


def _move(work: UnitOfWork, attempt: Attempt, shift: timedelta) -> None:
    attempt.deadline += shift
    attempt.accepts_until += shift
    work.enqueue("quizzes.expire", run_at=attempt.accepts_until, attempt_id=attempt.id)


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
