"""Who proposes, approves, reads, exports and revokes; each rule about seeing beside its twin for lists."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, false, or_, select

from academy.certificates.models import Certificate, Proposal
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.models import Person, Unit

CERTIFICATE_PROPOSE = declare("certificates.propose", Role.REGISTRAR)
CERTIFICATE_APPROVE = declare("certificates.approve", Role.APPROVER)
CERTIFICATE_REVOKE = declare("certificates.revoke", Role.APPROVER)
CERTIFICATE_EXPORT = declare("certificates.export", Role.ADMINISTRATOR, Role.REGISTRAR)
CERTIFICATE_READ = declare(
    "certificates.read",
    Role.ADMINISTRATOR,
    Role.INSPECTOR,
    Role.TRAINING_OFFICER,
    Role.REGISTRAR,
    Role.APPROVER,
)
PROPOSAL_READ = declare(
    "certificates.proposals.read", Role.ADMINISTRATOR, Role.INSPECTOR, Role.REGISTRAR, Role.APPROVER
)


class CertificateFacts(Protocol):
    """What the rules ask of a document: its holder, where the holder works now, and who issued it."""

    person_id: int
    holder_unit_path: str
    owner_unit_path: str


class ProposalFacts(Protocol):
    """What the rules ask of a proposal; ``holder_ids`` are the persons it would give a document to."""

    owner_unit_path: str
    proposer_id: int | None
    proposed_by: int | None
    holder_ids: frozenset[int]


@policy(
    _l("A document is seen by its holder and by those who keep the register or answer for the holder's unit.")
)
def can_read_certificate(actor: Actor, certificate: CertificateFacts) -> bool:
    if actor.person_id is not None and actor.person_id == certificate.person_id:
        return True
    return actor.may(CERTIFICATE_READ, at=certificate.owner_unit_path) or (
        bool(certificate.holder_unit_path) and actor.may(CERTIFICATE_READ, at=certificate.holder_unit_path)
    )


def certificates_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_read_certificate` for statements over :class:`Certificate`."""
    rules: list[ColumnElement[bool]] = [false()]
    if actor.person_id is not None:
        rules.append(Certificate.person_id == actor.person_id)
    for path in actor.scopes(CERTIFICATE_READ):
        units = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
        rules.append(Certificate.owner_unit_id.in_(units))
        rules.append(Certificate.person_id.in_(select(Person.id).where(Person.unit_id.in_(units))))
    return or_(*rules)


@policy(_l("Documents are proposed by registrars of the issuing unit."))
def can_propose(actor: Actor, owner_unit_path: str) -> bool:
    return actor.may(CERTIFICATE_PROPOSE, at=owner_unit_path)


@policy(_l("Proposals are seen by those who propose, approve, administer or inspect for the issuing unit."))
def can_see_proposal(actor: Actor, proposal: ProposalFacts) -> bool:
    return actor.may(PROPOSAL_READ, at=proposal.owner_unit_path)


def proposals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_see_proposal` for statements over :class:`Proposal`."""
    rules: list[ColumnElement[bool]] = [false()]
    for path in actor.scopes(PROPOSAL_READ):
        units = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
        rules.append(Proposal.owner_unit_id.in_(units))
    return or_(*rules)


def has_part_in(actor: Actor, proposal: ProposalFacts) -> bool:
    """Whether the actor made the proposal, or would get one of its documents."""
    if actor.account_id is not None and actor.account_id == proposal.proposed_by:
        return True
    person = actor.person_id
    return person is not None and (person == proposal.proposer_id or person in proposal.holder_ids)


@policy(_l("A proposal is decided by an approver who did not make it and gets none of its documents."))
def can_approve(actor: Actor, proposal: ProposalFacts) -> bool:
    return actor.may(CERTIFICATE_APPROVE, at=proposal.owner_unit_path) and not has_part_in(actor, proposal)


@policy(_l("A document is revoked by an approver of the issuing unit who is not its holder."))
def can_revoke(actor: Actor, certificate: CertificateFacts) -> bool:
    is_own = actor.person_id is not None and actor.person_id == certificate.person_id
    return actor.may(CERTIFICATE_REVOKE, at=certificate.owner_unit_path) and not is_own


@policy(_l("The register is exported by administrators and registrars."))
def can_export(actor: Actor, _nothing: None = None) -> bool:
    return actor.may(CERTIFICATE_EXPORT)


def certificates_exported_by(actor: Actor) -> ColumnElement[bool]:
    """What an export of this actor may hold: rows of books kept by units where the right is held."""
    rules: list[ColumnElement[bool]] = [false()]
    for path in actor.scopes(CERTIFICATE_EXPORT):
        units = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
        rules.append(Certificate.owner_unit_id.in_(units))
    return or_(*rules)
