"""Decks, cards with their immutable versions, what a person remembers, and the log of reviews.

The log (:class:`Review`) is the truth and is only added to; :class:`CardState` is computed from it and
can be computed again (``academy foreign-languages recompute --check``).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.sdk import Json, Model, UtcDateTime, primary_key, timestamp


class Deck(Model):
    """A set of cards that a course brings along. Its key is unique in the academy; a removed deck is retired."""

    __tablename__ = "foreign_languages_deck"

    id: Mapped[int] = primary_key()
    key: Mapped[str] = mapped_column(String(80), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    lang: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))
    retired: Mapped[bool] = mapped_column(default=False)


class Card(Model):
    """A card of a deck through all its versions; learners' states hang on it."""

    __tablename__ = "foreign_languages_card"
    __table_args__ = (UniqueConstraint("deck_id", "key"),)

    id: Mapped[int] = primary_key()
    deck_id: Mapped[int] = mapped_column(ForeignKey("foreign_languages_deck.id"))
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    lesson: Mapped[str] = mapped_column(String(80), default="")
    current_number: Mapped[int]
    retired: Mapped[bool] = mapped_column(default=False)


class CardVersion(Model):
    """What a card shows. Immutable; a review pins the version it was given for."""

    __tablename__ = "foreign_languages_card_version"
    __table_args__ = (UniqueConstraint("card_id", "number"), UniqueConstraint("card_id", "hash"))

    id: Mapped[int] = primary_key()
    card_id: Mapped[int] = mapped_column(ForeignKey("foreign_languages_card.id"))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict] = mapped_column(Json)
    at: Mapped[datetime] = timestamp()


class CardState(Model):
    """How well a person remembers a card (FSRS) and when it is due.

    ``state`` is 1 learning, 2 review, 3 relearning; ``step`` the learning step, None in review;
    ``stability`` in days, ``difficulty`` 1 to 10; ``lapses`` counts forgetting a card in review.
    """

    __tablename__ = "foreign_languages_card_state"
    __table_args__ = (
        CheckConstraint("state IN (1, 2, 3)", name="state"),
        Index("ix_foreign_languages_card_state_due", "person_id", "due"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("foreign_languages_card.id"), primary_key=True)
    state: Mapped[int]
    step: Mapped[int | None]
    stability: Mapped[float] = mapped_column(Double)
    difficulty: Mapped[float] = mapped_column(Double)
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    last_review: Mapped[datetime] = mapped_column(UtcDateTime)
    reps: Mapped[int]
    lapses: Mapped[int]
    introduced_on: Mapped[date] = mapped_column(Date)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Review(Model):
    """One act of a learner on a card: an answer with its rating, taking it back, or resuming a suspended card.

    ``day`` is the local date; ``elapsed`` the seconds since the answer before, None for the first.
    """

    __tablename__ = "foreign_languages_review"
    __table_args__ = (
        CheckConstraint("act IN ('review', 'undo', 'resume')", name="act"),
        CheckConstraint("(act = 'review') = (rating IS NOT NULL)", name="rated"),
        CheckConstraint("rating BETWEEN 1 AND 4", name="rating"),
        CheckConstraint("(act = 'undo') = (undoes_id IS NOT NULL)", name="undone"),
        UniqueConstraint("undoes_id"),
        Index("ix_foreign_languages_review_person_day", "person_id", "day"),
        Index("ix_foreign_languages_review_card", "person_id", "card_id", "id"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    card_id: Mapped[int] = mapped_column(ForeignKey("foreign_languages_card.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("foreign_languages_card_version.id"))
    act: Mapped[str] = mapped_column(String(10))
    rating: Mapped[int | None]
    at: Mapped[datetime] = timestamp()
    day: Mapped[date] = mapped_column(Date)
    elapsed: Mapped[int | None]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("foreign_languages_review.id"))
