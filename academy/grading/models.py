"""Marking schemes, answers to be marked, marks, releases, proposals to change a mark, appeals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from academy.grading.appeal_states import APPEAL_STATES, DECIDED, SUBMITTED, require_transition
from academy.kernel.db import Exact, Model, UtcDateTime, primary_key, timestamp

FIRST, SECOND, THIRD, MODERATION = "first", "second", "third", "moderation"
ROLES = (FIRST, SECOND, THIRD, MODERATION)

WAITING, FINAL, RELEASED = "waiting", "final", "released"
ANSWER_STATES = (WAITING, FINAL, RELEASED)

PROPOSED, APPROVED, REJECTED, WITHDRAWN = "proposed", "approved", "rejected", "withdrawn"
PROPOSAL_STATES = (PROPOSED, APPROVED, REJECTED, WITHDRAWN)

_LIVE_PROPOSAL = text(f"state = '{PROPOSED}'")
_LIVE_APPEAL = text("state NOT IN ('withdrawn')")
_NOT_STORED = text("stored_at IS NULL")


class MarkingScheme(Model):
    """How the answers of a quiz are marked, from a moment on; never changed. See :mod:`academy.grading.scheme`."""

    __tablename__ = "marking_scheme"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    number: Mapped[int]
    settings: Mapped[dict]
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class MarkingRelease(Model):
    """Somebody released the marks of a quiz: all that were final then. ``finished_at`` once every attempt has its mark."""

    __tablename__ = "marking_release"

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    answers: Mapped[int]
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    job_id: Mapped[int | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MarkingAnswer(Model):
    """An answer that people mark.

    ``shuffle`` is one random number for each attempt, from which every marker's order is made. ``score`` is the
    final one, 0 to 1, and ``how`` it came about; ``release_id`` once it is on its way to the learner, after
    which no marker changes it.
    """

    __tablename__ = "marking_answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "slot"),
        # figures about all answers of a quiz come from the index alone
        Index("ix_marking_answer_quiz_id", "quiz_id", "state", "flagged", "release_id"),
        CheckConstraint(f"state IN {ANSWER_STATES}", name="state"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name="score"),
        CheckConstraint("(state = 'waiting') = (score IS NULL)", name="final"),
        CheckConstraint("state != 'released' OR release_id IS NOT NULL", name="release"),
    )

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    slot: Mapped[int] = mapped_column(Integer)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    shuffle: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    score: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    how: Mapped[str] = mapped_column(String(12), default="")
    flagged: Mapped[bool] = mapped_column(default=False)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("marking_release.id"), index=True)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MarkingSeat(Model):
    """One mark of an answer: given, or to be given by ``marker_id``, or by whoever claims it first (None).

    Nobody marks an answer twice: that is a rule of the schema. ``quiz_id`` is that of the answer: what waits is
    found, and what is stored counted, without a look at the tens of thousands of answers that are done with.
    """

    __tablename__ = "marking_seat"
    __table_args__ = (
        UniqueConstraint("answer_id", "role"),
        UniqueConstraint("answer_id", "marker_id"),
        Index("ix_marking_seat_quiz_id", "quiz_id", "marker_id", "stored_at", "role", "score"),
        Index(
            "ix_marking_seat_waiting",
            "marker_id",
            "quiz_id",
            sqlite_where=_NOT_STORED,
            postgresql_where=_NOT_STORED,
        ),
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name="score"),
        CheckConstraint("(score IS NULL) = (stored_at IS NULL)", name="stored"),
        CheckConstraint("stored_at IS NULL OR marker_id IS NOT NULL", name="marker"),
    )

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("marking_answer.id", ondelete="CASCADE"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    levels: Mapped[dict | None]
    score: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    comments: Mapped[dict | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    flagged: Mapped[bool] = mapped_column(default=False)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MarkerPhrase(Model):
    """A phrase that a marker uses again and again."""

    __tablename__ = "marker_phrase"
    __table_args__ = (UniqueConstraint("account_id", "text"),)

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(500))


class MarkProposal(Model):
    """A released score that somebody proposes to change; somebody else decides. Scores −1 to 1, marks of the attempt."""

    __tablename__ = "mark_proposal"
    __table_args__ = (
        CheckConstraint(f"state IN {PROPOSAL_STATES}", name="state"),
        CheckConstraint("decided_by IS NULL OR decided_by != proposed_by", name="two_people"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_mark_proposal_live", "attempt_id", "slot", unique=True,
            sqlite_where=_LIVE_PROPOSAL, postgresql_where=_LIVE_PROPOSAL,
        ),
        Index("ix_mark_proposal_state", "state", "id"),
    )  # fmt: skip

    id: Mapped[int] = primary_key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    slot: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default=PROPOSED)
    score_before: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    score_after: Mapped[Decimal] = mapped_column(Exact(5, 4))
    mark_before: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    mark_after: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    reason: Mapped[str] = mapped_column(String(2000))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = timestamp()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(2000), default="")


class Appeal(Model):
    """A learner asks for answers of an attempt to be marked again. Its states: :mod:`academy.grading.appeal_states`.

    ``due_at`` is when it is to be decided. ``mark_after`` and ``outcome`` once it is.
    """

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint(f"state IN {APPEAL_STATES}", name="state"),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('unchanged', 'raised', 'lowered')", name="outcome"
        ),
        CheckConstraint(f"(state = '{DECIDED}') = (outcome IS NOT NULL)", name="decided"),
        CheckConstraint("decided_by IS NULL OR marker_id IS NULL OR decided_by != marker_id", name="two_people"),
        Index(
            "uq_appeal_live", "attempt_id", unique=True,
            sqlite_where=_LIVE_APPEAL, postgresql_where=_LIVE_APPEAL,
        ),
        Index("ix_appeal_state", "state", "due_at"),
        Index("ix_appeal_quiz_id", "quiz_id"),
        Index("ix_appeal_person_id", "person_id"),
    )  # fmt: skip

    id: Mapped[int] = primary_key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), default=SUBMITTED)
    submitted_at: Mapped[datetime] = timestamp()
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    remarked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(2000), default="")
    outcome: Mapped[str | None] = mapped_column(String(10))
    mark_before: Mapped[Decimal] = mapped_column(Exact(3, 1))
    mark_after: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    # looks that the decider gave back: {"marker", "at", "reason", "scores": {slot: score}}
    earlier: Mapped[list] = mapped_column(default=list)

    @validates("state")
    def _only_along_the_table(self, _name: str, state: str) -> str:
        require_transition(self.state, state)
        return state


class AppealQuestion(Model):
    """One question of an appeal: why it is doubted, and what the second look found. Scores 0 to 1."""

    __tablename__ = "appeal_question"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(2000))
    score_before: Mapped[Decimal] = mapped_column(Exact(5, 4))
    levels: Mapped[dict | None]
    score: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    comment: Mapped[str] = mapped_column(Text, default="")
    score_after: Mapped[Decimal | None] = mapped_column(Exact(5, 4))


class JudgedResult(Model):
    """The band that a mark was judged by: which set, as it stood when the mark was made. None of a set: below it."""

    __tablename__ = "judged_result"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    band_set: Mapped[str] = mapped_column(String(20))
    mark: Mapped[Decimal] = mapped_column(Exact(3, 1))
    at: Mapped[datetime] = timestamp()


def plain(value: Decimal | None) -> str | None:
    """A score or mark as JSON and the journal write it."""
    return None if value is None else format(value.normalize(), "f")
