"""Deciding on proposals: by somebody who did not make them and gets none of their documents."""

from __future__ import annotations

from sqlalchemy import select, update

from academy.audit.services import record
from academy.certificates.errors import ProposalDecided
from academy.certificates.models import Proposal, ProposalLine
from academy.certificates.policies import can_approve, can_propose
from academy.certificates.proposal_queries import find_proposal, get_proposal
from academy.certificates.proposing import checked_reason
from academy.certificates.views import ProposalView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Forbidden
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["approve", "issue_again", "locked_proposal", "reject", "withdraw"]


def approve(actor: Actor, proposal_id: int, *, note: str = "") -> ProposalView:
    """Approve a proposal; the job that issues its documents is enqueued with it. Approving twice is once.

    Raises:
        ProposalNotFound, Forbidden.
        ProposalDecided: it was rejected, withdrawn, or approved by somebody else.
    """
    with unit_of_work() as work:
        view, proposal = _to_decide(work, actor, proposal_id)
        if proposal.state in ("approved", "issued") and proposal.decided_by == actor.account_id:
            return view
        _decide(actor, proposal, "approved", note)
        job = work.enqueue(
            "certificates.issue", key=f"issue:{proposal_id}", owner=actor.account_id, proposal_id=proposal_id
        )
        proposal.job_id = job.id
        record(
            actor,
            "certificate.approve",
            "certificate_proposal",
            proposal_id,
            details={"documents": len(view.included), "note": note},
        )
        work.session.flush()
        return find_proposal(proposal_id)


def reject(actor: Actor, proposal_id: int, *, reason: str) -> ProposalView:
    """Reject a proposal; its people can be proposed again.

    Raises:
        ProposalNotFound, Forbidden, ProposalDecided.
        Invalid: no reason.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        view, proposal = _to_decide(work, actor, proposal_id)
        if proposal.state == "rejected" and proposal.decided_by == actor.account_id:
            return view
        _decide(actor, proposal, "rejected", reason)
        _let_go(work, proposal_id)
        record(actor, "certificate.reject", "certificate_proposal", proposal_id, details={"reason": reason})
        return find_proposal(proposal_id)


def withdraw(actor: Actor, proposal_id: int) -> ProposalView:
    """Take back a proposal of one's own that was not decided yet.

    Raises:
        ProposalNotFound, ProposalDecided.
        Forbidden: somebody else made it.
    """
    with unit_of_work() as work:
        view = get_proposal(actor, proposal_id)
        if view.proposed_by != actor.account_id:
            raise Forbidden(_l("A proposal is withdrawn by who made it."), rule="certificates.withdraw")
        proposal = locked_proposal(work, proposal_id)
        if proposal.state == "withdrawn":
            return view
        _decide(actor, proposal, "withdrawn", "")
        _let_go(work, proposal_id)
        record(actor, "certificate.withdraw", "certificate_proposal", proposal_id)
        return find_proposal(proposal_id)


def issue_again(actor: Actor, proposal_id: int) -> ProposalView:
    """Start the issuing of an approved proposal again after its job failed; what is issued stays.

    Raises:
        ProposalNotFound, Forbidden.
        ProposalDecided: it is not approved, or all its documents are issued.
    """
    with unit_of_work() as work:
        view = get_proposal(actor, proposal_id)
        require(actor, can_propose, view.owner_unit_path)
        if view.state != "approved":
            raise ProposalDecided(_l("Only an approved proposal can be issued."))
        job = work.enqueue(
            "certificates.issue", key=f"issue:{proposal_id}", owner=actor.account_id, proposal_id=proposal_id
        )
        locked_proposal(work, proposal_id).job_id = job.id
        work.session.flush()
        return find_proposal(proposal_id)


def locked_proposal(work: UnitOfWork, proposal_id: int) -> Proposal | None:
    """The proposal as it is now, held against others until the transaction ends."""
    return work.session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _to_decide(work: UnitOfWork, actor: Actor, proposal_id: int) -> tuple[ProposalView, Proposal]:
    get_proposal(actor, proposal_id)
    proposal = locked_proposal(work, proposal_id)
    view = find_proposal(proposal_id)
    require(actor, can_approve, view)
    return view, proposal


def _decide(actor: Actor, proposal: Proposal, state: str, note: str) -> None:
    if proposal.state != "proposed":
        raise ProposalDecided(
            _l("This proposal was decided before."), next_step=_l("Load its page again to see how.")
        )
    proposal.state = state
    proposal.decided_by, proposal.decider_id = actor.account_id, actor.person_id
    proposal.decided_at, proposal.decision_note = clock.now(), clean(note, multiline=True)[:2000]


def _let_go(work: UnitOfWork, proposal_id: int) -> None:
    work.session.execute(
        update(ProposalLine).where(ProposalLine.proposal_id == proposal_id).values(live=False)
    )
    work.session.flush()
