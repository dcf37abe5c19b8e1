"""From a computed result to a public one: the draw, handing in, the approval of a second person, publication.

A result that was handed in stays as it is. What is found to be wrong later is a new version with its reason,
which goes the same way; once published it takes the place of the one before, which is kept.
"""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.services import record
from academy.contests.closing import close_round, compute, current_result, new_version
from academy.contests.errors import ContestNotFound, NotReady, RoundFixed, SamePerson
from academy.contests.models import (
    APPROVED,
    COMPUTED,
    PROPOSED,
    PUBLISHED,
    REPLACED,
    ContestLine,
    ContestParticipant,
    ContestResult,
    ContestRound,
)
from academy.contests.policies import can_approve_results, can_manage_contest
from academy.contests.queries import get_managed_contest
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["approve", "checked_reason", "compute_again", "correct", "draw", "propose", "publish", "send_back"]


def compute_again(actor: Actor, slug: str, number: int) -> None:
    """Compute a result that has not been handed in anew; ``number`` 0 is the whole contest.

    Raises:
        ContestNotFound, Forbidden
        NotReady: the round has not closed, or not every round's result has been published.
        RoundFixed: it has been handed in.
    """
    _contest, current = _to_manage(actor, slug, number)
    if current is not None and current.closed_at is None:  # should its job have been lost
        close_round(actor, current.id)
        return
    with unit_of_work() as work:
        contest, current = _to_manage(actor, slug, number)
        _require_countable(work, contest, current)
        result = compute(work, contest, current)
        _require_state(result, COMPUTED)


def draw(actor: Actor, slug: str, number: int) -> None:
    """Reveal the seed of a closed round and draw; from then on an exclusion can be seen to change the draw.

    Raises:
        ContestNotFound, Forbidden
        NotReady: the round has not closed, or papers are still being graded.
        RoundFixed: it was drawn before.
    """
    with unit_of_work() as work:
        contest, current = _to_manage(actor, slug, number)
        _require_countable(work, contest, current)
        if current is None:
            raise NotReady(
                _l("The whole contest is drawn with the seed of its last round."), rule="contest.draw"
            )
        if current.revealed_at is not None:
            raise RoundFixed(_l("This round was drawn before: a draw is not repeated."), rule="contest.drawn")
        result = compute(work, contest, current)
        _require_state(result, COMPUTED)
        _require_nothing_pending(result)
        work.session.get_one(ContestRound, current.id).revealed_at = clock.now()
        work.session.flush()
        contest, current = _to_manage(actor, slug, number)
        compute(work, contest, current)
        details = {"round": number, "entries": result.entries}
        record(actor, "contest.draw", "contest", slug, details=details)


def propose(actor: Actor, slug: str, number: int) -> None:
    """Hand a result in for approval; from here on it is frozen.

    Raises:
        ContestNotFound, Forbidden
        NotReady: not closed, not drawn, or papers are still being graded.
        RoundFixed: it has been handed in.
    """
    with unit_of_work() as work:
        contest, current = _to_manage(actor, slug, number)
        _require_countable(work, contest, current)
        result = compute(work, contest, current)
        _require_state(result, COMPUTED)
        _require_nothing_pending(result)
        if current is not None and current.revealed_at is None:
            raise NotReady(
                _l("The round has not been drawn yet."), rule="contest.draw", next_step=_l("Draw first.")
            )
        result.state, result.proposed_by, result.proposed_at = PROPOSED, actor.account_id, clock.now()
        _note(actor, "contest.propose", contest, number, result)


def approve(actor: Actor, slug: str, number: int) -> None:
    """Approve a result that somebody else handed in.

    Raises:
        ContestNotFound, Forbidden
        SamePerson: the actor handed it in, or would get a prize.
        RoundFixed: it is not waiting for approval.
    """
    with unit_of_work() as work:
        contest, result = _to_decide(work, actor, slug, number)
        _require_other(work, actor, result)
        result.state, result.approved_by, result.approved_at = APPROVED, actor.account_id, clock.now()
        _note(actor, "contest.approve", contest, number, result)


def send_back(actor: Actor, slug: str, number: int, *, reason: str) -> None:
    """Give a handed-in result back to the organisers; it can be computed again.

    Raises:
        ContestNotFound, Forbidden
        Invalid: no reason.
        RoundFixed: it is not waiting for approval.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        contest, result = _to_decide(work, actor, slug, number)
        result.state, result.proposed_by, result.proposed_at = COMPUTED, None, None
        _note(actor, "contest.send_back", contest, number, result, reason=reason)


def publish(actor: Actor, slug: str, number: int) -> None:
    """Publish an approved result; the one it corrects is kept, and no longer shown.

    Raises:
        ContestNotFound, Forbidden
        RoundFixed: it has not been approved.
    """
    with unit_of_work() as work:
        contest, current = _to_manage(actor, slug, number)
        result = _existing(work, contest, current)
        _require_state(result, APPROVED)
        of = ContestResult.round_id == current.id if current else ContestResult.round_id.is_(None)
        for before in work.session.scalars(
            select(ContestResult).where(
                ContestResult.contest_id == contest.id, of, ContestResult.state == PUBLISHED
            )
        ):
            before.state = REPLACED
        result.state, result.published_at = PUBLISHED, clock.now()
        _note(actor, "contest.publish", contest, number, result)


def correct(actor: Actor, slug: str, number: int, *, reason: str) -> None:
    """Begin a new version of an approved or published result, computed from the facts as they are now.

    Raises:
        ContestNotFound, Forbidden
        Invalid: no reason.
        RoundFixed: the newest version has not been decided yet.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        contest, current = _to_manage(actor, slug, number)
        last = _existing(work, contest, current)
        _require_state(last, APPROVED, PUBLISHED)
        if last.state == APPROVED:
            last.state = REPLACED
        result = new_version(work, contest, current, reason)
        _note(actor, "contest.correct", contest, number, result, reason=reason)


def checked_reason(reason: str) -> str:
    """The typed reason as it is stored.

    Raises:
        Invalid: there is none.
    """
    reason = clean(reason, multiline=True)[:2000]
    if not any(character.isalnum() for character in reason):
        message = _l("Give the reason.")
        raise Invalid(message, rule="contest.reason", errors={"reason": [message]})
    return reason


def _to_manage(actor: Actor, slug: str, number: int) -> tuple[ContestView, RoundView | None]:
    contest = get_managed_contest(actor, slug)
    require(actor, can_manage_contest, contest)
    return contest, _round(contest, number)


def _to_decide(work: UnitOfWork, actor: Actor, slug: str, number: int) -> tuple[ContestView, ContestResult]:
    contest = get_managed_contest(actor, slug)
    require(actor, can_approve_results, contest)
    result = _existing(work, contest, _round(contest, number))
    _require_state(result, PROPOSED)
    return contest, result


def _round(contest: ContestView, number: int) -> RoundView | None:
    if number == 0:
        return None
    current = contest.round(number)
    if current is None:
        raise ContestNotFound
    return current


def _existing(work: UnitOfWork, contest: ContestView, current: RoundView | None) -> ContestResult:
    result = current_result(work, contest.id, current.id if current else None)
    if result is None:
        raise NotReady(_l("There is no result yet."), rule="contest.no-result")
    return result


def _require_countable(work: UnitOfWork, contest: ContestView, current: RoundView | None) -> None:
    if current is not None:
        if current.closed_at is None:
            raise NotReady(
                _l("The entries of this round have not been collected yet."),
                rule="contest.open",
                next_step=_l("They are collected a few minutes after it closes."),
            )
        return
    published = work.session.scalars(
        select(ContestResult.round_id).where(
            ContestResult.contest_id == contest.id,
            ContestResult.round_id.is_not(None),
            ContestResult.state == PUBLISHED,
        )
    ).all()
    if not contest.rounds or {one.id for one in contest.rounds} - set(published):
        raise NotReady(_l("The results of all rounds must be published first."), rule="contest.rounds")


def _require_nothing_pending(result: ContestResult) -> None:
    if result.pending:
        raise NotReady(
            _l("%(num)s papers are still being graded.", num=result.pending),
            rule="contest.pending",
            next_step=_l("Compute the result again once they are graded."),
        )


def _require_state(result: ContestResult, *states: str) -> None:
    if result.state not in states:
        raise RoundFixed(
            _l("In its present state the result cannot be changed like that."),
            next_step=_l("Load its page again to see what has happened."),
        )


def _require_other(work: UnitOfWork, actor: Actor, result: ContestResult) -> None:
    if actor.account_id is not None and actor.account_id == result.proposed_by:
        raise SamePerson(_l("A result is approved by somebody else than the one who handed it in."))
    wins = work.session.scalar(
        select(ContestLine.place)
        .join(ContestParticipant, ContestParticipant.id == ContestLine.participant_id)
        .where(
            ContestLine.result_id == result.id,
            ContestLine.prize.is_not(None),
            ContestParticipant.person_id == actor.person_id,
        )
        .limit(1)
    )
    if wins is not None:
        raise SamePerson(_l("Nobody approves a result that gives them a prize."))


def _note(
    actor: Actor, act: str, contest: ContestView, number: int, result: ContestResult, *, reason: str = ""
) -> None:
    details = {"round": number, "version": result.version, "digest": result.digest}
    record(actor, act, "contest", contest.slug, details=details | ({"reason": reason} if reason else {}))
