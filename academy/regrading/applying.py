"""Carrying out an approved regrade, attempt by attempt; and noting that learners have seen what changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select, update

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import REGRADE
from academy.quizzes.queries import get_attempt
from academy.quizzes.services import change_grades
from academy.regrading.deciding import held_regrade
from academy.regrading.deciding_grades import CHANGED, LAST_ITEM, NO_WEIGHT, as_json, from_json
from academy.regrading.errors import RegradeNotFound
from academy.regrading.models import Regrade, RegradeLine
from academy.regrading.states import APPLIED, APPROVED, DONE, LEFT, PLANNED

__all__ = ["apply_regrade", "mark_seen"]

Report = Callable[[int, int], None]


def apply_regrade(regrade_id: int, report: Report | None = None) -> int:
    """Carry out an approved regrade; how many attempts this call changed.

    Each attempt is a transaction of its own, in which its line says that it is done: a run that breaks off goes on
    where it stopped, and a second one changes nothing. An answer whose grade is no longer the one of the preview is
    left alone.
    """
    regrade = db.session.get(Regrade, regrade_id, populate_existing=True)
    if regrade is None:
        raise RegradeNotFound()
    if regrade.state != APPROVED:
        return 0
    actor, reason = Actor(account_id=regrade.decided_by), regrade.reason
    keys = db.session.execute(
        select(RegradeLine.attempt_id, RegradeLine.slot)
        .where(RegradeLine.regrade_id == regrade_id, RegradeLine.state == PLANNED)
        .order_by(RegradeLine.attempt_id, RegradeLine.slot)
    ).all()
    changed = 0
    for number, (attempt_id, slot) in enumerate(keys):
        if report is not None and number % 20 == 0:
            report(number, len(keys))
        with unit_of_work() as work:
            changed += _apply_line(work, actor, regrade_id, attempt_id, slot, reason)
    with unit_of_work() as work:
        _finish(work, actor, regrade_id)
    return changed


def mark_seen(actor: Actor) -> None:
    """Note that the actor has seen which marks of theirs were changed."""
    with unit_of_work() as work:
        done = select(Regrade.id).where(Regrade.state == DONE)
        work.session.execute(
            update(RegradeLine)
            .where(
                RegradeLine.person_id == (actor.person_id or 0),
                RegradeLine.seen_at.is_(None),
                RegradeLine.regrade_id.in_(done),
            )
            .values(seen_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def _apply_line(
    work: UnitOfWork, actor: Actor, regrade_id: int, attempt_id: int, slot: int, reason: str
) -> bool:
    line = work.session.scalar(
        select(RegradeLine)
        .where(
            RegradeLine.regrade_id == regrade_id, RegradeLine.attempt_id == attempt_id, RegradeLine.slot == slot
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if line.state != PLANNED:
        return False
    if as_json(get_attempt(Actor.system(), attempt_id).slot(slot)) != line.before:
        line.state, line.problem = LEFT, CHANGED
        return False
    try:
        change = change_grades(actor, attempt_id, {slot: from_json(line.after)}, source=REGRADE, reason=reason)
    except Conflict as refusal:
        if refusal.rule != NO_WEIGHT:
            raise
        line.state, line.problem = LEFT, LAST_ITEM
        return False
    # other items may have been marked since the preview: what happened is what is kept
    line.state = APPLIED
    line.mark_before, line.mark_after = change.mark_before, change.mark_after
    line.passed_before, line.passed_after = change.passed_before, change.passed_after
    record(
        actor,
        "regrade.apply",
        "attempt",
        attempt_id,
        person_id=line.person_id,
        details={
            "regrade": regrade_id,
            "slot": slot,
            "mark_before": _text(change.mark_before),
            "mark_after": _text(change.mark_after),
        },
    )
    return True


def _finish(work: UnitOfWork, actor: Actor, regrade_id: int) -> None:
    regrade = held_regrade(work, regrade_id)
    if regrade.state != APPROVED:
        return
    regrade.state, regrade.done_at = DONE, clock.now()
    states = select(RegradeLine.state, func.count()).where(RegradeLine.regrade_id == regrade_id)
    counts = dict(work.session.execute(states.group_by(RegradeLine.state)).all())
    record(
        actor,
        "regrade.done",
        "regrade",
        regrade_id,
        details={"changed": counts.get(APPLIED, 0), "left": counts.get(LEFT, 0)},
    )


def _text(mark: object) -> str | None:
    return None if mark is None else str(mark)
