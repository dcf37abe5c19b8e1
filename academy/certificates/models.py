"""Rights to documents, proposals, the register and what hangs on its rows.

``Certificate`` rows are written once and never again: whether one still stands is read from the rows that
point to it, a successor (``replaces_id``) or a :class:`Revocation`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Exact, Model, UtcDateTime, primary_key, timestamp

KINDS = ("certificate", "attestation")
PURPOSES = ("first", "reissue", "replacement")
PROPOSAL_STATES = ("proposed", "approved", "issued", "rejected", "withdrawn")
EXPORT_FORMATS = ("zip", "xlsx", "csv")

_FIRST = text("replaces_id IS NULL")
_LIVE_FIRST = text("live AND replaces_id IS NULL")
_LIVE = text("live")


class Eligibility(Model):
    """The right to a document, earned by one run through a course; written as the last rule is met."""

    __tablename__ = "certificate_eligibility"

    id: Mapped[int] = primary_key()
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    class_run_id: Mapped[int | None] = mapped_column(ForeignKey("class_run.id"), index=True)
    mark: Mapped[Decimal | None] = mapped_column(Exact(4, 1))
    earned_at: Mapped[datetime] = timestamp()


class Proposal(Model):
    """A batch of documents that a registrar proposes and somebody else approves.

    ``place``, ``issued_on`` and the signer are what will stand on the documents.
    """

    __tablename__ = "certificate_proposal"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"purpose IN {PURPOSES}", name="purpose"),
        CheckConstraint(f"state IN {PROPOSAL_STATES}", name="state"),
        Index("ix_certificate_proposal_state", "state", "id"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(12), default="first")
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    class_run_id: Mapped[int | None] = mapped_column(ForeignKey("class_run.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    issued_on: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(120))
    signer_title: Mapped[str] = mapped_column(String(200))
    signer_name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = timestamp()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    job_id: Mapped[int | None]


class ProposalLine(Model):
    """One person in a proposal: included, or left out with a reason.

    ``live`` while the proposal may still lead, or has led, to a document: a right is in one live proposal
    at most, and so is the correction of a document.
    """

    __tablename__ = "certificate_proposal_line"
    __table_args__ = (
        UniqueConstraint("proposal_id", "eligibility_id"),
        Index(
            "uq_certificate_proposal_line_live",
            "eligibility_id",
            unique=True,
            sqlite_where=_LIVE_FIRST,
            postgresql_where=_LIVE_FIRST,
        ),
        Index(
            "uq_certificate_proposal_line_correction",
            "replaces_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = primary_key()
    proposal_id: Mapped[int] = mapped_column(ForeignKey("certificate_proposal.id"))
    eligibility_id: Mapped[int] = mapped_column(ForeignKey("certificate_eligibility.id"), index=True)
    # no foreign key: documents point at their line, and a circle would have no order of creation
    replaces_id: Mapped[int | None]
    included: Mapped[bool] = mapped_column(default=True)
    live: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(Text, default="")


class RegisterBook(Model):
    """A book of the register: one kind of document, one year, one issuing unit; ``next_number`` from 1."""

    __tablename__ = "register_book"
    __table_args__ = (UniqueConstraint("kind", "year", "unit_id"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    next_number: Mapped[int] = mapped_column(default=1)


class Certificate(Model):
    """A row of the register. ``snapshot`` is all that the document says, signed as canonical JSON.

    ``code`` is the opaque verification code. ``holder…`` repeat the name for lists and finding.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("number > 0", name="number"),
        Index(
            "uq_certificate_first",
            "eligibility_id",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
        Index("ix_certificate_eligibility", "eligibility_id", "id"),
        Index("ix_certificate_person", "person_id", "id"),
        Index("ix_certificate_class", "class_run_id", "id"),
        Index("ix_certificate_course", "course_id", "id"),
    )

    id: Mapped[int] = primary_key()
    book_id: Mapped[int] = mapped_column(ForeignKey("register_book.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    register_no: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(26), unique=True)
    proposal_line_id: Mapped[int] = mapped_column(ForeignKey("certificate_proposal_line.id"), unique=True)
    eligibility_id: Mapped[int] = mapped_column(ForeignKey("certificate_eligibility.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    class_run_id: Mapped[int | None] = mapped_column(ForeignKey("class_run.id"))
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder: Mapped[str] = mapped_column(String(200))
    holder_fold: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime] = timestamp()
    reason: Mapped[str] = mapped_column(Text, default="")
    snapshot: Mapped[dict]
    signature: Mapped[str] = mapped_column(String(100))
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))


class Revocation(Model):
    """A document was taken back, by a decision and for a reason."""

    __tablename__ = "certificate_revocation"

    id: Mapped[int] = primary_key()
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    decision_no: Mapped[str] = mapped_column(String(80))
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime] = timestamp()


class DocumentFile(Model):
    """The PDF of a document; ``storage_key`` begins with the SHA-256 of its bytes."""

    __tablename__ = "certificate_file"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    storage_key: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    rendered_at: Mapped[datetime] = timestamp()


class SigningKey(Model):
    """A public Ed25519 key that documents were signed with; ``id`` begins the SHA-256 of the key."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64))
    first_used_at: Mapped[datetime] = timestamp()


class RegisterExport(Model):
    """An export somebody asked for; ``storage_key`` once the job has made it."""

    __tablename__ = "register_export"
    __table_args__ = (CheckConstraint(f"format IN {EXPORT_FORMATS}", name="format"),)

    id: Mapped[int] = primary_key()
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    format: Mapped[str] = mapped_column(String(4))
    filters: Mapped[dict]
    job_id: Mapped[int | None]
    storage_key: Mapped[str | None] = mapped_column(String(80))
    filename: Mapped[str] = mapped_column(String(160), default="")
    rows: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = timestamp()
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegisterRewritten(Exception):
    """Code tried to change or delete a row of the register."""


@event.listens_for(Certificate, "before_update")
@event.listens_for(Certificate, "before_delete")
@event.listens_for(Revocation, "before_update")
@event.listens_for(Revocation, "before_delete")
def _refuse(_mapper: Any, _connection: Any, row: Certificate | Revocation) -> None:
    raise RegisterRewritten(f"{type(row).__name__} {row.id} is a row of the register; add a new row instead")
