"""The outbox of the search index, words that stand for each other, what people keep of their searches, and needs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
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


# --- indexers and the index that PostgreSQL keeps ---------------------------------------------------


class SearchLease(Model):
    """Who writes an index, until when, and under which number; one row for each index of each machine.

    Every new holder gets a higher ``token``, which the index keeps: whoever has a lower one is refused there.
    ``position`` is how far the index has come: the outbox is kept for the slowest one.
    """

    __tablename__ = "search_lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(120))
    token: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime] = timestamp()
    beat_at: Mapped[datetime] = timestamp()
    position: Mapped[int] = mapped_column(default=0)


class SearchGeneration(Model):
    """One build of the index that PostgreSQL keeps; of other engines, and on SQLite, there are none.

    ``state`` counts commits, ``numbers`` the documents ever written; ``purged_at_state`` is the last state whose
    deleted documents are gone for good. ``meta`` is what the index says of itself.
    """

    __tablename__ = "search_generation"

    id: Mapped[int] = primary_key()
    meta: Mapped[dict]
    lexicon: Mapped[list]
    is_current: Mapped[bool] = mapped_column(default=False)
    is_whole: Mapped[bool] = mapped_column(default=False)
    state: Mapped[int] = mapped_column(default=0)
    numbers: Mapped[int] = mapped_column(default=0)
    purged_at_state: Mapped[int] = mapped_column(default=0)
    damage: Mapped[str | None] = mapped_column(String(500))
    beat_at: Mapped[datetime] = timestamp()


class SearchEntry(Model):
    """A document of a generation.

    ``terms`` holds, for each term, one lexeme that tells field, weight and term; see
    :mod:`academy.search.postgres_terms`. ``born`` and ``gone`` are the states in which it came and went,
    ``changed`` is the later of them.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index("ix_search_entry_changed", "generation_id", "changed"),
        Index("ix_search_entry_group", "generation_id", "group_ref"),
        Index("ix_search_entry_ref", "generation_id", "ref"),
        Index("ix_search_entry_terms", "terms", postgresql_using="gin"),
    )

    generation_id: Mapped[int] = mapped_column(
        ForeignKey("search_generation.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(String(200))
    group_ref: Mapped[str] = mapped_column(String(200))
    values: Mapped[dict]
    title_length: Mapped[float]
    body_length: Mapped[float]
    born: Mapped[int]
    gone: Mapped[int | None]
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed: Mapped[int]
    terms: Mapped[str] = mapped_column(TSVECTOR().with_variant(Text(), "sqlite"))
    data: Mapped[dict]


class SearchTerm(Model):
    """A word that begins may go on so: the lexicon of a generation, with how many documents held it when built."""

    __tablename__ = "search_term"
    __table_args__ = (Index("ix_search_term_state", "generation_id", "state"),)

    generation_id: Mapped[int] = mapped_column(
        ForeignKey("search_generation.id", ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(String(5), primary_key=True)
    term: Mapped[str] = mapped_column(String(200), primary_key=True)
    documents: Mapped[int]
    state: Mapped[int]
