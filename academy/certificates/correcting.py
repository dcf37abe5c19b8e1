"""Correcting the register: issuing anew, attesting what was lost, revoking. Always by new rows.

A certificate is issued once; one that is lost or damaged is followed by an attestation of the same value, one with
an error of the institution, like a lost attestation, is issued anew (Circular 03/2023/TT-BNV, article 5).
"""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.services import record
from academy.certificates.errors import NotCurrent
from academy.certificates.events import CertificateRevoked
from academy.certificates.models import Certificate, Proposal, ProposalLine, Revocation
from academy.certificates.policies import can_propose, can_revoke
from academy.certificates.proposal_queries import find_proposal
from academy.certificates.proposing import Paper, checked_paper, checked_reason, flush_lines
from academy.certificates.queries import find_certificate, get_certificate
from academy.certificates.views import CertificateView, ProposalView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import insert_if_absent
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["propose_reissue", "propose_replacement", "revoke"]


def propose_reissue(actor: Actor, serial: str, *, reason: str, paper: Paper | None = None) -> ProposalView:
    """Propose to issue a document anew because it has an error of the institution, or an attestation was lost.

    The new one takes the holder's facts as the records have them then: the error is put right there first,
    so that nobody can type a name onto a document. Asking again while it waits gives the same proposal.

    Raises:
        CertificateNotFound, Forbidden.
        Invalid: no reason.
        NotCurrent: the document was superseded, replaced or revoked.
        Conflict: the new document would have letters that it cannot show.
    """
    return _propose_correction(actor, serial, purpose="reissue", reason=reason, paper=paper)


def propose_replacement(
    actor: Actor, serial: str, *, reason: str, paper: Paper | None = None
) -> ProposalView:
    """Propose an attestation of the same value in place of a certificate that was lost or damaged.

    Raises:
        CertificateNotFound, Forbidden.
        Invalid: no reason.
        NotCurrent: the document was superseded, replaced or revoked.
        Conflict: it is an attestation already (a lost attestation is re-issued), or has letters that cannot be shown.
    """
    return _propose_correction(actor, serial, purpose="replacement", reason=reason, paper=paper)


def revoke(actor: Actor, serial: str, *, reason: str, decision_no: str) -> CertificateView:
    """Take a document back, by a decision and for a reason. Revoking twice is once.

    Raises:
        CertificateNotFound, Forbidden.
        Invalid: reason or number of the decision is missing.
        NotCurrent: it was superseded or replaced: the valid one is to be revoked.
        Conflict: a correction waits for a decision.
    """
    reason, decision_no = checked_reason(reason), clean(decision_no)[:80]
    if not decision_no:
        raise Invalid(
            _l("Say why."),
            errors={"decision_no": [_l("A document is revoked by a decision; give its number.")]},
        )
    with unit_of_work() as work:
        require(actor, can_revoke, get_certificate(actor, serial))
        document = _held(work, serial)
        if document.state == "revoked":
            return document
        if document.successor is not None:
            raise _not_current(document)
        if document.correction is not None:
            raise Conflict(
                _l("A correction of this document waits for a decision."),
                rule="certificate.correction-open",
                next_step=_l("Reject it first."),
            )
        is_new = insert_if_absent(
            work.session,
            Revocation,
            certificate_id=document.id,
            reason=reason,
            decision_no=decision_no,
            revoked_by=actor.account_id,
            revoked_at=clock.now(),
        )
        if is_new:
            record(
                actor,
                "certificate.revoke",
                "certificate",
                document.serial,
                person_id=document.person_id,
                details={"reason": reason, "decision": decision_no},
            )
            work.emit(
                CertificateRevoked(
                    certificate_id=document.id, person_id=document.person_id, course_id=document.course_id
                )
            )
        return find_certificate(serial)


# --- parts ----------------------------------------------------------------------------------------


def _propose_correction(
    actor: Actor, serial: str, *, purpose: str, reason: str, paper: Paper | None
) -> ProposalView:
    reason = checked_reason(reason)
    with unit_of_work() as work:
        require(actor, can_propose, get_certificate(actor, serial).owner_unit_path)
        old = _held(work, serial)
        if old.correction is not None:
            if old.correction.state == "proposed" and old.correction.purpose == purpose:
                return find_proposal(old.correction.id)
            raise NotCurrent(_l("A correction of this document is under way, or done."))
        if not old.is_current:
            raise _not_current(old)
        if purpose == "replacement" and old.kind != "certificate":
            raise Conflict(
                _l("A lost attestation is issued again, not replaced."), rule="certificate.replacement"
            )
        said = old.snapshot
        given = paper or Paper()
        as_before = Paper(
            issued_on=given.issued_on,
            place=given.place or said["place"],
            signer_title=given.signer_title or said["signer"]["title"],
            signer_name=given.signer_name or said["signer"]["name"],
        )
        proposal = Proposal(
            kind="attestation" if purpose == "replacement" else old.kind,
            purpose=purpose,
            class_run_id=old.class_run_id,
            course_id=old.course_id,
            owner_unit_id=old.owner_unit_id,
            proposed_by=actor.account_id,
            proposer_id=actor.person_id,
            proposed_at=clock.now(),
            **checked_paper(as_before, None),
        )
        work.session.add(proposal)
        work.session.flush()
        work.session.add(
            ProposalLine(
                proposal_id=proposal.id, eligibility_id=old.eligibility_id, replaces_id=old.id, reason=reason
            )
        )
        flush_lines(work, proposal)
        record(
            actor,
            f"certificate.propose_{purpose}",
            "certificate",
            old.serial,
            person_id=old.person_id,
            details={"reason": reason, "proposal": proposal.id},
        )
        return find_proposal(proposal.id)


def _held(work: UnitOfWork, serial: str) -> CertificateView:
    """The document as it is now; nobody else corrects or revokes it until the transaction ends."""
    work.session.execute(
        select(Certificate.id).where(Certificate.serial == serial.strip().upper()).with_for_update()
    )
    return find_certificate(serial)


def _not_current(old: CertificateView) -> NotCurrent:
    if old.successor is not None:
        return NotCurrent(
            _l("This document was followed by %(serial)s.", serial=old.successor.serial),
            next_step=_l("Correct that one."),
        )
    return NotCurrent(_l("This document was revoked."))
