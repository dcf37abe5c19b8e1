"""Parameters of calculated questions: their ranges, and the values that a seed draws from them.

A draw is made by hashing seed, draw and name, not by a random generator, so that it can be repeated and
verified years later, in another language or on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from itertools import islice, product
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l
from academy.questions.arithmetic import CONSTANTS, FUNCTIONS
from academy.questions.fields import DecimalText, wrong

MAX_PARAMETERS, MAX_LISTED, MAX_VALUES = 8, 100, 100_000
RESERVED = frozenset({*FUNCTIONS, *CONSTANTS, "answer"})


class ParameterSchema(Schema):
    """``name`` and either ``values`` or ``min``, ``max``, ``step`` (1 if nothing is said), all as decimal texts."""

    class Meta:
        unknown = RAISE

    name = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[a-z][a-z0-9_]{0,19}\Z",
            error=_l("Use small letters, digits and _, a letter first, at most 20."),
        ),
    )
    min = DecimalText()
    max = DecimalText()
    step = DecimalText()
    values = fields.List(DecimalText(), validate=validate.Length(1, MAX_LISTED))

    @validates_schema
    def _gives_values(self, data: Mapping[str, Any], **named: Any) -> None:
        if data["name"] in RESERVED:
            raise wrong(
                _l("“%(name)s” has a meaning in formulas: choose another name.", name=data["name"]), "name"
            )
        if ("values" in data) == ("min" in data or "max" in data):
            raise wrong(_l("Give a parameter either a list of values or the smallest and the largest."))
        if "values" in data:
            if "step" in data:
                raise wrong(_l("A list of values has no step."), "step")
            return
        for bound in ("min", "max"):
            if bound not in data:
                raise wrong(_l("Give both the smallest and the largest value."), bound)
        step, span = Decimal(data.get("step", "1")), Decimal(data["max"]) - Decimal(data["min"])
        if step <= 0:
            raise wrong(_l("The step must be greater than 0."), "step")
        if span < 0:
            raise wrong(_l("The largest value is smaller than the smallest."), "max")
        if span / step >= MAX_VALUES:
            raise wrong(_l("A parameter has at most %(n)s values: take a larger step.", n=MAX_VALUES), "step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter with its values, numbered from 0: a list, or ``first`` and steps after it."""

    name: str
    count: int
    listed: tuple[Decimal, ...] = ()
    first: Decimal = Decimal(0)
    step: Decimal = Decimal(1)

    @classmethod
    def from_spec(cls, row: Mapping[str, Any]) -> Parameter:
        """From an entry as :class:`ParameterSchema` loads it."""
        if "values" in row:
            listed = tuple(map(Decimal, row["values"]))
            return cls(name=row["name"], count=len(listed), listed=listed)
        first, step = Decimal(row["min"]), Decimal(row.get("step", "1"))
        count = int((Decimal(row["max"]) - first) / step) + 1
        return cls(name=row["name"], count=count, first=first, step=step)

    def value(self, number: int) -> Decimal:
        return self.listed[number] if self.listed else self.first + number * self.step

    def telling(self) -> list[int]:
        """The values most likely to make a formula fail: both ends, the middle, and those nearest to 0."""
        found = {0, self.count - 1, self.count // 2}
        if not self.listed:
            at_zero = int(-self.first / self.step)
            found |= {at_zero + offset for offset in (-1, 0, 1)}
        else:
            found.add(min(range(self.count), key=lambda number: abs(self.listed[number])))
        return sorted(number for number in found if 0 <= number < self.count)


Draw = Mapping[str, Decimal]


def drawn(parameters: Sequence[Parameter], seed: int, turn: int = 0) -> Draw:
    """The values of a seed; ``turn`` counts the draws of one seed, should one have no answer."""
    return {
        parameter.name: parameter.value(_chance(seed, turn, parameter.name) % parameter.count)
        for parameter in parameters
    }


def sweep(parameters: Sequence[Parameter], limit: int) -> Iterator[Draw]:
    """Draws that go systematically through the ranges, at most ``limit``.

    All of them if there are no more; else every combination of telling values as far as half the limit
    goes, then each parameter from end to end beside telling values of the others, then drawn ones.
    """
    total = 1
    for parameter in parameters:
        total *= parameter.count
    if total <= limit:
        yield from _combined(parameters, [range(parameter.count) for parameter in parameters])
        return
    yield from islice(_combined(parameters, [parameter.telling() for parameter in parameters]), limit // 2)
    along = max(limit // 4 // (len(parameters) or 1), 1)
    for moving in parameters:
        others = drawn(parameters, 0)
        for number in range(along):
            place = number * (moving.count - 1) // max(along - 1, 1)
            yield {**others, moving.name: moving.value(place)}
    for seed in range(1, limit // 4 + 1):
        yield drawn(parameters, seed)


def _combined(parameters: Sequence[Parameter], numbers: Sequence[Sequence[int]]) -> Iterator[Draw]:
    for chosen in product(*numbers):
        yield {
            parameter.name: parameter.value(number)
            for parameter, number in zip(parameters, chosen, strict=True)
        }


def _chance(seed: int, turn: int, name: str) -> int:
    digest = blake2b(f"{seed}\x1fparameter\x1f{turn}\x1f{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest)
