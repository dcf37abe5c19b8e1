"""A text with gaps: chosen from a list or from one word bank, typed as words, or typed as a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Feedback, Grade, Printed
from academy.questions import credit
from academy.questions.fields import (
    MAX_SHORT_ANSWER,
    AcceptedTexts,
    DecimalText,
    Localized,
    OptionSchema,
    SpecSchema,
    names_are_distinct,
    texts_are_distinct,
    wrong,
)
from academy.questions.forms import given_below
from academy.questions.numbers import read_number
from academy.questions.options import in_seeded_order, opaque_id
from academy.questions.tolerance import Accepted, ToleranceSchema
from academy.questions.types.core import CoreType, not_an_answer
from academy.questions.types.numeric import MAX_TYPED, canonical, key_line, stored_number, told
from academy.questions.types.short import IGNORE, REQUIRE, checked_words, is_accepted
from academy.questions.units import MAX_UNIT

MAX_GAPS, MAX_BANK = 20, 30
LARGEST_WEIGHT = Decimal(100)
BANK = "bank"
CREDIT_RULES = (credit.EACH_PART, credit.ALL_OR_NOTHING)
FILLED_BY = ("options", "accept", "number", "word")
_GAP = re.compile(r"\{([0-9]{1,2})\}")

ON_PAPER = {"vi": "Điền vào chỗ trống.", "en": "Fill the gaps.", "de": "Füllen Sie die Lücken."}


class NumberGapSchema(ToleranceSchema):
    """A number that is typed into a gap; ``unit`` is what the text has behind it and some will type as well."""

    answer = DecimalText(required=True, error_messages={"required": _l("No right answer: give the number.")})
    unit = fields.String(validate=validate.Length(1, MAX_UNIT))


class BankEntrySchema(Schema):
    """An entry of the word bank."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens.")),
    )
    text = Localized(required=True, max_length=300)


class GapSchema(Schema):
    """One gap, filled in one of four ways.

    ``options``, one of them ``correct``; ``accept``, typed words by language; ``number``, typed with a
    tolerance; or ``word``, the id of the right entry of the word bank. ``weight`` is its share beside the
    others (1 if nothing is said), ``feedback`` is for whoever fills it wrongly.
    """

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
    number = fields.Nested(NumberGapSchema)
    word = fields.String(validate=validate.Length(1, 32))
    weight = DecimalText(minimum=Decimal("0.01"), maximum=LARGEST_WEIGHT)
    feedback = Localized(max_length=1000)

    @validates_schema
    def _one_way_to_fill(self, data: Mapping[str, Any], **named: Any) -> None:
        if sum(way in data for way in FILLED_BY) != 1:
            raise wrong(
                _l(
                    "Fill the gap in one way: options to choose from, accepted texts, a number, or an entry of "
                    "the word bank."
                )
            )
        if "accents" in data and "accept" not in data:
            raise wrong(_l("Accents only matter where a text is typed."), "accents")
        if "options" not in data:
            return
        names_are_distinct(data["options"], "options")
        texts_are_distinct([option["text"] for option in data["options"]], "options")
        if any("weight" in option for option in data["options"]):
            raise wrong(_l("Options of a gap have no percentage: the gap has a weight."), "options")
        if sum(option["correct"] for option in data["options"]) != 1:
            raise wrong(_l("Mark exactly one option of the gap as correct."), "options")


class ClozeSpec(SpecSchema):
    """``text`` with ``{1}``, ``{2}``… in every language, and ``gaps`` with the same numbers.

    ``bank`` is what the gaps with a ``word`` are chosen from; entries that no gap needs are distractors, one
    that several need is right in each.
    """

    gaps = fields.List(
        fields.Nested(GapSchema),
        required=True,
        validate=validate.Length(1, MAX_GAPS, error=_l("Give from {min} to {max} gaps.")),
        error_messages={"required": _l("Give the gaps of the text.")},
    )
    bank = fields.List(
        fields.Nested(BankEntrySchema),
        validate=validate.Length(2, MAX_BANK, error=_l("Give from {min} to {max} entries.")),
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

    @validates_schema
    def _the_bank_holds_the_words(self, data: Mapping[str, Any], **named: Any) -> None:
        bank = data.get("bank", [])
        names_are_distinct(bank, "bank")
        texts_are_distinct([entry["text"] for entry in bank], "bank")
        entries = {entry["id"] for entry in bank}
        unknown = {
            place: {"word": [_l("The word bank has no entry “%(id)s”.", id=gap["word"])]}
            for place, gap in enumerate(data["gaps"])
            if "word" in gap and gap["word"] not in entries
        }
        if unknown:
            raise ValidationError(unknown, "gaps")
        if bank and not any("word" in gap for gap in data["gaps"]):
            raise wrong(_l("No gap is filled from the word bank."), "bank")


class Cloze(CoreType):
    """Answer: gap number → presented id (a list or the bank to choose from), text, or number; gaps may be missing.

    A number is stored as ``{"number": "97.4"}``. It may be given as it is typed; ``lang`` beside the gaps is
    then the language it was written in.
    """

    kind = "cloze"
    title = {"vi": "Điền vào chỗ trống", "en": "Fill the gaps", "de": "Lückentext"}
    spec_schema = ClozeSpec
    credit_rules = CREDIT_RULES

    def _gaps(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {gap["id"]: gap for gap in spec["gaps"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        gaps = self._gaps(spec)
        view: dict[str, Any] = {
            "segments": [
                {"text": words} if name is None else self._present_gap(gaps[name], seed, lang)
                for words, name in _segments(localized(spec["text"], lang))
            ]
        }
        bank = _bank(spec)
        if bank:
            view["bank"] = [
                {"id": name, "text": localized(bank[name]["text"], lang)}
                for name in in_seeded_order(bank, seed)
            ]
        return view

    def _present_gap(self, gap: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        if "word" in gap:
            return {"gap": gap["id"], "from_bank": True}
        if "number" in gap:
            return {"gap": gap["id"], "numeric": True, "max_length": MAX_TYPED}
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
        words = [_GAP.sub("…", localized(spec["text"], lang))]
        # sorted by their opaque names: the author's order may be telling
        bank = _bank(spec)
        return "\n".join([*words, *(localized(bank[name]["text"], lang) for name in sorted(bank))])

    def read_form(self, form: Any, name: str) -> dict[str, str] | None:
        given = {gap: value for gap, value in given_below(form, name).items() if value.strip()}
        return given if set(given) - {"lang"} else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, str]:
        gaps = self._gaps(spec)
        if not isinstance(answer, Mapping) or not all(name in gaps or name == "lang" for name in answer):
            raise not_an_answer(_l("Fill the gaps shown."))
        lang = answer.get("lang") if isinstance(answer.get("lang"), str) else None
        bank = _bank(spec)
        return {name: _checked(gap, answer[name], bank, lang) for name, gap in gaps.items() if name in answer}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, filled, bank = self.credit_rule(spec), answer or {}, _bank(spec)
        gaps = self._gaps(spec)
        hits = {name: _is_right(gap, filled.get(name), bank) for name, gap in gaps.items()}
        if rule == credit.ALL_OR_NOTHING:
            score = credit.FULL if all(hits.values()) else credit.NOTHING
        else:
            score = credit.weighted_parts((gap.get("weight", "1"), hits[name]) for name, gap in gaps.items())
        remarks = (_remark(gap, filled[name], hits[name]) for name, gap in gaps.items() if name in filled)
        return Grade(
            score=score,
            feedback=tuple(remark for remark in remarks if remark is not None),
            details={"rule": _rule_told(rule, gaps.values()), "parts": hits},
        )

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        bank = _bank(spec)
        gaps = self._gaps(spec)
        numbers = {name: gap["number"]["answer"] for name, gap in gaps.items() if "number" in gap}
        return {
            "gaps": {name: _right_text(gap, bank, lang) for name, gap in gaps.items()},
            **({"numbers": numbers} if numbers else {}),
        }

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The text with numbered gaps; lists to choose from stand behind their gaps, the bank below."""
        view, gaps, bank = self.present(spec, seed, lang), self._gaps(spec), _bank(spec)
        return Printed(
            text="".join(_on_paper(segment) for segment in view["segments"]),
            bank=tuple(entry["text"] for entry in view.get("bank", ())),
            hint=localized(ON_PAPER, lang),
            key=tuple(f"({name}) " + "; ".join(_right_text(gap, bank, lang)) for name, gap in gaps.items()),
        )


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


def _bank(spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {opaque_id(entry["text"], BANK): entry for entry in spec.get("bank", ())}


def _checked(
    gap: Mapping[str, Any], value: Any, bank: Mapping[str, Any], lang: str | None
) -> str | dict[str, str]:
    """What fills a gap, in its normal form; raises Invalid, which names the gap, for anything else."""
    try:
        if "accept" in gap:
            return checked_words(value)
        if "number" in gap:
            return {"number": canonical(_number(gap, value, lang))}
    except Invalid as refusal:
        raise not_an_answer(_l("Gap %(n)s: %(why)s", n=gap["id"], why=refusal.message)) from refusal
    if not isinstance(value, str) or value not in (bank if "word" in gap else _options(gap)):
        raise not_an_answer(_l("Gap %(n)s: choose one of the options shown.", n=gap["id"]))
    return value


def _number(gap: Mapping[str, Any], value: Any, lang: str | None) -> Decimal:
    if isinstance(value, Mapping) and set(value) == {"number"}:
        return stored_number(value["number"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return stored_number(repr(value))
    if not isinstance(value, str) or len(value) > MAX_TYPED:
        raise not_an_answer(_l("Answer with a number."))
    return read_number(value, lang=lang, unit=gap["number"].get("unit"))


def _is_right(gap: Mapping[str, Any], value: Any, bank: Mapping[str, Any]) -> bool:
    if value is None:
        return False
    if "options" in gap:
        return bool(_options(gap)[value]["correct"])
    if "word" in gap:
        return bank[value]["id"] == gap["word"]
    if "number" in gap:
        return Accepted.from_spec(gap["number"]).admits(Fraction(value["number"]))
    return is_accepted(value, gap["accept"], gap.get("accents", IGNORE))


def _rule_told(rule: str, gaps: Iterable[Mapping[str, Any]]) -> str:
    """The rule as results name it: with weights, parts earn no equal shares."""
    return (
        credit.EACH_BY_WEIGHT if rule == credit.EACH_PART and any("weight" in gap for gap in gaps) else rule
    )


def _remark(gap: Mapping[str, Any], value: Any, is_right: bool) -> Feedback | None:
    """What is said about a filled gap, its number before it: of the option chosen, or of the gap if it is wrong."""
    words = _options(gap)[value].get("feedback") if "options" in gap else None
    if not words and not is_right:
        words = gap.get("feedback")
    if not words:
        return None
    numbered = {language: f"({gap['id']}) {remark}" for language, remark in words.items()}
    return Feedback(text=numbered, tone="right" if is_right else "wrong")


def _right_text(gap: Mapping[str, Any], bank: Mapping[str, Any], lang: str) -> list[str]:
    """What is right in a gap, as words to show."""
    if "options" in gap:
        return [localized(option["text"], lang) for option in gap["options"] if option["correct"]]
    if "word" in gap:
        return [localized(entry["text"], lang) for entry in bank.values() if entry["id"] == gap["word"]]
    if "number" in gap:
        return [key_line(told(Accepted.from_spec(gap["number"])), "", lang)]
    return list(gap["accept"].get(lang) or next(iter(gap["accept"].values())))


def _on_paper(segment: Mapping[str, Any]) -> str:
    if "gap" not in segment:
        return segment["text"]
    choices = " / ".join(option["text"] for option in segment.get("options", ()))
    return f"({segment['gap']}) ____" + (f" [{choices}]" if choices else "")
