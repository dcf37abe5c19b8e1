"""The public Python API of the register."""

from __future__ import annotations

from academy.certificates.correcting import propose_reissue, propose_replacement, revoke
from academy.certificates.deciding import approve, issue_again, reject, withdraw
from academy.certificates.documents import open_document, pdf_of, read_pdf
from academy.certificates.eligibility import on_course_completed, reconcile
from academy.certificates.exporting import (
    MIME_TYPES,
    Exported,
    export_now,
    get_export,
    make_export,
    open_export,
    request_export,
)
from academy.certificates.issuing import issue
from academy.certificates.proposing import Paper, propose

__all__ = [
    "MIME_TYPES", "Exported", "Paper", "approve", "export_now", "get_export", "issue", "issue_again",
    "make_export", "on_course_completed", "open_document", "open_export", "pdf_of", "propose", "propose_reissue",
    "propose_replacement", "read_pdf", "reconcile", "reject", "request_export", "revoke", "withdraw",
]  # fmt: skip
