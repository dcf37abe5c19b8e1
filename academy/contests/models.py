"""Contests, their boards, rounds, participants and entries; frozen results and their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.crypto import EncryptedText
from academy.kernel.db import Exact, Model, UtcDateTime, primary_key, timestamp

DRAFT, ANNOUNCED = "draft", "announced"
SHARED, LOTS = "shared", "lots"
TIE_RULES = (SHARED, LOTS)
WINNERS, NOBODY = "winners", "nobody"
NAME_RULES = (WINNERS, NOBODY)
COMPUTED, PROPOSED, APPROVED, PUBLISHED, REPLACED = (
    "computed",
    "proposed",
    "approved",
    "published",
    "replaced",
)
RESULT_STATES = (COMPUTED, PROPOSED, APPROVED, PUBLISHED, REPLACED)
BY_HAND, BY_RULE = "hand", "rule"


class Contest(Model):
    """A contest of the people of a unit. Titles and boards stand in it; what is announced is not changed."""

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint(f"state IN ('{DRAFT}', '{ANNOUNCED}')", name="state"),
        CheckConstraint(f"tie_rule IN {TIE_RULES}", name="tie_rule"),
        CheckConstraint(f"name_rule IN {NAME_RULES}", name="name_rule"),
        CheckConstraint("best_rounds IS NULL OR best_rounds >= 1", name="best_rounds"),
    )

    id: Mapped[int] = primary_key()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[dict]
    summary: Mapped[dict]
    rules: Mapped[dict]  # {"vi": text}: what organisers add to the rules that the page prints by itself
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    tie_rule: Mapped[str] = mapped_column(String(10), default=SHARED)
    name_rule: Mapped[str] = mapped_column(String(10), default=WINNERS)
    best_rounds: Mapped[int | None]  # how many of a person's rounds make the overall mark; None: all
    # overall: as ContestRound.prizes
    prizes: Mapped[list]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = timestamp()
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestBoard(Model):
    """A group of people who are ranked among themselves; the first board whose rule a person meets is theirs.

    ``rule`` is ``{"kinds": [kind of staff, …], "positions": [beginning of a position's title, …]}``; an empty
    list asks nothing.
    """

    __tablename__ = "contest_board"
    __table_args__ = (UniqueConstraint("contest_id", "position"),)

    id: Mapped[int] = primary_key()
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    rule: Mapped[dict]


class ContestOrganizer(Model):
    """Somebody who has worked on a contest, and so cannot take part."""

    __tablename__ = "contest_organizer"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class ContestRound(Model):
    """A round: one quiz, from an instant to an instant.

    ``commitment`` is the SHA-256 of salt and seed, public from the announcement on; both are shown once
    ``revealed_at`` is set. ``prizes`` is a list of ``{"name", "how": "rank"|"draw", "count", "minimum"}``, for
    each board, in the order of giving.
    """

    __tablename__ = "contest_round"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        UniqueConstraint("quiz_id"),
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("(announced_at IS NULL) = (commitment IS NULL)", name="commitment"),
    )

    id: Mapped[int] = primary_key()
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    prizes: Mapped[list]
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    commitment: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(EncryptedText)
    seed: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its entries were collected
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestProlongation(Model):
    """A later closing of an announced round, and why; rows are only ever added."""

    __tablename__ = "contest_prolongation"
    __table_args__ = (CheckConstraint("closes_after > closes_before", name="later"),)

    id: Mapped[int] = primary_key()
    round_id: Mapped[int] = mapped_column(ForeignKey("contest_round.id", ondelete="CASCADE"), index=True)
    closes_before: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_after: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContestParticipant(Model):
    """A person in a contest under a number that tells nothing about who it is."""

    __tablename__ = "contest_participant"
    __table_args__ = (
        UniqueConstraint("contest_id", "person_id"),
        UniqueConstraint("contest_id", "public_id"),
    )

    id: Mapped[int] = primary_key()
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    public_id: Mapped[str] = mapped_column(String(16))
    name_withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestEntry(Model):
    """A participant's one entry in a round. Board and unit are those at the start; None: none of them."""

    __tablename__ = "contest_entry"
    __table_args__ = (UniqueConstraint("round_id", "participant_id"), UniqueConstraint("attempt_id"))

    id: Mapped[int] = primary_key()
    round_id: Mapped[int] = mapped_column(ForeignKey("contest_round.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("contest_participant.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("contest_board.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    prediction: Mapped[int | None]
    predicted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestPrediction(Model):
    """Every prediction that was stored for an entry; rows are only ever added."""

    __tablename__ = "contest_prediction"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("contest_entry.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContestExclusion(Model):
    """Somebody whose entries do not count, and why; by hand, or by the contest's rule about its makers."""

    __tablename__ = "contest_exclusion"
    __table_args__ = (
        Index(
            "uq_contest_exclusion_in_force",
            "contest_id",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        CheckConstraint(f"source IN ('{BY_HAND}', '{BY_RULE}')", name="source"),
    )

    id: Mapped[int] = primary_key()
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestResult(Model):
    """A version of the result of a round, or of the whole contest (``round_id`` None).

    While ``computed`` it may be computed again; from ``proposed`` on it stays as it is, and a correction is the
    next version, with its reason. ``digest`` is the SHA-256 of all its lines.
    """

    __tablename__ = "contest_result"
    __table_args__ = (
        Index(
            "uq_contest_result_round",
            "round_id",
            "version",
            unique=True,
            sqlite_where=text("round_id IS NOT NULL"),
            postgresql_where=text("round_id IS NOT NULL"),
        ),
        Index(
            "uq_contest_result_overall",
            "contest_id",
            "version",
            unique=True,
            sqlite_where=text("round_id IS NULL"),
            postgresql_where=text("round_id IS NULL"),
        ),
        CheckConstraint(f"state IN {RESULT_STATES}", name="state"),
        CheckConstraint("version = 1 OR reason <> ''", name="reason"),
    )

    id: Mapped[int] = primary_key()
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id", ondelete="CASCADE"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("contest_round.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default=COMPUTED)
    reason: Mapped[str] = mapped_column(Text, default="")
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entries: Mapped[int] = mapped_column(default=0)  # that count
    excluded: Mapped[int] = mapped_column(default=0)
    pending: Mapped[int] = mapped_column(default=0)  # still being graded
    truth: Mapped[int | None]  # how many answered everything right
    digest: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContestLine(Model):
    """A place on a board. ``place`` numbers the lines of a board without gaps, ``rank`` may be shared.

    Overall, ``mark``, ``gap`` and ``seconds`` are sums over the rounds that count, and ``rounds`` says how many.
    """

    __tablename__ = "contest_line"
    __table_args__ = (Index("ix_contest_line_participant_id", "participant_id"),)

    result_id: Mapped[int] = mapped_column(
        ForeignKey("contest_result.id", ondelete="CASCADE"), primary_key=True
    )
    board_id: Mapped[int] = mapped_column(ForeignKey("contest_board.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    participant_id: Mapped[int] = mapped_column(ForeignKey("contest_participant.id"))
    rank: Mapped[int] = mapped_column(Integer)
    mark: Mapped[Decimal] = mapped_column(Exact(6, 1))
    gap: Mapped[int | None]
    seconds: Mapped[int]
    submitted: Mapped[int]  # 1 is the first paper of the round that was handed in
    rounds: Mapped[int] = mapped_column(Integer, default=1)
    lot: Mapped[str | None] = mapped_column(String(64))
    prize: Mapped[int | None] = mapped_column(Integer)  # index in the list of prizes


class ContestUnitCount(Model):
    """How many of a unit's people could take part when a round closed, and how many did."""

    __tablename__ = "contest_unit_count"

    result_id: Mapped[int] = mapped_column(
        ForeignKey("contest_result.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    people: Mapped[int]
    took_part: Mapped[int]
