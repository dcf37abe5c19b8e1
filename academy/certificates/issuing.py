"""Issuing: numbers from the book, the signed rows, then the PDFs. May be killed at any moment and run again.

Rows are written a portion at a time; the numbers of a portion are taken from the book's counter in the
transaction that writes it, so either both stand or neither, and no number is skipped or given twice. A line
of a proposal gives one document at most (a unique constraint says so), and a run goes on with the lines that
have none. Every portion costs a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import func, select, update

from academy.audit.services import record
from academy.certificates.deciding import locked_proposal
from academy.certificates.documents import render_missing
from academy.certificates.errors import ProposalDecided, ProposalNotFound
from academy.certificates.events import CertificateIssued
from academy.certificates.lettering import check_letters
from academy.certificates.models import Certificate, Proposal, ProposalLine, RegisterBook
from academy.certificates.numbers import new_code, register_no, serial
from academy.certificates.signing import publish_key, sign
from academy.certificates.snapshot import Draft, Issuer, drafts, numbered
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db, insert_if_absent
from academy.kernel.i18n import _l
from academy.kernel.text import fold
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["issue"]

PORTION = 200

Report = Callable[[int, int], None]


def issue(proposal_id: int, *, report: Report | None = None) -> int:
    """Issue what is left of an approved proposal and render its PDFs; how many documents it has now.

    Args:
        report: called with (done, of all) steps; a document is two steps, its row and its PDF.

    Raises:
        ProposalNotFound: there is none.
        ProposalDecided: it was not approved.
        Conflict: a document cannot be printed; those before it stand, and it got no number.
    """
    tell = report or (lambda done, total: None)
    total = 2 * _included(proposal_id)
    while _issue_portion(proposal_id):
        tell(_issued(proposal_id), total)
    issued = _issued(proposal_id)
    render_missing(proposal_id, report=lambda rendered: tell(issued + rendered, total))
    return issued


def _included(proposal_id: int) -> int:
    return db.session.scalar(
        select(func.count()).where(ProposalLine.proposal_id == proposal_id, ProposalLine.included)
    )


def _issued(proposal_id: int) -> int:
    return db.session.scalar(
        select(func.count(Certificate.id))
        .join(ProposalLine, ProposalLine.id == Certificate.proposal_line_id)
        .where(ProposalLine.proposal_id == proposal_id)
    )


def _issue_portion(proposal_id: int) -> bool:
    """Write the next rows and whether there may be more."""
    issuer = Issuer.of_installation()
    with unit_of_work() as work:
        proposal = locked_proposal(work, proposal_id)
        if proposal is None:
            raise ProposalNotFound(_l("There is no such proposal."))
        if proposal.state == "issued":
            return False
        if proposal.state != "approved":
            raise ProposalDecided(_l("Only an approved proposal can be issued."))
        if proposal.issued_on is None:
            proposal.issued_on = clock.today()
        waiting = drafts(proposal, issuer, limit=PORTION)
        if waiting:
            _write(work, proposal, waiting, issuer)
        if len(waiting) < PORTION:
            proposal.state = "issued"
            return False
        return True


def _write(work: UnitOfWork, proposal: Proposal, waiting: Sequence[Draft], issuer: Issuer) -> None:
    check_letters(waiting)
    publish_key(work)
    year = proposal.issued_on.year
    book_id, first = _take_numbers(work, proposal.kind, year, proposal.owner_unit_id, len(waiting))
    rows = [
        _row(proposal, draft, book_id, year, number, issuer)
        for number, draft in enumerate(waiting, start=first)
    ]
    work.session.add_all(rows)
    work.session.flush()
    for row in rows:
        record(
            Actor.system(),
            "certificate.issue",
            "certificate",
            row.serial,
            person_id=row.person_id,
            details={"proposal": proposal.id, "register_no": row.register_no, "purpose": proposal.purpose},
        )
        work.emit(CertificateIssued(certificate_id=row.id, person_id=row.person_id, course_id=row.course_id))


def _take_numbers(work: UnitOfWork, kind: str, year: int, unit_id: int, count: int) -> tuple[int, int]:
    """The next ``count`` numbers of a book: its id and the first of them. The counter's row stays locked."""
    insert_if_absent(work.session, RegisterBook, kind=kind, year=year, unit_id=unit_id, next_number=1)
    book = work.session.execute(
        update(RegisterBook)
        .where(RegisterBook.kind == kind, RegisterBook.year == year, RegisterBook.unit_id == unit_id)
        .values(next_number=RegisterBook.next_number + count)
        .returning(RegisterBook.id, RegisterBook.next_number)
        .execution_options(synchronize_session=False)
    ).one()
    return book.id, book.next_number - count


def _row(
    proposal: Proposal, draft: Draft, book_id: int, year: int, number: int, issuer: Issuer
) -> Certificate:
    on_document = serial(proposal.kind, year, book_id, number)
    in_book = register_no(proposal.kind, year, number)
    code = new_code()
    statement = numbered(draft, serial=on_document, register_no=in_book, code=code, base_url=issuer.base_url)
    signature, key_id = sign(statement)
    return Certificate(
        book_id=book_id,
        number=number,
        kind=proposal.kind,
        serial=on_document,
        register_no=in_book,
        code=code,
        proposal_line_id=draft.line.id,
        eligibility_id=draft.eligibility.id,
        replaces_id=draft.line.replaces_id,
        person_id=draft.eligibility.person_id,
        course_id=proposal.course_id,
        class_run_id=draft.eligibility.class_run_id,
        owner_unit_id=proposal.owner_unit_id,
        holder=draft.full_name,
        holder_fold=fold(draft.full_name),
        issued_on=proposal.issued_on,
        issued_at=clock.now(),
        reason=draft.line.reason,
        snapshot=statement,
        signature=signature,
        key_id=key_id,
    )
