"""The PDFs of documents: made once, kept by the hash of their content, made again if the file is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from academy.audit.services import record_daily
from academy.certificates.document import Signed, render
from academy.certificates.models import Certificate, DocumentFile, ProposalLine
from academy.certificates.queries import get_certificate
from academy.certificates.views import CertificateView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db, insert_if_absent
from academy.kernel.errors import NotFound
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["open_document", "pdf_of", "read_pdf", "render_missing"]

log = logging.getLogger(__name__)

PORTION = 25


def open_document(actor: Actor, serial: str) -> CertificateView:
    """A document, for whom may read it; the journal notes it unless it is the holder: once a day.

    Raises:
        CertificateNotFound: there is none, or the reader may not know of it.
    """
    document = get_certificate(actor, serial)
    record_daily(actor, "certificate.read", "certificate", document.serial, person_id=document.person_id)
    return document


def read_pdf(actor: Actor, serial: str) -> tuple[CertificateView, bytes]:
    """A document and its PDF; otherwise as :func:`open_document`."""
    document = open_document(actor, serial)
    return document, pdf_of(document.id)


def pdf_of(certificate_id: int) -> bytes:
    """The PDF of a document; made now if it was not, or if its file is gone.

    Raises:
        NotFound: there is no such document.
    """
    known = db.session.get(DocumentFile, certificate_id)
    if known is not None:
        try:
            return storage().read(known.storage_key)
        except NotFound:
            log.warning("the file of document %s is gone and is made again", certificate_id)
    document = db.session.get(Certificate, certificate_id)
    if document is None:
        raise NotFound()
    data, key = _make(document)
    with unit_of_work() as work:
        if known is None:
            _keep(work.session, certificate_id, key, len(data))
        else:
            work.session.get(DocumentFile, certificate_id).storage_key = key
    return data


def render_missing(proposal_id: int, *, report: Callable[[int], None]) -> int:
    """Make the PDFs that documents of a proposal lack; how many were made. ``report`` gets how many exist."""
    statement = (
        select(Certificate.id, DocumentFile.storage_key)
        .join(ProposalLine, ProposalLine.id == Certificate.proposal_line_id)
        .outerjoin(DocumentFile, DocumentFile.certificate_id == Certificate.id)
        .where(ProposalLine.proposal_id == proposal_id)
        .order_by(Certificate.id)
    )
    rows = db.session.execute(statement).all()
    missing = [row.id for row in rows if row.storage_key is None]
    present = len(rows) - len(missing)
    for start in range(0, len(missing), PORTION):
        portion = missing[start : start + PORTION]
        documents = db.session.scalars(select(Certificate).where(Certificate.id.in_(portion))).all()
        files = [(document.id, *_make(document)) for document in documents]
        with unit_of_work() as work:
            for certificate_id, data, key in files:
                _keep(work.session, certificate_id, key, len(data))
        report(present + start + len(portion))
    return len(missing)


def _make(document: Certificate) -> tuple[bytes, str]:
    data = render(Signed(document.snapshot, document.signature, document.key_id))
    return data, storage().put(data, suffix=".pdf")


def _keep(session: Any, certificate_id: int, key: str, size: int) -> None:
    insert_if_absent(
        session,
        DocumentFile,
        certificate_id=certificate_id,
        storage_key=key,
        size=size,
        rendered_at=clock.now(),
    )
