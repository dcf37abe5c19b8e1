"""Attempts that still take answers, held while something is stored in them."""

from __future__ import annotations

from sqlalchemy import select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork
from academy.questions.queries import VersionRow
from academy.quizzes.errors import AttemptClosed
from academy.quizzes.models import OPEN, Attempt, AttemptItem
from academy.quizzes.queries import slot_rows

__all__ = ["open_attempt", "slot_of"]


def open_attempt(work: UnitOfWork, actor: Actor, attempt_id: int) -> Attempt:
    """The actor's attempt, held until the transaction ends, if it still takes answers."""
    attempt = work.session.scalar(
        select(Attempt)
        .where(Attempt.id == attempt_id, Attempt.person_id == actor.person_id)
        .with_for_update()
        # an object that this session met before must not hide what another request has done since
        .execution_options(populate_existing=True)
    )
    if attempt is None or actor.person_id is None:
        raise NotFound(_l("There is no such attempt."))
    if attempt.state != OPEN:
        raise AttemptClosed(
            _l("This attempt has been submitted: answers can no longer be changed."),
            next_step=_l("Open the attempt to see what was stored."),
        )
    if attempt.accepts_until is not None and clock.now() > attempt.accepts_until:
        raise AttemptClosed(
            _l("The time of this attempt is over: this answer was not stored."),
            rule="attempt.deadline",
            next_step=_l("What was stored before the deadline counts. Open the attempt to see it."),
        )
    return attempt


def slot_of(attempt_id: int, slot: int) -> tuple[AttemptItem, VersionRow]:
    rows = slot_rows(attempt_id, [slot])
    if not rows:
        raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
    return rows[0]
