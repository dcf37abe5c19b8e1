"""When a card comes back: FSRS with fixed parameters, and the rules round it.

The algorithm is FSRS-6 in the implementation of the ``fsrs`` library (py-fsrs 6). Parameters are the
library's defaults of version 6.3, written out here so that an update changes nobody's schedule; fuzz is
off, so alike answers give alike dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from fsrs import Card as FsrsCard
from fsrs import Rating as FsrsRating
from fsrs import Scheduler, State

from academy.sdk import clock

__all__ = [
    "LEECH_EVERY",
    "LEECH_LAPSES",
    "NEW_PER_DAY",
    "Act",
    "Memory",
    "Phase",
    "Rating",
    "answered",
    "remembered",
]

NEW_PER_DAY = 20
"""New cards a person meets on one local day, over all decks."""
LEECH_LAPSES = 8
"""Forgotten this often, a card is suspended; after that again every :data:`LEECH_EVERY` lapses."""
LEECH_EVERY = 4

SCHEDULER = Scheduler(
    parameters=(
        0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
        1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
    ),
    desired_retention=0.9,
    learning_steps=(timedelta(minutes=1), timedelta(minutes=10)),
    relearning_steps=(timedelta(minutes=10),),
    maximum_interval=36500,
    enable_fuzzing=False,
)  # fmt: skip


class Rating(IntEnum):
    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Phase(IntEnum):
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of one person's memory of one card; the fields are those of ``CardState``."""

    state: int
    step: int | None
    stability: float
    difficulty: float
    due: datetime
    last_review: datetime
    reps: int
    lapses: int
    introduced_on: date
    suspended_at: datetime | None = None

    @property
    def interval(self) -> timedelta:
        return self.due - self.last_review


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the log: a rating, or None for resuming a suspended card."""

    rating: int | None
    at: datetime


def answered(memory: Memory | None, rating: int, at: datetime) -> Memory:
    """The memory after an answer.

    Args:
        memory: before it; None for a new card.
        rating: of :class:`Rating`.
        at: when it was given.
    """
    card = FsrsCard(card_id=1, due=at) if memory is None else _as_fsrs(memory)
    card, _log = SCHEDULER.review_card(card, FsrsRating(rating), review_datetime=at)
    forgot = memory is not None and memory.state == Phase.REVIEW and rating == Rating.AGAIN
    lapses = (memory.lapses if memory else 0) + forgot
    return Memory(
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=at,
        reps=(memory.reps if memory else 0) + 1,
        lapses=lapses,
        introduced_on=memory.introduced_on if memory else clock.local(at).date(),
        suspended_at=at if forgot and _is_leech(lapses) else None,
    )


def remembered(acts: Iterable[Act]) -> Memory | None:
    """The memory that a history of acts leaves; None if nothing was ever answered."""
    memory: Memory | None = None
    for act in acts:
        if act.rating is not None:
            memory = answered(memory, act.rating, act.at)
        elif memory is not None:
            memory = replace(memory, suspended_at=None)
    return memory


def _is_leech(lapses: int) -> bool:
    return lapses >= LEECH_LAPSES and (lapses - LEECH_LAPSES) % LEECH_EVERY == 0


def _as_fsrs(memory: Memory) -> FsrsCard:
    return FsrsCard(
        card_id=1,
        state=State(memory.state),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=memory.last_review,
    )
