"""Regrades and what each does to every attempt; the grades themselves are kept by the quizzes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Exact, Model, UtcDateTime, primary_key, timestamp
from academy.regrading.states import ACTIONS, LINE_STATES, PLANNED, PREPARING, STATES


class Regrade(Model):
    """A decision about a version of an item, or the reversal of one.

    ``preparing → drafted → proposed → approved → done``, or ``rejected`` or ``withdrawn``. ``examined`` counts the
    attempts that were looked at. ``option``: the author's id of an option that is accepted too.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        CheckConstraint(f"action IN {ACTIONS}", name="action"),
        CheckConstraint(f"state IN {STATES}", name="state"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=PREPARING)
    from_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_version.id"))
    to_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_version.id"))
    option: Mapped[str] = mapped_column(String(32), default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"))
    reason: Mapped[str] = mapped_column(String(1000))
    examined: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = timestamp()
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(String(1000), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None]


class RegradeLine(Model):
    """What a regrade does to one answer: planned, applied, or left alone for a ``problem``.

    ``before`` and ``after`` hold all of a grade: ``score``, ``weight`` (texts), ``version`` (id), ``grade``.
    ``documents``: serials of certificates issued for the run, which nothing here changes. ``seen_at``: when its
    learner said to have read of it.
    """

    __tablename__ = "regrade_line"
    __table_args__ = (CheckConstraint(f"state IN {LINE_STATES}", name="state"),)

    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id", ondelete="CASCADE"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    problem: Mapped[str] = mapped_column(String(20), default="")
    before: Mapped[dict]
    after: Mapped[dict | None]
    score_before: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    score_after: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    mark_before: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    mark_after: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    passed_before: Mapped[bool | None]
    passed_after: Mapped[bool | None]
    documents: Mapped[list]
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
