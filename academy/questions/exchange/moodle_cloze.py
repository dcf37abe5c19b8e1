"""The gaps that Moodle writes into a text: ``{1:MULTICHOICE:=right~wrong}``
(https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type)."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.markup import escape_markdown, looks_like_html, plain_text, to_markdown
from academy.questions.exchange.neutral import FULL, NONE, Accepted, Amount, Gap, Note, Option
from academy.questions.exchange.number_kinds import as_distances

__all__ = ["gap_texts", "read_gaps"]

_OPEN = re.compile(r"\{(\d{0,3}):([A-Z_]{2,16}):")
_CHOOSE = {
    *("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"),
    *("MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"),
}
_TYPE = {"SHORTANSWER", "SA", "MW"}
_TYPE_WITH_CASE = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMBER = {"NUMERICAL", "NM"}
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d+)?)%")
# an asterisk that stands for itself, until it is known that it does
_ASTERISK = "\ue020"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadGaps:
    """The text with ``{1}``, ``{2}`` … in the places of its gaps; whether capitals count."""

    text: str
    gaps: tuple[Gap, ...]
    case: bool


def read_gaps(text: str, lang: str, *, accents: bool) -> ReadGaps:
    """The gaps of a text, which may be HTML.

    Raises:
        Unmappable: a gap is of a kind that cannot stand in a text here, or is not closed.
    """
    pieces: list[str] = []
    gaps: list[Gap] = []
    case = False
    end = 0
    for found in _OPEN.finditer(text):
        if found.start() < end:
            continue
        close = _close(text, found.end())
        if close is None:
            raise Unmappable("syntax", detail=found.group())
        gap_id = str(len(gaps) + 1)
        gap = _gap(gap_id, found[2], text[found.end() : close], lang, accents)
        gaps.append(replace(gap, weight=Decimal(found[1] or "1") or Decimal(1)))
        case |= found[2] in _TYPE_WITH_CASE
        pieces += [text[end : found.start()], f"{{{gap_id}}}"]
        end = close + 1
    if not gaps:
        raise Unmappable("missing_part", detail="{1:…}")
    return ReadGaps("".join([*pieces, text[end:]]), tuple(gaps), case)


def _close(text: str, start: int) -> int | None:
    position = start
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == "}":
            return position
        else:
            position += 1
    return None


def _gap(gap_id: str, kind: str, text: str, lang: str, accents: bool) -> Gap:
    if kind in _TYPE or kind in _TYPE_WITH_CASE:
        text = text.replace("\\*", _ASTERISK)
    rows = list(_answers(text))
    if kind in _CHOOSE:
        options = tuple(
            Option(text=_markdown(words, lang), weight=weight, feedback=_markdown(said, lang))
            for weight, words, said in rows
        )
        return Gap(id=gap_id, options=options)
    if kind in _TYPE or kind in _TYPE_WITH_CASE:
        accepted = tuple(
            Accepted(
                text=plain_text(_markdown(w, lang)).replace(_ASTERISK, "*"),
                weight=weight,
                feedback=_markdown(s, lang),
                pattern="*" in w,
            )
            for weight, w, s in rows
        )
        return Gap(id=gap_id, accepted=accepted, accents=accents)
    if kind in _NUMBER:
        return Gap(id=gap_id, amounts=tuple(_amount(*row, lang) for row in rows if row[1].strip() != "*"))
    raise Unmappable("kind_unknown", type=kind)


def _answers(text: str) -> Iterator[tuple[Decimal, str, str]]:
    """Weight, words and feedback of each answer, unescaped."""
    for part in re.split(r"(?<!\\)~", text):
        rest = part.strip()
        weight = NONE
        if rest.startswith("="):
            weight, rest = FULL, rest[1:]
        elif found := _WEIGHT.match(rest):
            weight, rest = Decimal(found[1]), rest[found.end() :]
        words, *said = re.split(r"(?<![\\&])#", rest, maxsplit=1)
        if words.strip():
            yield weight, _plain(words), _plain(said[0]) if said else ""


def _plain(text: str) -> str:
    return html.unescape(_ESCAPED.sub(r"\1", text)).strip()


def _markdown(text: str, lang: str) -> str:
    return to_markdown(text, lang=lang) if looks_like_html(text) else escape_markdown(text)


def _amount(weight: Decimal, words: str, said: str, lang: str) -> Amount:
    answer, _sign, tolerance = words.partition(":")
    try:
        return Amount(
            answer=plain_decimal(Decimal(answer.strip())),
            tolerance=plain_decimal(abs(Decimal(tolerance.strip() or "0"))),
            weight=weight,
            feedback=_markdown(said, lang),
        )
    except InvalidOperation:
        raise Unmappable("syntax", detail=words[:80]) from None


def gap_texts(gaps: tuple[Gap, ...]) -> tuple[dict[str, str], list[Note]]:
    """Gaps as Moodle writes them, by id; their weights become whole numbers in the same proportions."""
    hundreds = [int(gap.weight * 100) for gap in gaps]
    share = math.gcd(*hundreds)
    weights = [whole // share for whole in hundreds]
    notes = [Note("gap_scaled")] if any(gap.weight != w for gap, w in zip(gaps, weights, strict=True)) else []
    if any(amount.unit for gap in gaps for amount in gap.amounts):
        notes.append(Note("gap_unit"))
    texts = {}
    for gap, weight in zip(gaps, weights, strict=True):
        amounts, told = as_distances(gap.amounts)
        notes += [note for note in told if note not in notes]
        texts[gap.id] = _gap_text(replace(gap, amounts=amounts), weight)
    return texts, notes


def _gap_text(gap: Gap, weight: int) -> str:
    if gap.options:
        rows = [
            (option.weight, plain_text(option.text), plain_text(option.feedback)) for option in gap.options
        ]
        kind = "MULTICHOICE"
    elif gap.amounts:
        rows = [
            (amount.weight, f"{amount.answer}:{amount.tolerance}", amount.feedback) for amount in gap.amounts
        ]
        kind = "NUMERICAL"
    else:
        rows = [
            (answer.weight, answer.text if answer.pattern else answer.text.replace("*", _ASTERISK), "")
            for answer in gap.accepted
        ]
        kind = "SHORTANSWER"
    return f"{{{weight}:{kind}:{'~'.join(map(_answer_text, rows))}}}"


def _answer_text(row: tuple[Decimal, str, str]) -> str:
    weight, words, said = row
    mark = "=" if weight == FULL else "" if weight == NONE else f"%{plain_decimal(weight)}%"
    return mark + _escape(words) + (f"#{_escape(said)}" if said else "")


def _escape(text: str) -> str:
    """As it stands in a gap; a backslash becomes an entity, for none may stand before a sign that divides."""
    text = html.escape(" ".join(text.split()), quote=False).replace("\\", "&#92;")
    text = re.sub(r"(?<!&)#|[~}=%/\"]", lambda found: "\\" + found.group(), text)
    return text.replace(_ASTERISK, "\\*")
