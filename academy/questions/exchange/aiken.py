"""Aiken: one question, lettered options, and ``ANSWER:`` (https://docs.moodle.org/en/Aiken_format)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from academy.questions.exchange.encoding import decode
from academy.questions.exchange.markup import escape_markdown, is_plain, plain_text
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Choice,
    Note,
    Option,
    Question,
    Reading,
    Refused,
    Writing,
    kind_of,
)

__all__ = ["read_aiken", "write_aiken"]

_OPTION = re.compile(r"\s*([A-Z])[.)]\s+(.*\S)\s*")
_ANSWER = re.compile(r"\s*ANSWER:\s*([A-Z])\s*", re.IGNORECASE)


def read_aiken(data: bytes, lang: str = "vi") -> Reading:
    """All questions of an Aiken file. Lines before the options are the question's own."""
    text, notes = decode(data)
    questions: list[Question] = []
    words: list[str] = []
    options: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if found := _ANSWER.fullmatch(line):
            questions.append(_question(words, options, found[1].upper(), start or number))
            words, options, start = [], [], 0
        elif (found := _OPTION.fullmatch(line)) and (words or options):
            options.append((found[1], found[2]))
        elif line.strip():
            if options:
                questions.append(_broken(words, start, "ANSWER:"))
                words, options, start = [], [], 0
            start = start or number
            words.append(line.strip())
    if words or options:
        questions.append(_broken(words, start, "ANSWER:"))
    return Reading(questions=tuple(questions), notes=notes)


def _question(words: list[str], options: list[tuple[str, str]], answer: str, line: int) -> Question:
    letters = [letter for letter, _text in options]
    if answer not in letters or len(set(letters)) < len(letters) or len(letters) < 2:
        return _broken(words, line, f"ANSWER: {answer}")
    body = Choice(
        options=tuple(
            Option(text=escape_markdown(text), weight=FULL if letter == answer else NONE)
            for letter, text in options
        )
    )
    return Question(body=body, text=escape_markdown("\n".join(words)), line=line)


def _broken(words: list[str], line: int, detail: str) -> Question:
    why = Note("syntax", {"detail": detail})
    return Question(body=Refused(why=why), text=escape_markdown("\n".join(words)), line=line)


def write_aiken(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """The questions with one right option; nothing else can be said in Aiken."""
    parts: list[str] = []
    notes: dict[str, tuple[Note, ...]] = {}
    for question in questions:
        body = question.body
        if isinstance(body, Refused):
            notes[question.key] = (body.why,)
            continue
        if not isinstance(body, Choice) or body.many or len(body.options) > 26:
            notes[question.key] = (Note("format_kind", {"format": "Aiken", "kind": kind_of(body)}),)
            continue
        notes[question.key] = tuple(_lost(question, body))
        lines = [_line(question.text)]
        lines += [f"{chr(65 + index)}. {_line(option.text)}" for index, option in enumerate(body.options)]
        right = next(index for index, option in enumerate(body.options) if option.weight == FULL)
        parts.append("\n".join([*lines, f"ANSWER: {chr(65 + right)}"]))
    return Writing(data=("\n\n".join(parts) + "\n").encode(), notes=notes)


def _line(markdown: str) -> str:
    return " ".join(plain_text(markdown).split())


def _lost(question: Question, body: Choice) -> Iterable[Note]:
    yield Note("lost", {"format": "Aiken", "what": "#identity"})
    if question.explanation:
        yield Note("lost", {"format": "Aiken", "what": "#explanation"})
    if any(option.feedback for option in body.options):
        yield Note("lost", {"format": "Aiken", "what": "#feedback"})
    if any(option.weight not in (FULL, NONE) for option in body.options):
        yield Note("weights")
    if not all(is_plain(text) for text in (question.text, *(option.text for option in body.options))):
        yield Note("plain")
