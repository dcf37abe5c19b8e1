"""Why a document cannot be proposed, approved, issued or found."""

from __future__ import annotations

from academy.kernel.errors import Conflict, NotFound


class NobodyEligible(Conflict):
    """There is nobody for whom a document could be proposed now."""

    default_rule = "certificate.nobody-eligible"


class ProposalDecided(Conflict):
    """The proposal was decided before."""

    default_rule = "certificate.proposal-decided"


class NotCurrent(Conflict):
    """The document was superseded, replaced or revoked: its successor is the one to correct."""

    default_rule = "certificate.not-current"


class TooLargeForOneAnswer(Conflict):
    """The export is too large to be made while the caller waits."""

    default_rule = "certificate.export-size"


class CertificateNotFound(NotFound):
    """No such document, or the reader may not know of it."""

    default_rule = "certificate.not-found"


class ProposalNotFound(NotFound):
    """No such proposal, or the reader may not know of it."""

    default_rule = "certificate.proposal-not-found"
