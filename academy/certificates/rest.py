"""JSON: the register, proposals, verification, exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response

from academy.certificates import queries, services
from academy.certificates.errors import CertificateNotFound
from academy.certificates.guarding import count_verification
from academy.certificates.policies import (
    CERTIFICATE_APPROVE,
    CERTIFICATE_EXPORT,
    CERTIFICATE_PROPOSE,
    CERTIFICATE_REVOKE,
    PROPOSAL_READ,
)
from academy.certificates.proposal_queries import get_proposal, list_proposals
from academy.certificates.schemas import (
    FILTERS,
    ApprovalIn,
    CertificateOut,
    CertificateRowOut,
    CertificatesQuery,
    ExportQuery,
    OwnCertificatesOut,
    ProposalIn,
    ProposalOut,
    ProposalRowOut,
    ProposalsQuery,
    ReasonIn,
    RevocationIn,
    VerifiedOut,
)
from academy.kernel.http import client_address, current_actor, endpoint
from academy.kernel.i18n import _l
from academy.kernel.rights import needs, public, signed_in

api = Blueprint("certificates_api", __name__, url_prefix="/api/v1")


@api.get("/me/certificates")
@signed_in
@endpoint(summary="My own documents", returns=OwnCertificatesOut, errors=(401,))
def own():
    return {"items": queries.own_certificates(current_actor())}


@api.get("/certificates")
@signed_in
@endpoint(
    summary="The register, as far as I may see it",
    query=CertificatesQuery,
    returns=CertificateRowOut,
    paged=True,
    errors=(401, 422),
)
def list_certificates(*, query):
    filters = queries.Filters(**{name: query.pop(name) for name in FILTERS})
    return queries.list_certificates(current_actor(), filters, **query)


@api.get("/certificates/<serial>")
@signed_in
@endpoint(summary="A document; reading it is noted", returns=CertificateOut, errors=(401, 404), etag=True)
def show(serial: str):
    return services.open_document(current_actor(), serial)


@api.get("/certificates/<serial>.pdf")
@signed_in
@endpoint(summary="A document as PDF", errors=(401, 404), files=("application/pdf",))
def pdf(serial: str) -> Response:
    document, data = services.read_pdf(current_actor(), serial)
    return pdf_response(document.serial, data)


@api.get("/certificates/export")
@needs(CERTIFICATE_EXPORT)
@endpoint(
    summary="The register as a file: ZIP of PDFs with the tables, XLSX or CSV",
    query=ExportQuery,
    errors=(401, 403, 409, 422),
    files=tuple(services.MIME_TYPES.values()),
)
def export(*, query) -> Response:
    file_format = query.pop("format")
    made = services.export_now(current_actor(), queries.Filters(**query), file_format)
    return file_response(made)


@api.get("/certificates/proposals")
@needs(PROPOSAL_READ)
@endpoint(
    summary="Proposals", query=ProposalsQuery, returns=ProposalRowOut, paged=True, errors=(401, 403, 422)
)
def proposals(*, query):
    return list_proposals(current_actor(), **query)


@api.post("/certificates/proposals")
@needs(CERTIFICATE_PROPOSE)
@endpoint(
    summary="Propose documents for a class, or for a course outside any class",
    body=ProposalIn,
    returns=ProposalOut,
    status=201,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def propose(*, body):
    paper = {name: body.pop(name) for name in ("issued_on", "place", "signer_title", "signer_name")}
    left_out = {line["person_id"]: line["reason"] for line in body.pop("exclude")}
    return services.propose(current_actor(), exclude=left_out, paper=services.Paper(**paper), **body)


@api.get("/certificates/proposals/<int:proposal_id>")
@needs(PROPOSAL_READ)
@endpoint(summary="A proposal", returns=ProposalOut, errors=(401, 403, 404), etag=True)
def show_proposal(proposal_id: int):
    return get_proposal(current_actor(), proposal_id)


@api.post("/certificates/proposals/<int:proposal_id>/approval")
@needs(CERTIFICATE_APPROVE)
@endpoint(
    summary="Approve a proposal of somebody else; a job issues its documents",
    body=ApprovalIn,
    returns=ProposalOut,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def approve(proposal_id: int, *, body):
    return services.approve(current_actor(), proposal_id, note=body["note"])


@api.post("/certificates/proposals/<int:proposal_id>/rejection")
@needs(CERTIFICATE_APPROVE)
@endpoint(
    summary="Reject a proposal of somebody else",
    body=ReasonIn,
    returns=ProposalOut,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def reject(proposal_id: int, *, body):
    return services.reject(current_actor(), proposal_id, reason=body["reason"])


@api.post("/certificates/proposals/<int:proposal_id>/withdrawal")
@needs(CERTIFICATE_PROPOSE)
@endpoint(summary="Withdraw a proposal of mine", returns=ProposalOut, errors=(401, 403, 404, 409))
def withdraw(proposal_id: int):
    return services.withdraw(current_actor(), proposal_id)


@api.post("/certificates/<serial>/reissue")
@needs(CERTIFICATE_PROPOSE)
@endpoint(
    summary="Propose to issue a document anew because of an error of the institution",
    body=ReasonIn,
    returns=ProposalOut,
    status=201,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def reissue(serial: str, *, body):
    return services.propose_reissue(current_actor(), serial, reason=body["reason"])


@api.post("/certificates/<serial>/replacement")
@needs(CERTIFICATE_PROPOSE)
@endpoint(
    summary="Propose an attestation in place of a lost certificate",
    body=ReasonIn,
    returns=ProposalOut,
    status=201,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def replace(serial: str, *, body):
    return services.propose_replacement(current_actor(), serial, reason=body["reason"])


@api.post("/certificates/<serial>/revocation")
@needs(CERTIFICATE_REVOKE)
@endpoint(
    summary="Revoke a document by a decision",
    body=RevocationIn,
    returns=CertificateOut,
    errors=(401, 403, 404, 409, 422),
    idempotent=True,
)
def revoke(serial: str, *, body):
    return services.revoke(current_actor(), serial, **body)


@api.get("/verify/<code>")
@public
@endpoint(summary="What anybody may learn from a verification code", returns=VerifiedOut, errors=(404, 429))
def verify(code: str):
    count_verification(client_address())
    found = queries.find_verified(code)
    if found is None:
        raise CertificateNotFound(
            _l("No document bears this code."), next_step=_l("Compare it with the document.")
        )
    return found


def pdf_response(serial: str, data: bytes) -> Response:
    """A PDF to be shown or saved, never kept by shared caches."""
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{serial}.pdf"'
    return response


def file_response(made: services.Exported) -> Response:
    """An export to be saved, sent piece by piece."""
    response = Response(_pieces(made.path), mimetype=made.mime)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
    response.content_length = made.path.stat().st_size
    return response


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(64 * 1024):
            yield piece
