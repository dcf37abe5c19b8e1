"""Pairs to be put together, with or without distractors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import Localized, SpecSchema, names_are_distinct, texts_are_distinct, wrong
from academy.questions.forms import given_below
from academy.questions.on_paper import hint, letters_of
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer

MIN_PAIRS, MAX_PAIRS = 2, 12
LEFT, RIGHT = "left", "right"
CREDIT_RULES = (credit.EACH_PART, credit.ALL_OR_NOTHING)


class PairSchema(Schema):
    """One pair: what stands at the left and what belongs to it."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens.")),
    )
    left = Localized(required=True, max_length=1000)
    right = Localized(required=True, max_length=1000)


class MatchingSpec(SpecSchema):
    """``pairs`` and ``distractors``; two pairs may share one right side, then it is offered once."""

    pairs = fields.List(
        fields.Nested(PairSchema),
        required=True,
        validate=validate.Length(MIN_PAIRS, MAX_PAIRS, error=_l("Give from {min} to {max} pairs.")),
        error_messages={"required": _l("Give the pairs that belong together.")},
    )
    distractors = fields.List(Localized(max_length=1000), load_default=list, validate=validate.Length(max=8))
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _sides_are_clear(self, data: Mapping[str, Any], **named: Any) -> None:
        pairs = data["pairs"]
        names_are_distinct(pairs, "pairs")
        texts_are_distinct([pair["left"] for pair in pairs], "pairs")
        rights = {opaque_id(pair["right"], RIGHT): pair["right"] for pair in pairs}
        if len(rights) < 2 and not data["distractors"]:
            raise wrong(_l("Every pair has the same right side: nothing is asked."), "pairs")
        texts_are_distinct(rights.values(), "pairs")
        texts_are_distinct([*rights.values(), *data["distractors"]], "distractors")


class Matching(CoreType):
    """Answer: presented id at the left → presented id at the right; left ones may be missing."""

    kind = "matching"
    title = {"vi": "Ghép cặp", "en": "Matching", "de": "Zuordnung"}
    spec_schema = MatchingSpec
    credit_rules = CREDIT_RULES

    def _lefts(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(pair["left"], LEFT): pair for pair in spec["pairs"]}

    def _rights(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
        texts = [*(pair["right"] for pair in spec["pairs"]), *spec.get("distractors", ())]
        return {opaque_id(text, RIGHT): text for text in texts}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        lefts, rights = self._lefts(spec), self._rights(spec)
        return {
            "text": localized(spec["text"], lang),
            "left": [{"id": name, "text": localized(pair["left"], lang)} for name, pair in lefts.items()],
            "right": [
                {"id": name, "text": localized(rights[name], lang)} for name in in_seeded_order(rights, seed)
            ],
        }

    def names(self, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for pair in spec["pairs"]:
            yield f"{LEFT}.{pair['id']}", opaque_id(pair["left"], LEFT)
            yield f"{RIGHT}.{pair['id']}", opaque_id(pair["right"], RIGHT)
        # distractors have no ids: each is known by its text alone
        for text in spec.get("distractors", ()):
            yield opaque_id(text, RIGHT), opaque_id(text, RIGHT)

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        rights = self._rights(spec)
        return [
            *(localized(pair["left"], lang) for pair in spec["pairs"]),
            *(localized(rights[name], lang) for name in sorted(rights)),
        ]

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        return given_below(form, name) or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        lefts, rights = self._lefts(spec), self._rights(spec)
        if not isinstance(answer, Mapping) or not all(
            left in lefts and isinstance(right, str) and right in rights for left, right in answer.items()
        ):
            raise not_an_answer(_l("Match the entries shown."))
        return {left: answer[left] for left in lefts if left in answer}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, chosen, lefts = self.credit_rule(spec), answer or {}, self._lefts(spec)
        hits = {
            pair["id"]: chosen.get(left) == opaque_id(pair["right"], RIGHT) for left, pair in lefts.items()
        }
        right = sum(hits.values())
        if rule == credit.ALL_OR_NOTHING:
            score = credit.FULL if right == len(hits) else credit.NOTHING
        else:
            score = credit.share(right, len(hits))
        return Grade(score=score, details={"rule": rule, "parts": hits})

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        view, right = self.present(spec, seed, lang), self._key(spec, lang)["pairs"]
        letters = letters_of([one["id"] for one in view["right"]], [right[one["id"]] for one in view["left"]])
        return Printed(
            text=view["text"],
            choices=tuple(one["text"] for one in view["right"]),
            rows=tuple(f"{number}. {one['text']}" for number, one in enumerate(view["left"], 1)),
            hint=hint("match", lang),
            key=tuple(f"{number} – {name}" for number, name in enumerate(letters, 1)),
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {"pairs": {left: opaque_id(pair["right"], RIGHT) for left, pair in self._lefts(spec).items()}}
