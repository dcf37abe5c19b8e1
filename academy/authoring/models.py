"""Working copies of courses and lessons, their revisions, and reviews."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from academy.authoring.exchange_models import QuestionImport, QuestionImportItem
from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp

__all__ = [
    "CourseDraft",
    "CourseReview",
    "LessonDraft",
    "LessonDraftRevision",
    "QuestionImport",
    "QuestionImportItem",
]

SAVED, RESTORED, CONFLICTING, PUBLISHED = "saved", "restored", "conflicting", "published"
REVISION_KINDS = (SAVED, RESTORED, CONFLICTING, PUBLISHED)
SUBMITTED, RETURNED = "submitted", "returned"
REVIEW_STATES = (SUBMITTED, RETURNED, PUBLISHED)

_WAITING = text(f"state = '{SUBMITTED}'")


class CourseDraft(Model):
    """The working copy of a course: what it says of itself, and its lessons in order.

    ``description`` has the keys of :class:`academy.catalog.services.CourseDescription`, ``outline`` an object
    ``{"lesson", "minutes", "outcomes"}`` per lesson; ``minutes`` None means by reading time. ``version``
    counts changes of the description. ``updated_at`` is the last change of anything in the course.
    """

    __tablename__ = "course_draft"

    course_id: Mapped[int] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    description: Mapped[dict]
    outline: Mapped[list]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = timestamp(index=True)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class LessonDraft(Model):
    """The working copy of a lesson in one language.

    ``front`` is the head of the lesson (title, summary, objectives, glossary, sources), ``body`` its
    Markdown. ``version`` grows by one with every change; 0: nothing was stored yet. ``published_version``
    is the one that was published last. A lesson taken out of the outline keeps its drafts.
    """

    __tablename__ = "lesson_draft"
    __table_args__ = (UniqueConstraint("course_id", "lesson", "lang"),)

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(5))
    front: Mapped[dict]
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    published_version: Mapped[int | None]
    updated_at: Mapped[datetime] = timestamp()
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class LessonDraftRevision(Model):
    """A text that a draft once had, or (``conflicting``) that was sent and did not become the draft.

    Rows are only added, save that what one person stores within a minute shares a row. ``version`` is the
    draft's at the time, for a conflicting text the one it was based on.
    """

    __tablename__ = "lesson_draft_revision"
    __table_args__ = (
        CheckConstraint(f"kind IN {REVISION_KINDS}", name="kind"),
        Index("ix_lesson_draft_revision_draft_id", "draft_id", "id"),
    )

    id: Mapped[int] = primary_key()
    draft_id: Mapped[int] = mapped_column(ForeignKey("lesson_draft.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    front: Mapped[dict]
    body: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = timestamp()
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class CourseReview(Model):
    """One time a course was handed in: what became of it, and what was said. At most one waits."""

    __tablename__ = "course_review"
    __table_args__ = (
        CheckConstraint(f"state IN {REVIEW_STATES}", name="state"),
        CheckConstraint(f"(state = '{SUBMITTED}') = (answered_at IS NULL)", name="answered"),
        Index(
            "uq_course_review_waiting",
            "course_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_course_review_course_id", "course_id", "id"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), default=SUBMITTED)
    message: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime] = timestamp()
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
