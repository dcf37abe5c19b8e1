"""Writing Moodle XML: always the same bytes for the same questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from academy.kernel.safe_xml import escape_text
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.markup import is_plain, plain_text
from academy.questions.exchange.moodle_by_hand import write_essay, write_handed
from academy.questions.exchange.moodle_cloze import gap_texts
from academy.questions.exchange.moodle_computed import write_computed
from academy.questions.exchange.moodle_numbers import write_number
from academy.questions.exchange.moodle_page import FORMAT, Page, Plan, answer_line, text_of
from academy.questions.exchange.moodle_pictures import write_labels, write_spots
from academy.questions.exchange.moodle_tables import write_groups, write_table
from academy.questions.exchange.neutral import (
    Choice,
    Computed,
    Essay,
    Gaps,
    Groups,
    Handed,
    Labels,
    Note,
    Number,
    Pairs,
    Question,
    Refused,
    Spots,
    Steps,
    Table,
    Truth,
    Typed,
    Words,
    Writing,
)
from academy.questions.exchange.settings import accepts_tag, tags_of

__all__ = ["write_moodle_xml"]

_GRADING = {"all_or_nothing": "ALL_OR_NOTHING", "positions": "ABSOLUTE_POSITION"}
_GAP = re.compile(r"\{(\d{1,2})\}")


def write_moodle_xml(questions: Iterable[Question], lang: str = "vi") -> Writing:
    """The questions that Moodle can ask, by category; ``notes`` tell of the others and of what differs."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    notes: dict[str, tuple[Note, ...]] = {}
    category = None
    for question in questions:
        if isinstance(question.body, Refused):
            notes[question.key] = (question.body.why,)
            continue
        page = Page(question)
        try:
            _write(page, *_KINDS[type(question.body)](page, question.body))
        except Unmappable as refusal:
            notes[question.key] = (refusal.note,)
            continue
        if question.category != category:
            category = question.category
            lines += _category(category)
        lines += page.lines
        if page.notes:
            notes[question.key] = tuple(page.notes)
    lines += ["</quiz>", ""]
    return Writing(data="\n".join(lines).encode(), notes=notes)


def _category(path: str) -> list[str]:
    whole = f"$course$/top/{path}" if path else "$course$/top"
    return [f'  <question type="category"><category>{text_of(whole)}</category></question>']


def _write(page: Page, kind: str, parts: Callable[[], None], told: Mapping[str, Any]) -> None:
    question = page.question
    page.line(1, f'<question type="{kind}">')
    page.line(2, f"<name>{text_of(question.name)}</name>")
    shown, attributes = told.get("asked") or (told.get("shown") or page.formatted(question.text), "")
    page.text(2, "questiontext", question.text + page.beside, attributes, shown=shown)
    explained, attributes = told.get("explained", (None, ""))
    page.text(2, "generalfeedback", question.explanation, attributes, shown=explained)
    page.line(2, "<defaultgrade>1</defaultgrade>")
    page.line(2, "<hidden>0</hidden>")
    page.line(2, f"<idnumber>{escape_text(question.key)}</idnumber>")
    parts()
    settings = {**question.settings, **told.get("settings", {})}
    rule, accents, usual = told.get("rule", ""), told.get("accents"), told.get("usual", False)
    tags = [*question.tags, *tags_of(settings, rule=rule, accents=accents, usual=usual)]
    if tags:
        page.line(2, "<tags>" + "".join(f"<tag>{text_of(tag)}</tag>" for tag in tags) + "</tags>")
    page.line(1, "</question>")


def _choice(page: Page, body: Choice) -> Plan:
    def parts() -> None:
        page.line(2, f"<single>{'false' if body.many else 'true'}</single>")
        page.line(2, "<shuffleanswers>true</shuffleanswers>")
        page.line(2, "<answernumbering>abc</answernumbering>")
        for option in body.options:
            answer_line(page, option.weight, option.text, option.feedback)

    rule = body.rule if body.many else ""
    if rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#right_minus_wrong"}))
    return "multichoice", parts, {"rule": rule}


def _truth(page: Page, body: Truth) -> Plan:
    def parts() -> None:
        for word, said in ((True, body.on_true), (False, body.on_false)):
            page.line(
                2,
                f'<answer fraction="{100 if word == body.answer else 0}" format="moodle_auto_format">'
                f"{text_of(str(word).lower())}{page.said(said)}</answer>",
            )

    return "truefalse", parts, {}


def _typed(page: Page, body: Typed) -> Plan:
    def parts() -> None:
        page.line(2, f"<usecase>{int(body.case)}</usecase>")
        for answer in body.accepted:
            words = answer.text if answer.pattern else answer.text.replace("*", "\\*")
            page.line(
                2,
                f'<answer fraction="{plain_decimal(answer.weight)}" format="moodle_auto_format">{text_of(words)}'
                f"{page.said(answer.feedback)}</answer>",
            )

    if not body.accents:
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#accents"}))
    return "shortanswer", parts, {"accents": body.accents}


def _pairs(page: Page, body: Pairs) -> Plan:
    def parts() -> None:
        page.line(2, "<shuffleanswers>true</shuffleanswers>")
        for left, right in (*body.pairs, *(("", text) for text in body.distractors)):
            page.text(2, "subquestion", left, more=f"<answer>{text_of(plain_text(right))}</answer>")

    if not all(is_plain(right) for right in (*(right for _left, right in body.pairs), *body.distractors)):
        page.notes.append(Note("plain"))
    if body.rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    return "matching", parts, {"rule": body.rule}


def _steps(page: Page, body: Steps) -> Plan:
    def parts() -> None:
        page.line(2, "<layouttype>VERTICAL</layouttype>")
        page.line(2, "<selecttype>ALL</selecttype>")
        page.line(2, f"<gradingtype>{_GRADING.get(body.rule, 'RELATIVE_NEXT_EXCLUDE_LAST')}</gradingtype>")
        for number, step in enumerate(body.steps, 1):
            page.text(2, "answer", step, f' fraction="{number}.0000000"')

    return "ordering", parts, {"rule": body.rule}


def _gaps(page: Page, body: Gaps) -> Plan:
    gaps, told = gap_texts(body.gaps)
    page.notes += told
    form, text = page.formatted(page.question.text)
    shown = (form, _GAP.sub(lambda found: gaps.get(found[1], found.group()), text))
    accents = {gap.accents for gap in body.gaps if gap.accepted}
    if accents == {True, False}:
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#accents"}))
    options = [option for gap in body.gaps for option in gap.options]
    if not all(is_plain(text) for option in options for text in (option.text, option.feedback)):
        page.notes.append(Note("plain"))
    if body.rule == "all_or_nothing":
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    return "cloze", lambda: None, {"shown": shown, "rule": body.rule, "accents": accents != {False}}


def _words(page: Page, body: Words) -> Plan:
    places = {gap: right[0] + 1 for gap, right in body.gaps}
    page.beside = body.passage
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
            page.line(2, f"<dragbox>{text_of(plain_text(entry))}<group>1</group>{more}</dragbox>")

    if any(len(right) > 1 for _gap, right in body.gaps):
        page.notes.append(Note("lost", {"format": FORMAT, "what": "#accept"}))
    if not all(map(is_plain, body.entries)):
        page.notes.append(Note("plain"))
    accepts = accepts_tag(right for _gap, right in body.gaps)
    return "ddwtos", parts, {"shown": shown, "rule": body.rule, "settings": {"accept": accepts}}


_KINDS: Mapping[type, Callable[[Page, Any], Plan]] = {
    Choice: _choice,
    Truth: _truth,
    Typed: _typed,
    Number: write_number,
    Pairs: _pairs,
    Steps: _steps,
    Gaps: _gaps,
    Words: _words,
    Table: write_table,
    Groups: write_groups,
    Labels: write_labels,
    Spots: write_spots,
    Essay: write_essay,
    Handed: write_handed,
    Computed: write_computed,
}
