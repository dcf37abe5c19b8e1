"""Writing Moodle XML: always the same bytes for the same questions."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.mapping import WEIGHTED, plain_decimal
from academy.questions.exchange.markup import is_plain, plain_text, to_html, to_markdown
from academy.questions.exchange.moodle_cloze import gap_texts
from academy.questions.exchange.neutral import (
    Choice,
    Essay,
    Gaps,
    Note,
    Number,
    Pairs,
    Question,
    Refused,
    Steps,
    Truth,
    Typed,
    Words,
    Writing,
    kind_of,
)
from academy.questions.exchange.settings import tags_of

__all__ = ["write_moodle_xml"]

_FORMAT = "Moodle XML"
_GRADING = {"all_or_nothing": "ALL_OR_NOTHING", "positions": "ABSOLUTE_POSITION"}
_GAP = re.compile(r"\{(\d{1,2})\}")


class _Page:
    """The lines of one question, and the files that its texts show."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.lines: list[str] = []
        self.notes: list[Note] = []
        self.pending = dict(question.files)

    def line(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text)

    def text(
        self,
        depth: int,
        tag: str,
        markdown: str,
        attributes: str = "",
        more: str = "",
        shown: tuple[str, str] | None = None,
    ) -> None:
        """A text element: as HTML where that says it all and comes back the same, else as Markdown."""
        form, text = shown or self.formatted(markdown)
        inner = f"{_text(text)}{self.files(markdown)}{more}"
        self.line(depth, f'<{tag}{attributes} format="{form}">{inner}</{tag}>')

    def formatted(self, markdown: str) -> tuple[str, str]:
        html = to_html(markdown) if markdown else ""
        return ("html", html) if to_markdown(html) == markdown else ("markdown", markdown)

    def files(self, markdown: str) -> str:
        shown = [name for name in self.pending if f"@@PLUGINFILE@@/{name}" in markdown]
        return "".join(
            f'<file name="{escape_text(name, quote=True)}" path="/" encoding="base64">'
            f"{base64.b64encode(self.pending.pop(name)).decode()}</file>"
            for name in shown
        )


def write_moodle_xml(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """The questions that Moodle can ask, by category; ``notes`` tell of the others and of what differs."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    notes: dict[str, tuple[Note, ...]] = {}
    category = None
    for question in questions:
        if isinstance(question.body, Refused):
            notes[question.key] = (question.body.why,)
            continue
        write = _KINDS.get(type(question.body))
        if write is None:
            told = {"format": _FORMAT, "kind": kind_of(question.body)}
            notes[question.key] = (Note("format_kind", told),)
            continue
        if question.category != category:
            category = question.category
            lines += _category(category)
        page = _Page(question)
        _write(page, *write(page, question.body))
        lines += page.lines
        if page.notes:
            notes[question.key] = tuple(page.notes)
    lines += ["</quiz>", ""]
    return Writing(data="\n".join(lines).encode(), notes=notes)


def _category(path: str) -> list[str]:
    whole = f"$course$/top/{path}" if path else "$course$/top"
    return [f'  <question type="category"><category>{_text(whole)}</category></question>']


def _text(text: str) -> str:
    return f"<text>{escape_text(text)}</text>"


def _write(page: _Page, kind: str, parts: Callable[[], None], told: Mapping[str, Any]) -> None:
    question = page.question
    page.line(1, f'<question type="{kind}">')
    page.line(2, f"<name>{_text(question.name)}</name>")
    page.text(2, "questiontext", question.text, shown=told.get("shown"))
    page.text(2, "generalfeedback", question.explanation)
    page.line(2, "<defaultgrade>1</defaultgrade>")
    page.line(2, "<hidden>0</hidden>")
    page.line(2, f"<idnumber>{escape_text(question.key)}</idnumber>")
    parts()
    rule = told.get("rule", "")
    tags = [*question.tags, *tags_of(question.settings, rule=rule, accents=told.get("accents"))]
    if tags:
        page.line(2, "<tags>" + "".join(f"<tag>{_text(tag)}</tag>" for tag in tags) + "</tags>")
    page.line(1, "</question>")


Plan = tuple[str, Callable[[], None], Mapping[str, Any]]


def _answer(page: _Page, weight: Decimal, markdown: str, feedback: str, more: str = "") -> None:
    fraction = plain_decimal(weight.quantize(Decimal("0.00001")))
    form, said = page.formatted(feedback)
    inner = f'<feedback format="{form}">{_text(said)}{page.files(feedback)}</feedback>{more}'
    page.text(2, "answer", markdown, f' fraction="{fraction}"', inner)


def _choice(page: _Page, body: Choice) -> Plan:
    def parts() -> None:
        page.line(2, f"<single>{'false' if body.many else 'true'}</single>")
        page.line(2, "<shuffleanswers>true</shuffleanswers>")
        page.line(2, "<answernumbering>abc</answernumbering>")
        for option in body.options:
            _answer(page, option.weight, option.text, option.feedback)

    rule = body.rule if body.many else ""
    if rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#right_minus_wrong"}))
    return "multichoice", parts, {"rule": "" if rule == WEIGHTED else rule}


def _truth(page: _Page, body: Truth) -> Plan:
    def parts() -> None:
        for word, said in ((True, body.on_true), (False, body.on_false)):
            form, text = page.formatted(said)
            page.line(
                2,
                f'<answer fraction="{100 if word == body.answer else 0}" format="moodle_auto_format">'
                f"{_text(str(word).lower())}"
                f'<feedback format="{form}">{_text(text)}</feedback></answer>',
            )

    return "truefalse", parts, {}


def _typed(page: _Page, body: Typed) -> Plan:
    def parts() -> None:
        page.line(2, f"<usecase>{int(body.case)}</usecase>")
        for answer in body.accepted:
            form, said = page.formatted(answer.feedback)
            words = answer.text if answer.pattern else answer.text.replace("*", "\\*")
            page.line(
                2,
                f'<answer fraction="{plain_decimal(answer.weight)}" format="moodle_auto_format">{_text(words)}'
                f'<feedback format="{form}">{_text(said)}</feedback></answer>',
            )

    if not body.accents:
        page.notes.append(Note("lost", {"format": _FORMAT, "what": "#accents"}))
    return "shortanswer", parts, {"accents": body.accents}


def _number(page: _Page, body: Number) -> Plan:
    def parts() -> None:
        for amount in body.answers:
            form, said = page.formatted(amount.feedback)
            page.line(
                2,
                f'<answer fraction="{plain_decimal(amount.weight)}" format="moodle_auto_format">'
                f"{_text(amount.answer)}<tolerance>{amount.tolerance}</tolerance>"
                f'<feedback format="{form}">{_text(said)}</feedback></answer>',
            )
        if body.units:
            rows = "".join(
                f"<unit><multiplier>{_inverse(unit.factor)}</multiplier><unit_name>{escape_text(unit.name)}</unit_name></unit>"
                for unit in body.units
            )
            page.line(2, f"<units>{rows}</units>")
            # the unit may be left out, as here
            page.line(2, "<unitgradingtype>0</unitgradingtype>")
            page.line(2, "<showunits>0</showunits>")

    return "numerical", parts, {}


def _inverse(factor: str) -> str:
    return plain_decimal((1 / Decimal(factor)).quantize(Decimal("1E-12")))


def _pairs(page: _Page, body: Pairs) -> Plan:
    def parts() -> None:
        page.line(2, "<shuffleanswers>true</shuffleanswers>")
        for left, right in (*body.pairs, *(("", text) for text in body.distractors)):
            page.text(2, "subquestion", left, more=f"<answer>{_text(plain_text(right))}</answer>")

    if not all(is_plain(right) for right in (*(right for _left, right in body.pairs), *body.distractors)):
        page.notes.append(Note("plain"))
    if body.rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    return "matching", parts, {"rule": body.rule}


def _steps(page: _Page, body: Steps) -> Plan:
    def parts() -> None:
        page.line(2, "<layouttype>VERTICAL</layouttype>")
        page.line(2, "<selecttype>ALL</selecttype>")
        page.line(2, f"<gradingtype>{_GRADING.get(body.rule, 'RELATIVE_NEXT_EXCLUDE_LAST')}</gradingtype>")
        for number, step in enumerate(body.steps, 1):
            page.text(2, "answer", step, f' fraction="{number}.0000000"')

    return "ordering", parts, {"rule": body.rule}


def _gaps(page: _Page, body: Gaps) -> Plan:
    gaps = gap_texts(body.gaps)
    form, text = page.formatted(page.question.text)
    shown = (form, _GAP.sub(lambda found: gaps.get(found[1], found.group()), text))
    accents = {gap.accents for gap in body.gaps if gap.accepted}
    if accents == {True, False}:
        page.notes.append(Note("lost", {"format": _FORMAT, "what": "#accents"}))
    if any(not is_plain(option.text) for gap in body.gaps for option in gap.options):
        page.notes.append(Note("plain"))
    if body.rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    return "cloze", lambda: None, {"shown": shown, "rule": body.rule, "accents": accents != {False}}


def _words(page: _Page, body: Words) -> Plan:
    places = {gap: right[0] + 1 for gap, right in body.gaps}
    whole = "\n\n".join(part for part in (page.question.text, body.passage) if part)
    form, text = page.formatted(whole)
    shown = (
        form,
        _GAP.sub(lambda found: f"[[{places[found[1]]}]]" if found[1] in places else found.group(), text),
    )

    def parts() -> None:
        page.line(2, "<shuffleanswers>1</shuffleanswers>")
        for entry in body.entries:
            more = "<infinite/>" if body.reuse else ""
            page.line(2, f"<dragbox>{_text(plain_text(entry))}<group>1</group>{more}</dragbox>")

    if any(len(right) > 1 for _gap, right in body.gaps):
        page.notes.append(Note("lost", {"format": _FORMAT, "what": "#accept"}))
    if not all(map(is_plain, body.entries)):
        page.notes.append(Note("plain"))
    return "ddwtos", parts, {"shown": shown, "rule": body.rule}


def _essay(page: _Page, body: Essay) -> Plan:
    def parts() -> None:
        page.line(2, "<responseformat>editor</responseformat>")
        page.line(2, "<responserequired>1</responserequired>")
        page.line(2, "<responsefieldlines>15</responsefieldlines>")
        for name, value in (("minwordlimit", body.min_words), ("maxwordlimit", body.max_words)):
            if value:
                page.line(2, f"<{name}>{value}</{name}>")
        page.text(2, "graderinfo", body.model)

    if body.rubric:
        page.notes.append(Note("lost", {"format": _FORMAT, "what": "#rubric"}))
    return "essay", parts, {}


_KINDS: Mapping[type, Callable[[_Page, Any], Plan]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: _number,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Words: _words,
    Essay: _essay,
}
