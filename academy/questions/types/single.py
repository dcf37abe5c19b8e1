"""One right option out of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import fields, post_load, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Feedback, Grade, Printed
from academy.questions import credit
from academy.questions.fields import OptionSchema, SpecSchema, names_are_distinct, texts_are_distinct, wrong
from academy.questions.on_paper import hint, letters_of
from academy.questions.options import AUTHORS_ORDER, in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer

MIN_OPTIONS, MAX_OPTIONS = 2, 12
CREDIT_RULES = (credit.ALL_OR_NOTHING, credit.WEIGHTED)
WHOLE = Decimal(100)


class ChoiceSpec(SpecSchema):
    """``options``: id, text by language, ``correct``, feedback by language, and under ``weighted`` a weight.

    Under ``weighted`` the weights decide which options are ``correct``; marks that are given as well must
    agree with them.
    """

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

    @validates_schema
    def _marks_are_sound(self, data: Mapping[str, Any], **named: Any) -> None:
        options = data["options"]
        if data.get("credit") != credit.WEIGHTED:
            if any("weight" in option for option in options):
                raise wrong(_l("Percentages count only under the rule “Weighted”: choose it."), "credit")
            self.check_marks(sum(option["correct"] for option in options), len(options))
            return
        if not all("weight" in option for option in options):
            raise wrong(_l("Under “Weighted” every option needs its percentage, 0 included."), "options")
        weights = [Decimal(option["weight"]) for option in options]
        self.check_weights(weights)
        if any(option["correct"] for option in options):
            for option, weight in zip(options, weights, strict=True):
                if option["correct"] != self.is_right(weight):
                    raise wrong(
                        _l(
                            "The option “%(id)s” is marked as right and its percentage says otherwise, or the "
                            "other way round.",
                            id=option["id"],
                        ),
                        "options",
                    )

    @post_load
    def _mark_by_weight(self, data: dict[str, Any], **named: Any) -> dict[str, Any]:
        if data.get("credit") == credit.WEIGHTED:
            for option in data["options"]:
                option["correct"] = self.is_right(Decimal(option["weight"]))
        return data

    def check_marks(self, right: int, count: int) -> None:
        """Raise unless ``right`` of ``count`` options may be marked as correct."""
        raise NotImplementedError

    def check_weights(self, weights: list[Decimal]) -> None:
        """Raise unless the percentages can be earned in full."""
        raise NotImplementedError

    def is_right(self, weight: Decimal) -> bool:
        """Whether an option of this percentage is a correct one."""
        raise NotImplementedError


class SingleSpec(ChoiceSpec):
    """Exactly one option is ``correct``; under ``weighted`` those worth 100 percent are, at least one."""

    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    def check_marks(self, right: int, count: int) -> None:
        if right != 1:
            raise wrong(_l("Mark exactly one option as correct; %(n)s are marked.", n=right), "options")

    def check_weights(self, weights: list[Decimal]) -> None:
        if max(weights) != WHOLE:
            raise wrong(
                _l("The best option must be worth 100 percent; it is worth %(n)s.", n=max(weights)), "options"
            )
        if min(weights) == WHOLE:
            raise wrong(_l("Every option is worth 100 percent: nothing is asked."), "options")

    def is_right(self, weight: Decimal) -> bool:
        return weight == WHOLE


class ChoiceType(CoreType):
    """What choosing one and choosing several share."""

    keeps_authors_order = True
    spec_schema: ClassVar[type[ChoiceSpec]]
    paper_hint: ClassVar[str]

    def _is_weighted(self, spec: Mapping[str, Any]) -> bool:
        return self.credit_rule(spec) == credit.WEIGHTED

    def _by_name(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(option["text"]): option for option in spec["options"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        options = self._by_name(spec)
        order = list(options) if seed == AUTHORS_ORDER else in_seeded_order(options, seed)
        return {
            "text": localized(spec["text"], lang),
            "options": [{"id": name, "text": localized(options[name]["text"], lang)} for name in order],
            **self._rule_shown(spec),
        }

    def _rule_shown(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """What a learner must know before choosing: that answers weigh differently, and whether one may cost."""
        if not self._is_weighted(spec):
            return {}
        return {
            "weighted": True,
            "may_cost": any(Decimal(option["weight"]) < 0 for option in spec["options"]),
        }

    def names(self, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        return ((option["id"], name) for name, option in self._by_name(spec).items())

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        # sorted by their opaque names: the author's order may be telling
        options = self._by_name(spec)
        return [localized(options[name]["text"], lang) for name in sorted(options)]

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        view, options = self.present(spec, seed, lang), self._by_name(spec)
        shown = [option["id"] for option in view["options"]]
        right = [name for name in shown if options[name]["correct"]]
        return Printed(
            text=view["text"],
            choices=tuple(option["text"] for option in view["options"]),
            hint=hint(self.paper_hint, lang),
            key=(", ".join(letters_of(shown, right)),),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        options = self._by_name(spec)
        return {
            "correct": [name for name, option in options.items() if option["correct"]],
            "options": {
                name: localized(option["feedback"], lang)
                for name, option in options.items()
                if option.get("feedback")
            },
            **(
                {"weights": {name: option["weight"] for name, option in options.items()}}
                if self._is_weighted(spec)
                else {}
            ),
        }

    def _feedback(self, chosen: list[Mapping[str, Any]]) -> tuple[Feedback, ...]:
        return tuple(
            Feedback(text=option["feedback"], tone=_tone(option))
            for option in chosen
            if option.get("feedback")
        )


def _tone(option: Mapping[str, Any]) -> str:
    if option["correct"]:
        return "right"
    return "info" if Decimal(option.get("weight", "0")) > 0 else "wrong"


class Single(ChoiceType):
    """Answer: the presented id of one option."""

    kind = "single"
    paper_hint = "one"
    title = {"vi": "Chọn một đáp án", "en": "Single choice", "de": "Eine richtige Antwort"}
    spec_schema = SingleSpec
    credit_rules = CREDIT_RULES

    def read_form(self, form: Any, name: str) -> str | None:
        return form.get(name) or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        if not isinstance(answer, str) or answer not in self._by_name(spec):
            raise not_an_answer(_l("Choose one of the options shown."))
        return answer

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule = self.credit_rule(spec)
        if answer is None:
            return Grade(score=credit.NOTHING, details={"rule": rule, "chosen": None})
        option = self._by_name(spec)[answer]
        if rule == credit.WEIGHTED:
            score = credit.weights_chosen([option["weight"]], ["100"])
        else:
            score = credit.FULL if option["correct"] else credit.NOTHING
        return Grade(
            score=score, feedback=self._feedback([option]), details={"rule": rule, "chosen": option["id"]}
        )
