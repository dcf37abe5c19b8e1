"""Several right options out of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate, validates_schema

from academy.kernel.i18n import _l
from academy.plugins.contract import Grade
from academy.questions import credit
from academy.questions.fields import wrong
from academy.questions.types.core import not_an_answer
from academy.questions.types.single import MAX_OPTIONS, ChoiceSpec, ChoiceType

CREDIT_RULES = (credit.RIGHT_MINUS_WRONG, credit.ALL_OR_NOTHING)


class MultipleSpec(ChoiceSpec):
    """At least one option is ``correct`` and at least one is not; ``credit`` names the rule."""

    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _some_are_right(self, data: Mapping[str, Any], **named: Any) -> None:
        right = sum(option["correct"] for option in data["options"])
        if not right:
            raise wrong(_l("No right answer: mark at least one option as correct."), "options")
        if right == len(data["options"]):
            raise wrong(_l("Every option is marked as correct: at least one must be wrong."), "options")


class Multiple(ChoiceType):
    """Answer: a list of presented ids, each once, in any order."""

    kind = "multiple"
    paper_hint = "many"
    title = {"vi": "Chọn nhiều đáp án", "en": "Multiple choice", "de": "Mehrere richtige Antworten"}
    spec_schema = MultipleSpec
    credit_rules = CREDIT_RULES

    def read_form(self, form: Any, name: str) -> list[str] | None:
        return [value for value in form.getlist(name) if value] or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> list[str]:
        names = self._by_name(spec)
        if (
            not isinstance(answer, list)
            or len(answer) > MAX_OPTIONS
            or not all(isinstance(name, str) and name in names for name in answer)
        ):
            raise not_an_answer(_l("Choose among the options shown."))
        return sorted(set(answer))

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule = self.credit_rule(spec)
        options = self._by_name(spec)
        chosen = {name: options[name] for name in answer or ()}
        return Grade(
            score=credit.chosen_options(
                rule,
                right={name for name, option in options.items() if option["correct"]},
                wrong={name for name, option in options.items() if not option["correct"]},
                chosen=set(chosen),
            ),
            feedback=self._feedback(list(chosen.values())),
            details={"rule": rule, "chosen": sorted(option["id"] for option in chosen.values())},
        )
