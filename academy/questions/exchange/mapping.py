"""Between neutral questions and the academy's kinds: the one table of what becomes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from academy.questions import credit
from academy.questions.credit import WEIGHTED
from academy.questions.exchange.mapping_rules import Mapped, Unmappable, plain_decimal, rules_of, with_rule
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Body,
    Choice,
    Computed,
    Essay,
    Gap,
    Gaps,
    Groups,
    Handed,
    Labels,
    Note,
    Number,
    Option,
    Pairs,
    Question,
    Refused,
    Spots,
    Steps,
    Table,
    Truth,
    Typed,
    Words,
)
from academy.questions.exchange.number_kinds import computed_spec, number_spec, tolerance_of
from academy.questions.exchange.places_kinds import (
    groups_spec,
    labels_spec,
    spots_spec,
    table_spec,
    words_spec,
)
from academy.questions.exchange.written_kinds import essay_spec, handed_spec
from academy.questions.registry import is_known

__all__ = ["to_spec"]

# Moodle writes thirds with five places
_CLOSE = Decimal("0.05")


def to_spec(question: Question, lang: str) -> tuple[str, dict[str, Any], tuple[Note, ...]]:
    """The kind and the unchecked spec of a question, and what is a little different in it.

    Raises:
        Unmappable
    """
    if isinstance(question.body, Refused):
        raise Unmappable(question.body.why.code, **question.body.why.params)
    text = question.text
    if isinstance(question.body, Words):
        text = text or question.name
    if not text:
        raise Unmappable("missing_part", detail="#text_key")
    kind, parts, notes, said = _TABLE[type(question.body)](question.body, lang)
    if not is_known(kind):
        raise Unmappable("kind_missing", kind=kind)
    spec: dict[str, Any] = {"text": {lang: text}, **parts}
    explanation = "\n\n".join(text for text in (question.explanation, *said) if text)
    if said:
        notes = (*notes, Note("feedback_joined"))
    if explanation:
        spec["explanation"] = {lang: explanation}
    return kind, spec, notes


def _choice(body: Choice, lang: str) -> Mapped:
    return _several(body, lang) if body.many else _one(body, lang)


def _one(body: Choice, lang: str) -> Mapped:
    right = sum(option.weight == FULL for option in body.options)
    if not right:
        raise Unmappable("no_right")
    partial = any(option.weight not in (NONE, FULL) for option in body.options)
    parts = _options(body, lang, partial or right > 1, lambda option: option.weight == FULL)
    return "single", parts, (), ()


def _several(body: Choice, lang: str) -> Mapped:
    if not any(option.weight > 0 for option in body.options):
        raise Unmappable("no_right")
    rule = body.rule if body.rule in rules_of("multiple") else _rule_of(body)
    parts = _options(body, lang, rule == WEIGHTED, lambda option: option.weight > 0)
    return "multiple", with_rule(parts, "multiple", rule), (), ()


def _rule_of(body: Choice) -> str:
    """The academy's rule that gives the marks which the weights give."""
    right = [option.weight for option in body.options if option.weight > 0]
    wrong = [option.weight for option in body.options if option.weight <= 0]
    fair = all(abs(weight - FULL / len(right)) < _CLOSE for weight in right) and all(
        abs(weight + FULL / len(wrong)) < _CLOSE for weight in wrong
    )
    return credit.RIGHT_MINUS_WRONG if fair and wrong else WEIGHTED


def _options(body: Choice, lang: str, weighted: bool, is_right: Callable[[Option], bool]) -> dict[str, Any]:
    rows = []
    for name, option in zip(_names(len(body.options)), body.options, strict=True):
        row: dict[str, Any] = {"id": name, "text": {lang: option.text}, "correct": is_right(option)}
        if weighted:
            row["weight"] = plain_decimal(option.weight)
        if option.feedback:
            row["feedback"] = {lang: option.feedback}
        rows.append(row)
    parts: dict[str, Any] = {"options": rows}
    return parts | {"credit": WEIGHTED} if weighted else parts


def _names(count: int) -> list[str]:
    return [chr(97 + index) if index < 26 else f"o{index + 1}" for index in range(count)]


def _truth(body: Truth, lang: str) -> Mapped:
    said = tuple(text for text in (body.on_true, body.on_false) if text)
    return "truefalse", {"answer": body.answer}, (), said


def _typed(body: Typed, lang: str) -> Mapped:
    words, notes = _accepted(body.accepted)
    if body.case:
        notes = (*notes, Note("case"))
    said = tuple(dict.fromkeys(a.feedback for a in body.accepted if a.weight == FULL and a.feedback))
    parts = {"accept": {lang: words}, "accents": "require" if body.accents else "ignore"}
    return "short", parts, notes, said


def _accepted(answers: tuple[Accepted, ...]) -> tuple[list[str], tuple[Note, ...]]:
    """The words that count in full, and what is told about the others."""
    full = [answer for answer in answers if answer.weight == FULL]
    words = [answer.text for answer in full if not answer.pattern]
    if not words:
        raise Unmappable("patterns", texts=_listed(full)) if full else Unmappable("no_right")
    notes = []
    for code, left_out in (
        ("patterns", [answer for answer in full if answer.pattern]),
        ("partial_answers", [answer for answer in answers if 0 < answer.weight < FULL]),
        ("wrong_answers", [answer for answer in answers if answer.weight <= 0 and answer.feedback]),
    ):
        if left_out:
            notes.append(Note(code, {"texts": _listed(left_out)}))
    return words, tuple(notes)


def _listed(answers: Any) -> str:
    return ", ".join(f"“{answer.text}”" for answer in answers)[:200]


def _pairs(body: Pairs, lang: str) -> Mapped:
    parts: dict[str, Any] = {
        "pairs": [
            {"id": f"p{number}", "left": {lang: left}, "right": {lang: right}}
            for number, (left, right) in enumerate(body.pairs, 1)
        ]
    }
    if body.distractors:
        parts["distractors"] = [{lang: text} for text in body.distractors]
    return "matching", with_rule(parts, "matching", body.rule), (), ()


def _steps(body: Steps, lang: str) -> Mapped:
    steps = [{"id": f"s{number}", "text": {lang: text}} for number, text in enumerate(body.steps, 1)]
    return "ordering", with_rule({"steps": steps}, "ordering", body.rule), (), ()


def _gaps(body: Gaps, lang: str) -> Mapped:
    notes: list[Note] = []
    said: list[str] = []
    gaps = []
    for gap in body.gaps:
        row, more = _gap(gap, lang)
        if gap.weight != 1:
            row["weight"] = plain_decimal(gap.weight)
        gaps.append(row)
        notes.extend(more)
        if not gap.options:
            said += [answer.feedback for answer in gap.accepted if answer.weight == FULL and answer.feedback]
    parts = with_rule({"gaps": gaps}, "cloze", body.rule)
    return "cloze", parts, tuple(notes), tuple(dict.fromkeys(said))


def _gap(gap: Gap, lang: str) -> tuple[dict[str, Any], tuple[Note, ...]]:
    if gap.options:
        parts, notes = _one_of_gap(gap.options, lang)
        return {"id": gap.id, "options": parts["options"]}, notes
    if gap.amounts:
        full = [amount for amount in gap.amounts if amount.weight == FULL]
        if not full:
            raise Unmappable("no_right")
        if len(full) > 1:
            words = [form for amount in full for form in _number_forms(amount.answer)]
            return {"id": gap.id, "accept": {lang: words}}, (Note("gap_number", {"gap": gap.id}),)
        number = {"answer": full[0].answer, **tolerance_of(full[0])}
        return {"id": gap.id, "number": number | ({"unit": full[0].unit} if full[0].unit else {})}, ()
    words, notes = _accepted(gap.accepted)
    return {"id": gap.id, "accept": {lang: words}, "accents": "require" if gap.accents else "ignore"}, notes


def _one_of_gap(options: tuple[Option, ...], lang: str) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """As for a question of its own, but the options of a gap have no weights of their own."""
    right = [option for option in options if option.weight == FULL]
    if len(right) != 1:
        raise Unmappable("two_right" if right else "no_right")
    notes = () if all(option.weight in (NONE, FULL) for option in options) else (Note("weights"),)
    return _options(Choice(options=options), lang, False, lambda option: option.weight == FULL), notes


def _number_forms(number: str) -> list[str]:
    return [number, number.replace(".", ",")] if "." in number else [number]


_TABLE: Mapping[type[Body], Callable[[Any, str], Mapped]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: number_spec,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Table: table_spec,
    Words: words_spec,
    Groups: groups_spec,
    Labels: labels_spec,
    Spots: spots_spec,
    Essay: essay_spec,
    Handed: handed_spec,
    Computed: computed_spec,
}
