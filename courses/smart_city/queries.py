"""Reading floods and runs. Where a run stands is played again from its decisions, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from academy.sdk import (
    Actor,
    NotFound,
    VersionRow,
    _l,
    db,
    exercises_of_kind,
    get_item_version,
)
from courses.smart_city.flood import FloodExercise, digest_of
from courses.smart_city.flood_model import (
    Decision,
    Flood,
    Score,
    State,
    Turn,
    begin,
    follow,
    nothing,
    play,
    score_of,
)
from courses.smart_city.models import FINISHED, OPEN, FloodRun, FloodTurn
from courses.smart_city.reasons import counted

__all__ = [
    "Distribution",
    "RunRow",
    "RunView",
    "Scenario",
    "distribution",
    "export_runs",
    "get_run",
    "get_scenario",
    "list_runs",
    "list_scenarios",
    "open_run",
]

LEAST_RUNS = 5
"""A comparison with others is shown only if it is made of this many persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A flood that can be played: an exercise's current version."""

    digest: str
    course_id: int
    lesson: str
    version: VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run in a list; ``decided`` turns so far."""

    id: int
    item_version_id: int
    state: str
    score: Decimal | None
    decided: int
    repeats_id: int | None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run of the reader's own. It holds no rain that is still to come."""

    id: int
    version: VersionRow
    flood: Flood
    state: str
    repeats_id: int | None
    started_at: datetime
    turns: tuple[Turn, ...]
    without: tuple[Turn, ...]

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.version.spec

    @property
    def now(self) -> State:
        """How things stand before the next decision."""
        return self.turns[-1].state if self.turns else begin(self.flood)

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def is_finished(self) -> bool:
        return self.state == FINISHED

    @property
    def counted_reasons(self) -> list[bool]:
        return counted([turn.decision.reason for turn in self.turns])

    @property
    def score(self) -> Score | None:
        """The points of a whole run; None before its last turn."""
        if len(self.turns) < self.flood.turns:
            return None
        return score_of(self.flood, self.turns, self.without, reasoned=sum(self.counted_reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Points of everybody who finished a flood, by tens: ``bins[6]`` counts 60 up to 70; the last holds 100 too."""

    bins: tuple[int, ...]
    persons: int
    median: Decimal


def list_scenarios(actor: Actor) -> list[Scenario]:
    """The floods in lessons of courses that the actor may see."""
    return [
        Scenario(
            digest=digest_of(item.version.spec),
            course_id=item.course_id,
            lesson=item.lesson,
            version=item.version,
        )
        for item in exercises_of_kind(actor, FloodExercise.kind)
    ]


def get_scenario(actor: Actor, digest: str) -> Scenario:
    """One of these floods.

    Raises:
        NotFound: there is none of that name, or its course is not open to the actor.
    """
    for scenario in list_scenarios(actor):
        if scenario.digest == digest:
            return scenario
    raise NotFound(
        _l("There is no such flood, or a newer version has replaced it."),
        next_step=_l("Choose one of the floods on the list."),
    )


def list_runs(actor: Actor, *, item_version_id: int | None = None, limit: int = 20) -> list[RunRow]:
    """The actor's own runs, newest first."""
    decided = (
        select(func.count()).where(FloodTurn.run_id == FloodRun.id).correlate(FloodRun).scalar_subquery()
    )
    statement = (
        select(
            FloodRun.id,
            FloodRun.item_version_id,
            FloodRun.state,
            FloodRun.score,
            decided.label("decided"),
            FloodRun.repeats_id,
            FloodRun.started_at,
        )
        .where(FloodRun.person_id == actor.person_id)
        .order_by(FloodRun.id.desc())
        .limit(limit)
    )
    if item_version_id is not None:
        statement = statement.where(FloodRun.item_version_id == item_version_id)
    return [RunRow(**row._mapping) for row in db.session.execute(statement)]


def open_run(actor: Actor, item_version_id: int) -> int | None:
    """The id of the actor's run of this flood that is still being played."""
    return db.session.scalar(
        select(FloodRun.id)
        .where(
            FloodRun.person_id == actor.person_id,
            FloodRun.item_version_id == item_version_id,
            FloodRun.state == OPEN,
        )
        .order_by(FloodRun.id.desc())
        .limit(1)
    )


def get_run(actor: Actor, run_id: int) -> RunView:
    """One of the actor's own runs.

    Raises:
        NotFound: it does not exist or is another person's.
    """
    run = db.session.get(FloodRun, run_id)
    if run is None or actor.person_id is None or run.person_id != actor.person_id:
        raise NotFound(_l("There is no such run."))
    return run_view(run, decisions_of(run.id))


def decisions_of(run_id: int) -> list[Decision]:
    """The decisions of a run in their order."""
    rows = db.session.execute(
        select(FloodTurn.pumps, FloodTurn.inform, FloodTurn.evacuate, FloodTurn.request, FloodTurn.reason)
        .where(FloodTurn.run_id == run_id)
        .order_by(FloodTurn.turn)
    )
    return [Decision(**row._mapping) for row in rows]


def run_view(run: FloodRun, decisions: Sequence[Decision]) -> RunView:
    """The run played again from its decisions."""
    version = get_item_version(run.item_version_id)
    flood = Flood.of(version.spec)
    turns = play(flood, run.seed, decisions)
    return RunView(
        id=run.id,
        version=version,
        flood=flood,
        state=run.state,
        repeats_id=run.repeats_id,
        started_at=run.started_at,
        turns=turns,
        without=follow(flood, run.seed, nothing)[: len(turns)],
    )


def seed_of(run_id: int) -> int:
    """The seed of a run's rain; for debriefs only."""
    return db.session.scalars(select(FloodRun.seed).where(FloodRun.id == run_id)).one()


def distribution(item_version_id: int) -> Distribution | None:
    """Points of all who finished this flood, each person's first run in an unknown rain; None below five persons."""
    first = (
        select(func.min(FloodRun.id))
        .where(
            FloodRun.item_version_id == item_version_id,
            FloodRun.state == FINISHED,
            FloodRun.repeats_id.is_(None),
        )
        .group_by(FloodRun.person_id)
    )
    scores = sorted(db.session.scalars(select(FloodRun.score).where(FloodRun.id.in_(first))))
    if len(scores) < LEAST_RUNS:
        return None
    bins = [0] * 10
    for score in scores:
        bins[min(int(score // 10), 9)] += 1
    middle = len(scores) // 2
    median = scores[middle] if len(scores) % 2 else (scores[middle - 1] + scores[middle]) / 2
    return Distribution(bins=tuple(bins), persons=len(scores), median=median)


def export_runs(person_id: int) -> list[dict[str, Any]]:
    """Everything kept of a person, as JSON values."""
    runs = db.session.scalars(select(FloodRun).where(FloodRun.person_id == person_id).order_by(FloodRun.id))
    turns: dict[int, list[FloodTurn]] = defaultdict(list)
    for turn in db.session.scalars(
        select(FloodTurn)
        .join(FloodRun, FloodRun.id == FloodTurn.run_id)
        .where(FloodRun.person_id == person_id)
        .order_by(FloodTurn.run_id, FloodTurn.turn)
    ):
        turns[turn.run_id].append(turn)
    return [
        {
            "id": run.id,
            "flood": get_item_version(run.item_version_id).key,
            "seed": run.seed,
            "state": run.state,
            "score": None if run.score is None else str(run.score),
            "started_at": run.started_at.isoformat(),
            "ended_at": run.ended_at.isoformat() if run.ended_at else None,
            "turns": [
                {
                    "turn": turn.turn,
                    "pumps": turn.pumps,
                    "inform": turn.inform,
                    "evacuate": turn.evacuate,
                    "request": turn.request,
                    "reason": turn.reason,
                    "at": turn.at.isoformat(),
                }
                for turn in turns[run.id]
            ],
        }
        for run in runs
    ]
