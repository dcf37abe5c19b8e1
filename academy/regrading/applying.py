"""Carrying out an approved regrade, attempt by attempt; and noting that learners have seen what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import func, select, tuple_, update

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import AcademyError
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.closing import hold_attempts
from academy.quizzes.graded_papers import graded_papers
from academy.quizzes.models import REGRADE
from academy.quizzes.services import MarkChange, change_many
from academy.regrading.deciding import held_regrade
from academy.regrading.deciding_grades import CHANGED, LAST_ITEM, NO_WEIGHT, as_json, from_json
from academy.regrading.errors import RegradeNotFound
from academy.regrading.models import Regrade, RegradeLine
from academy.regrading.states import APPLIED, APPROVED, DONE, LEFT, PLANNED

__all__ = ["apply_regrade", "mark_seen"]

PIECE = 20
"""So many attempts in one transaction: few queries each, and nobody waits long for what it holds."""

Report = Callable[[int, int], None]
Place = tuple[int, int]


def apply_regrade(regrade_id: int, report: Report | None = None) -> int:
    """Carry out an approved regrade; how many attempts this call changed.

    Every :data:`PIECE` attempts are a transaction of their own, in which their lines say that they are done: a run
    that breaks off goes on where it stopped, and a second one changes nothing. An answer whose grade is no longer the
    one of the preview is left alone.
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
    changed = done = 0
    for piece in _pieces(keys):
        if report is not None:
            report(done, len(keys))
        with unit_of_work() as work:
            changed += _apply_piece(work, actor, regrade_id, piece, reason)
        done += len(piece)
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


def _pieces(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Pieces of at most :data:`PIECE` places, no attempt twice in one."""
    piece: dict[int, Place] = {}
    for attempt_id, slot in places:
        if len(piece) == PIECE or attempt_id in piece:
            yield list(piece.values())
            piece = {}
        piece[attempt_id] = (attempt_id, slot)
    if piece:
        yield list(piece.values())


def _apply_piece(
    work: UnitOfWork, actor: Actor, regrade_id: int, places: Sequence[Place], reason: str
) -> int:
    lines = work.session.scalars(
        select(RegradeLine)
        .where(
            RegradeLine.regrade_id == regrade_id,
            tuple_(RegradeLine.attempt_id, RegradeLine.slot).in_(places),
        )
        .order_by(RegradeLine.attempt_id, RegradeLine.slot)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    planned = [line for line in lines if line.state == PLANNED]
    hold_attempts(work, [line.attempt_id for line in planned])
    papers = graded_papers([(line.attempt_id, line.slot) for line in planned])
    live: dict[int, RegradeLine] = {}
    for line in planned:
        if as_json(papers[line.attempt_id, line.slot].slot) == line.before:
            live[line.attempt_id] = line
        else:
            line.state, line.problem = LEFT, CHANGED
    grades = {attempt_id: {line.slot: from_json(line.after)} for attempt_id, line in live.items()}
    outcomes = change_many(actor, grades, source=REGRADE, reason=reason)
    return sum(_note(actor, line, outcomes[attempt_id]) for attempt_id, line in live.items())


def _note(actor: Actor, line: RegradeLine, outcome: MarkChange | AcademyError) -> bool:
    """Write down what happened to a line; whether it was changed."""
    if isinstance(outcome, AcademyError):
        if outcome.rule != NO_WEIGHT:
            raise outcome
        line.state, line.problem = LEFT, LAST_ITEM
        return False
    # other items may have been marked since the preview: what happened is what is kept
    line.state = APPLIED
    line.mark_before, line.mark_after = outcome.mark_before, outcome.mark_after
    line.passed_before, line.passed_after = outcome.passed_before, outcome.passed_after
    record(
        actor,
        "regrade.apply",
        "attempt",
        line.attempt_id,
        person_id=line.person_id,
        details={
            "regrade": line.regrade_id,
            "slot": line.slot,
            "mark_before": _text(outcome.mark_before),
            "mark_after": _text(outcome.mark_after),
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
