"""What the module keeps: floods that people played turn by turn."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.sdk import Exact, Model, UtcDateTime, primary_key, timestamp

OPEN, FINISHED, GIVEN_UP = "open", "finished", "given_up"


class FloodRun(Model):
    """One flood of one person: the exercise's version, the seed of its rain, and, once finished, the points.

    Where a run stands follows from its turns, which the model plays again. ``repeats_id``: the run whose rain
    this one meets again; whoever knows the rain does not count in comparisons.
    """

    __tablename__ = "smart_city_flood_run"
    __table_args__ = (
        CheckConstraint(f"state IN ('{OPEN}', '{FINISHED}', '{GIVEN_UP}')", name="state"),
        CheckConstraint(f"(state = '{FINISHED}') = (score IS NOT NULL)", name="score"),
        Index("ix_smart_city_flood_run_person", "person_id", "id"),
        Index("ix_smart_city_flood_run_version", "item_version_id", "state"),
    )

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id", ondelete="CASCADE"))
    seed: Mapped[int]
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("smart_city_flood_run.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    score: Mapped[Decimal | None] = mapped_column(Exact(5, 2))
    started_at: Mapped[datetime] = timestamp()
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FloodTurn(Model):
    """One decision of a run; only added, never changed. ``evacuate`` in per cent of homes."""

    __tablename__ = "smart_city_flood_turn"
    __table_args__ = (UniqueConstraint("run_id", "turn"),)

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("smart_city_flood_run.id", ondelete="CASCADE"))
    turn: Mapped[int]
    pumps: Mapped[int]
    inform: Mapped[bool]
    evacuate: Mapped[int]
    request: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = timestamp()
