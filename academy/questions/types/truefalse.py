"""A statement that is true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import SpecSchema, wrong
from academy.questions.on_paper import hint, letter, truth_words
from academy.questions.types.core import CoreType, not_an_answer

WORDS = {"true": True, "false": False}


class TruthField(fields.Field):
    """``true`` or ``false``, as YAML and JSON write it or as a form sends it; never a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value in WORDS:
            return WORDS[value]
        raise wrong(_l("Write true or false."))


class TrueFalseSpec(SpecSchema):
    """``answer``: whether the statement in ``text`` is true."""

    answer = TruthField(
        required=True, error_messages={"required": _l("No right answer: write true or false.")}
    )


class TrueFalse(CoreType):
    """Answer: ``true`` or ``false``."""

    kind = "truefalse"
    title = {"vi": "Đúng hay sai", "en": "True or false", "de": "Richtig oder falsch"}
    spec_schema = TrueFalseSpec
    credit_rules = (credit.ALL_OR_NOTHING,)

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"text": localized(spec["text"], lang)}

    def read_form(self, form: Any, name: str) -> bool | str | None:
        value = form.get(name) or None
        return WORDS.get(value, value)

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> bool:
        if not isinstance(answer, bool):
            raise not_an_answer(_l("Answer true or false."))
        return answer

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        right = answer is not None and answer is spec["answer"]
        return Grade(
            score=credit.FULL if right else credit.NOTHING,
            details={"rule": credit.ALL_OR_NOTHING, "chosen": answer},
        )

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        return Printed(
            text=localized(spec["text"], lang),
            choices=truth_words(lang),
            hint=hint("one", lang),
            key=(letter(0 if spec["answer"] else 1),),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {"answer": spec["answer"]}
