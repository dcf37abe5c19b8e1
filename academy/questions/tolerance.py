"""How near a number must be to be right: by a distance, by a percentage, or to significant figures.

Compared as fractions: no rounding of the machine decides who is right at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l
from academy.questions.fields import DecimalText, Localized, Percent, wrong

ABSOLUTE, PERCENT, FIGURES = "absolute", "percent", "figures"
MAX_FIGURES = 15


class ToleranceSchema(Schema):
    """``tolerance`` as decimal text, and what it counts in: the number's own unit, percent of it, figures."""

    class Meta:
        unknown = RAISE

    tolerance = DecimalText(load_default="0", minimum=Decimal(0))
    tolerance_as = fields.String(validate=validate.OneOf((ABSOLUTE, PERCENT, FIGURES)))

    @validates_schema
    def _tolerance_fits(self, data: Mapping[str, Any], **named: Any) -> None:
        size = Decimal(data["tolerance"])
        if data.get("tolerance_as") == FIGURES and not (size == int(size) and 1 <= size <= MAX_FIGURES):
            raise wrong(
                _l("Give the significant figures as a whole number from 1 to %(n)s.", n=MAX_FIGURES),
                "tolerance",
            )
        if data.get("tolerance_as") == PERCENT and "answer" in data and Decimal(data["answer"]) == 0 and size:
            raise wrong(_l("A percentage of 0 is 0: give the tolerance as a distance."), "tolerance_as")


class AcceptedSchema(ToleranceSchema):
    """One number that is accepted: what it is worth in percent, and what is said to whoever gives it."""

    answer = DecimalText(required=True, error_messages={"required": _l("No right answer: give the number.")})
    weight = Percent()
    feedback = Localized(max_length=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A number that is accepted.

    Attributes:
        tolerance: in the unit of ``answer``, in percent of it, or a number of significant figures.
        decimals: places to which both may be rounded as well; None where nothing is rounded.
        weight: percent of the item.
    """

    answer: Fraction
    tolerance: Fraction = Fraction(0)
    tolerance_as: str = ABSOLUTE
    decimals: int | None = None
    weight: Fraction = Fraction(100)
    feedback: Mapping[str, str] | None = None

    @classmethod
    def from_spec(cls, row: Mapping[str, Any]) -> Accepted:
        """From an entry as :class:`AcceptedSchema` loads it."""
        return cls(
            answer=Fraction(row["answer"]),
            tolerance=Fraction(row.get("tolerance", "0")),
            tolerance_as=row.get("tolerance_as", ABSOLUTE),
            weight=Fraction(row.get("weight", "100")),
            feedback=row.get("feedback"),
        )

    def admits(self, given: Fraction) -> bool:
        """Whether a number is near enough; the edge of the tolerance is."""
        if self.decimals is not None:
            places = Fraction(1, 10**self.decimals)
            if rounded(given, places) == rounded(self.answer, places):
                return True
        if self.tolerance_as == FIGURES:
            return figures(given, int(self.tolerance)) == figures(self.answer, int(self.tolerance))
        allowed = self.tolerance
        if self.tolerance_as == PERCENT:
            allowed = abs(self.answer) * self.tolerance / 100
        return abs(given - self.answer) <= allowed


def rounded(value: Fraction, step: Fraction) -> Fraction:
    """The multiple of ``step`` nearest to a value, half away from zero."""
    whole = (abs(value) / step + Fraction(1, 2)).__floor__() * step
    return whole if value >= 0 else -whole


def figures(value: Fraction, count: int) -> Fraction:
    """A value rounded to significant figures: ``12345`` to three is ``12300``."""
    if value == 0:
        return value
    size = abs(value)
    exponent = len(str(size.__floor__())) - 1 if size >= 1 else -1
    while size < Fraction(10) ** exponent:
        exponent -= 1
    return rounded(value, Fraction(10) ** (exponent - count + 1))
