"""The bank: items, and the versions of which attempts and lessons keep the number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp

ACTIVE, RETIRED = "active", "retired"
DRAFT, IN_REVIEW, APPROVED = "draft", "in_review", "approved"
TAG, TOPIC = "tag", "topic"
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


class ItemCard(Model):
    """What the bank knows of an item beside what it asks; kept up to date with its current version.

    ``category`` is a path, ``Chương 1/Khái niệm``. ``search`` has the folded words of the spec, ``languages`` how
    far each language is there (:mod:`academy.questions.languages`). An item without a card was stored before the
    bank had any, and gets one from the next run of ``questions.index``.
    """

    __tablename__ = "item_card"
    __table_args__ = (CheckConstraint(f"review IN ('{DRAFT}', '{IN_REVIEW}', '{APPROVED}')", name="review"),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    category: Mapped[str] = mapped_column(String(300), default="")
    review: Mapped[str] = mapped_column(String(10), default=DRAFT)
    languages: Mapped[dict]
    search: Mapped[str] = mapped_column(Text)


class ItemLabel(Model):
    """A tag or a topic of an item; ``name`` is the folded tag or the topic's slug, ``label`` what is shown."""

    __tablename__ = "item_label"
    __table_args__ = (
        CheckConstraint(f"kind IN ('{TAG}', '{TOPIC}')", name="kind"),
        Index("ix_item_label_name", "kind", "name", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    label: Mapped[str] = mapped_column(String(80))


class ItemBand(Model):
    """A band of an item's MinHash signature: items that share one may be near twins (:mod:`questions.similarity`)."""

    __tablename__ = "item_band"
    __table_args__ = (Index("ix_item_band_value", "band", "value"),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    band: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger)


class ItemReview(Model):
    """A step in the review of an item; rows are only ever added. ``number`` is the version it was about."""

    __tablename__ = "item_review"
    __table_args__ = (Index("ix_item_review_item_id", "item_id", "id"),)

    id: Mapped[int] = primary_key()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class BulkChange(Model):
    """A change made to many items of a course at once; ``before`` has by item id what it took the place of."""

    __tablename__ = "bulk_change"
    __table_args__ = (Index("ix_bulk_change_course_id", "course_id", "id"),)

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    change: Mapped[dict]
    before: Mapped[dict]
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
