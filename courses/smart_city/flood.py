"""The exercise kind ``smart_city:flood``: decide for every turn of a simulated flood, and give reasons.

As an exercise it is a plan: all turns at once, played in the rain of the answer's seed. Turn by turn, seeing
each turn's consequences before the next, it is played on the module's own pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema

from academy.sdk import Feedback, Grade, Invalid, Printed, _l, clean, localized
from courses.smart_city import flood_words as words
from courses.smart_city.flood_form import spec_of_form
from courses.smart_city.flood_model import (
    Decision,
    Flood,
    Impossible,
    Score,
    Turn,
    begin,
    check,
    follow,
    nothing,
    play,
    score_of,
    step,
    total_affected,
)
from courses.smart_city.flood_spec import FloodSpec
from courses.smart_city.flood_ways import WAYS
from courses.smart_city.reasons import LEAST_WORDS, MOST_CHARACTERS, counted

RULE = "affected_trust_cost_reasons"
FOUR_PLACES = Decimal("0.0001")
_FIELDS = {"pumps", "inform", "evacuate", "request", "reason"}


class FloodExercise:
    """Answer: ``{"turns": [{"pumps": 2, "inform": true, "evacuate": 0, "request": false, "reason": "…"}, …]}``.

    ``evacuate`` left out means: as before; everything else left out means: no.
    """

    kind: ClassVar[str] = "smart_city:flood"
    title: ClassVar[Mapping[str, str]] = {
        "vi": "Mô phỏng ngập lụt",
        "en": "Flood simulation",
        "de": "Hochwassersimulation",
    }
    spec_schema: ClassVar[type[Schema]] = FloodSpec
    template: ClassVar[str] = "smart_city/flood.html"
    template_is_pure: ClassVar[bool] = True
    editor: ClassVar[str] = "smart_city/flood_editor.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        """The situation before the first turn. Nothing in it depends on the seed: the rain is not told."""
        flood = Flood.of(spec)
        return {
            "text": localized(spec["brief"], lang),
            "title": title_of(spec, lang),
            "digest": digest_of(spec),
            "turns": [
                {
                    "number": number,
                    "from_hour": (number - 1) * spec["hours_per_turn"],
                    "to_hour": number * spec["hours_per_turn"],
                    "heavier": number in flood.surge_turns,
                }
                for number in range(1, flood.turns + 1)
            ],
            "start": {
                "water": spec["water0"],
                "trust": spec["trust"]["start"],
                "households": flood.households,
                "budget": flood.budget,
                "half_at": spec["curve"]["middle"],
            },
            "limits": {
                "pumps": flood.pumps_max,
                "evacuation": list(flood.steps),
                "city_pumps": flood.city_pumps,
                "request_delay": flood.request_delay,
                "reason": MOST_CHARACTERS,
                "reason_words": LEAST_WORDS,
            },
            "costs": dict(flood.costs),
            "weights": dict(flood.weights),
            "rubric": [localized(line, lang) for line in spec["rubric"]],
        }

    def read_form(self, form: Any, name: str) -> dict[str, Any] | None:
        turns = []
        while len(turns) < 12 and _has_turn(form, f"{name}.{len(turns) + 1}"):
            turns.append(decision_fields(form, f"{name}.{len(turns) + 1}"))
        # a page left as it was is no answer; doing nothing on purpose has a reason
        return {"turns": turns} if any(map(_is_filled, turns)) else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        flood = Flood.of(spec)
        turns = answer.get("turns") if isinstance(answer, Mapping) and set(answer) == {"turns"} else None
        if not isinstance(turns, list) or len(turns) != flood.turns:
            raise not_an_answer(_l("Decide for each of the %(n)s turns.", n=flood.turns))
        decisions: list[Decision] = []
        state = begin(flood)
        for given in turns:
            decision = checked_decision(flood, state, given)
            decisions.append(decision)
            # limits and budget do not depend on the rain
            state = step(flood, state, decision, 0.0).state
        return {"turns": [_stored(decision) for decision in decisions]}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        flood = Flood.of(spec)
        if answer is None:
            return Grade(score=Decimal(0), details={"rule": RULE})
        turns = play(flood, seed, [Decision(**given) for given in answer["turns"]])
        without = follow(flood, seed, nothing)
        reasons = counted([turn.decision.reason for turn in turns])
        score = score_of(flood, turns, without, reasoned=sum(reasons))
        return Grade(
            score=(score.total / 100).quantize(FOUR_PLACES),
            feedback=tuple(_remarks(flood, turns, without, score, sum(reasons))),
            details={
                "rule": RULE,
                "parts": {part: str(points) for part, points in score.parts.items()},
                "of": dict(score.of),
                "total": str(score.total),
                "turns": [
                    turn_json(turn, is_counted) for turn, is_counted in zip(turns, reasons, strict=True)
                ],
                "without": [turn_json(turn) for turn in without],
                "ways": ways_json(flood, seed),
            },
        )

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "explanation": localized(spec.get("explanation") or {}, lang),
            "debrief": localized(spec.get("debrief") or {}, lang),
        }

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return localized(spec["brief"], lang)

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The plan as a table, a row a turn; a person marks the reasons, the simulation plays the plan."""
        turns = self.present(spec, seed, lang)["turns"]
        return Printed(
            text=localized(spec["brief"], lang),
            rows=tuple(
                localized(words.PAPER_TURN, lang)
                % {"turn": turn["number"], "start": turn["from_hour"], "end": turn["to_hour"]}
                for turn in turns
            ),
            columns=tuple(localized(column, lang) for column in words.PAPER_COLUMNS),
            lines=len(turns),
            hint=localized(words.PAPER_HINT, lang),
            key=(localized(words.PAPER_KEY, lang),),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        return spec_of_form(form)


def title_of(spec: Mapping[str, Any], lang: str) -> str:
    """The flood's own title, else the first words of its brief: ``Phường Ven Sông (giả định) có…``."""
    if spec.get("title"):
        return localized(spec["title"], lang)
    return localized(spec["brief"], lang).split(" (")[0].split(". ")[0][:80]


def digest_of(spec: Mapping[str, Any]) -> str:
    """A short name of this very version of a flood, alike wherever it is shown."""
    canonical = json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def decision_fields(form: Any, name: str) -> dict[str, Any]:
    """One turn's fields of a plain form, unchecked; an empty field is left out."""
    fields: dict[str, Any] = {}
    for field in ("pumps", "evacuate"):
        value = (form.get(f"{name}.{field}") or "").strip()
        if value:
            fields[field] = int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else value
    for field in ("inform", "request"):
        if form.get(f"{name}.{field}"):
            fields[field] = True
    reason = (form.get(f"{name}.reason") or "").strip()
    return fields | ({"reason": reason} if reason else {})


def checked_decision(flood: Flood, state: Any, given: Any) -> Decision:
    """The decision for the turn after ``state``.

    Raises:
        Invalid: it is none, or breaks a rule of the flood; the message names the turn and the rule.
    """
    turn = state.turn + 1
    if not isinstance(given, Mapping) or set(given) - _FIELDS:
        raise not_an_answer(_l("Turn %(turn)s: this is not a decision.", turn=turn))
    pumps, evacuate = given.get("pumps", 0), given.get("evacuate")
    numbers = (pumps, state.evacuated if evacuate is None else evacuate)
    switches = (given.get("inform", False), given.get("request", False))
    reason = given.get("reason", "")
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise not_an_answer(_l("Turn %(turn)s: pumps and evacuation are whole numbers.", turn=turn))
    if not all(isinstance(switch, bool) for switch in switches) or not isinstance(reason, str):
        raise not_an_answer(_l("Turn %(turn)s: this is not a decision.", turn=turn))
    reason = clean(reason[: 4 * MOST_CHARACTERS])
    if len(reason) > MOST_CHARACTERS:
        raise not_an_answer(
            _l("Turn %(turn)s: the reason may have %(n)s characters.", turn=turn, n=MOST_CHARACTERS)
        )
    decision = Decision(
        pumps=numbers[0], evacuate=numbers[1], inform=switches[0], request=switches[1], reason=reason
    )
    try:
        check(flood, state, decision)
    except Impossible as refusal:
        raise not_an_answer(words.refusal(refusal)) from refusal
    return decision


def not_an_answer(message: Any) -> Invalid:
    return Invalid(message, rule="answer.form", errors={"answer": [message]})


def turn_json(turn: Turn, reason_counts: bool | None = None) -> dict[str, Any]:
    """A turn as JSON values, levels and homes rounded to tenths."""
    state, decision = turn.state, turn.decision
    row = {
        "turn": turn.number,
        "rain": round(turn.rain, 1),
        "water": round(state.water, 1),
        "affected": round(turn.affected, 1),
        "trust": round(state.trust, 1),
        "cost": turn.cost,
        "spent": state.spent,
        "city_pumps": turn.city_pumps,
        **_stored(decision),
    }
    return row if reason_counts is None else row | {"reason_counts": reason_counts}


def ways_json(flood: Flood, seed: int) -> list[list[Any]]:
    """What the preset ways would have scored in this rain, without reasons: pairs of name and points, best first."""
    without = follow(flood, seed, nothing)
    totals = {
        name: score_of(flood, follow(flood, seed, way), without, reasoned=0).total
        for name, way in WAYS.items()
    }
    return [
        [name, str(total)] for name, total in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _stored(decision: Decision) -> dict[str, Any]:
    return {
        "pumps": decision.pumps,
        "inform": decision.inform,
        "evacuate": decision.evacuate,
        "request": decision.request,
        "reason": decision.reason,
    }


def _has_turn(form: Any, name: str) -> bool:
    return any(form.get(f"{name}.{field}") is not None for field in ("pumps", "evacuate", "reason"))


def _is_filled(fields: Mapping[str, Any]) -> bool:
    return bool(fields.get("pumps") or fields.get("evacuate") or set(fields) - {"pumps", "evacuate"})


def _remarks(
    flood: Flood, turns: Sequence[Turn], without: Sequence[Turn], score: Score, reasoned: int
) -> list[Feedback]:
    mine, base = total_affected(turns), total_affected(without)
    worst = max(turns, key=lambda turn: turn.affected)
    remarks = [
        words.result(score.total, round(mine), round(base)),
        words.worst(worst.number, round(worst.affected), round(worst.state.water)),
    ]
    asked = turns[-1].state.requested_in
    first_surge = min(flood.surge_turns, default=0)
    if flood.city_pumps and (asked is None or asked + flood.request_delay > first_surge > 0):
        remarks.append(words.support_late(asked, flood.request_delay, first_surge))
    if reasoned < flood.turns:
        remarks.append(words.reasons_missing(reasoned, flood.turns, LEAST_WORDS))
    tone = "right" if score.total >= 60 else "info"
    return [Feedback(text=remarks[0], tone=tone), *(Feedback(text=text) for text in remarks[1:])]
