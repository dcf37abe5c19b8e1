"""The bank: items, and the versions of which attempts and lessons keep the number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, primary_key, timestamp

ACTIVE, RETIRED = "active", "retired"
CONTENT, STUDIO = "content", "studio"


class Item(Model):
    """A question of a course under its stable key; what it asks stands in its versions."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("course_id", "key"),
        CheckConstraint("difficulty BETWEEN 1 AND 5", name="difficulty"),
        CheckConstraint(f"state IN ('{ACTIVE}', '{RETIRED}')", name="state"),
        CheckConstraint(f"origin IN ('{CONTENT}', '{STUDIO}')", name="origin"),
        Index("ix_item_course_id_lesson", "course_id", "lesson"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    lesson: Mapped[str] = mapped_column(String(120))
    difficulty: Mapped[int]
    use_lesson: Mapped[bool]
    use_pool: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    origin: Mapped[str] = mapped_column(String(10), default=STUDIO)
    current_number: Mapped[int]


class ItemVersion(Model):
    """What an item asked from a moment on; never changed. ``hash`` covers kind, outcome and spec."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = primary_key()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(40))
    spec: Mapped[dict]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
