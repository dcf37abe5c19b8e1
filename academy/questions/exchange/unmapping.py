"""From the academy's items to neutral questions in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from academy.kernel.i18n import localized
from academy.questions import credit
from academy.questions.credit import WEIGHTED
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Body,
    Choice,
    Gap,
    Gaps,
    Note,
    Option,
    Pairs,
    Question,
    Refused,
    Steps,
    Truth,
    Typed,
)
from academy.questions.exchange.number_kinds import amount_of, calculated_of, numeric_of
from academy.questions.exchange.places_kinds import placing_of, spots_of, table_of
from academy.questions.exchange.written_kinds import extended_of, filed_of
from academy.questions.queries import ItemRow
from academy.questions.types.short import REQUIRE

__all__ = ["from_item"]

_FIVE_PLACES = Decimal("0.00001")


def from_item(item: ItemRow, lang: str) -> Question:
    """An item as a question; one that has no neutral form is :class:`Refused` with the reason."""
    spec = item.version.spec
    texts = spec.get("text")
    text = texts.get(lang, "") if isinstance(texts, Mapping) else ""
    settings = {"lesson": item.lesson, "outcome": item.outcome, "difficulty": str(item.difficulty)}
    return Question(
        body=_body(item.kind, spec, lang, text),
        text=text,
        name=item.key,
        key=item.key,
        category=item.lesson,
        settings={name: value for name, value in settings.items() if value},
        explanation=(spec.get("explanation") or {}).get(lang, ""),
        notes=tuple(_only_here(spec)),
    )


def _only_here(spec: Mapping[str, Any]) -> Iterator[Note]:
    """What no format carries."""
    if spec.get("bank"):
        yield Note("bank")
    if any(gap.get("feedback") for gap in spec.get("gaps", ())):
        yield Note("gap_feedback")


def _body(kind: str, spec: Mapping[str, Any], lang: str, text: str) -> Body:
    if ":" in kind:
        return Refused(why=Note("module_kind", {"kind": kind}))
    if not text:
        return Refused(why=Note("not_written"))
    return _TABLE[kind](spec, lang)


def _single(spec: Mapping[str, Any], lang: str) -> Body:
    return Choice(options=_options(spec["options"], lang, weighted=spec.get("credit") == WEIGHTED))


def _multiple(spec: Mapping[str, Any], lang: str) -> Body:
    rule = spec.get("credit") or credit.RIGHT_MINUS_WRONG
    rows = spec["options"]
    if rule == WEIGHTED:
        return Choice(options=_options(rows, lang, weighted=True), many=True, rule=rule)
    right = sum(row["correct"] for row in rows)
    hit = (FULL / right).quantize(_FIVE_PLACES).normalize()
    slip = -FULL if rule == credit.ALL_OR_NOTHING else -(FULL / (len(rows) - right)).quantize(_FIVE_PLACES)
    options = tuple(
        Option(
            text=localized(row["text"], lang),
            weight=hit if row["correct"] else slip.normalize(),
            feedback=localized(row.get("feedback"), lang),
        )
        for row in rows
    )
    return Choice(options=options, many=True, rule=rule)


def _options(rows: Any, lang: str, *, weighted: bool = False) -> tuple[Option, ...]:
    return tuple(
        Option(
            text=localized(row["text"], lang),
            weight=Decimal(row["weight"])
            if weighted and row.get("weight") is not None
            else (FULL if row["correct"] else NONE),
            feedback=localized(row.get("feedback"), lang),
        )
        for row in rows
    )


def _accepted(words: Mapping[str, Any], lang: str) -> tuple[Accepted, ...]:
    """The answers of the language; where it has none, those of every language."""
    found = words.get(lang) or [word for group in words.values() for word in group]
    return tuple(Accepted(text=word) for word in dict.fromkeys(found))


def _short(spec: Mapping[str, Any], lang: str) -> Body:
    return Typed(accepted=_accepted(spec["accept"], lang), accents=spec.get("accents") == REQUIRE)


def _matching(spec: Mapping[str, Any], lang: str) -> Body:
    return Pairs(
        pairs=tuple((localized(p["left"], lang), localized(p["right"], lang)) for p in spec["pairs"]),
        distractors=tuple(localized(text, lang) for text in spec.get("distractors", ())),
        rule=spec.get("credit") or credit.EACH_PART,
    )


def _ordering(spec: Mapping[str, Any], lang: str) -> Body:
    steps = tuple(localized(step["text"], lang) for step in spec["steps"])
    return Steps(steps=steps, rule=spec.get("credit") or credit.NEIGHBOURS)


def _cloze(spec: Mapping[str, Any], lang: str) -> Body:
    bank = {entry["id"]: localized(entry["text"], lang) for entry in spec.get("bank", ())}
    gaps = tuple(
        Gap(
            id=gap["id"],
            options=_gap_options(gap, bank, lang),
            accepted=_accepted(gap["accept"], lang) if "accept" in gap else (),
            amounts=(replace(amount_of(gap["number"]), unit=gap["number"].get("unit", "")),)
            if "number" in gap
            else (),
            accents=gap.get("accents") == REQUIRE,
            weight=Decimal(gap.get("weight") or "1"),
        )
        for gap in spec["gaps"]
    )
    return Gaps(gaps=gaps, rule=spec.get("credit") or credit.EACH_PART)


def _gap_options(gap: Mapping[str, Any], bank: Mapping[str, str], lang: str) -> tuple[Option, ...]:
    """What can be chosen in a gap: its own options, or every entry of the bank."""
    if "word" in gap:
        return tuple(Option(text=t, weight=FULL if name == gap["word"] else NONE) for name, t in bank.items())
    return _options(gap["options"], lang) if "options" in gap else ()


_TABLE: Mapping[str, Callable[[Mapping[str, Any], str], Body]] = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": lambda spec, _lang: Truth(answer=spec["answer"]),
    "short": _short,
    "numeric": numeric_of,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "matrix": table_of,
    "placing": placing_of,
    "hotspot": spots_of,
    "extended": extended_of,
    "file": filed_of,
    "calculated": calculated_of,
}
