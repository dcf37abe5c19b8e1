"""Files of questions that somebody sent, and what was found in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp
from academy.questions.exchange.planning import VERDICTS

CHECKING, CHECKED, APPLYING, APPLIED, FAILED, DISCARDED = IMPORT_STATES = (
    "checking",
    "checked",
    "applying",
    "applied",
    "failed",
    "discarded",
)


class QuestionImport(Model):
    """A file of questions on its way into a course: read and judged, then written whole or not at all.

    ``upload`` is its key among the exports, where files live for some days only.
    """

    __tablename__ = "question_import"
    __table_args__ = (CheckConstraint(f"state IN {IMPORT_STATES}", name="state"),)

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    upload: Mapped[str] = mapped_column(String(80))
    # {"format", "lang", "lesson", "outcome", "categories": {category: [lesson, outcome]}}
    options: Mapped[dict]
    state: Mapped[str] = mapped_column(String(12), default=CHECKING)
    # {"counts": {verdict: n}, "notes": [[code, params]], "categories": [name], "problem": [message, next step]}
    summary: Mapped[dict]
    # of the verdicts that were shown: what is written is what was confirmed
    digest: Mapped[str] = mapped_column(String(64), default="")
    job_id: Mapped[int | None]
    created_at: Mapped[datetime] = timestamp(index=True)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QuestionImportItem(Model):
    """One question of a file, by its number in it, and what was found about it."""

    __tablename__ = "question_import_item"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index("ix_question_import_item_verdict", "import_id", "verdict", "number"),
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
    )

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("question_import.id", ondelete="CASCADE"))
    number: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(10))
    differs: Mapped[bool]
    # {"title", "key", "kind", "line", "file", "notes": [[code, params]]}
    body: Mapped[dict]
