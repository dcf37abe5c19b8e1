"""Attempts that still take answers, held while something is stored in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.database_clock import now_column
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork
from academy.questions.queries import VersionRow
from academy.quizzes.errors import AttemptClosed
from academy.quizzes.models import OPEN, Attempt, AttemptItem, QuizVersion
from academy.quizzes.pause_rules import require_running
from academy.quizzes.rules import DeliveryRules
from academy.quizzes.seat import Seat, require_device, require_place
from academy.quizzes.slot_queries import slot_rows

__all__ = ["open_attempt", "slot_of"]


def open_attempt(
    work: UnitOfWork,
    actor: Actor,
    attempt_id: int,
    seat: Seat,
    *,
    take_over: bool = False,
    typed_at: datetime | None = None,
    while_paused: bool = False,
) -> Attempt:
    """The actor's attempt, held until the transaction ends, if it still takes answers from this seat.

    The deadline is judged by the database's clock, in the statement that takes hold of the row.

    Args:
        take_over: the seat may be a new one.
        typed_at: when what is to be stored was typed, as its page says; before a pause, the pause lets it through.
        while_paused: the clock may stand still.

    Raises:
        NotFound, AttemptClosed, WrongPlace, OtherDevice, AttemptPaused
    """
    row = work.session.execute(
        select(Attempt, QuizVersion.settings, now_column())
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(Attempt.id == attempt_id, Attempt.person_id == actor.person_id)
        .with_for_update(of=Attempt)
        # an object that this session met before must not hide what another request has done since
        .execution_options(populate_existing=True)
    ).first()
    if row is None or actor.person_id is None:
        raise NotFound(_l("There is no such attempt."))
    attempt, settings, now = row
    if attempt.state != OPEN:
        raise AttemptClosed(
            _l("This attempt has been submitted: answers can no longer be changed."),
            next_step=_l("Open the attempt to see what was stored."),
        )
    if attempt.accepts_until is not None and now > attempt.accepts_until:
        raise AttemptClosed(
            _l("The time of this attempt is over: this answer was not stored."),
            rule="attempt.deadline",
            next_step=_l("What was stored before the deadline counts. Open the attempt to see it."),
        )
    require_place(DeliveryRules.from_settings(settings), seat)
    if not take_over:
        require_device(attempt.device, seat)
    if not while_paused:
        require_running(attempt, now, typed_at)
    return attempt


def slot_of(attempt_id: int, slot: int) -> tuple[AttemptItem, VersionRow]:
    """An item of an attempt, with the version that was drawn.

    Raises:
        NotFound: the attempt has no such item.
    """
    rows = slot_rows(attempt_id, [slot])
    if not rows:
        raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
    return rows[0]
