"""What queries give to pages and the API: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from academy.contests.models import ANNOUNCED, PUBLISHED
from academy.kernel import clock

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A board with its rule, see :class:`academy.contests.models.ContestBoard`."""

    id: int
    position: int
    name: str
    kinds: tuple[str, ...]
    positions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProlongationView:
    """A later closing of a round, when it was decided, and why."""

    at: datetime
    closes_before: datetime
    closes_after: datetime
    reason: str

    @property
    def last_moment(self) -> datetime:
        """The last second of the round from then on."""
        return self.closes_after - SECOND

    @property
    def former_moment(self) -> datetime:
        """The last second that it would have had."""
        return self.closes_before - SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """A round; ``salt`` and ``seed`` are None until they are revealed. ``prolongations``: the first one first."""

    id: int
    contest_id: int
    number: int
    quiz_id: int
    opens_at: datetime
    closes_at: datetime
    prizes: Sequence[Mapping[str, Any]]
    announced_at: datetime | None
    commitment: str | None
    closed_at: datetime | None
    revealed_at: datetime | None
    salt: str | None
    seed: str | None
    prolongations: tuple[ProlongationView, ...] = ()

    @property
    def phase(self) -> str:
        """``"planned" | "announced" | "open" | "closed" | "drawn"``."""
        now = clock.now()
        if self.announced_at is None:
            return "planned"
        if now < self.opens_at:
            return "announced"
        if now < self.closes_at:
            return "open"
        return "drawn" if self.revealed_at else "closed"

    @property
    def last_moment(self) -> datetime:
        """The last second of the round, as people read it: ``23:59:59``, not midnight of the day after."""
        return self.closes_at - SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestView:
    """A contest with its boards and rounds in order."""

    id: int
    slug: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    rules: Mapping[str, str]
    course_id: int
    unit_id: int
    unit_name: str
    unit_path: str
    state: str
    tie_rule: str
    name_rule: str
    best_rounds: int | None
    prizes: Sequence[Mapping[str, Any]]
    created_by: int | None
    announced_at: datetime | None
    boards: tuple[BoardView, ...] = ()
    rounds: tuple[RoundView, ...] = ()

    @property
    def is_public(self) -> bool:
        return self.state == ANNOUNCED

    @property
    def shown_rounds(self) -> tuple[RoundView, ...]:
        """The rounds that have been announced."""
        return tuple(one for one in self.rounds if one.announced_at is not None)

    def round(self, number: int) -> RoundView | None:
        return next((one for one in self.rounds if one.number == number), None)

    def board(self, board_id: int | None) -> BoardView | None:
        return next((one for one in self.boards if one.id == board_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """A version of a result; ``number`` is the round's, 0 of the whole contest."""

    id: int
    contest_id: int
    round_id: int | None
    version: int
    state: str
    reason: str
    computed_at: datetime
    entries: int
    excluded: int
    pending: int
    truth: int | None
    digest: str
    proposed_by: int | None
    proposed_at: datetime | None
    approved_by: int | None
    approved_at: datetime | None
    published_at: datetime | None

    @property
    def is_published(self) -> bool:
        return self.state == PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of a board as its reader may see it: ``name`` and ``unit`` only of winners, and not if withdrawn.

    ``mark``, ``gap`` and ``seconds`` are None where they would tell about few people.
    """

    place: int
    rank: int
    public_id: str
    mark: Decimal | None
    gap: int | None
    seconds: int | None
    rounds: int
    prize: str | None
    name: str | None = None
    unit: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitShare:
    """How far a unit took part. ``share`` and ``took_part`` are None where they would tell about few people."""

    rank: int | None
    name: str
    people: int
    took_part: int | None
    share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntry:
    """A person's own entry in a round."""

    round_number: int
    entry_id: int
    attempt_id: int
    public_id: str
    board_id: int | None
    prediction: int | None
    predicted_at: datetime | None
    attempt_state: str
    started_at: datetime
    submitted_at: datetime | None
    accepts_until: datetime | None

    @property
    def is_open(self) -> bool:
        overdue = self.accepts_until is not None and clock.now() > self.accepts_until
        return self.attempt_state == "open" and not overdue


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """One's own place on a published board; ``of`` counts its lines."""

    number: int
    board: str
    rank: int
    of: int
    mark: Decimal
    gap: int | None
    seconds: int
    prize: str | None
