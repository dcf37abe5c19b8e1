"""One right option out of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Feedback, Grade
from academy.questions import credit
from academy.questions.fields import OptionSchema, SpecSchema, names_are_distinct, texts_are_distinct, wrong
from academy.questions.options import AUTHORS_ORDER, in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer

MIN_OPTIONS, MAX_OPTIONS = 2, 12


class ChoiceSpec(SpecSchema):
    """``options``: id, text by language, ``correct``, feedback by language."""

    options = fields.List(
        fields.Nested(OptionSchema),
        required=True,
        validate=validate.Length(MIN_OPTIONS, MAX_OPTIONS, error=_l("Give from {min} to {max} options.")),
        error_messages={"required": _l("Give the options to choose from.")},
    )

    @validates_schema
    def _options_differ(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["options"], "options")
        texts_are_distinct([option["text"] for option in data["options"]], "options")


class SingleSpec(ChoiceSpec):
    """Exactly one option is ``correct``."""

    @validates_schema
    def _one_is_right(self, data: Mapping[str, Any], **named: Any) -> None:
        right = sum(option["correct"] for option in data["options"])
        if right != 1:
            raise wrong(_l("Mark exactly one option as correct; %(n)s are marked.", n=right), "options")


class ChoiceType(CoreType):
    """What choosing one and choosing several share."""

    keeps_authors_order = True

    def _by_name(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(option["text"]): option for option in spec["options"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        options = self._by_name(spec)
        order = list(options) if seed == AUTHORS_ORDER else in_seeded_order(options, seed)
        return {
            "text": localized(spec["text"], lang),
            "options": [{"id": name, "text": localized(options[name]["text"], lang)} for name in order],
        }

    def names(self, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        return ((option["id"], name) for name, option in self._by_name(spec).items())

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        # sorted by their opaque names: the author's order may be telling
        options = self._by_name(spec)
        return [localized(options[name]["text"], lang) for name in sorted(options)]

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        options = self._by_name(spec)
        return {
            "correct": [name for name, option in options.items() if option["correct"]],
            "options": {
                name: localized(option["feedback"], lang)
                for name, option in options.items()
                if option.get("feedback")
            },
        }

    def _feedback(self, chosen: list[Mapping[str, Any]]) -> tuple[Feedback, ...]:
        return tuple(
            Feedback(text=option["feedback"], tone="right" if option["correct"] else "wrong")
            for option in chosen
            if option.get("feedback")
        )


class Single(ChoiceType):
    """Answer: the presented id of one option."""

    kind = "single"
    title = {"vi": "Chọn một đáp án", "en": "Single choice", "de": "Eine richtige Antwort"}
    spec_schema = SingleSpec
    credit_rules = (credit.ALL_OR_NOTHING,)

    def read_form(self, form: Any, name: str) -> str | None:
        return form.get(name) or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        if not isinstance(answer, str) or answer not in self._by_name(spec):
            raise not_an_answer(_l("Choose one of the options shown."))
        return answer

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        if answer is None:
            return Grade(score=credit.NOTHING, details={"rule": credit.ALL_OR_NOTHING, "chosen": None})
        option = self._by_name(spec)[answer]
        return Grade(
            score=credit.FULL if option["correct"] else credit.NOTHING,
            feedback=self._feedback([option]),
            details={"rule": credit.ALL_OR_NOTHING, "chosen": option["id"]},
        )
