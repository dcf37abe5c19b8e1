"""Enrollments: a person in a course, pinned to the version whose rules count for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp

_OPEN = text("state = 'active'")


class Enrollment(Model):
    """One run of a person through a course; a person may come again after completing or leaving."""

    __tablename__ = "enrollment"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'completed', 'left')", name="state"),
        CheckConstraint("source IN ('self', 'class')", name="source"),
        UniqueConstraint("person_id", "course_id", "run"),
        Index(
            "uq_enrollment_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    run: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="active")
    source: Mapped[str] = mapped_column(String(10), default="self")
    enrolled_at: Mapped[datetime] = timestamp()
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
