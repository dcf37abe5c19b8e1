"""A number: how near it must be, in which unit, and what other numbers are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from marshmallow import fields, validate, validates_schema

from academy.kernel import text
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Feedback, Grade, Printed
from academy.questions import credit
from academy.questions.fields import DecimalText, SpecSchema, wrong
from academy.questions.numbers import MAX_DIGITS, read_number, written
from academy.questions.tolerance import FIGURES, PERCENT, Accepted, AcceptedSchema, ToleranceSchema
from academy.questions.types.core import CoreType, not_an_answer
from academy.questions.units import MAX_UNIT, REQUIRED, Fit, Units, UnitsSchema, split_unit

MAX_TYPED = 60
MAX_ANSWERS = 12

WRONG_UNIT = {
    "vi": "Số đúng, nhưng đơn vị không đúng.",
    "en": "The number is right, the unit is not.",
    "de": "Die Zahl stimmt, die Einheit nicht.",
}
NO_UNIT = {
    "vi": "Số đúng, nhưng thiếu đơn vị.",
    "en": "The number is right, but its unit is missing.",
    "de": "Die Zahl stimmt, aber die Einheit fehlt.",
}
ON_PAPER = {
    "vi": "Viết một số.",
    "en": "Write a number.",
    "de": "Schreiben Sie eine Zahl.",
}
ON_PAPER_WITH_UNIT = {
    "vi": "Viết một số kèm đơn vị.",
    "en": "Write a number with its unit.",
    "de": "Schreiben Sie eine Zahl mit ihrer Einheit.",
}
FIGURES_TOLD = {
    "vi": "đúng đến %s chữ số có nghĩa",
    "en": "to %s significant figures",
    "de": "auf %s signifikante Stellen",
}


class NumericSpec(ToleranceSchema, UnitsSchema, SpecSchema):
    """``answer`` with its tolerance, or ``answers``, of which the first that fits counts; see :class:`UnitsSchema`.

    At least one of several answers is worth 100 percent.
    """

    answer = DecimalText()
    answers = fields.List(fields.Nested(AcceptedSchema), validate=validate.Length(1, MAX_ANSWERS))

    @validates_schema
    def _some_number_is_right(self, data: Mapping[str, Any], **named: Any) -> None:
        if "answer" not in data and "answers" not in data:
            raise wrong(_l("No right answer: give the number."), "answer")
        if "answers" not in data:
            return
        if "answer" in data:
            raise wrong(_l("Give either one right number or a list of numbers."), "answer")
        if max(Fraction(row.get("weight", "100")) for row in data["answers"]) != 100:
            raise wrong(_l("One of the numbers must be worth 100 percent."), "answers")


class NumberType(CoreType):
    """What answering with a number shares, wherever the right one comes from.

    Answer: ``"97,4"``, a number, or ``{"value": "97,4", "unit": "km", "lang": "vi"}``; stored as
    ``{"number": "97.4", "unit": "km"}``. ``lang`` is the language the learner reads; without it a number
    that can be read in two ways (``1.234``) is refused. The stored form always has a dot for decimals. A
    unit that is known is stored under its own name, another as it was typed.
    """

    credit_rules = (credit.ALL_OR_NOTHING,)

    def _accepted(self, spec: Mapping[str, Any], seed: int) -> Sequence[Accepted]:
        """The numbers that earn something, the first that fits counts."""
        raise NotImplementedError

    @property
    def template(self) -> str:
        return "questions/numeric.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        units = Units.of(spec)
        asked = {"unit_asked": units.rule} if units.are_asked else {}
        return {
            "text": self._prompt(spec, seed, lang),
            "unit": "" if units.are_asked else units.label,
            **asked,
        }

    def _prompt(self, spec: Mapping[str, Any], seed: int, lang: str) -> str:
        return localized(spec["text"], lang)

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        value = (form.get(name) or "").strip()
        unit = (form.get(f"{name}.unit") or "").strip()
        if not value and not unit:
            return None
        return {
            "value": value,
            "lang": form.get(f"{name}.lang") or "",
            **({"unit": unit} if unit else {}),
        }

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        units, lang, unit = Units.of(spec), None, None
        if isinstance(answer, Mapping):
            if "number" in answer and not set(answer) - {"number", "unit"}:
                number = {"number": canonical(stored_number(answer["number"]))}
                return number | _unit_of(units, answer.get("unit"))
            if "value" not in answer or set(answer) - {"value", "unit", "lang"}:
                raise not_an_answer(_l("Answer with a number."))
            lang = answer.get("lang") if isinstance(answer.get("lang"), str) else None
            unit, answer = answer.get("unit"), answer["value"]
        if isinstance(answer, bool) or not isinstance(answer, str | int | float):
            raise not_an_answer(_l("Answer with a number."))
        beside = _unit_of(units, unit)
        if not isinstance(answer, str):
            return {"number": canonical(stored_number(repr(answer)))} | beside
        if len(answer) > MAX_TYPED:
            raise not_an_answer(_l("Write the number with at most %(n)s digits.", n=MAX_DIGITS))
        if units.are_asked and not beside:
            answer, unit = split_unit(answer)
            beside = _unit_of(units, unit)
        number = read_number(answer, lang=lang, unit=unit or units.label or None)
        return {"number": canonical(number)} | beside

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        accepted, units = self._accepted(spec, seed), Units.of(spec)
        details: dict[str, Any] = {
            "rule": self._rule(accepted),
            "chosen": answer["number"] if answer else None,
        }
        if answer is None:
            return Grade(score=credit.NOTHING, details=details)
        number, unit = Fraction(answer["number"]), answer.get("unit", "")
        if unit:
            details["unit"] = unit
        judged = [(units.judge(number, unit, one.admits), place) for place, one in enumerate(accepted)]
        # the first that fits, but one in its right unit before one that would be right in another
        fit, place = min(judged)
        if fit is Fit.NOT:
            return Grade(score=credit.NOTHING, details=details)
        one, share = accepted[place], 1 - units.penalty if fit is Fit.OTHER_UNIT else Fraction(1)
        earned = one.weight / 100 * (share if one.weight > 0 else 1)
        details["fits"] = place
        if fit is Fit.OTHER_UNIT:
            details["unit_wrong"] = True
        return Grade(score=credit.as_score(earned), feedback=_remarks(one, fit, unit), details=details)

    def _rule(self, accepted: Sequence[Accepted]) -> str:
        simple = all(one.weight == 100 for one in accepted)
        return credit.ALL_OR_NOTHING if simple else credit.WEIGHTED

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        accepted, units = self._accepted(spec, seed), Units.of(spec)
        best = max(accepted, key=lambda one: one.weight)
        key = {
            "explanation": self._explanation(spec, seed, lang),
            **told(best),
            "unit": units.label,
        }
        others = [{**told(one), "weight": str(plain(one.weight))} for one in accepted if one is not best]
        return key | ({"answers": others} if others else {})

    def _explanation(self, spec: Mapping[str, Any], seed: int, lang: str) -> str:
        return localized(spec.get("explanation") or {}, lang)

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = super().read_editor(form)
        rule = spec.pop("unit_rule", None)
        # a unit by name beside a list is a fault that the author must see, not one to be overwritten
        return spec | {"unit": rule} if rule and "units" in spec and "unit" not in spec else spec

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The item on paper: a gap for the number, with the unit behind it unless it is asked for."""
        units, key = Units.of(spec), self.solution(spec, seed, lang)
        gap = f"____ {units.label}".strip() if not units.are_asked else "____"
        lines = [key, *key.get("answers", ())]
        return Printed(
            text=f"{self._prompt(spec, seed, lang)}\n\n{gap}",
            hint=localized(ON_PAPER_WITH_UNIT if units.rule == REQUIRED else ON_PAPER, lang),
            key=tuple(key_line(line, units.label, lang) for line in lines),
        )


class Numeric(NumberType):
    """A number that the author gives; see :class:`NumberType` for the form of an answer."""

    kind = "numeric"
    title = {"vi": "Trả lời bằng số", "en": "Number", "de": "Zahl"}
    spec_schema = NumericSpec

    def _accepted(self, spec: Mapping[str, Any], seed: int) -> Sequence[Accepted]:
        return [Accepted.from_spec(row) for row in spec.get("answers") or [spec]]


def stored_number(words: Any) -> Decimal:
    """A number in its stored form, with a dot; raises Invalid for anything else."""
    try:
        number = Decimal(words) if isinstance(words, str) and len(words) <= MAX_TYPED else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise not_an_answer(_l("Answer with a number."))
    return number


def canonical(number: Decimal) -> str:
    """``Decimal("1E+2")`` → ``"100"``, ``Decimal("-0.50")`` → ``"-0.50"``: never an exponent."""
    return format(number, "f")


def _unit_of(units: Units, typed: Any) -> dict[str, str]:
    """The unit of an answer as it is stored; nothing where none was given."""
    if typed is None:
        return {}
    if not isinstance(typed, str):
        raise not_an_answer(_l("Write the unit as text."))
    name = text.clean(typed[: 4 * MAX_UNIT])
    if not name:
        return {}
    if not units.are_asked:
        raise not_an_answer(_l("Answer with a number only; the unit is given."))
    if len(name) > MAX_UNIT:
        raise not_an_answer(_l("Write the unit with at most %(n)s characters.", n=MAX_UNIT))
    return {"unit": units.find(name) or name}


def _remarks(one: Accepted, fit: Fit, unit: str) -> tuple[Feedback, ...]:
    if fit is Fit.OTHER_UNIT:
        return (Feedback(text=WRONG_UNIT if unit else NO_UNIT, tone="info"),)
    if not one.feedback:
        return ()
    tone = "right" if one.weight == 100 else "info" if one.weight > 0 else "wrong"
    return (Feedback(text=one.feedback, tone=tone),)


def told(one: Accepted) -> dict[str, str]:
    """A number with its tolerance, as results show it."""
    return {
        "answer": plain(one.answer, one.decimals),
        "tolerance": plain(one.tolerance),
        "tolerance_as": one.tolerance_as,
    }


def plain(value: Fraction, decimals: int | None = None) -> str:
    """A fraction as decimal text: whole, or rounded half away from zero to ``decimals`` places."""
    places = 12 if decimals is None else decimals
    digits = str((abs(value) * 10**places + Fraction(1, 2)).__floor__()).zfill(places + 1)
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    shown = f"{whole}.{fraction}" if fraction else whole
    return f"-{shown}" if value < 0 and shown != "0" else shown


def key_line(row: Mapping[str, str], unit: str, lang: str) -> str:
    """``97,4 % (± 0,05)``: what a marker compares with."""
    line = f"{written(row['answer'], lang)} {unit}".strip()
    if row["tolerance_as"] == FIGURES:
        line += f" ({localized(FIGURES_TOLD, lang) % row['tolerance']})"
    elif row["tolerance"] != "0":
        sign = " %" if row["tolerance_as"] == PERCENT else ""
        line += f" (± {written(row['tolerance'], lang)}{sign})"
    return line + (f": {written(row['weight'], lang)} %" if "weight" in row else "")
