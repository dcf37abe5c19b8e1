"""Steps to be put in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import Localized, SpecSchema, names_are_distinct, texts_are_distinct
from academy.questions.forms import given_below
from academy.questions.on_paper import hint, letters_of
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer

MIN_STEPS, MAX_STEPS = 2, 12
CREDIT_RULES = (credit.NEIGHBOURS, credit.POSITIONS, credit.ALL_OR_NOTHING)


class StepSchema(Schema):
    """One step."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens.")),
    )
    text = Localized(required=True, max_length=1000)


class OrderingSpec(SpecSchema):
    """``steps`` in the right order; ``credit`` names the rule."""

    steps = fields.List(
        fields.Nested(StepSchema),
        required=True,
        validate=validate.Length(MIN_STEPS, MAX_STEPS, error=_l("Give from {min} to {max} steps.")),
        error_messages={"required": _l("Give the steps in the right order.")},
    )
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _steps_differ(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["steps"], "steps")
        texts_are_distinct([step["text"] for step in data["steps"]], "steps")


class Ordering(CoreType):
    """Answer: the presented ids in order, or, while it is incomplete, presented id → place from 1."""

    kind = "ordering"
    title = {"vi": "Sắp xếp thứ tự", "en": "Ordering", "de": "Reihenfolge"}
    spec_schema = OrderingSpec
    credit_rules = CREDIT_RULES

    def _by_name(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(step["text"]): step for step in spec["steps"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        steps = self._by_name(spec)
        return {
            "text": localized(spec["text"], lang),
            "steps": [
                {"id": name, "text": localized(steps[name]["text"], lang)}
                for name in in_seeded_order(steps, seed)
            ],
        }

    def names(self, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        return ((step["id"], name) for name, step in self._by_name(spec).items())

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        steps = self._by_name(spec)
        return [localized(steps[name]["text"], lang) for name in sorted(steps)]

    def read_form(self, form: Any, name: str) -> dict[str, Any] | None:
        # what is no number is left for check_answer to refuse in words
        return {
            step: int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else value
            for step, value in given_below(form, name).items()
        } or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> list[str] | dict[str, int]:
        names = self._by_name(spec)
        if isinstance(answer, list):
            if not all(isinstance(name, str) for name in answer) or sorted(answer) != sorted(names):
                raise not_an_answer(_l("Name every step shown exactly once."))
            return list(answer)
        if not isinstance(answer, Mapping) or not all(
            name in names and type(place) is int and 1 <= place <= len(names)
            for name, place in answer.items()
        ):
            raise not_an_answer(_l("Give every step a place from 1 to %(n)s.", n=len(names)))
        if sorted(answer.values()) == list(range(1, len(names) + 1)):
            return sorted(answer, key=answer.__getitem__)
        return {name: answer[name] for name in names if name in answer}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, steps = self.credit_rule(spec), self._by_name(spec)
        places = places_of(answer)
        score = credit.ordered_steps(rule, right=list(steps), places=places)
        ordered = sorted(places, key=places.__getitem__)
        return Grade(
            score=score,
            details={"rule": rule, "order": [[steps[name]["id"], places[name]] for name in ordered]},
        )

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        view = self.present(spec, seed, lang)
        shown = [step["id"] for step in view["steps"]]
        return Printed(
            text=view["text"],
            choices=tuple(step["text"] for step in view["steps"]),
            lines=1,
            hint=hint("order", lang),
            key=(" – ".join(letters_of(shown, self._by_name(spec))),),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {"order": list(self._by_name(spec))}


def places_of(answer: list[str] | Mapping[str, int] | None) -> dict[str, int]:
    """An answer as presented id → place from 1, however complete it is."""
    if isinstance(answer, list):
        return {name: place for place, name in enumerate(answer, 1)}
    return dict(answer or {})
