"""A text with gaps, each to be chosen from a list or typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade
from academy.questions import credit
from academy.questions.fields import (
    MAX_SHORT_ANSWER,
    AcceptedTexts,
    OptionSchema,
    SpecSchema,
    names_are_distinct,
    texts_are_distinct,
    wrong,
)
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer
from academy.questions.types.short import IGNORE, REQUIRE, checked_words, is_accepted

MAX_GAPS = 20
CREDIT_RULES = (credit.EACH_PART, credit.ALL_OR_NOTHING)
_GAP = re.compile(r"\{([0-9]{1,2})\}")


class GapSchema(Schema):
    """One gap: either ``options``, one of them ``correct``, or ``accept`` by language."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[0-9]{1,2}\Z", error=_l("Number the gaps as in the text, for instance “1”.")
        ),
    )
    options = fields.List(fields.Nested(OptionSchema), validate=validate.Length(2, 12))
    accept = AcceptedTexts()
    accents = fields.String(validate=validate.OneOf((IGNORE, REQUIRE)))

    @validates_schema
    def _one_way_to_fill(self, data: Mapping[str, Any], **named: Any) -> None:
        if ("options" in data) == ("accept" in data):
            raise wrong(_l("Give the gap either options to choose from or accepted texts."))
        if "options" not in data:
            return
        if "accents" in data:
            raise wrong(_l("Accents only matter where a text is typed."), "accents")
        names_are_distinct(data["options"], "options")
        texts_are_distinct([option["text"] for option in data["options"]], "options")
        if sum(option["correct"] for option in data["options"]) != 1:
            raise wrong(_l("Mark exactly one option of the gap as correct."), "options")


class ClozeSpec(SpecSchema):
    """``text`` with ``{1}``, ``{2}``… in every language, and ``gaps`` with the same numbers."""

    gaps = fields.List(
        fields.Nested(GapSchema),
        required=True,
        validate=validate.Length(1, MAX_GAPS, error=_l("Give from {min} to {max} gaps.")),
        error_messages={"required": _l("Give the gaps of the text.")},
    )
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _gaps_stand_in_the_text(self, data: Mapping[str, Any], **named: Any) -> None:
        names_are_distinct(data["gaps"], "gaps")
        wanted = sorted(gap["id"] for gap in data["gaps"])
        for language, words in data["text"].items():
            if sorted(_GAP.findall(words)) != wanted:
                raise ValidationError(
                    {
                        language: [
                            _l(
                                "The text must hold each of the gaps %(gaps)s exactly once, and no other.",
                                gaps=" ".join(f"{{{name}}}" for name in wanted),
                            )
                        ]
                    },
                    "text",
                )


class Cloze(CoreType):
    """Answer: gap number → presented id (a list to choose from) or text (typed); gaps may be missing."""

    kind = "cloze"
    title = {"vi": "Điền vào chỗ trống", "en": "Fill the gaps", "de": "Lückentext"}
    spec_schema = ClozeSpec
    credit_rules = CREDIT_RULES

    def _gaps(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {gap["id"]: gap for gap in spec["gaps"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        gaps = self._gaps(spec)
        return {
            "segments": [
                {"text": words} if name is None else self._present_gap(gaps[name], seed, lang)
                for words, name in _segments(localized(spec["text"], lang))
            ]
        }

    def _present_gap(self, gap: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        if "options" not in gap:
            return {"gap": gap["id"], "accents": gap.get("accents", IGNORE), "max_length": MAX_SHORT_ANSWER}
        options = _options(gap)
        return {
            "gap": gap["id"],
            "options": [
                {"id": name, "text": localized(options[name]["text"], lang)}
                for name in in_seeded_order(options, seed)
            ],
        }

    def names(self, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for gap in spec["gaps"]:
            for name, option in _options(gap).items() if "options" in gap else ():
                yield f"{gap['id']}.{option['id']}", name

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return _GAP.sub("…", localized(spec["text"], lang))

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        prefix = f"{name}."
        filled = {
            field[len(prefix) :]: form.get(field)
            for field in form
            if isinstance(field, str) and field.startswith(prefix)
        }
        return {gap: value for gap, value in filled.items() if value and value.strip()} or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        gaps = self._gaps(spec)
        if not isinstance(answer, Mapping) or not all(name in gaps for name in answer):
            raise not_an_answer(_l("Fill the gaps shown."))
        return {name: self._checked(gap, answer[name]) for name, gap in gaps.items() if name in answer}

    def _checked(self, gap: Mapping[str, Any], value: Any) -> str:
        if "options" not in gap:
            try:
                return checked_words(value)
            except Invalid as refusal:
                raise not_an_answer(_l("Gap %(n)s: %(why)s", n=gap["id"], why=refusal.message)) from refusal
        if not isinstance(value, str) or value not in _options(gap):
            raise not_an_answer(_l("Gap %(n)s: choose one of the options shown.", n=gap["id"]))
        return value

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, filled = self.credit_rule(spec), answer or {}
        hits = {name: _is_right(gap, filled.get(name)) for name, gap in self._gaps(spec).items()}
        right = sum(hits.values())
        if rule == credit.ALL_OR_NOTHING:
            score = credit.FULL if right == len(hits) else credit.NOTHING
        else:
            score = credit.share(right, len(hits))
        return Grade(score=score, details={"rule": rule, "parts": hits})

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        return {"gaps": {name: _right_text(gap, lang) for name, gap in self._gaps(spec).items()}}


def _segments(words: str) -> Iterator[tuple[str, str | None]]:
    """The text cut at its gaps: ``(words, None)`` and ``("", gap)`` in turn."""
    end = 0
    for found in _GAP.finditer(words):
        if found.start() > end:
            yield words[end : found.start()], None
        yield "", found[1]
        end = found.end()
    if end < len(words):
        yield words[end:], None


def _options(gap: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {opaque_id(option["text"], gap["id"]): option for option in gap["options"]}


def _is_right(gap: Mapping[str, Any], value: str | None) -> bool:
    if value is None:
        return False
    if "options" in gap:
        return bool(_options(gap)[value]["correct"])
    return is_accepted(value, gap["accept"], gap.get("accents", IGNORE))


def _right_text(gap: Mapping[str, Any], lang: str) -> list[str]:
    """What is right in a gap, as words to show."""
    if "options" in gap:
        return [localized(option["text"], lang) for option in gap["options"] if option["correct"]]
    return list(gap["accept"].get(lang) or next(iter(gap["accept"].values())))
