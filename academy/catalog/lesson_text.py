"""A lesson's text made ready: from one source file to everything that its version keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_schema import FrontMatterSchema
from academy.catalog.front_matter import FrontMatter, normalized, split
from academy.catalog.markdown import render_lesson, render_phrase
from academy.catalog.rendered_text import Citation, RenderedText
from academy.catalog.rendering import Links
from academy.catalog.yaml_marks import Fault
from academy.kernel.i18n import _m

__all__ = ["LessonText", "compare_languages", "lesson_hash", "prepare_text"]

MAX_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class LessonText:
    """One language of a lesson, rendered.

    ``front`` is the validated head, ``front_html`` the same with inline Markdown rendered
    (``{"summary", "objectives": [], "glossary": [{"term", "html"}], "sources": []}``) and, if there are any,
    ``"attachments": [{"title", "url", "kind"}]``, ``first_line`` the line of the file at which the rendered
    body begins.
    """

    lang: str
    path: str
    source: str
    front: dict[str, Any]
    front_html: dict[str, Any]
    first_line: int
    rendered: RenderedText
    citations: tuple[Citation, ...]
    faults: tuple[Fault, ...]

    @property
    def title(self) -> str:
        return self.front.get("title", "")

    @property
    def media(self) -> list[str]:
        """The addresses of all files that the text shows, links to or offers."""
        offered = [attachment["url"] for attachment in self.front_html.get("attachments", ())]
        return sorted({*self.rendered.media, *offered})

    def line(self, rendered_line: int) -> int:
        """The line of the file for a line of the rendered body."""
        return self.first_line - 1 + rendered_line


def prepare_text(source: str, *, lang: str, links: Links, path: str = "") -> LessonText:
    """Take a source apart, validate its head and render it; faults are collected, never raised."""
    source = normalized(source)
    if len(source) > MAX_CHARACTERS:
        fault = Fault(
            path,
            1,
            f"The text has {len(source):,} characters, at most {MAX_CHARACTERS:,} are allowed",
            "split it",
        )
        source = source[:MAX_CHARACTERS]
        parts, faults = split(source, path), [fault]
    else:
        parts, faults = split(source, path), []
    front, front_faults = validate_yaml(parts.yaml, FrontMatterSchema())
    faults += front_faults
    front = front or {"title": str(parts.data.get("title") or "")}
    front_html, cited, inline_faults = _render_front(front, parts, lang, links)
    rendered = render_lesson(parts.body, lang=lang, links=links)
    faults += inline_faults
    faults += [
        Fault(path, parts.first_line - 1 + fault.line, fault.message, fault.remedy)
        for fault in rendered.faults
    ]
    if not rendered.blocks:
        faults.append(
            Fault(path, parts.first_line, _m("The lesson has no text"), _m("write it below the front matter"))
        )
    return LessonText(
        lang=lang,
        path=path,
        source=source,
        front=front,
        front_html=front_html,
        first_line=parts.first_line,
        rendered=rendered,
        citations=(*rendered.citations, *cited),
        faults=tuple(faults),
    )


def _render_front(
    front: Mapping[str, Any], parts: FrontMatter, lang: str, links: Links
) -> tuple[dict[str, Any], list[Citation], list[Fault]]:
    citations: list[Citation] = []
    faults: list[Fault] = []

    def shown(text: str, *place: str | int) -> str:
        phrase = render_phrase(text, lang=lang, links=links)
        citations.extend(phrase.citations)
        faults.extend(parts.yaml.fault(place, fault.message, fault.remedy) for fault in phrase.faults)
        return str(phrase.html)

    html = {
        "summary": shown(front.get("summary", ""), "summary"),
        "objectives": [shown(text, "objectives", n) for n, text in enumerate(front.get("objectives", ()))],
        "glossary": [
            {"term": entry["term"], "html": shown(entry["text"], "glossary", n, "text")}
            for n, entry in enumerate(front.get("glossary", ()))
        ],
        "sources": [shown(text, "sources", n) for n, text in enumerate(front.get("sources", ()))],
    }
    attachments = []
    for n, entry in enumerate(front.get("attachments", ())):
        found = links.media(entry["file"], lang)
        if found is None:
            faults.append(
                parts.yaml.fault(
                    ("attachments", n, "file"),
                    _m("The file “%(path)s” is not there or is not of an allowed kind", path=entry["file"]),
                    _m("put it beside the lesson and write its path relative to the course folder"),
                )
            )
            continue
        kind = found.url.rpartition(".")[2].upper()
        attachments.append({"title": entry["title"], "url": found.url, "kind": kind})
    if attachments:
        html["attachments"] = attachments
    return html, citations, faults


def lesson_hash(texts: Mapping[str, LessonText], minutes: int) -> str:
    """A SHA-256 over all that makes a version of a lesson: its sources, the files it shows, its length.

    The rendered form is left out: a better renderer does not make a new version.
    """
    whole = {
        "minutes": minutes,
        "texts": {lang: [text.source, text.media] for lang, text in sorted(texts.items())},
    }
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def compare_languages(texts: Mapping[str, LessonText], *, blocks: bool = True) -> list[Fault]:
    """Where the translations of a lesson do not have the same places: headings, exercises, blocks.

    The first language is taken as the model, so faults are reported in the others.

    Args:
        blocks: also compare the number of blocks below each heading.
    """
    faults: list[Fault] = []
    model, *others = texts.values()
    for text in others:
        faults += _compare(model, text, blocks)
    return faults


def _compare(model: LessonText, text: LessonText, blocks: bool) -> list[Fault]:
    ours, theirs = text.rendered, model.rendered
    known, wanted = [h.id for h in ours.headings], [h.id for h in theirs.headings]
    if known != wanted:
        missing, extra = [i for i in wanted if i not in known], [i for i in known if i not in wanted]
        parts = (
            f"missing {', '.join(missing)}" if missing else "",
            f"only here {', '.join(extra)}" if extra else "",
            "" if missing or extra else "their order differs",
        )
        what = "; ".join(part for part in parts if part)
        message = _m("The ids of the headings differ from those in “%(lang)s”: %(what)s", lang=model.lang, what=what)
        remedy = _m("give both languages the same headings as %(path)s", path=model.path)
        return [Fault(text.path, _first_difference(text, known, wanted, ours.heading_lines), message, remedy)]
    if ours.exercises != theirs.exercises:
        message = _m(
            "The exercises differ from those in “%(lang)s” (%(keys)s)",
            lang=model.lang,
            keys=", ".join(theirs.exercises) or "–",
        )
        line = _first_difference(text, ours.exercises, theirs.exercises, ours.exercise_lines)
        return [Fault(text.path, line, message, _m("put the same [[exercise:…]] in the same order into both"))]
    return _compare_blocks(model, text) if blocks else []


def _first_difference(
    text: LessonText, ours: Sequence[str], theirs: Sequence[str], lines: Sequence[int]
) -> int:
    """The line of the first thing that stands here and not at the same place there."""
    for mine, other, line in zip_longest(ours, theirs, lines):
        if mine != other:
            return text.line(line) if line else text.first_line
    return text.first_line


def _compare_blocks(model: LessonText, text: LessonText) -> list[Fault]:
    counts, wanted = _blocks_by_section(text.rendered), _blocks_by_section(model.rendered)
    lines = dict(zip((h.id for h in text.rendered.headings), text.rendered.heading_lines, strict=True))
    return [
        Fault(
            text.path,
            text.line(lines.get(section, 1)),
            f"The section “{section}” has {counts[section]} blocks, in “{model.lang}” it has {wanted[section]}",
            "give both the same paragraphs, lists, tables and boxes: readers change language in the middle",
        )
        for section in wanted
        if counts[section] != wanted[section]
    ]


def _blocks_by_section(rendered: RenderedText) -> dict[str, int]:
    counts, section = {"intro": 0}, "intro"
    for block in rendered.blocks:
        if block.kind == "heading":
            section = block.id
            counts[section] = 0
        elif block.kind not in ("exercise", "footnotes"):
            counts[section] += 1
    return counts
