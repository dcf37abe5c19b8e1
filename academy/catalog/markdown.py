"""Rendering of texts: Markdown in, sanitized HTML with stable block ids out.

A lesson is rendered once, when its version is made. Its blocks carry ids that are the same in every
language, as long as the translations have the same headings and the same number of blocks below
each: a heading's id is written by the author, the blocks below it are counted (``validity-1``,
``validity-2`` …). Progress, notes and search results point to these ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup

from academy.catalog.legal_numbers import is_article
from academy.catalog.markdown_syntax import EXERCISE, ID, exercise_key, inline_text, tokens_text
from academy.catalog.rendered_text import Block, Citation, Heading, RenderedText, TextFault
from academy.catalog.rendering import PARSER, DocumentReference, Links, MediaReference, Page
from academy.catalog.sanitizing import clean_html
from academy.catalog.wording import WORDS
from academy.kernel.i18n import _m
from academy.kernel.text import slug

__all__ = ["RENDERER", "NoLinks", "Phrase", "render_block", "render_inline", "render_lesson", "render_phrase"]

RENDERER = 1  # raised when the same source gives other HTML, so that stored texts are rendered again

INTRODUCTION = "intro"  # prefix of the blocks before the first heading

# ids of the page around the text, and beginnings of ids that the renderer makes
RESERVED_IDS = frozenset(
    """about attachments choose-locale choose-theme footnotes glossary lesson-text lessons main missing objectives
    practice quizzes sources toasts unmet""".split()
)
_RESERVED_BEGINNING = re.compile(r"(exercise|file|fn|fnref|slot|term)-")

_LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--")


class NoLinks:
    """Links for texts that stand alone, such as the prompt of a question."""

    def document(self, number: str) -> DocumentReference | None:
        return None

    def media(self, path: str, lang: str) -> MediaReference | None:
        return None

    def lesson(self, target: str) -> str | None:
        return None


_NO_LINKS = NoLinks()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One rendered line of Markdown."""

    html: Markup
    citations: tuple[Citation, ...]
    faults: tuple[TextFault, ...]


def render_phrase(text: str, *, lang: str, links: Links) -> Phrase:
    """Render one line of Markdown (an objective, a source) and tell what is wrong in it."""
    page = Page(lang, links, WORDS.get(lang, WORDS["en"]))
    env = {"page": page}
    tokens = PARSER.parseInline(text.strip(), env)
    html = clean_html(PARSER.renderer.render(tokens, PARSER.options, env))
    faults = [TextFault(1, message, remedy) for _line, message, remedy in page.faults]
    citations = []
    for child in tokens[0].children or () if tokens else ():
        if child.type == "citation":
            citations.append(Citation(child.content, child.meta["article"], "", 1))
            faults.extend(TextFault(1, *fault) for fault in citation_faults(child, links))
    return Phrase(Markup(html), tuple(citations), tuple(faults))


def render_inline(text: str, lang: str = "vi", links: Links = _NO_LINKS) -> Markup:
    """One line of Markdown (a prompt, an option) as sanitized HTML without a paragraph around it."""
    return render_phrase(text, lang=lang, links=links).html


def render_block(text: str, lang: str = "vi", links: Links = _NO_LINKS) -> Markup:
    """A short text of one or more paragraphs (an explanation, a longer prompt) as sanitized HTML."""
    env = {"page": Page(lang, links, WORDS.get(lang, WORDS["en"]))}
    return Markup(clean_html(PARSER.render(text.strip(), env)))


def render_lesson(source: str, *, lang: str, links: Links = _NO_LINKS) -> RenderedText:
    """Render the body of a lesson (without front matter).

    Never raises for what an author wrote: what cannot be shown is noted in ``faults`` and left out or
    shown as plain text.
    """
    page = Page(lang, links, WORDS.get(lang, WORDS["en"]))
    return _Lesson(source, page).render()


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The top-level blocks of a text, each from its opening to its closing token."""
    start, depth = 0, 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start : index + 1]
            start = index + 1


_KINDS = {
    "paragraph_open": "paragraph", "bullet_list_open": "list", "ordered_list_open": "list",
    "table_open": "table", "figure_open": "figure", "blockquote_open": "quote", "fence": "code",
    "code_block": "code", "math_block": "maths", "dl_open": "definitions", "footnote_block_open": "footnotes",
}  # fmt: skip


class _Lesson:
    """One run of :func:`render_lesson`: walks the blocks, names them, renders them, notes what it meets."""

    def __init__(self, source: str, page: Page) -> None:
        self.env: dict[str, Any] = {"page": page}
        self.page = page
        self.tokens = PARSER.parse(source, self.env)
        explicit = (token.meta.get("id", "") for token in self.tokens if token.type == "heading_open")
        self.taken = {heading_id for heading_id in explicit if heading_id}
        self.section, self.count, self.level = INTRODUCTION, 0, 1
        self.line = 0
        self.html: list[str] = []
        self.segments: list[tuple[str, str]] = []
        self.blocks: list[Block] = []
        self.headings: list[Heading] = []
        self.heading_lines: list[int] = []
        self.citations: list[Citation] = []
        self.exercises: list[tuple[str, int]] = []
        self.faults: list[TextFault] = []

    def render(self) -> RenderedText:
        for block in _split(self.tokens):
            if block[0].map:
                self.line = block[0].map[0] + 1
            self._block(block)
            for line, message, remedy in self.page.faults:
                self._fault(message, remedy, self.line if line is None else line + 1)
            self.page.faults.clear()
        self._close_segment()
        self._check_fragments()
        keys = [key for key, _ in self.exercises]
        for key, line in self.exercises:
            if keys.count(key) > 1:
                self._fault(_m("The exercise “%(key)s” stands here more than once", key=key), _m("keep it in one place"), line)
        return RenderedText(
            segments=tuple(self.segments),
            blocks=tuple(self.blocks),
            headings=tuple(self.headings),
            heading_lines=tuple(self.heading_lines),
            citations=tuple(self.citations),
            exercises=tuple(keys),
            exercise_lines=tuple(line for _, line in self.exercises),
            media=tuple(self.page.media),
            faults=tuple(sorted(self.faults, key=lambda fault: fault.line)),
        )

    def _fault(self, message: str, remedy: str, line: int | None = None) -> None:
        self.faults.append(TextFault(line or self.line, message, remedy))

    def _block(self, block: list[Token]) -> None:
        self._check_text(block)
        key = exercise_key(block)
        if key is not None:
            self._exercise(key)
            return
        opening = block[0]
        if opening.type == "heading_open":
            block_id, kind = self._heading(block), "heading"
        elif opening.type == "hr":
            self.html.append("<hr>\n")
            return
        else:
            block = _as_figure(block)
            opening = block[0]
            kind = _KINDS.get(opening.type, "paragraph")
            if opening.type == "container_box_open":
                kind = opening.info.split()[0]
            block_id = "footnotes" if kind == "footnotes" else self._next_id()
        opening.attrSet("id", block_id)
        self._cite(block, block_id)
        caption = block[-1].content if kind == "figure" else ""
        self.blocks.append(Block(block_id, kind, " ".join(filter(None, (tokens_text(block), caption)))))
        self.html.append(PARSER.renderer.render(block, PARSER.options, self.env))

    def _next_id(self) -> str:
        while True:
            self.count += 1
            candidate = f"{self.section}-{self.count}"
            if candidate not in self.taken:
                self.taken.add(candidate)
                return candidate

    def _heading(self, block: list[Token]) -> str:
        opening, text = block[0], inline_text(block[1])
        level = int(opening.tag[1])
        if level == 1:
            self._fault(
                _m("“%(text)s” is a heading of the first level", text=text),
                _m("begin headings with ##: the title is in the front matter"),
            )
            level = 2
        if level > self.level + 1 and level > 2:
            self._fault(
                _m("The heading “%(text)s” skips a level", text=text),
                _m("go down one level at a time: ##, then ###"),
            )
        self.level = level
        opening.tag = block[-1].tag = f"h{level}"
        heading_id = self._heading_id(opening, text)
        self.section, self.count = heading_id, 0
        self.headings.append(Heading(heading_id, level, text))
        self.heading_lines.append(self.line)
        return heading_id

    def _heading_id(self, opening: Token, text: str) -> str:
        given = opening.meta.get("id")
        if given is None:
            self._fault(
                _m("The heading “%(text)s” has no id", text=text),
                _m("add one, the same in every language: %(id)s", id=f"{{#{slug(text, 40)}}}"),
            )
        elif not ID.fullmatch(given):
            self._fault(
                _m("The id “%(id)s” is not allowed", id=given), _m("use small letters a–z, digits and hyphens")
            )
        elif given in RESERVED_IDS or _RESERVED_BEGINNING.match(given):
            self._fault(
                _m("The id “%(id)s” is used by the page itself", id=given),
                _m("choose another, for example with -section"),
            )
            given = f"{given}-section"
        elif given not in {heading.id for heading in self.headings}:
            return given
        else:
            self._fault(
                _m("The id “%(id)s” is used by two headings", id=given), _m("give each heading an id of its own")
            )
        base = slug(given or text, 60) or "section"
        candidate, count = base, 1
        while candidate in self.taken or candidate in RESERVED_IDS:
            count += 1
            candidate = f"{base}-{count}"
        self.taken.add(candidate)
        return candidate

    def _exercise(self, key: str) -> None:
        if not ID.fullmatch(key):
            self._fault(
                _m("“%(key)s” is no key of an exercise", key=key), _m("use small letters a–z, digits and hyphens")
            )
            return
        self._close_segment()
        self.exercises.append((key, self.line))
        self.segments.append(("exercise", key))
        self.blocks.append(Block(f"exercise-{key}", "exercise", key))

    def _close_segment(self) -> None:
        if self.html:
            self.segments.append(("html", clean_html("".join(self.html))))
            self.html.clear()

    def _cite(self, block: list[Token], block_id: str) -> None:
        for token in block:
            for child in token.children or ():
                if child.type != "citation":
                    continue
                line = (token.map[0] + 1) if token.map else self.line
                for message, remedy in citation_faults(child, self.page.links):
                    self._fault(message, remedy, line)
                self.citations.append(Citation(child.content, child.meta["article"], block_id, line))

    def _check_text(self, block: list[Token]) -> None:
        for token in block:
            line = token.map[0] + 1 if token.map else self.line
            if token.type == "heading_open" and token is not block[0]:
                self._fault(
                    _m("A heading stands inside a box, list or quotation"),
                    _m("take it out, or write it in bold"),
                    line,
                )
            for child in token.children or ():
                if child.type == "text" and (found := _LOOKS_LIKE_HTML.search(child.content)):
                    self._fault(
                        _m("“%(tag)s” is HTML, which lessons do not use", tag=found.group()),
                        _m("write it in Markdown, or as `code` if it shall be seen"),
                        line,
                    )
                if child.type == "text" and EXERCISE in child.content and "[[" in child.content:
                    self._fault(
                        _m("A reference in double brackets is not closed"), _m("write [[exercise:key]]"), line
                    )

    def _check_fragments(self) -> None:
        known = {block.id for block in self.blocks}
        for token in self.tokens:
            for child in token.children or ():
                target = str(child.attrGet("href") or "") if child.type == "link_open" else ""
                if target.startswith("#") and target[1:] not in known:
                    line = token.map[0] + 1 if token.map else 1
                    self._fault(
                        _m("There is no place “%(target)s” in this lesson", target=target),
                        _m("link to the id of a heading"),
                        line,
                    )


def citation_faults(token: Token, links: Links) -> Iterator[tuple[str, str]]:
    """Message and remedy of what is wrong with a citation: an unknown document, an unreadable place."""
    number, article = token.content, token.meta["article"]
    if links.document(number) is None:
        yield (
            _m("The document “%(number)s” is not in the register", number=number),
            _m("add it to legal.yaml with its title, issuer and dates, or correct the number"),
        )
    elif article and not is_article(article):
        yield (
            _m("“#%(place)s” names no place in a document", place=article),
            _m("write #d5, #d5.k2 or #d5.k2.a"),
        )


def _as_figure(block: list[Token]) -> list[Token]:
    """A paragraph that is one picture becomes a figure, its title the caption; other blocks stay."""
    if len(block) != 3 or block[0].type != "paragraph_open":
        return block
    children = block[1].children or []
    if len(children) != 1 or children[0].type != "image":
        return block
    opening, closing = Token("figure_open", "figure", 1), Token("figure_close", "figure", -1)
    opening.map, closing.content = block[0].map, str(children[0].attrGet("title") or "")
    content = Token("inline", "", 0, children=children, map=block[1].map, content=block[1].content)
    return [opening, content, closing]
