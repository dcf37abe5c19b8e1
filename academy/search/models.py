"""The outbox of the search index, words that stand for each other, what people keep of their searches, and needs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp

KINDS = ("course", "legal")
OPEN, PLANNED, ANSWERED, DECLINED = "open", "planned", "answered", "declined"
NEED_STATES = (OPEN, PLANNED, ANSWERED, DECLINED)


class SearchOutbox(Model):
    """Something changed that people find; written in the transaction of the change.

    It says what to look at, not what happened: the indexer loads the present state. How far a machine's
    index has come stands in that index, so rows are kept for some days for other machines and rebuilds.
    """

    __tablename__ = "search_outbox"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
        # a number is never used twice, even after the newest rows are gone
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[int]
    created_at: Mapped[datetime] = timestamp(index=True)


class SearchSynonym(Model):
    """Two names of one thing, each of which finds the other: ``UBND`` and ``ủy ban nhân dân``.

    ``term_key`` and ``meaning_key`` are the names as compared, with their marks. One that is retired takes no part.
    """

    __tablename__ = "search_synonym"
    __table_args__ = (UniqueConstraint("term_key", "meaning_key"),)

    id: Mapped[int] = primary_key()
    term: Mapped[str] = mapped_column(String(60))
    meaning: Mapped[str] = mapped_column(String(200))
    term_key: Mapped[str] = mapped_column(String(60))
    meaning_key: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime] = timestamp()
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecentSearch(Model):
    """What somebody looked for last; the newest few of each account, for nobody else's eyes.

    ``filters`` are names and values of the page's filters; ``key`` tells equal searches.
    """

    __tablename__ = "recent_search"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_recent_search_account", "account_id", "at"),
    )

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(256))
    filters: Mapped[dict]
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchPreference(Model):
    """Whether searches of an account are remembered; without a row they are."""

    __tablename__ = "search_preference"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    remember: Mapped[bool]


class SavedSearch(Model):
    """A search somebody named to come back to."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(256))
    filters: Mapped[dict]
    created_at: Mapped[datetime] = timestamp()


class TrainingNeed(Model):
    """Somebody looked for what no lesson teaches. Equal searches of a unit are counted together by ``key``.

    ``answer`` is what the training administrators say to it.
    """

    __tablename__ = "training_need"
    __table_args__ = (
        CheckConstraint(f"state IN {NEED_STATES}", name="state"),
        Index("ix_training_need_key", "key", "state"),
    )

    id: Mapped[int] = primary_key()
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    query: Mapped[str] = mapped_column(String(256))
    key: Mapped[str] = mapped_column(String(256))
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    created_at: Mapped[datetime] = timestamp()
    answer: Mapped[str] = mapped_column(String(1000), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
