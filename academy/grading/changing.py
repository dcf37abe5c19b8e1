"""Changing a released mark: one person proposes with a reason, another approves."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.grading.deciding import TEN
from academy.grading.models import APPROVED, PROPOSED, REJECTED, WITHDRAWN, MarkProposal, plain
from academy.grading.overview_queries import get_proposal
from academy.grading.policies import can_decide_proposal, can_lead_marking
from academy.grading.reasons import checked_reason
from academy.grading.views import ProposalView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Feedback, Grade
from academy.quizzes.marks import FOUR_PLACES
from academy.quizzes.models import MARKING
from academy.quizzes.queries import get_attempt
from academy.quizzes.services import NewGrade, change_grades, would_change

__all__ = ["approve_change", "propose_change", "reject_change", "withdraw_change"]


def propose_change(actor: Actor, attempt_id: int, slot: int, *, points: Decimal | None, reason: str) -> int:
    """Propose another score for an answer whose mark is released; the id of the proposal.

    Args:
        points: on the ten-point scale.

    Raises:
        NotFound: there is no such attempt or item, or the actor may not know that there is.
        Forbidden: the actor does not lead the marking, or it is their own attempt.
        Conflict: it has no mark yet, a proposal waits, or the score is that already.
        Invalid: no reason, or no points.
    """
    reason = checked_reason(reason)
    if points is None or not 0 <= points <= TEN:
        message = _l("Give a number from 0 to 10 with at most two decimals.")
        raise Invalid(message, rule="marking.points", errors={"points": [message]})
    with unit_of_work() as work:
        view = get_attempt(actor, attempt_id)
        require(actor, can_lead_marking, find_course_by_id(view.course_id))
        if view.attempt.person_id == actor.person_id:
            raise Forbidden(_l("Nobody marks an answer of their own."), rule="marking.own")
        item = view.slot(slot)
        if item is None:
            raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
        if view.attempt.is_open or view.attempt.mark is None:
            raise Conflict(_l("This attempt has no mark yet that could be changed."), rule="grading.no_mark")
        waiting = select(MarkProposal.id).where(
            MarkProposal.attempt_id == attempt_id, MarkProposal.slot == slot, MarkProposal.state == PROPOSED
        )
        if work.session.scalar(waiting) is not None:
            raise Conflict(_l("A proposal for this answer waits to be decided."), rule="grading.waiting")
        score = (points / TEN).quantize(FOUR_PLACES, ROUND_HALF_UP)
        change = would_change(attempt_id, {slot: _new(score, "")})
        # what counts: where a wrong answer costs points, no points are less than nothing
        _before, score = change.scores.get(slot, (item.score, item.score))
        if score == item.score:
            raise Conflict(_l("That is the score it has."), rule="grading.same")
        proposal = MarkProposal(
            attempt_id=attempt_id,
            slot=slot,
            score_before=item.score,
            score_after=score,
            mark_before=change.mark_before,
            mark_after=change.mark_after,
            reason=reason,
            proposed_by=actor.account_id,
        )
        work.session.add(proposal)
        work.session.flush()
        _note(actor, "grade.propose", proposal, view.attempt.person_id)
        return proposal.id


def approve_change(actor: Actor, proposal_id: int, *, note: str = "") -> None:
    """Approve a proposal: the score changes, the mark is made anew.

    Raises:
        NotFound: there is none, or the actor may not know that there is.
        Forbidden: the actor proposed it, it is their own mark, or they do not approve for this unit.
        Conflict: it is decided, or the score is no longer the one that was to be changed.
    """
    with unit_of_work() as work:
        proposal, view = _to_decide(work, actor, proposal_id)
        item = get_attempt(Actor.system(), proposal.attempt_id).slot(proposal.slot)
        if item is None or item.score != proposal.score_before:
            raise Conflict(
                _l("The score has changed since this was proposed."),
                rule="grading.stale",
                next_step=_l("Reject the proposal; a new one can be made."),
            )
        _decide(actor, proposal, APPROVED, note)
        grades = {proposal.slot: _new(proposal.score_after, proposal.reason)}
        change = change_grades(actor, proposal.attempt_id, grades, source=MARKING, reason=proposal.reason)
        proposal.mark_after = change.mark_after
        _note(actor, "grade.approve", proposal, view.person_id)


def reject_change(actor: Actor, proposal_id: int, *, reason: str) -> None:
    """Reject a proposal; nothing changes.

    Raises:
        NotFound, Forbidden, Conflict: as for :func:`approve_change`.
        Invalid: no reason.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        proposal, view = _to_decide(work, actor, proposal_id)
        _decide(actor, proposal, REJECTED, reason)
        _note(actor, "grade.reject", proposal, view.person_id)


def withdraw_change(actor: Actor, proposal_id: int) -> None:
    """Take back a proposal of one's own.

    Raises:
        NotFound, Conflict: as for :func:`approve_change`.
        Forbidden: somebody else made it.
    """
    with unit_of_work() as work:
        view = get_proposal(actor, proposal_id)
        if view.proposed_by != actor.account_id:
            raise Forbidden(_l("A proposal is withdrawn by who made it."), rule="grading.withdraw")
        proposal = _locked(work, proposal_id)
        if proposal.state != PROPOSED:
            raise _decided()
        proposal.state, proposal.decided_at = WITHDRAWN, clock.now()
        _note(actor, "grade.withdraw", proposal, view.person_id)


def _new(score: Decimal, reason: str) -> NewGrade:
    feedback = (Feedback(text={"vi": reason}),) if reason else ()
    return NewGrade(grade=Grade(score=score, feedback=feedback, details={"how": "change"}))


def _locked(work: UnitOfWork, proposal_id: int) -> MarkProposal:
    return work.session.scalar(
        select(MarkProposal)
        .where(MarkProposal.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _to_decide(work: UnitOfWork, actor: Actor, proposal_id: int) -> tuple[MarkProposal, ProposalView]:
    view = get_proposal(actor, proposal_id)
    require(actor, can_decide_proposal, view)
    proposal = _locked(work, proposal_id)
    if proposal.state != PROPOSED:
        raise _decided()
    return proposal, view


def _decided() -> Conflict:
    return Conflict(
        _l("This proposal was decided before."),
        rule="grading.decided",
        next_step=_l("Load its page again to see how."),
    )


def _decide(actor: Actor, proposal: MarkProposal, state: str, note: str) -> None:
    proposal.decided_by, proposal.decided_at = actor.account_id, clock.now()
    proposal.state, proposal.note = state, clean(note, multiline=True)[:2000]


def _note(actor: Actor, act: str, proposal: MarkProposal, person_id: int) -> None:
    record(
        actor,
        act,
        "mark_proposal",
        proposal.id,
        person_id=person_id,
        details={
            "attempt": proposal.attempt_id,
            "slot": proposal.slot,
            "before": plain(proposal.score_before),
            "after": plain(proposal.score_after),
            "reason": proposal.reason,
            "note": proposal.note,
        },
    )
