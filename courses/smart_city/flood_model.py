"""The flood model: what a turn's rain and decisions do to water, homes, trust and budget.

Per turn, in this order:

    rain      = base (drawn once per run from ``bases``) + normal(0, sigma), + extra in surge turns; at least 0
    water     = max(0, water + rain − pump_effect · (pumps + city pumps, ``request_delay`` turns after the request))
    affected  = households / (1 + e^(−(water − middle) / spread)) · (1 − evacuated share)
                · informed_factor if residents were informed in the turn before
    trust     = trust + inform (if informed) − per_affected · affected
                − false_alarm (if homes were evacuated in this turn and the water stays below ``false_alarm_below``),
                kept between 0 and 100

The model is pure: the same parameters, seed and decisions give the same numbers, on every visit. Rain comes
from ``random.Random(seed)``: one ``choice`` of the base, then one ``gauss`` per turn. Parameters are those of an
exercise's spec; places are fictitious and the water level is a unit of the model, no measure in centimetres.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """The parameters of one flood. Levels, rain and effects in units of water; costs and budget in points."""

    households: int
    turns: int
    water0: float
    bases: tuple[float, ...]
    sigma: float
    surge_turns: frozenset[int]
    surge_extra: float
    pumps_max: int
    pump_effect: float
    middle: float
    spread: float
    steps: tuple[int, ...]
    informed_factor: float
    trust0: float
    trust_inform: float
    trust_per_affected: float
    false_alarm: float
    false_alarm_below: float
    costs: Mapping[str, int]
    budget: int
    request_delay: int
    city_pumps: int
    weights: Mapping[str, int]

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Flood:
        """The flood of an exercise's spec, as its schema gave it back."""
        rain, trust, curve = spec["rain"], spec["trust"], spec["curve"]
        return cls(
            households=spec["households"],
            turns=spec["turns"],
            water0=float(spec["water0"]),
            bases=tuple(float(base) for base in rain["bases"]),
            sigma=float(rain["sigma"]),
            surge_turns=frozenset(rain["surge"]["turns"]),
            surge_extra=float(rain["surge"]["extra"]),
            pumps_max=spec["pumps_max"],
            pump_effect=float(spec["pump_effect"]),
            middle=float(curve["middle"]),
            spread=float(curve["spread"]),
            steps=tuple(spec["evacuation_steps"]),
            informed_factor=float(spec["informed_factor"]),
            trust0=float(trust["start"]),
            trust_inform=float(trust["inform"]),
            trust_per_affected=float(trust["per_affected"]),
            false_alarm=float(trust["false_alarm"]),
            false_alarm_below=float(trust["false_alarm_below"]),
            costs=spec["costs"],
            budget=spec["budget"],
            request_delay=spec["request_delay"],
            city_pumps=spec["city_pumps"],
            weights=spec["weights"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done in one turn; ``evacuate`` is the share of homes, in per cent, evacuated from now on."""

    pumps: int = 0
    inform: bool = False
    evacuate: int = 0
    request: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How things stand after ``turn`` turns, 0 before the first."""

    turn: int
    water: float
    trust: float
    spent: int = 0
    evacuated: int = 0
    requested_in: int | None = None
    informed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn as it went; ``affected`` in homes, ``cost`` in points, ``state`` after it."""

    number: int
    decision: Decision
    rain: float
    city_pumps: int
    affected: float
    cost: int
    state: State


class Impossible(Exception):
    """A decision that the rules do not allow.

    Attributes:
        rule: ``pumps``, ``step``, ``fall`` (evacuation can only rise), ``again`` (request twice), ``budget``.
        turn: in which turn.
        parts: what the rule says in numbers.
    """

    def __init__(self, rule: str, turn: int, **parts: int) -> None:
        super().__init__(f"{rule} in turn {turn}: {parts}")
        self.rule, self.turn, self.parts = rule, turn, parts


def begin(flood: Flood) -> State:
    return State(turn=0, water=flood.water0, trust=flood.trust0)


def rain_of(flood: Flood, seed: int) -> tuple[float, ...]:
    """The rain of every turn; nobody who still has to decide may see it."""
    chance = random.Random(seed)
    base = chance.choice(flood.bases)
    return tuple(
        max(
            0.0, base + chance.gauss(0, flood.sigma) + (flood.surge_extra if turn in flood.surge_turns else 0)
        )
        for turn in range(1, flood.turns + 1)
    )


def cost_of(flood: Flood, state: State, decision: Decision) -> int:
    """Points that a decision costs; only further steps of evacuation cost again."""
    steps = flood.steps.index(decision.evacuate) - flood.steps.index(state.evacuated)
    return (
        decision.pumps * flood.costs["pump"]
        + decision.inform * flood.costs["inform"]
        + steps * flood.costs["evacuate"]
        + decision.request * flood.costs["request"]
    )


def check(flood: Flood, state: State, decision: Decision) -> None:
    """Hold a decision against the rules.

    Raises:
        Impossible: the first rule it breaks.
    """
    turn = state.turn + 1
    if not 0 <= decision.pumps <= flood.pumps_max:
        raise Impossible("pumps", turn, most=flood.pumps_max, wanted=decision.pumps)
    if decision.evacuate not in flood.steps:
        raise Impossible("step", turn, wanted=decision.evacuate)
    if decision.evacuate < state.evacuated:
        raise Impossible("fall", turn, now=state.evacuated, wanted=decision.evacuate)
    if decision.request and state.requested_in is not None:
        raise Impossible("again", turn, before=state.requested_in)
    cost, left = cost_of(flood, state, decision), flood.budget - state.spent
    if cost > left:
        raise Impossible("budget", turn, cost=cost, left=left)


def step(flood: Flood, state: State, decision: Decision, rain: float) -> Turn:
    """One turn.

    Raises:
        Impossible: the decision breaks a rule.
    """
    check(flood, state, decision)
    number = state.turn + 1
    requested_in = number if decision.request else state.requested_in
    arrived = requested_in is not None and number >= requested_in + flood.request_delay
    city_pumps = flood.city_pumps if arrived else 0
    water = max(0.0, state.water + rain - flood.pump_effect * (decision.pumps + city_pumps))
    affected = _affected(flood, water, decision.evacuate, state.informed)
    false_alarm = decision.evacuate > state.evacuated and water < flood.false_alarm_below
    trust = (
        state.trust
        + flood.trust_inform * decision.inform
        - flood.trust_per_affected * affected
        - flood.false_alarm * false_alarm
    )
    cost = cost_of(flood, state, decision)
    after = State(
        turn=number,
        water=water,
        trust=min(100.0, max(0.0, trust)),
        spent=state.spent + cost,
        evacuated=decision.evacuate,
        requested_in=requested_in,
        informed=decision.inform,
    )
    return Turn(
        number=number,
        decision=decision,
        rain=rain,
        city_pumps=city_pumps,
        affected=affected,
        cost=cost,
        state=after,
    )


def _affected(flood: Flood, water: float, evacuated: int, informed: bool) -> float:
    # beyond e^700 no home is affected, and floating-point numbers end
    dryness = min((flood.middle - water) / flood.spread, 700.0)
    exposed = flood.households / (1 + math.exp(dryness))
    return exposed * (1 - evacuated / 100) * (flood.informed_factor if informed else 1)


def play(flood: Flood, seed: int, decisions: Iterable[Decision]) -> tuple[Turn, ...]:
    """As many turns as there are decisions.

    Raises:
        Impossible: a decision breaks a rule.
    """
    state, turns = begin(flood), []
    for decision, rain in zip(decisions, rain_of(flood, seed), strict=False):
        turns.append(step(flood, state, decision, rain))
        state = turns[-1].state
    return tuple(turns)


Policy = Callable[[Flood, State, Sequence[float]], Decision]
"""A way of acting: from what is known before a turn (state, rain so far) to a decision."""


def follow(flood: Flood, seed: int, policy: Policy) -> tuple[Turn, ...]:
    """A whole run under a policy; what the rules or the budget do not allow is left out, pumps first."""
    state, turns, seen = begin(flood), [], []
    for rain in rain_of(flood, seed):
        decision = _affordable(flood, state, policy(flood, state, seen))
        turns.append(step(flood, state, decision, rain))
        state = turns[-1].state
        seen.append(rain)
    return tuple(turns)


def _affordable(flood: Flood, state: State, wish: Decision) -> Decision:
    decision = replace(
        wish,
        pumps=min(wish.pumps, flood.pumps_max),
        evacuate=max(wish.evacuate, state.evacuated),
        request=wish.request and state.requested_in is None,
    )
    left = flood.budget - state.spent
    while cost_of(flood, state, decision) > left and decision.pumps > 0:
        decision = replace(decision, pumps=decision.pumps - 1)
    if cost_of(flood, state, decision) > left:
        return Decision(evacuate=state.evacuated)
    return decision


def nothing(_flood: Flood, state: State, _seen: Sequence[float]) -> Decision:
    """Doing nothing at all: what every run is measured against."""
    return Decision(evacuate=state.evacuated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points by part, each rounded to hundredths; ``of`` holds the most each part can give, together 100."""

    affected: Decimal
    trust: Decimal
    cost: Decimal
    reasons: Decimal
    of: Mapping[str, int]

    @property
    def total(self) -> Decimal:
        return self.affected + self.trust + self.cost + self.reasons

    @property
    def parts(self) -> dict[str, Decimal]:
        return {"affected": self.affected, "trust": self.trust, "cost": self.cost, "reasons": self.reasons}


def score_of(flood: Flood, turns: Sequence[Turn], without: Sequence[Turn], *, reasoned: int) -> Score:
    """What a whole run is worth.

    Args:
        turns: the run.
        without: doing nothing in the same rain.
        reasoned: turns whose reason is recorded in full.
    """
    base = total_affected(without)
    avoided = 1 - total_affected(turns) / base if base > 0 else 1.0
    last = turns[-1].state
    shares = {
        "affected": max(0.0, avoided),
        "trust": last.trust / 100,
        "cost": 1 - last.spent / flood.budget,
        "reasons": reasoned / flood.turns,
    }
    points = {
        part: (Decimal(repr(share)) * flood.weights[part]).quantize(CENT, ROUND_HALF_UP)
        for part, share in shares.items()
    }
    return Score(**points, of=flood.weights)


def total_affected(turns: Iterable[Turn]) -> float:
    """Affected homes summed over turns: a home under water for three turns counts three times."""
    return math.fsum(turn.affected for turn in turns)
