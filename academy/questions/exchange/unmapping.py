"""From the academy's items to neutral questions in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.i18n import localized
from academy.questions import credit
from academy.questions.exchange.mapping import WEIGHTED, plain_decimal
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Amount,
    Body,
    Choice,
    Essay,
    Gap,
    Gaps,
    Note,
    Number,
    Option,
    Own,
    Pairs,
    Question,
    Refused,
    Steps,
    Table,
    Truth,
    Typed,
    Unit,
    Words,
)
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
    rows = [spec, *spec.get("answers", ()), *(gap.get("number") or {} for gap in spec.get("gaps", ()))]
    if any(row.get("tolerance_as") == "figures" for row in rows):
        yield Note("figures")
    if spec.get("bank"):
        yield Note("bank")
    if any(gap.get("feedback") for gap in spec.get("gaps", ())):
        yield Note("gap_feedback")


def _body(kind: str, spec: Mapping[str, Any], lang: str, text: str) -> Body:
    if ":" in kind:
        return Refused(why=Note("module_kind", {"kind": kind}))
    if not text:
        return Refused(why=Note("not_written"))
    make = _TABLE.get(kind)
    return make(spec, lang) if make else Own(kind=kind, spec=in_one_language(spec, lang))


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


def _numeric(spec: Mapping[str, Any], lang: str) -> Body:
    rows = spec.get("answers") or [spec | {"weight": "100", "feedback": None}]
    answers = tuple(
        Amount(
            answer=row["answer"],
            tolerance=_tolerance(row),
            weight=Decimal(row.get("weight") or "100"),
            feedback=localized(row.get("feedback"), lang),
        )
        for row in rows
    )
    units = [
        Unit(name=str(_word(row["name"], lang)), factor=row["factor"]) for row in spec.get("units") or ()
    ]
    if spec.get("unit") and not units:  # beside several units it is the rule whether one must be given
        units = [Unit(name=spec["unit"])]
    return Number(answers=answers, units=tuple(units))


def _tolerance(row: Mapping[str, Any]) -> str:
    """The tolerance as a distance, whatever it is told as; significant figures have none."""
    told = row.get("tolerance") or "0"
    if row.get("tolerance_as") == "percent":
        return plain_decimal(abs(Decimal(row["answer"])) * Decimal(told) / 100)
    return told if row.get("tolerance_as") in (None, "absolute") else "0"


def _word(value: Any, lang: str) -> Any:
    return localized(value, lang) if isinstance(value, Mapping) else value


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
            amounts=(Amount(answer=gap["number"]["answer"], tolerance=_tolerance(gap["number"])),)
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


def _matrix(spec: Mapping[str, Any], lang: str) -> Body:
    place = {column["id"]: index for index, column in enumerate(spec["columns"])}
    return Table(
        rows=tuple(localized(row["text"], lang) for row in spec["rows"]),
        columns=tuple(localized(column["text"], lang) for column in spec["columns"]),
        right=tuple(tuple(sorted(place[name] for name in row["correct"])) for row in spec["rows"]),
        several=spec.get("mode") == "several",
        rule=spec.get("credit") or credit.EACH_PART,
    )


def _placing(spec: Mapping[str, Any], lang: str) -> Body:
    if spec.get("mode") != "text":
        return Own(kind="placing", spec=spec)
    place = {entry["id"]: index for index, entry in enumerate(spec["entries"])}
    return Words(
        passage=localized(spec["passage"], lang),
        entries=tuple(localized(entry["text"], lang) for entry in spec["entries"]),
        gaps=tuple((p["id"], tuple(sorted(place[name] for name in p["accept"]))) for p in spec["places"]),
        reuse=bool(spec.get("reuse")),
        rule=spec.get("credit") or credit.EACH_PART,
    )


def _extended(spec: Mapping[str, Any], lang: str) -> Body:
    words = spec.get("words") or {}
    return Essay(
        min_words=words.get("min"),
        max_words=words.get("max"),
        rubric=", ".join(
            localized(row["text"], lang) for row in (spec.get("rubric") or {}).get("criteria", ())
        ),
        model=localized(spec.get("model"), lang),
    )


_TABLE: Mapping[str, Callable[[Mapping[str, Any], str], Body]] = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": lambda spec, _lang: Truth(answer=spec["answer"]),
    "short": _short,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "extended": _extended,
    "matrix": _matrix,
    "placing": _placing,
}


def in_one_language(value: Any, lang: str) -> Any:
    """A spec with its texts in one language: ``{"vi": "…", "en": "…"}`` → ``{"vi": "…"}``."""
    if isinstance(value, Mapping):
        if value and set(value) <= {"vi", "en", "de"}:
            return {lang: value[lang]} if lang in value else {}
        return {name: in_one_language(inner, lang) for name, inner in value.items()}
    return [in_one_language(inner, lang) for inner in value] if isinstance(value, list) else value
