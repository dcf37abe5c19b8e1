"""Units of measurement behind a number: which are understood, and how they convert."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel import text
from academy.kernel.i18n import _l
from academy.questions.fields import DecimalText, wrong

REQUIRED, OPTIONAL, NONE = "required", "optional", "none"
RULES = (REQUIRED, OPTIONAL, NONE)
MAX_UNIT = 30
BASE = Fraction(1)

_BEHIND_A_NUMBER = re.compile(r"(?P<number>[^\w%°‰$€₫µΩ]*\d[\d.,\s'’]*)(?P<unit>[^\W\d_].*|[%°‰$€₫].*)")
_EXPONENT = re.compile(r"[eE][-+]?\d+")


class UnitSchema(Schema):
    """One unit: a number in it, times ``factor``, is the number in the unit of the answer."""

    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=validate.Length(1, MAX_UNIT))
    factor = DecimalText(required=True)

    @validates_schema
    def _converts(self, data: Mapping[str, Any], **named: Any) -> None:
        if Decimal(data["factor"]) <= 0:
            raise wrong(_l("A factor is greater than 0: one km is 1000 m."), "factor")


class UnitsSchema(Schema):
    """The unit of a number, in one of two ways.

    Without ``units``, ``unit`` is the name of the one unit, shown beside the field. With ``units`` it is the
    rule: the unit must be given (``required``), may be (``optional``, the rule that holds unless another is
    named), or is not asked (``none``); a number without a unit is in the unit whose factor is 1.
    ``unit_penalty`` is the share, 0 to 1, that a right number with a wrong or missing unit loses: all, if
    nothing is said.
    """

    unit = fields.String(validate=validate.Length(1, MAX_UNIT))
    units = fields.List(fields.Nested(UnitSchema), validate=validate.Length(1, 12))
    unit_penalty = DecimalText(minimum=Decimal(0), maximum=Decimal(1))

    @validates_schema
    def _units_agree(self, data: Mapping[str, Any], **named: Any) -> None:
        if "units" not in data:
            if "unit_penalty" in data:
                raise wrong(_l("A wrong unit costs something only where units are listed."), "unit_penalty")
            return
        if data.get("unit", OPTIONAL) not in RULES:
            raise wrong(
                _l("Give one unit by its name, or list units and say whether one must be given."), "unit"
            )
        names = [comparable_unit(row["name"]) for row in data["units"]]
        if len(set(names)) < len(names):
            raise wrong(_l("Two units have the same name."), "units")
        if not any(Fraction(row["factor"]) == BASE for row in data["units"]):
            raise wrong(_l("One unit must have the factor 1: the unit in which the answer stands."), "units")


class Fit(IntEnum):
    """How a number fits an accepted one, the best first."""

    RIGHT = 0
    OTHER_UNIT = 1
    NOT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of an item: ``factors`` by name; ``label`` is the unit that a bare number stands in."""

    factors: Mapping[str, Fraction]
    rule: str
    label: str = ""
    penalty: Fraction = Fraction(1)

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Units:
        """From a spec as :class:`UnitsSchema` loads it."""
        if "units" not in spec:
            return cls(factors={}, rule=NONE, label=spec.get("unit", ""))
        factors = {row["name"]: Fraction(row["factor"]) for row in spec["units"]}
        return cls(
            factors=factors,
            rule=spec.get("unit", OPTIONAL),
            label=next(name for name, factor in factors.items() if factor == BASE),
            penalty=Fraction(spec.get("unit_penalty", "1")),
        )

    @property
    def are_asked(self) -> bool:
        return self.rule != NONE

    def find(self, typed: str) -> str | None:
        """The unit that was typed, under its own name: exactly, else but for case, else but for marks as well."""
        for form in (comparable_unit, lambda word: comparable_unit(word).casefold(), text.fold):
            found = [name for name in self.factors if form(name) == form(typed)]
            if len(found) == 1:
                return found[0]
        return None

    def judge(self, number: Fraction, unit: str, admits: Callable[[Fraction], bool]) -> Fit:
        """How a number with its unit fits.

        One that would be right in another of the units than the one that was given is a right number
        with a wrong unit.
        """
        factor = self.factors.get(unit) if unit else (None if self.rule == REQUIRED else BASE)
        if factor is not None and admits(number * factor):
            return Fit.RIGHT
        if any(admits(number * other) for other in self.factors.values()):
            return Fit.OTHER_UNIT
        return Fit.NOT


def comparable_unit(name: str) -> str:
    """A unit without spaces and in one form: ``m²`` is ``m2``, ``µ`` is ``μ``."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def split_unit(typed: str) -> tuple[str, str]:
    """A number with a unit behind it, as the two: ``"12,5 km"`` → ``"12,5"``, ``"km"``."""
    found = _BEHIND_A_NUMBER.fullmatch(typed.strip())
    if found is None or _EXPONENT.fullmatch(found["unit"]):
        return typed, ""
    return found["number"].strip(), found["unit"].strip()
