"""Several right options out of several."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import fields, validate

from academy.kernel.i18n import _l
from academy.plugins.contract import Grade
from academy.questions import credit
from academy.questions.fields import wrong
from academy.questions.types.core import not_an_answer
from academy.questions.types.single import MAX_OPTIONS, WHOLE, ChoiceSpec, ChoiceType

CREDIT_RULES = (credit.RIGHT_MINUS_WRONG, credit.ALL_OR_NOTHING, credit.WEIGHTED)
ROUNDING = Decimal("0.05")
"""How far the percentages may be from 100 together: three times 33.33, seven times 14.29."""


class MultipleSpec(ChoiceSpec):
    """At least one option is ``correct`` and at least one is not; ``credit`` names the rule.

    Under ``weighted`` the options above 0 percent are correct and add up to 100.
    """

    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    def check_marks(self, right: int, count: int) -> None:
        if not right:
            raise wrong(_l("No right answer: mark at least one option as correct."), "options")
        if right == count:
            raise wrong(_l("Every option is marked as correct: at least one must be wrong."), "options")

    def check_weights(self, weights: list[Decimal]) -> None:
        earned = sum((weight for weight in weights if self.is_right(weight)), Decimal(0))
        if abs(earned - WHOLE) > ROUNDING:
            raise wrong(
                _l("The percentages above 0 must add up to 100; they add up to %(n)s.", n=earned), "options"
            )
        if all(self.is_right(weight) for weight in weights):
            raise wrong(
                _l("Every option earns points: at least one must be worth 0 percent or less."), "options"
            )

    def is_right(self, weight: Decimal) -> bool:
        return weight > 0


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
        if rule == credit.WEIGHTED:
            score = credit.weights_chosen(
                [option["weight"] for option in chosen.values()],
                [option["weight"] for option in options.values()],
            )
        else:
            score = credit.chosen_options(
                rule,
                right={name for name, option in options.items() if option["correct"]},
                wrong={name for name, option in options.items() if not option["correct"]},
                chosen=set(chosen),
            )
        return Grade(
            score=score,
            feedback=self._feedback(list(chosen.values())),
            details={"rule": rule, "chosen": sorted(option["id"] for option in chosen.values())},
        )
