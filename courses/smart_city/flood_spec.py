"""What a flood exercise is made of, and what a flood must be like to be worth playing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from academy.sdk import DecimalText, Localized, _l
from courses.smart_city.flood_model import Flood, follow, nothing, score_of, total_affected
from courses.smart_city.flood_ways import WAYS

SEEDS = range(1, 21)
MOST_WINS = Decimal("0.6")
"""No preset way may be the best in a greater share of the rains."""


class Strict(Schema):
    """Knows every key it takes; an empty value counts as left out."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _given(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(key): value for key, value in data.items() if value is not None}
        return data


def _points() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, 1000))


def _decimal(least: str = "0") -> DecimalText:
    return DecimalText(required=True, minimum=Decimal(least))


class Surge(Strict):
    """Turns of heavier rain, and by how much."""

    turns = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 12)), required=True)
    extra = _decimal()


class Rain(Strict):
    """``bases``: one is drawn per run; ``sigma``: standard deviation from turn to turn."""

    bases = fields.List(DecimalText(minimum=Decimal(0)), required=True, validate=validate.Length(1, 8))
    sigma = _decimal()
    surge = fields.Nested(Surge, required=True)


class Curve(Strict):
    """At the level ``middle`` half of the homes are affected; a smaller ``spread`` is a steeper curve."""

    middle = _decimal()
    spread = _decimal("0.1")


class Trust(Strict):
    """Residents' trust, 0 to 100, and what moves it."""

    start = _decimal()
    inform = _decimal()
    per_affected = _decimal()
    false_alarm = _decimal()
    false_alarm_below = _decimal()


class Costs(Strict):
    """Points for one pump in one turn, one turn of information, one step of evacuation, one request."""

    pump = _points()
    inform = _points()
    evacuate = _points()
    request = _points()


class Weights(Strict):
    """Points that each part of the score can give, together 100."""

    affected = _points()
    trust = _points()
    cost = _points()
    reasons = _points()

    @validates_schema
    def _hundred(self, data: Mapping[str, int], **named: Any) -> None:
        if sum(data.values()) != 100:
            raise ValidationError(
                _l("The weights must add up to 100, not %(n)s.", n=sum(data.values())), "affected"
            )


class FloodSpec(Strict):
    """The parameters of :class:`.flood_model.Flood`, and the words around them: ``brief``, ``rubric`` (what good
    reasons contain), ``debrief`` (the author's commentary) and ``explanation``."""

    title = Localized()
    brief = Localized(required=True)
    households = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    turns = fields.Integer(required=True, strict=True, validate=validate.Range(2, 12))
    hours_per_turn = fields.Integer(required=True, strict=True, validate=validate.Range(1, 24))
    water0 = _decimal()
    rain = fields.Nested(Rain, required=True)
    pumps_max = fields.Integer(required=True, strict=True, validate=validate.Range(1, 20))
    pump_effect = _decimal("0.1")
    curve = fields.Nested(Curve, required=True)
    evacuation_steps = fields.List(
        fields.Integer(strict=True, validate=validate.Range(0, 100)),
        required=True,
        validate=validate.Length(2, 6),
    )
    informed_factor = _decimal()
    trust = fields.Nested(Trust, required=True)
    costs = fields.Nested(Costs, required=True)
    budget = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000))
    request_delay = fields.Integer(required=True, strict=True, validate=validate.Range(0, 11))
    city_pumps = fields.Integer(required=True, strict=True, validate=validate.Range(0, 20))
    weights = fields.Nested(Weights, required=True)
    rubric = fields.List(Localized(max_length=300), required=True, validate=validate.Length(1, 6))
    debrief = Localized()
    explanation = Localized()

    @validates_schema
    def _within_bounds(self, data: Mapping[str, Any], **named: Any) -> None:
        for field, message in _bounds(data):
            raise ValidationError(message, field)
        faults = _examined(json.dumps(data, sort_keys=True))
        if faults:
            raise ValidationError(list(faults), "_schema")


@lru_cache(maxsize=64)
def _examined(spec: str) -> tuple[Any, ...]:
    """What :func:`examine` says of a spec; remembered, for files are checked more than once."""
    return tuple(examine(Flood.of(json.loads(spec))))


def _bounds(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Rules between fields that the model relies on."""
    steps = data["evacuation_steps"]
    if steps[0] != 0 or sorted(set(steps)) != steps:
        yield (
            "evacuation_steps",
            _l("Begin the steps of evacuation at 0 and let each be higher than the last."),
        )
    if Decimal(data["informed_factor"]) > 1:
        yield "informed_factor", _l("Information cannot make more homes affected: give at most 1.")
    if Decimal(data["trust"]["start"]) > 100:
        yield "trust", _l("Trust lies between 0 and 100.")
    if any(turn > data["turns"] for turn in data["rain"]["surge"]["turns"]):
        yield "rain", _l("There are only %(n)s turns.", n=data["turns"])
    if data["city_pumps"] and data["request_delay"] >= data["turns"]:
        yield "request_delay", _l("Support would arrive after the last turn.")
    dearest = max(data["costs"].values())
    if dearest > data["budget"]:
        yield "budget", _l("The budget is smaller than a single measure costs.")


def examine(flood: Flood) -> Iterator[Any]:
    """What is wrong with a flood as an exercise, found by playing twenty rains in twelve preset ways.

    It must come to a flood; something must help; doing nothing must come last; and no preset way may be
    best in more than 60 % of the rains, because then there is nothing to decide.
    """
    best: Counter[str] = Counter()
    floods = helped = not_last = 0
    for seed in SEEDS:
        without = follow(flood, seed, nothing)
        runs = {name: follow(flood, seed, way) for name, way in WAYS.items()}
        totals = {name: score_of(flood, turns, without, reasoned=0).total for name, turns in runs.items()}
        floods += max(turn.affected for turn in without) >= flood.households * 0.05
        helped += min(map(total_affected, runs.values())) <= total_affected(without) / 2
        not_last += any(total < totals["nothing"] for total in totals.values())
        best[max(totals, key=totals.get)] += 1
    if not floods:
        yield _l("It never comes to a flood: not even one home in twenty is affected when nothing is done.")
    if not helped:
        yield _l("Nothing helps: no preset way halves the number of affected homes in any rain.")
    if not_last:
        yield _l("Doing nothing does not come last in %(n)s of %(all)s rains.", n=not_last, all=len(SEEDS))
    name, wins = best.most_common(1)[0]
    if wins > MOST_WINS * len(SEEDS):
        yield _l(
            "One way of acting (%(way)s) is best in %(n)s of %(all)s rains, so there is little to decide.",
            way=name,
            n=wins,
            all=len(SEEDS),
        )
