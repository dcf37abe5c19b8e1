"""A number to be computed: each learner gets values of their own, and the formula gives the right answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade
from academy.questions.arithmetic import NoValue
from academy.questions.fields import SpecSchema, names_are_distinct, wrong
from academy.questions.formula import NAME, BadFormula, Formula, parse
from academy.questions.numbers import written
from academy.questions.parameters import MAX_PARAMETERS, Draw, Parameter, ParameterSchema, drawn, sweep
from academy.questions.tolerance import ABSOLUTE, FIGURES, Accepted, ToleranceSchema
from academy.questions.types.numeric import NumberType, plain
from academy.questions.units import UnitsSchema

ANSWER = "answer"
DECIMALS, MAX_DECIMALS = 2, 10
LARGEST = Decimal(10) ** 15
TURNS = 100
SAMPLES = 10
# one draw costs some thirty microseconds and one more for each addition: half a second at most
SWEEP_WORK, SWEEP_LEAST, SWEEP_MOST = 60_000, 200, 2_000

_PLACE = re.compile(r"\{(?P<computed>=)?\s*(?P<inner>[^{}\n]{1,200}?)\s*\}")


class CalculatedSpec(ToleranceSchema, UnitsSchema, SpecSchema):
    """``parameters``, shown in ``text`` as ``{name}``, and ``formula``, which gives the answer.

    ``decimals``: places to which the answer is rounded (2 if nothing is said). In ``explanation``
    ``{answer}`` is the answer and ``{= a * b}`` any step on the way to it.
    """

    parameters = fields.List(
        fields.Nested(ParameterSchema),
        required=True,
        validate=validate.Length(1, MAX_PARAMETERS, error=_l("Give from {min} to {max} parameters.")),
        error_messages={"required": _l("Give the parameters that vary.")},
    )
    formula = fields.String(
        required=True,
        validate=validate.Length(1, error=_l("Give the formula of the answer.")),
        error_messages={"required": _l("Give the formula of the answer.")},
    )
    decimals = fields.Integer(validate=validate.Range(0, MAX_DECIMALS))

    @validates_schema
    def _can_be_asked(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct([{"id": row["name"]} for row in data["parameters"]], "parameters")
        names = frozenset(row["name"] for row in data["parameters"])
        try:
            formula = parse(data["formula"], names)
        except BadFormula as fault:
            raise wrong(fault.message, "formula") from None
        shown = _shown(data["text"])
        for name in sorted(names - formula.names):
            if any(name not in words for words in shown.values()):
                raise wrong(_l("The parameter “%(name)s” is used nowhere.", name=name), "parameters")
        _texts_fit(data, names, formula.names)
        _require_values(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One draw of a question and what comes of it."""

    values: Draw
    answer: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A draw as the authoring form shows it: decimal texts."""

    values: Mapping[str, str]
    answer: str


class Calculated(NumberType):
    """A number by a formula; see :class:`~academy.questions.types.numeric.NumberType` for the form of an answer.

    The values follow from seed and spec alone: in every language the same, and the same years later. Should
    a draw have no answer (a fault that no sweep of the ranges found), the next draw of the seed is taken.
    """

    kind = "calculated"
    title = {"vi": "Tính theo công thức", "en": "Calculated number", "de": "Berechnete Zahl"}
    spec_schema = CalculatedSpec

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        view = super().present(spec, seed, lang)
        return view if spec.get("tolerance_as") == FIGURES else view | {"decimals": _decimals(spec)}

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return _PLACE.sub("…", localized(spec["text"], lang))

    def _prompt(self, spec: Mapping[str, Any], seed: int, lang: str) -> str:
        return _filled(localized(spec["text"], lang), _case(spec, seed).values, lang)

    def _accepted(self, spec: Mapping[str, Any], seed: int) -> Sequence[Accepted]:
        return [
            Accepted(
                answer=Fraction(_case(spec, seed).answer),
                tolerance=Fraction(spec.get("tolerance", "0")),
                tolerance_as=spec.get("tolerance_as", ABSOLUTE),
                decimals=None if spec.get("tolerance_as") == FIGURES else _decimals(spec),
            )
        ]

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        grade = super().grade(spec, answer, seed)
        case = _case(spec, seed)
        evidence = {
            "values": {name: format(value, "f") for name, value in case.values.items()},
            "computed": format(case.answer, "f"),
        }
        return Grade(score=grade.score, feedback=grade.feedback, details={**grade.details, **evidence})

    def _explanation(self, spec: Mapping[str, Any], seed: int, lang: str) -> str:
        words = super()._explanation(spec, seed, lang)
        case = _case(spec, seed)
        values = {**case.values, ANSWER: case.answer}
        return _filled(words, values, lang, lambda value: plain(Fraction(value), _decimals(spec)))


class SketchSpec(Schema):
    """What of a question that is being written must be sound for draws to be shown."""

    class Meta:
        unknown = EXCLUDE

    parameters = fields.List(
        fields.Nested(ParameterSchema), required=True, validate=validate.Length(1, MAX_PARAMETERS)
    )
    formula = fields.String(required=True)
    decimals = fields.Integer(validate=validate.Range(0, MAX_DECIMALS))


def samples(spec: Mapping[str, Any]) -> list[Sample]:
    """Ten draws of a question that is being written; none while its parameters or its formula are not sound."""
    try:
        sketch = SketchSpec().load(spec)
        cases = [_case(sketch, seed) for seed in range(1, SAMPLES + 1)]
    except (ValidationError, BadFormula, NoValue):
        return []
    return [
        Sample(
            values={name: format(value, "f") for name, value in case.values.items()},
            answer=plain(Fraction(case.answer), _decimals(sketch)),
        )
        for case in cases
    ]


def _case(spec: Mapping[str, Any], seed: int) -> Case:
    """The draw of a seed: the first of its draws that has an answer."""
    parameters, formula = _parameters(spec), _formula(spec)
    for turn in range(TURNS):
        values = drawn(parameters, seed, turn)
        try:
            return Case(values=values, answer=formula.value(values))
        except NoValue:
            continue
    raise NoValue(_l("no draw has an answer"))


def _parameters(spec: Mapping[str, Any]) -> list[Parameter]:
    return [Parameter.from_spec(row) for row in spec["parameters"]]


def _formula(spec: Mapping[str, Any]) -> Formula:
    return parse(spec["formula"], frozenset(row["name"] for row in spec["parameters"]))


def _decimals(spec: Mapping[str, Any]) -> int:
    return spec.get("decimals", DECIMALS)


# --- texts with places for values ---------------------------------------------------------------


def _shown(text: Mapping[str, str]) -> dict[str, set[str]]:
    """The names in braces, by language."""
    return {
        language: {found["inner"] for found in _PLACE.finditer(words) if not found["computed"]}
        for language, words in text.items()
    }


def _texts_fit(data: Mapping[str, Any], names: frozenset[str], needed: frozenset[str]) -> None:
    """Every text shows what it must and nothing that is not there."""
    faults: dict[str, dict[str, list[Any]]] = {}
    for language, words in data["text"].items():
        places = list(_PLACE.finditer(words))
        shown = {found["inner"] for found in places}
        strange, missing = sorted(shown - names), sorted(needed - shown)
        if any(found["computed"] for found in places):
            message = _l("Steps like {= a * b} belong into the worked solution only.")
            faults.setdefault("text", {})[language] = [message]
        elif strange:
            message = _l("There is no parameter “%(name)s”.", name=strange[0])
            faults.setdefault("text", {})[language] = [message]
        elif missing:
            message = _l("The text does not show the parameter: write {%(name)s}.", name=missing[0])
            faults.setdefault("text", {})[language] = [message]
    for language, words in (data.get("explanation") or {}).items():
        try:
            for found in _PLACE.finditer(words):
                _place(found, names)
        except BadFormula as fault:
            faults.setdefault("explanation", {})[language] = [fault.message]
    if faults:
        raise ValidationError(faults)


def _place(found: re.Match[str], names: frozenset[str]) -> Formula:
    """What stands in braces: a name, or after ``=`` a formula."""
    inner, known = found["inner"], names | {ANSWER}
    if found["computed"]:
        return parse(inner, known)
    if not NAME.fullmatch(inner) or inner not in known:
        raise BadFormula(_l("There is no parameter “%(name)s”.", name=inner))
    return parse(inner, known)


def _filled(words: str, values: Draw, lang: str, shown: Callable[[Decimal], str] | None = None) -> str:
    """A text with its values filled in, as the language writes numbers."""

    def value(found: re.Match[str]) -> str:
        inner = found["inner"]
        if not found["computed"] and inner != ANSWER:
            return written(format(values[inner], "f"), lang) if inner in values else found.group()
        try:
            result = _place(found, frozenset(values)).value(values)
        except (BadFormula, NoValue):
            return "…"
        return written(shown(result) if shown else format(result, "f"), lang)

    return _PLACE.sub(value, words)


# --- whether the ranges are sound ---------------------------------------------------------------


def _require_values(data: Mapping[str, Any]) -> None:
    """Go through the ranges: a draw without a usable answer is a fault, named with its values."""
    parameters, formula, steps = _parameters(data), _formula(data), _steps(data)
    cost = formula.cost + sum(step.cost for _words, step in steps)
    limit = min(max(SWEEP_WORK // (30 + cost), SWEEP_LEAST), SWEEP_MOST)
    least = Fraction(1, 2 * 10 ** _decimals(data)) if data.get("tolerance_as") != FIGURES else Fraction(0)
    for values in sweep(parameters, limit):
        try:
            answer = formula.value(values)
        except NoValue as fault:
            raise wrong(
                _l("With %(values)s there is no answer: %(why)s.", values=_listed(values), why=fault.reason),
                "formula",
            ) from None
        if answer.copy_abs() >= LARGEST:
            raise wrong(
                _l("With %(values)s the answer is larger than 10^15.", values=_listed(values)), "formula"
            )
        if answer and Fraction(answer.copy_abs()) < least:
            raise wrong(
                _l(
                    "With %(values)s nothing is left of the answer at %(n)s decimals: take more.",
                    values=_listed(values),
                    n=_decimals(data),
                ),
                "decimals",
            )
        for words, step in steps:
            try:
                step.value({**values, ANSWER: answer})
            except NoValue as fault:
                raise wrong(
                    _l(
                        "With %(values)s the step {= %(step)s} has no value: %(why)s.",
                        values=_listed(values),
                        step=words,
                        why=fault.reason,
                    ),
                    "explanation",
                ) from None


def _steps(data: Mapping[str, Any]) -> list[tuple[str, Formula]]:
    """The steps that the explanation computes, in whichever language, each once."""
    names = frozenset(row["name"] for row in data["parameters"])
    found = {
        place["inner"]: _place(place, names)
        for words in (data.get("explanation") or {}).values()
        for place in _PLACE.finditer(words)
        if place["computed"]
    }
    return list(found.items())


def _listed(values: Draw) -> str:
    return ", ".join(f"{name} = {format(value, 'f')}" for name, value in values.items())
