"""Writing GIFT. Texts are Markdown, which GIFT names; what it has no sign for is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from academy.questions.exchange.mapping_rules import plain_decimal
from academy.questions.exchange.markup import is_plain, plain_text
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Amount,
    Choice,
    Essay,
    Note,
    Number,
    Pairs,
    Question,
    Refused,
    Truth,
    Typed,
    Writing,
    kind_of,
)
from academy.questions.exchange.number_kinds import as_distances
from academy.questions.exchange.settings import tags_of

__all__ = ["write_gift"]

_SIGNS = re.compile(r"[\\:#={}~]")
_TAGLIKE = re.compile(r"<[A-Za-z/!]|^\s*\[(?:html|moodle|plain|markdown)\]", re.IGNORECASE)
_ARROW, _HIDDEN_ARROW = "->", "-\\>"
_PICTURE = re.compile(r"!\[[^\]]*\]\(<?([^)>\s]+)")


def write_gift(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """The questions that GIFT can ask, by category; ``notes`` tell of the others."""
    parts: list[str] = []
    notes: dict[str, tuple[Note, ...]] = {}
    category = ""
    for question in questions:
        written, told = _question(question)
        if told:
            notes[question.key] = told
        if written is None:
            continue
        if question.category != category:
            category = question.category
            parts.append(f"$CATEGORY: {_category(category)}")
        parts.append(written)
    return Writing(data=("\n\n".join(parts) + "\n").encode(), notes=notes)


def _category(path: str) -> str:
    return "$course$/top/" + path.replace("\n", " ") if path else "$course$/top"


def _question(question: Question) -> tuple[str | None, tuple[Note, ...]]:
    body = question.body
    if isinstance(body, Refused):
        return None, (body.why,)
    rule, accents, told = "", None, []
    if isinstance(body, Choice):
        answers, rule = _choice(body), body.rule if body.many else ""
    elif isinstance(body, Truth):
        answers = _truth(body)
    elif isinstance(body, Typed):
        answers, accents = _typed(body.accepted), body.accents
    elif isinstance(body, Number):
        amounts, told = as_distances(body.answers)
        told = list(told)
        answers = _number(amounts)
        if body.units:
            told.append(Note("lost", {"format": "GIFT", "what": "#unit"}))
    elif isinstance(body, Pairs):
        answers, rule = _pairs(body), body.rule
        if not all(map(is_plain, (*(right for _left, right in body.pairs), *body.distractors))):
            told.append(Note("plain"))
    elif isinstance(body, Essay):
        answers = ""
        limits = body.min_words or body.max_words
        for lost, value in (("#words", limits), ("#model", body.model), ("#rubric", body.rubric)):
            if value:
                told.append(Note("lost", {"format": "GIFT", "what": lost}))
    else:
        return None, (Note("format_kind", {"format": "GIFT", "kind": kind_of(body)}),)
    told += [Note("picture", {"name": name}) for text in _texts(question) for name in _PICTURE.findall(text)]
    if question.explanation:
        answers += f"\n\t####{_escape(question.explanation)}"
    comment = [f"[id:{question.key}]"] if question.key else []
    comment += [
        f"[tag:{tag}]" for tag in [*question.tags, *tags_of(question.settings, rule=rule, accents=accents)]
    ]
    lines = [f"// {' '.join(comment)}"] if comment else []
    name = f"::{_escape(' '.join(question.name.split()))}::" if question.name else ""
    answers += "\n" if "\n" in answers else ""
    lines.append(f"{name}{_form(question)}{_escape(question.text)}{{{answers}}}")
    return "\n".join(lines), tuple(told)


def _texts(question: Question) -> list[str]:
    body = question.body
    texts = [question.text, question.explanation]
    if isinstance(body, Choice):
        texts += [text for option in body.options for text in (option.text, option.feedback)]
    elif isinstance(body, Truth):
        texts += [body.on_true, body.on_false]
    elif isinstance(body, Pairs):
        texts += [left for left, _right in body.pairs]
    elif isinstance(body, Typed | Number):
        texts += [answer.feedback for answer in (body.accepted if isinstance(body, Typed) else body.answers)]
    return [text for text in texts if text]


def _form(question: Question) -> str:
    """The format of the texts: named where one of them is more than its words."""
    texts = _texts(question)
    arrows = isinstance(question.body, Pairs) and any(_ARROW in text for text in texts)
    plain = not arrows and all(is_plain(text) and not _TAGLIKE.search(text) for text in texts)
    return "" if plain else "[markdown]"


def _escape(text: str) -> str:
    return _SIGNS.sub(lambda found: "\\" + found.group(), text.strip()).replace("\n", "\\n")


def _feedback(text: str) -> str:
    return f"#{_escape(text)}" if text else ""


def _weight(weight: Decimal) -> str:
    return f"%{plain_decimal(weight.quantize(Decimal('0.00001')))}%"


def _choice(body: Choice) -> str:
    lines = []
    for option in body.options:
        if body.many:
            mark = "~" + _weight(option.weight)
        elif option.weight == FULL:
            mark = "="
        else:
            mark = "~" if option.weight == NONE else "~" + _weight(option.weight)
        lines.append(f"\n\t{mark}{_escape(option.text)}{_feedback(option.feedback)}")
    return "".join(lines)


def _truth(body: Truth) -> str:
    wrong, right = (body.on_false, body.on_true) if body.answer else (body.on_true, body.on_false)
    said = f"#{_escape(wrong)}#{_escape(right)}" if right else _feedback(wrong)
    return ("TRUE" if body.answer else "FALSE") + said


def _typed(accepted: Iterable[Accepted]) -> str:
    return "".join(
        f"\n\t={'' if answer.weight == FULL else _weight(answer.weight)}"
        f"{_escape(_literal(answer))}{_feedback(answer.feedback)}"
        for answer in accepted
    )


def _literal(answer: Accepted) -> str:
    """An answer whose asterisks stand for themselves, unless it is a pattern."""
    return answer.text if answer.pattern else answer.text.replace("*", "\\*")


def _number(amounts: tuple[Amount, ...]) -> str:
    if len(amounts) == 1 and not amounts[0].feedback and amounts[0].weight == FULL:
        return f"#{amounts[0].answer}:{amounts[0].tolerance}"
    return "#" + "".join(
        f"\n\t={_weight(amount.weight)}{amount.answer}:{amount.tolerance}{_feedback(amount.feedback)}"
        for amount in amounts
    )


def _pairs(body: Pairs) -> str:
    rows = [*body.pairs, *(("", text) for text in body.distractors)]
    # an arrow in the left side would end it: in Markdown it can be written otherwise
    return "".join(
        f"\n\t={_escape(left.replace(_ARROW, _HIDDEN_ARROW))} -> {_escape(plain_text(right))}"
        for left, right in rows
    )
