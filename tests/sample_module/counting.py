"""How many words has a sentence? The exercise type of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from academy.sdk import Feedback, Grade, Invalid, Localized, Printed, _l, localized, nested, tokens

__all__ = ["Counting"]


class CountingSpec(Schema):
    """``text`` asks, ``sentence`` is counted."""

    class Meta:
        unknown = RAISE

    text = Localized(required=True)
    sentence = fields.String(required=True, validate=validate.Length(1, 200))
    explanation = Localized()


class Counting:
    """Answer: a whole number. Right or wrong, nothing between."""

    kind = "sample_module:counting"
    title: Mapping[str, str] = {"vi": "Đếm từ", "en": "Count words", "de": "Wörter zählen"}
    spec_schema = CountingSpec
    template = "sample_module/counting.html"
    editor = "sample_module/edit/counting.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"text": localized(spec["text"], lang), "sentence": spec["sentence"]}

    def read_form(self, form: Any, name: str) -> int | None:
        value = (form.get(name) or "").strip()
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> int:
        if type(answer) is not int or not 0 <= answer < 1000:
            message = _l("Answer with a number.")
            raise Invalid(message, rule="answer.form", errors={"answer": [message]})
        return answer

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        right = answer == len(tokens(spec["sentence"]))
        text = {"vi": "Đúng.", "en": "Right."} if right else {"vi": "Đếm lại.", "en": "Count again."}
        return Grade(
            score=Decimal(int(right)),
            feedback=(Feedback(text=text, tone="right" if right else "wrong"),),
            details={"rule": "all_or_nothing"},
        )

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "words": len(tokens(spec["sentence"])),
            "explanation": localized(spec.get("explanation") or {}, lang),
        }

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return f"{localized(spec['text'], lang)}\n{spec['sentence']}"

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        return Printed(
            text=f"{localized(spec['text'], lang)}\n\n{spec['sentence']}",
            lines=1,
            key=(str(len(tokens(spec["sentence"]))),),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        return nested(form, ("text", "sentence", "explanation"))
