"""The marking scheme of a quiz, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

SINGLE, DOUBLE = "single", "double"
CLAIM, EVEN, QUOTA = "claim", "even", "quota"
ASSIGNMENTS = (CLAIM, EVEN, QUOTA)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRules:
    """``days`` to ask and ``decide_days`` to decide are working days; ``threshold`` is on the ten-point scale."""

    days: int
    decide_days: int
    threshold: Decimal
    may_lower: bool
    days_off: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A version of a scheme as :class:`academy.grading.schemas.SchemeSettings` loaded it.

    Attributes:
        kinds: in double marking, the kinds that are marked twice; none named: all.
        markers: account → how many answers at most, None for any number.
        avoid_own_unit: nobody marks people of the unit they work in.
        horizontal: one question over all learners before the next; else a learner's answers together.
    """

    id: int
    number: int
    mode: str
    kinds: frozenset[str]
    distance: Decimal
    third_rule: str
    assignment: str
    markers: Mapping[int, int | None]
    avoid_own_unit: bool
    horizontal: bool
    band_set: str
    appeal: AppealRules

    @classmethod
    def from_settings(cls, scheme_id: int, number: int, settings: Mapping[str, Any]) -> Scheme:
        appeal = settings["appeal"]
        return cls(
            id=scheme_id,
            number=number,
            mode=settings["mode"],
            kinds=frozenset(settings["kinds"]),
            distance=Decimal(settings["distance"]),
            third_rule=settings["third_rule"],
            assignment=settings["assignment"],
            markers={one["account"]: one["quota"] for one in settings["markers"]},
            avoid_own_unit=settings["avoid_own_unit"],
            horizontal=settings["horizontal"],
            band_set=settings["band_set"],
            appeal=AppealRules(
                days=appeal["days"],
                decide_days=appeal["decide_days"],
                threshold=Decimal(appeal["threshold"]),
                may_lower=appeal["may_lower"],
                days_off=frozenset(date.fromisoformat(day) for day in appeal["days_off"]),
            ),
        )

    def is_double(self, kind: str) -> bool:
        """Whether answers to questions of a kind are marked by two."""
        return self.mode == DOUBLE and (not self.kinds or kind in self.kinds)
