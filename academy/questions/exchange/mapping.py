"""Between neutral questions and the academy's kinds: the one table of what becomes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from academy.questions import credit
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
    Words,
)
from academy.questions.registry import exercise_type, is_known

__all__ = ["WEIGHTED", "Unmappable", "rules_of", "to_spec"]

WEIGHTED = "weighted"
# Moodle writes thirds with five places
_CLOSE = Decimal("0.05")


class Unmappable(Exception):
    """A question that no kind of the academy can ask; carries the note that says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.note = Note(code, params)


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


def rules_of(kind: str) -> tuple[str, ...]:
    """The credit rules that a kind knows here."""
    return tuple(getattr(exercise_type(kind), "credit_rules", ()))


def has_field(kind: str, name: str) -> bool:
    """Whether specs of a kind may have a field here."""
    return name in exercise_type(kind).spec_schema._declared_fields


Mapped = tuple[str, dict[str, Any], tuple[Note, ...], tuple[str, ...]]


def _choice(body: Choice, lang: str) -> Mapped:
    return _several(body, lang) if body.many else _one(body, lang)


def _one(body: Choice, lang: str) -> Mapped:
    best = max((option.weight for option in body.options), default=NONE)
    if best <= 0:
        raise Unmappable("no_right")
    right = [option for option in body.options if option.weight == best]
    partial = best < FULL or any(option.weight not in (NONE, FULL) for option in body.options)
    weighted = WEIGHTED in rules_of("single") and (partial or len(right) > 1)
    if best < FULL:
        raise Unmappable("no_right")
    if len(right) > 1 and not weighted:
        raise Unmappable("two_right")
    notes = (Note("weights"),) if partial and not weighted else ()
    return "single", _options(body, lang, weighted, lambda option: option.weight == best), notes, ()


def _several(body: Choice, lang: str) -> Mapped:
    if not any(option.weight > 0 for option in body.options):
        raise Unmappable("no_right")
    rules = rules_of("multiple")
    rule = body.rule if body.rule in rules else _rule_of(body)
    weighted = rule == WEIGHTED and WEIGHTED in rules
    notes: tuple[Note, ...] = ()
    if rule == WEIGHTED and not weighted:
        rule, notes = credit.RIGHT_MINUS_WRONG, (Note("penalties"),)
    parts = _options(body, lang, weighted, lambda option: option.weight > 0)
    if rule != credit.RIGHT_MINUS_WRONG:
        parts["credit"] = rule
    return "multiple", parts, notes, ()


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


def _number(body: Number, lang: str) -> Mapped:
    full = [amount for amount in body.answers if amount.weight == FULL]
    if not full:
        raise Unmappable("no_right")
    notes: list[Note] = []
    parts: dict[str, Any] = {}
    several = len(body.answers) > 1 or body.answers[0].feedback
    if several and has_field("numeric", "answers"):
        parts["answers"] = [_amount(amount, lang) for amount in body.answers]
        said: tuple[str, ...] = ()
    else:
        kept = max(full, key=lambda amount: Decimal(amount.tolerance))
        parts |= {"answer": kept.answer, "tolerance": kept.tolerance}
        said = (kept.feedback,) if kept.feedback else ()
        if any(amount is not kept and amount.weight > 0 for amount in body.answers):
            notes.append(Note("answers", {"answer": kept.answer, "tolerance": kept.tolerance}))
        if any(amount.weight <= 0 and amount.feedback for amount in body.answers):
            texts = ", ".join(amount.answer for amount in body.answers if amount.weight <= 0)
            notes.append(Note("wrong_answers", {"texts": texts}))
    if len(body.units) > 1:
        parts["units"] = [{"name": unit.name, "factor": unit.factor} for unit in body.units]
    elif body.units:
        parts["unit"] = body.units[0].name
    return "numeric", parts, tuple(notes), said


def _amount(amount: Amount, lang: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "answer": amount.answer,
        "tolerance": amount.tolerance,
        "weight": plain_decimal(amount.weight),
    }
    return row | {"feedback": {lang: amount.feedback}} if amount.feedback else row


def _pairs(body: Pairs, lang: str) -> Mapped:
    parts: dict[str, Any] = {
        "pairs": [
            {"id": f"p{number}", "left": {lang: left}, "right": {lang: right}}
            for number, (left, right) in enumerate(body.pairs, 1)
        ]
    }
    if body.distractors:
        parts["distractors"] = [{lang: text} for text in body.distractors]
    return "matching", _with_rule(parts, "matching", body.rule), (), ()


def _steps(body: Steps, lang: str) -> Mapped:
    steps = [{"id": f"s{number}", "text": {lang: text}} for number, text in enumerate(body.steps, 1)]
    return "ordering", _with_rule({"steps": steps}, "ordering", body.rule), (), ()


def _gaps(body: Gaps, lang: str) -> Mapped:
    notes: list[Note] = []
    said: list[str] = []
    gaps = []
    known = gap_fields()
    alike = len({gap.weight for gap in body.gaps}) == 1
    if not alike and "weight" not in known:
        notes.append(Note("gap_weights"))
    for gap in body.gaps:
        row, more = _gap(gap, lang, known)
        if not alike and "weight" in known:
            row["weight"] = plain_decimal(gap.weight)
        gaps.append(row)
        notes.extend(more)
        if not gap.options:
            said += [answer.feedback for answer in gap.accepted if answer.weight == FULL and answer.feedback]
    parts = _with_rule({"gaps": gaps}, "cloze", body.rule)
    return "cloze", parts, tuple(notes), tuple(dict.fromkeys(said))


def gap_fields() -> frozenset[str]:
    """What may be said of a gap here."""
    gaps: Any = exercise_type("cloze").spec_schema._declared_fields["gaps"]
    return frozenset(gaps.inner.schema.fields)


def _gap(gap: Gap, lang: str, known: frozenset[str]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    if gap.options:
        kind = Choice(options=gap.options)
        _kind, parts, notes, _said = _one_of_gap(kind, lang)
        return {"id": gap.id, "options": parts["options"]}, notes
    if gap.amounts:
        full = [amount for amount in gap.amounts if amount.weight == FULL]
        if not full:
            raise Unmappable("no_right")
        if "number" in known and len(full) == 1:
            return {"id": gap.id, "number": {"answer": full[0].answer, "tolerance": full[0].tolerance}}, ()
        words = [form for amount in full for form in _number_forms(amount.answer)]
        return {"id": gap.id, "accept": {lang: words}}, (Note("gap_number", {"gap": gap.id}),)
    words, notes = _accepted(gap.accepted)
    return {"id": gap.id, "accept": {lang: words}, "accents": "require" if gap.accents else "ignore"}, notes


def _one_of_gap(body: Choice, lang: str) -> Mapped:
    """As for a question of its own, but the options of a gap have no weights of their own."""
    right = [option for option in body.options if option.weight == FULL]
    if len(right) != 1:
        raise Unmappable("two_right" if right else "no_right")
    notes = () if all(option.weight in (NONE, FULL) for option in body.options) else (Note("weights"),)
    return "single", _options(body, lang, False, lambda option: option.weight == FULL), notes, ()


def _number_forms(number: str) -> list[str]:
    return [number, number.replace(".", ",")] if "." in number else [number]


def _table(body: Table, lang: str) -> Mapped:
    names = [f"c{number}" for number in range(1, len(body.columns) + 1)]
    parts: dict[str, Any] = {
        "mode": "several" if body.several else "one",
        "columns": [{"id": n, "text": {lang: text}} for n, text in zip(names, body.columns, strict=True)],
        "rows": [
            {"id": f"r{number}", "text": {lang: text}, "correct": [names[index] for index in right]}
            for number, (text, right) in enumerate(zip(body.rows, body.right, strict=True), 1)
        ],
    }
    return "matrix", _with_rule(parts, "matrix", body.rule), (), ()


def _words(body: Words, lang: str) -> Mapped:
    names = [f"e{number}" for number in range(1, len(body.entries) + 1)]
    parts: dict[str, Any] = {
        "mode": "text",
        "passage": {lang: body.passage},
        "reuse": body.reuse,
        "entries": [{"id": n, "text": {lang: text}} for n, text in zip(names, body.entries, strict=True)],
        "places": [{"id": gap, "accept": [names[index] for index in right]} for gap, right in body.gaps],
    }
    return "placing", _with_rule(parts, "placing", body.rule), (), ()


def _essay(body: Essay, lang: str) -> Mapped:
    parts: dict[str, Any] = {}
    words = {name: value for name, value in (("min", body.min_words), ("max", body.max_words)) if value}
    if words:
        parts["words"] = words
    if body.model:
        parts["model"] = {lang: body.model}
    return "extended", parts, (), ((body.rubric,) if body.rubric else ())


def _own(body: Own, lang: str) -> Mapped:
    return body.kind, dict(body.spec), (), ()


def _with_rule(parts: dict[str, Any], kind: str, rule: str) -> dict[str, Any]:
    rules = rules_of(kind)
    return parts | {"credit": rule} if rule in rules and rule != rules[0] else parts


def plain_decimal(number: Decimal) -> str:
    """``33.33333`` → ``"33.33333"``, ``50.0`` → ``"50"``: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_TABLE: Mapping[type[Body], Callable[[Any, str], Mapped]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: _number,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Table: _table,
    Words: _words,
    Essay: _essay,
    Own: _own,
}
