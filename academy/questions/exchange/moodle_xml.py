"""Reading Moodle XML (https://docs.moodle.org/en/Moodle_XML_format)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from academy.kernel.safe_xml import XmlElement, XmlLimits, parse_xml
from academy.kernel.text import nfc
from academy.questions.exchange.mapping_rules import Unmappable, plain_decimal
from academy.questions.exchange.markup import escape_markdown
from academy.questions.exchange.moodle_by_hand import read_essay
from academy.questions.exchange.moodle_cloze import read_gaps
from academy.questions.exchange.moodle_computed import read_calculated
from academy.questions.exchange.moodle_numbers import read_numerical
from academy.questions.exchange.moodle_pictures import read_dragged_labels, read_markers
from academy.questions.exchange.moodle_source import FEEDBACKS, USUAL_FEEDBACK, Fields, Source, number_of
from academy.questions.exchange.moodle_tables import as_it_was, read_matrix
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Choice,
    Gap,
    Gaps,
    Note,
    Option,
    Pairs,
    Question,
    Reading,
    Refused,
    Steps,
    Truth,
    Typed,
    Words,
)
from academy.questions.exchange.settings import accepts_of, settings_of

__all__ = ["LIMITS", "read_moodle_xml"]

LIMITS = XmlLimits(bytes=64 * 1024 * 1024, elements=2_000_000, depth=40, text=64 * 1024 * 1024)
_GRADING = {"ALL_OR_NOTHING": "all_or_nothing", "ABSOLUTE_POSITION": "positions"}
_MARKER = re.compile(r"\[\[(\d{1,3})\]\]")
_DYNAMIC = frozenset({"calculatedmulti", "random", "randomsamatch"})


def read_moodle_xml(data: bytes, lang: str = "vi") -> Reading:
    """All questions of a Moodle XML file, with the lines they begin at.

    Raises:
        XmlRefused: it is no safe XML.
    """
    root = parse_xml(data, LIMITS)
    questions: list[Question] = []
    category = ""
    for element in root.all("question") if root.name == "quiz" else ():
        if element.get("type") == "category":
            category = _category(element.words("category", "text"))
        else:
            questions.append(_question(element, category, lang))
    return Reading(questions=tuple(questions))


def _category(path: str) -> str:
    parts = [part.strip().replace("\x00", "/") for part in nfc(path).replace("//", "\x00").split("/")]
    return "/".join(
        part for part in parts if part and part != "top" and not re.fullmatch(r"\$[a-z0-9]+\$", part)
    )


def _question(element: XmlElement, category: str, lang: str) -> Question:
    settings, tags = settings_of(
        nfc(tag.words("text")) for tags in element.all("tags") for tag in tags.all("tag")
    )
    source = Source(element, lang, settings)
    kind = element.get("type")
    question = Question(
        body=Refused(why=Note("kind_unknown", {"type": kind})),
        text=source.markdown(element.find("questiontext")),
        name=nfc(" ".join(element.words("name", "text").split())),
        key=nfc(element.words("idnumber")),
        category=category,
        tags=tags,
        settings=settings,
        explanation=_explanation(source),
        line=element.line,
    )
    if kind == "description":
        return replace(question, body=Refused(why=Note("description")))
    if kind in _DYNAMIC:
        return replace(question, body=Refused(why=Note("dynamic", {"detail": kind})))
    if kind in _KINDS:
        try:
            question = replace(question, **_KINDS[kind](source))
        except Unmappable as refusal:
            question = replace(question, body=Refused(why=refusal.note))
    if source.flag("hidden"):
        source.notes.append(Note("hidden"))
    points = _points(element.words("defaultgrade"))
    if points not in (None, NONE, Decimal(1)):
        source.notes.append(Note("points", {"points": plain_decimal(points)}))
    return replace(question, files=source.files, notes=tuple(source.notes))


def _points(words: str) -> Decimal | None:
    """What a question counts there, if it says so in a number."""
    try:
        return number_of(words) if words else None
    except Unmappable:
        return None


def _explanation(source: Source) -> str:
    texts = [source.markdown(source.element.find(name)) for name in FEEDBACKS]
    return "\n\n".join(text for text in texts if text and text not in USUAL_FEEDBACK)


def _options(source: Source, answers: list[XmlElement]) -> tuple[Option, ...]:
    return tuple(
        Option(
            text=source.markdown(answer),
            weight=source.weight(answer),
            feedback=source.markdown(answer.find("feedback")),
        )
        for answer in answers
    )


def _multichoice(source: Source) -> Fields:
    options = _options(source, source.element.all("answer"))
    many = source.element.words("single").lower() in ("false", "0")
    return {"body": Choice(options=options, many=many, rule=source.settings.get("credit", ""))}


def _truefalse(source: Source) -> Fields:
    said: dict[bool, str] = {}
    right: bool | None = None
    for answer in source.element.all("answer"):
        word = answer.words("text").lower() == "true"
        said[word] = source.markdown(answer.find("feedback"))
        if source.weight(answer) == FULL:
            right = word
    if right is None:
        raise Unmappable("no_right")
    return {"body": Truth(answer=right, on_true=said.get(True, ""), on_false=said.get(False, ""))}


def _shortanswer(source: Source) -> Fields:
    accepted = tuple(
        Accepted(
            text=re.sub(r"\\\*", "*", nfc(answer.words("text"))),
            weight=source.weight(answer),
            feedback=source.markdown(answer.find("feedback")),
            pattern=re.search(r"(?<!\\)\*", answer.words("text")) is not None,
        )
        for answer in source.element.all("answer")
    )
    accents = source.settings.get("accents") != "ignore"
    return {"body": Typed(accepted=accepted, accents=accents, case=source.flag("usecase"))}


def _matching(source: Source) -> Fields:
    pairs, distractors = [], []
    for row in source.element.all("subquestion"):
        left, right = source.markdown(row), escape_markdown(row.words("answer", "text"))
        if left:
            pairs.append((left, right))
        elif right:
            distractors.append(right)
    rule = source.settings.get("credit", "")
    body = Pairs(pairs=tuple(pairs), distractors=tuple(distractors), rule=rule)
    return {"body": as_it_was(source, body)}


def _ordering(source: Source) -> Fields:
    answers = source.element.all("answer")
    steps = tuple(source.markdown(answer) for answer in answers)
    rule = source.settings.get("credit") or _GRADING.get(source.element.words("gradingtype"), "neighbours")
    return {"body": Steps(steps=steps, rule=rule)}


def _cloze(source: Source) -> Fields:
    element = source.element.find("questiontext")
    if element is None:
        raise Unmappable("missing_part", detail="questiontext")
    accents = source.settings.get("accents") != "ignore"
    read = read_gaps(element.words("text"), source.lang, accents=accents)
    if read.case:
        source.notes.append(Note("case"))
    text = XmlElement("text", {}, element.line)
    text.text = read.text
    shown = XmlElement(element.tag, element.attrib, element.line)
    shown.children = [text]
    body = Gaps(gaps=read.gaps, rule=source.settings.get("credit", ""))
    return {"body": body, "text": source.markdown(shown)}


def _marked_text(source: Source, choices: str) -> Fields:
    """``ddwtos`` and ``gapselect``: ``[[2]]`` is a gap whose right choice is the second one."""
    element = source.element.find("questiontext")
    text = source.markdown(element)
    rows = [(row.words("group") or "1", row) for row in source.element.all(choices)]
    if choices == "dragbox" and len({group for group, _row in rows}) == 1:
        return _dragged(source, text, [row for _group, row in rows])
    gaps: list[Gap] = []

    def gap(found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        if not 0 <= index < len(rows):
            raise Unmappable("missing_part", detail=found.group())
        options = tuple(
            Option(text=escape_markdown(row.words("text")), weight=FULL if number == index else NONE)
            for number, (group, row) in enumerate(rows)
            if group == rows[index][0]
        )
        gaps.append(Gap(id=str(len(gaps) + 1), options=options))
        return f"{{{len(gaps)}}}"

    # Markdown may have escaped the brackets
    marked = _MARKER.sub(gap, re.sub(r"\\(?=[\[\]])", "", text))
    if not gaps:
        raise Unmappable("missing_part", detail="[[1]]")
    if choices == "dragbox" and any(row.find("infinite") is None for _group, row in rows):
        source.notes.append(Note("gap_limit"))
    return {"body": Gaps(gaps=tuple(gaps), rule=source.settings.get("credit", "")), "text": marked}


def _dragged(source: Source, text: str, rows: list[XmlElement]) -> Fields:
    """Entries of one group to be dragged into the text; paragraphs before the first gap say what is to be done."""
    gaps: list[tuple[str, tuple[int, ...]]] = []

    def gap(found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        if not 0 <= index < len(rows):
            raise Unmappable("missing_part", detail=found.group())
        gaps.append((str(len(gaps) + 1), (index,)))
        return f"{{{len(gaps)}}}"

    marked = _MARKER.sub(gap, re.sub(r"\\(?=[\[\]])", "", text))
    if not gaps:
        raise Unmappable("missing_part", detail="[[1]]")
    blocks = marked.split("\n\n")
    first = next(number for number, block in enumerate(blocks) if "{1}" in block)
    accepts = accepts_of(source.settings.get("accept", ""), len(gaps), len(rows))
    body = Words(
        passage="\n\n".join(blocks[first:]),
        entries=tuple(escape_markdown(row.words("text")) for row in rows),
        gaps=tuple((name, accepts[n] if accepts else right) for n, (name, right) in enumerate(gaps)),
        reuse=all(row.find("infinite") is not None for row in rows),
        rule=source.settings.get("credit", ""),
    )
    return {"body": body, "text": "\n\n".join(blocks[:first])}


_KINDS: Mapping[str, Callable[[Source], Fields]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": read_numerical,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "ddwtos": lambda source: _marked_text(source, "dragbox"),
    "gapselect": lambda source: _marked_text(source, "selectoption"),
    "essay": read_essay,
    "calculated": read_calculated,
    "calculatedsimple": read_calculated,
    "ddmarker": read_markers,
    "ddimageortext": read_dragged_labels,
    "matrix": read_matrix,
}
