"""Reading the register: lists, one document, verification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from academy.catalog.models import Course
from academy.certificates.errors import CertificateNotFound
from academy.certificates.models import (
    Certificate,
    Eligibility,
    Proposal,
    ProposalLine,
    Revocation,
    SigningKey,
)
from academy.certificates.numbers import read_code
from academy.certificates.policies import (
    can_read_certificate,
    certificates_exported_by,
    certificates_visible_to,
)
from academy.certificates.proposal_queries import correction_of
from academy.certificates.signing import is_genuine
from academy.certificates.views import CertificateRow, CertificateView, Link, RevocationView, Verified
from academy.classes.models import ClassRun
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold
from academy.organization.models import Person, Unit

__all__ = [
    "Filters", "find_certificate", "find_verified", "get_certificate", "list_certificates", "own_certificates",
    "public_keys", "register_rows", "selected", "serials_of_runs",
]  # fmt: skip

STATES = ("issued", "superseded", "replaced", "revoked")

_successor = aliased(Certificate, name="successor")
_predecessor = aliased(Certificate, name="predecessor")
_owner = aliased(Unit, name="owner")
_home = aliased(Unit, name="home")

# a successor of another kind is the attestation of a lost certificate; one of the same kind corrects it
_STATE = case(
    (Revocation.id.is_not(None), "revoked"),
    (_successor.id.is_(None), "issued"),
    (_successor.kind != Certificate.kind, "replaced"),
    else_="superseded",
)
_ROW = (
    Certificate.id,
    Certificate.serial,
    Certificate.register_no,
    Certificate.kind,
    _STATE.label("state"),
    Certificate.holder,
    Certificate.snapshot["program"].label("program"),
    ClassRun.code.label("class_code"),
    Certificate.issued_on,
    Certificate.code,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """By what the register is narrowed; empty: not. ``q`` is words of a name, or a serial or register number."""

    class_code: str = ""
    course: str = ""
    status: str = ""
    year: int | None = None
    q: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.class_code:
            found.append(ClassRun.code == self.class_code.strip().upper())
        if self.course:
            found.append(
                Certificate.course_id == select(Course.id).where(Course.slug == self.course).scalar_subquery()
            )
        if self.status:
            found.append(self.status == _STATE)
        if self.year is not None:
            found.append(Certificate.issued_on.between(date(self.year, 1, 1), date(self.year, 12, 31)))
        words = fold(self.q).split()[:6]
        if words:
            by_name = and_(*(Certificate.holder_fold.contains(word, autoescape=True) for word in words))
            number = self.q.strip().upper()
            found.append(or_(by_name, Certificate.serial == number, Certificate.register_no == number))
        return found


def _rows(*columns: Any) -> Select:
    """Documents with what decides on their state; each join finds one row at most."""
    return (
        select(*columns)
        .select_from(Certificate)
        .outerjoin(_successor, _successor.replaces_id == Certificate.id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(ClassRun, ClassRun.id == Certificate.class_run_id)
    )


# --- lists ----------------------------------------------------------------------------------------


def list_certificates(
    actor: Actor, filters: Filters | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page:
    """Rows of the register the reader may see, newest first, as :class:`CertificateRow`; one query."""
    filters = filters or Filters()
    statement = _rows(*_ROW).where(certificates_visible_to(actor), *filters.conditions())
    page = keyset(statement, [Certificate.id], cursor, limit, ascending=False)
    return Page([_row(row) for row in page.items], page.next_cursor)


def own_certificates(actor: Actor, *, limit: int = 200) -> Sequence[CertificateRow]:
    """The actor's own documents, newest first; one query."""
    if actor.person_id is None:
        return []
    statement = _rows(*_ROW).where(Certificate.person_id == actor.person_id).order_by(Certificate.id.desc())
    return [_row(row) for row in db.session.execute(statement.limit(limit))]


def _row(row: Sequence[Any]) -> CertificateRow:
    number, serial, register_no, kind, state, holder, program, class_code, issued_on, code = row[: len(_ROW)]
    return CertificateRow(
        id=number,
        serial=serial,
        register_no=register_no,
        kind=kind,
        state=state,
        holder=holder,
        program=program,
        class_code=class_code or "",
        issued_on=issued_on,
        code=code,
    )


# --- one document ---------------------------------------------------------------------------------


def get_certificate(actor: Actor, serial: str) -> CertificateView:
    """A document with its chain, as this reader may see it; two queries.

    Raises:
        CertificateNotFound: there is none, or the reader may not know of it.
    """
    found = find_certificate(serial)
    if found is None or not can_read_certificate(actor, found):
        raise CertificateNotFound(
            _l("There is no such certificate."),
            next_step=_l("Look for it in the register, or check the number."),
        )
    return found


def find_certificate(serial: str) -> CertificateView | None:
    """A document by its serial number, whoever asks; two queries."""
    statement = (
        _rows(
            Certificate,
            _STATE.label("state"),
            ClassRun.code.label("class_code"),
            _owner.path.label("owner_path"),
            _owner.name.label("owner_name"),
            _home.path.label("home_path"),
            SigningKey.public_key,
            Revocation,
            _predecessor,
            _successor,
        )
        .join(_owner, _owner.id == Certificate.owner_unit_id)
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(_home, _home.id == Person.unit_id)
        .join(SigningKey, SigningKey.id == Certificate.key_id)
        .outerjoin(_predecessor, _predecessor.id == Certificate.replaces_id)
        .where(Certificate.serial == serial.strip().upper())
    )
    row = db.session.execute(statement).one_or_none()
    return _view(row) if row is not None else None


def _view(row: Row) -> CertificateView:
    document, revocation = row.Certificate, row.Revocation
    return CertificateView(
        id=document.id,
        serial=document.serial,
        register_no=document.register_no,
        kind=document.kind,
        state=row.state,
        code=document.code,
        person_id=document.person_id,
        holder=document.holder,
        holder_unit_path=row.home_path or "",
        owner_unit_id=document.owner_unit_id,
        owner_unit_path=row.owner_path,
        owner_unit_name=row.owner_name,
        class_run_id=document.class_run_id,
        class_code=row.class_code or "",
        course_id=document.course_id,
        eligibility_id=document.eligibility_id,
        issued_on=document.issued_on,
        issued_at=document.issued_at,
        reason=document.reason,
        snapshot=document.snapshot,
        signature=document.signature,
        key_id=document.key_id,
        is_genuine=is_genuine(document.snapshot, document.signature, row.public_key),
        predecessor=_link(row.predecessor),
        successor=_link(row.successor),
        revocation=revocation
        and RevocationView(
            reason=revocation.reason, decision_no=revocation.decision_no, revoked_at=revocation.revoked_at
        ),
        correction=correction_of(document.id),
    )


def _link(document: Certificate | None) -> Link | None:
    if document is None:
        return None
    return Link(
        serial=document.serial,
        register_no=document.register_no,
        kind=document.kind,
        code=document.code,
        issued_on=document.issued_on,
    )


# --- verification ---------------------------------------------------------------------------------


def find_verified(typed: str) -> Verified | None:
    """What anybody may learn from a verification code; None if no document bears it. One query.

    A document whose stored content does not fit its signature is not confirmed.
    """
    code = read_code(typed)
    if code is None:
        return None
    row = db.session.execute(
        _rows(Certificate, _STATE.label("state"), Revocation.revoked_at, SigningKey.public_key)
        .add_columns(_successor.code.label("successor_code"), _successor.serial.label("successor_serial"))
        .join(SigningKey, SigningKey.id == Certificate.key_id)
        .where(Certificate.code == code)
    ).one_or_none()
    if row is None:
        return None
    document, said = row.Certificate, row.Certificate.snapshot
    if not is_genuine(said, document.signature, row.public_key) or said["code"] != code:
        return None
    return Verified(
        code=code,
        state=row.state,
        kind=said["kind"],
        serial=said["serial"],
        holder=said["holder"]["full_name"],
        program={lang: said["program"][lang] for lang in ("vi", "en") if said["program"][lang]},
        studied_from=date.fromisoformat(said["studied"]["from"]),
        studied_to=date.fromisoformat(said["studied"]["to"]),
        issued_on=date.fromisoformat(said["issued_on"]),
        issuer=said["issuer"]["body"],
        successor_code=row.successor_code,
        successor_serial=row.successor_serial,
        revoked_on=clock.local(row.revoked_at).date() if row.revoked_at else None,
    )


def public_keys() -> Sequence[tuple[str, str]]:
    """Id and raw public key (base64) of every key that documents were signed with."""
    rows = db.session.execute(select(SigningKey.id, SigningKey.public_key).order_by(SigningKey.first_used_at))
    return [(row.id, row.public_key) for row in rows]


# --- the register as a table ----------------------------------------------------------------------


def selected(actor: Actor, filters: Filters) -> Select:
    """Ids of the rows an export of this actor may hold, in the order of the books."""
    return (
        _rows(Certificate.id)
        .where(certificates_exported_by(actor), *filters.conditions())
        .order_by(Certificate.book_id, Certificate.number)
    )


def register_rows(ids: Sequence[int]) -> Sequence[Row]:
    """What the columns of the register are made of, for documents by id, in the order of the books; one query."""
    return db.session.execute(
        _rows(
            Certificate,
            _STATE.label("state"),
            ClassRun.code.label("class_code"),
            Person,
            Proposal.purpose,
            ProposalLine.reason.label("line_reason"),
            Revocation.reason.label("revoked_for"),
            Revocation.decision_no.label("revoked_by_decision"),
            Revocation.revoked_at,
            _predecessor.serial.label("predecessor_serial"),
            _successor.serial.label("successor_serial"),
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(ProposalLine, ProposalLine.id == Certificate.proposal_line_id)
        .join(Proposal, Proposal.id == ProposalLine.proposal_id)
        .outerjoin(_predecessor, _predecessor.id == Certificate.replaces_id)
        .where(Certificate.id.in_(ids))
        .order_by(Certificate.book_id, Certificate.number)
    ).all()


def serials_of_runs(enrollment_ids: Iterable[int]) -> dict[int, list[str]]:
    """The serials of the documents in force that runs have led to; runs without any are left out. One query."""
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        _rows(Eligibility.enrollment_id, Certificate.serial)
        .join(Eligibility, Eligibility.id == Certificate.eligibility_id)
        .where(Eligibility.enrollment_id.in_(set(enrollment_ids)), _STATE == "issued")
        .order_by(Certificate.id)
    )
    for run, serial in rows:
        found.setdefault(run, []).append(serial)
    return found
