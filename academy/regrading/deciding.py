"""Deciding on regrades: one hands in, another decides."""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Forbidden, Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.regrading.errors import WrongState
from academy.regrading.models import Regrade
from academy.regrading.policies import can_decide, can_propose
from academy.regrading.queries import RegradeView, get_regrade
from academy.regrading.states import APPROVED, DRAFTED, PREPARING, PROPOSED, REJECTED, WITHDRAWN

__all__ = ["approve", "hand_in", "held_regrade", "reject", "withdraw"]


def hand_in(actor: Actor, regrade_id: int) -> None:
    """Hand in a regrade whose preview is made, for somebody else to decide.

    Raises:
        RegradeNotFound, Forbidden.
        WrongState: its preview is not made yet, or it was handed in before, or it changes nothing.
    """
    with unit_of_work() as work:
        view, regrade = _held(work, actor, regrade_id)
        require(actor, can_propose, view.course)
        _require_own(actor, view)
        if regrade.state != DRAFTED:
            raise WrongState(_l("Only a regrade whose preview is ready can be handed in."))
        if not view.counts.regraded:
            raise WrongState(_l("This regrade would change nothing."))
        regrade.state, regrade.proposed_at = PROPOSED, clock.now()
        record(actor, "regrade.propose", "regrade", regrade_id, details=_details(view))


def approve(actor: Actor, regrade_id: int, *, note: str = "") -> None:
    """Approve a regrade; the job that carries it out is enqueued with it. Approving twice is once.

    Raises:
        RegradeNotFound, Forbidden.
        WrongState: it does not wait for a decision.
    """
    with unit_of_work() as work:
        view, regrade = _held(work, actor, regrade_id)
        require(actor, can_decide, view)
        if regrade.state == APPROVED and regrade.decided_by == actor.account_id:
            return
        _decide(actor, regrade, APPROVED, note)
        job = work.enqueue(
            "regrading.apply", key=f"regrading.apply:{regrade_id}", owner=actor.account_id, regrade_id=regrade_id
        )
        regrade.job_id = job.id
        record(actor, "regrade.approve", "regrade", regrade_id, details=_details(view) | {"note": note})


def reject(actor: Actor, regrade_id: int, *, reason: str) -> None:
    """Refuse a regrade; nothing is changed.

    Raises:
        RegradeNotFound, Forbidden, WrongState: as for :func:`approve`.
        Invalid: no reason.
    """
    text = clean(reason, multiline=True)
    if not text:
        raise Invalid(_l("Say why."), errors={"note": [_l("Say why, for the one who proposed it.")]})
    with unit_of_work() as work:
        view, regrade = _held(work, actor, regrade_id)
        require(actor, can_decide, view)
        _decide(actor, regrade, REJECTED, text)
        record(actor, "regrade.reject", "regrade", regrade_id, details={"reason": text})


def withdraw(actor: Actor, regrade_id: int) -> None:
    """Take back a regrade of one's own that was not decided yet.

    Raises:
        RegradeNotFound, WrongState.
        Forbidden: somebody else made it.
    """
    with unit_of_work() as work:
        view, regrade = _held(work, actor, regrade_id)
        _require_own(actor, view)
        if regrade.state not in (PREPARING, DRAFTED, PROPOSED):
            raise WrongState(_l("This regrade was decided before."))
        regrade.state = WITHDRAWN
        record(actor, "regrade.withdraw", "regrade", regrade_id)


def held_regrade(work: UnitOfWork, regrade_id: int) -> Regrade | None:
    """The regrade as it is now, held against others until the transaction ends."""
    return work.session.scalar(
        select(Regrade)
        .where(Regrade.id == regrade_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _held(work: UnitOfWork, actor: Actor, regrade_id: int) -> tuple[RegradeView, Regrade]:
    get_regrade(actor, regrade_id)
    regrade = held_regrade(work, regrade_id)
    return get_regrade(actor, regrade_id), regrade


def _require_own(actor: Actor, view: RegradeView) -> None:
    if view.proposed_by != actor.account_id:
        raise Forbidden(_l("A regrade is handed in and withdrawn by who made it."), rule="regrading.own")


def _decide(actor: Actor, regrade: Regrade, state: str, note: str) -> None:
    if regrade.state != PROPOSED:
        raise WrongState(_l("This regrade does not wait for a decision."))
    regrade.state = state
    regrade.decided_by, regrade.decided_at = actor.account_id, clock.now()
    regrade.decision_note = clean(note, multiline=True)[:1000]


def _details(view: RegradeView) -> dict[str, object]:
    counts = view.counts
    return {
        "action": view.action,
        "item": view.key,
        "attempts": counts.regraded,
        "raised": counts.raised,
        "lowered": counts.lowered,
        "passing": counts.passing,
        "failing": counts.failing,
    }
