"""A number with a tolerance and, where it has one, a unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import fields, validate

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import DecimalText, SpecSchema
from academy.questions.numbers import MAX_DIGITS, read_number
from academy.questions.on_paper import GAP, hint, number_on_paper
from academy.questions.types.core import CoreType, not_an_answer

MAX_TYPED = 60


class NumericSpec(SpecSchema):
    """``answer`` and ``tolerance`` as decimal texts, both in ``unit``; the edge of the tolerance is right."""

    answer = DecimalText(required=True, error_messages={"required": _l("No right answer: give the number.")})
    tolerance = DecimalText(load_default="0", minimum=Decimal(0))
    unit = fields.String(validate=validate.Length(1, 30))


class Numeric(CoreType):
    """Answer: ``"97,4"``, a number, or ``{"value": "97,4", "lang": "vi"}``; stored as ``{"number": "97.4"}``.

    ``lang`` is the language the learner reads; without it a number that can be read in two ways
    (``1.234``) is refused. The stored form always has a dot for decimals.
    """

    kind = "numeric"
    title = {"vi": "Trả lời bằng số", "en": "Number", "de": "Zahl"}
    spec_schema = NumericSpec
    credit_rules = (credit.ALL_OR_NOTHING,)

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"text": localized(spec["text"], lang), "unit": spec.get("unit", "")}

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        value = (form.get(name) or "").strip()
        return {"value": value, "lang": form.get(f"{name}.lang") or ""} if value else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        lang = None
        if isinstance(answer, Mapping):
            if set(answer) == {"number"}:
                return {"number": _canonical(_stored(answer["number"]))}
            if "value" not in answer or set(answer) - {"value", "lang"}:
                raise not_an_answer(_l("Answer with a number."))
            lang = answer.get("lang") if isinstance(answer.get("lang"), str) else None
            answer = answer["value"]
        if isinstance(answer, bool) or not isinstance(answer, str | int | float):
            raise not_an_answer(_l("Answer with a number."))
        if not isinstance(answer, str):
            return {"number": _canonical(_stored(repr(answer)))}
        if len(answer) > MAX_TYPED:
            raise not_an_answer(_l("Write the number with at most %(n)s digits.", n=MAX_DIGITS))
        return {"number": _canonical(read_number(answer, lang=lang, unit=spec.get("unit")))}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        details = {"rule": credit.ALL_OR_NOTHING, "chosen": answer["number"] if answer else None}
        if answer is None:
            return Grade(score=credit.NOTHING, details=details)
        distance = abs(Decimal(answer["number"]) - Decimal(spec["answer"]))
        right = distance <= Decimal(spec.get("tolerance", "0"))
        return Grade(score=credit.FULL if right else credit.NOTHING, details=details)

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        unit, tolerance = spec.get("unit", ""), Decimal(spec.get("tolerance", "0"))
        right = f"{number_on_paper(spec['answer'], lang)} {unit}".strip()
        if tolerance:
            right += f" (± {number_on_paper(spec['tolerance'], lang)})"
        return Printed(
            text=localized(spec["text"], lang),
            rows=(f"{GAP * 3} {unit}".strip(),),
            hint=hint("number", lang),
            key=(right,),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {
            "answer": spec["answer"],
            "tolerance": spec.get("tolerance", "0"),
            "unit": spec.get("unit", ""),
        }


def _stored(words: Any) -> Decimal:
    """A number in its stored form, with a dot; raises Invalid for anything else."""
    try:
        number = Decimal(words) if isinstance(words, str) and len(words) <= MAX_TYPED else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise not_an_answer(_l("Answer with a number."))
    return number


def _canonical(number: Decimal) -> str:
    """``Decimal("1E+2")`` → ``"100"``, ``Decimal("-0.50")`` → ``"-0.50"``: never an exponent."""
    return format(number, "f")
