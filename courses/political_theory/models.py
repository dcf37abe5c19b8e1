"""Documents as they were read, and their readers' private notes.

A note is a range in an immutable document (stand-off annotation): the text itself is never touched.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.sdk import EncryptedText, Model, UtcDateTime, primary_key, timestamp

CATEGORIES = ("claim", "reason", "example", "question")


class DocumentVersion(Model):
    """A text that some course asks to read closely. Immutable; ``hash`` is the hash of its text."""

    __tablename__ = "political_theory_document"

    id: Mapped[int] = primary_key()
    hash: Mapped[str] = mapped_column(String(32), unique=True)
    lang: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = timestamp()


class DocumentUse(Model):
    """Which courses ask to read a document; whoever sees one of them may read it.

    ``current``: the course's newest version still uses it. Older ones stay readable for their notes.
    """

    __tablename__ = "political_theory_document_use"
    __table_args__ = (UniqueConstraint("document_id", "course_id"),)

    id: Mapped[int] = primary_key()
    document_id: Mapped[int] = mapped_column(ForeignKey("political_theory_document.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    current: Mapped[bool] = mapped_column(default=True)


class Annotation(Model):
    """A private note on the words ``[start, end)`` of a document, code points in NFC.

    Sensitive data (Law 91/2025/QH15: political views): the note is encrypted at rest, shown to its
    author alone, never indexed, deleted when it has not been touched for the set time.
    """

    __tablename__ = "political_theory_annotation"
    __table_args__ = (
        CheckConstraint("category IN ('claim', 'reason', 'example', 'question')", name="category"),
        CheckConstraint("start_at >= 0 AND end_at > start_at", name="range"),
        Index("ix_political_theory_annotation_own", "person_id", "document_id"),
        Index("ix_political_theory_annotation_touched", "touched_at"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("political_theory_document.id"))
    start_at: Mapped[int]
    end_at: Mapped[int]
    category: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(EncryptedText, default="")
    created_at: Mapped[datetime] = timestamp()
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
