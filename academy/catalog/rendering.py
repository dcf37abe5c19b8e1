"""From the tokens of a text to HTML: what each sign of the lesson language looks like in a page."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

from academy.catalog.legal_numbers import article_label
from academy.catalog.markdown_syntax import BOX_KINDS, inline_text, make_parser
from academy.catalog.maths import FormulaError, mathml
from academy.kernel.i18n import _m

__all__ = ["PARSER", "DocumentReference", "Links", "MediaReference", "Page", "lesson_address"]


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """What a citation shows of a legal document.

    ``validity`` is ``in_force``, ``pending`` (not yet), ``replaced`` or ``expired``.
    """

    number: str
    slug: str
    title: Mapping[str, str]
    validity: str = "in_force"
    since: date | None = None


@dataclass(frozen=True, slots=True)
class MediaReference:
    """A picture, recording or file at its final address; pixels where known."""

    url: str
    mime: str
    width: int | None = None
    height: int | None = None


class Links(Protocol):
    """Where references in a text lead; each answers None if there is no such thing."""

    def document(self, number: str) -> DocumentReference | None: ...

    def media(self, path: str, lang: str) -> MediaReference | None: ...

    def lesson(self, target: str) -> str | None: ...


def lesson_address(course: str, target: str, known: Container[str]) -> str | None:
    """The address of a lesson of the same course that a text names as ``02-title``, ``./02-title.vi.md``
    or ``02-title#place``; None if it is not among the ``known`` ones."""
    name, _, place = target.partition("#")
    name = re.sub(r"(\.(vi|en|de))?\.md\Z", "", name.removeprefix("./"))
    if name not in known:
        return None
    return f"/courses/{course}/lessons/{name}" + (f"#{place}" if place else "")


@dataclass(slots=True)
class Page:
    """What rendering one text needs and notes down; travels in the parser's environment.

    ``media`` are the addresses of all files that the text shows or links to, in order.
    """

    lang: str
    links: Links
    words: Mapping[str, Any]
    faults: list[tuple[int | None, str, str]] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    tables: int = 0

    def find_media(self, path: str) -> MediaReference | None:
        found = self.links.media(path, self.lang)
        if found is not None and found.url not in self.media:
            self.media.append(found.url)
        return found

    def fault(self, message: str, remedy: str, line: int | None = None) -> None:
        """Note a fault; ``line`` counts from 0 in the text, None means the block being rendered."""
        self.faults.append((line, message, remedy))


def _page(env: Mapping[str, Any]) -> Page:
    return env["page"]


def _id(token: Token) -> str:
    found = token.attrGet("id")
    return f' id="{found}"' if found else ""


def _citation(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    page, token = _page(env), tokens[index]
    number, article = token.content, token.meta["article"]
    document = page.links.document(number)
    if document is None:
        return f'<span class="citation">{escape(number)}</span>'
    title = (
        document.title.get(page.lang) or document.title.get("vi") or next(iter(document.title.values()), "")
    )
    place = article_label(article, page.lang)
    mark = page.words["validity"][document.validity]
    hint = ". ".join(part for part in (title, place, mark) if part)
    anchor = f"#{article}" if place else ""
    shown = (
        f'<a class="citation citation-{document.validity}" href="/legal/{document.slug}{escape(anchor)}">'
        f'<abbr title="{escape(hint)}">{escape(document.number)}</abbr></a>'
    )
    if document.validity != "in_force":
        shown += f' <span class="citation-mark">({escape(mark)})</span>'
    return shown


def _stray_exercise(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    _page(env).fault(
        _m("The exercise “%(key)s” stands inside other text", key=tokens[index].content),
        _m("put [[exercise:…]] alone into a paragraph of its own, outside boxes and lists"),
    )
    return ""


def _maths(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    token = tokens[index]
    block = token.type == "math_block"
    try:
        shown = mathml(token.content, block=block)
    except FormulaError as error:
        _page(env).fault(_m("Mathematics: %(error)s", error=error), _m("correct the LaTeX between the dollar signs"))
        shown = f"<code>{escape(token.content)}</code>"
    if not block:
        return shown
    # a long formula scrolls on a phone, and what scrolls must be reached by keyboard
    label = escape(_page(env).words["formula"])
    return f'<div class="maths" role="group" tabindex="0" aria-label="{label}"{_id(token)}>{shown}</div>\n'


def _image(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    page, token = _page(env), tokens[index]
    path, alt = str(token.attrGet("src") or ""), inline_text(token)
    media = page.find_media(path)
    if media is None:
        page.fault(
            _m("The file “%(path)s” is not there or is not of an allowed kind", path=path),
            _m("put it beside the lesson and write its path relative to the course folder"),
        )
        return f'<span class="missing">{escape(alt or path)}</span>'
    kind = media.mime.partition("/")[0]
    if kind in ("audio", "video"):
        return (
            f'<{kind} controls preload="none" src="{escape(media.url)}" aria-label="{escape(alt)}"></{kind}>'
        )
    if not alt:
        page.fault(
            _m("The picture “%(path)s” has no alternative text", path=path),
            _m("describe it between the brackets: ![…](…)"),
        )
    size = f' width="{media.width}" height="{media.height}"' if media.width and media.height else ""
    return f'<img src="{escape(media.url)}" alt="{escape(alt)}"{size} loading="lazy" decoding="async">'


def _link_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    page, target = _page(env), str(tokens[index].attrGet("href") or "")
    title = tokens[index].attrGet("title")
    hint = f' title="{escape(str(title))}"' if title else ""
    if target.startswith(("https://", "http://")):
        return f'<a href="{escape(target)}" rel="external noopener noreferrer"{hint}>'
    if target.startswith(("#", "/", "mailto:", "tel:")):
        return f'<a href="{escape(target)}"{hint}>'
    address = page.links.lesson(target)
    if address:
        return f'<a href="{escape(address)}"{hint}>'
    media = page.find_media(target)
    if media:
        return f'<a href="{escape(media.url)}" download{hint}>'
    page.fault(
        _m("The link “%(target)s” leads to no lesson and no file of this course", target=target),
        _m("write the lesson's name (02-…), a path inside the course folder, or a full address with https://"),
    )
    return "<a>"


def _figure_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return f'<figure class="figure"{_id(tokens[index])}>'


def _figure_close(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    caption = tokens[index].content
    shown = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"{shown}</figure>\n"


def _table_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    page = _page(env)
    page.tables += 1
    label = f"{page.words['table']} {page.tables}"
    return f'<div class="table-scroll" role="group" tabindex="0" aria-label="{label}"{_id(tokens[index])}><table>\n'


def _table_close(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return "</table></div>\n"


def _cell_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    token = tokens[index]
    scope = ' scope="col"' if token.tag == "th" else ""
    # the parser marks alignment by a style attribute, which pages do not allow
    align = str(token.attrGet("style") or "").removeprefix("text-align:")
    named = ' class="num"' if align == "right" else ' class="centre"' if align == "center" else ""
    return f"<{token.tag}{scope}{named}>"


def _box_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    page, token = _page(env), tokens[index]
    kind, _, title = token.info.strip().partition(" ")
    if kind not in BOX_KINDS:
        page.fault(
            _m("There is no box of the kind “%(kind)s”", kind=kind),
            _m("choose one of %(kinds)s", kinds=", ".join(BOX_KINDS)),
        )
        kind = "note"
    label = title.strip() or page.words["boxes"][kind]
    token_id = token.attrGet("id")
    named = f' id="{token_id}" aria-labelledby="{token_id}-title"' if token_id else ""
    title_id = f' id="{token_id}-title"' if token_id else ""
    return f'<div class="admonition admonition-{kind}" role="note"{named}>\n<p class="admonition-title"{title_id}>{escape(label)}</p>\n'


def _box_close(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return "</div>\n"


def _code(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    named = f' class="language-{escape(language)}"' if language else ""
    return f'<pre tabindex="0"{_id(token)}><code{named}>{escape(token.content)}</code></pre>\n'


def _footnote_mark(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    note = tokens[index].meta["id"] + 1
    nth = tokens[index].meta.get("subId", 0)
    suffix = f"-{nth + 1}" if nth else ""
    return f'<sup class="footnote-ref"><a href="#fn-{note}" id="fnref-{note}{suffix}">{note}</a></sup>'


def _footnotes_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    label = escape(_page(env).words["footnotes"])
    return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}" id="footnotes">\n<ol>\n'


def _footnotes_close(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return "</ol>\n</section>\n"


def _footnote_open(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return f'<li id="fn-{tokens[index].meta["id"] + 1}">'


def _footnote_close(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    return "</li>\n"


def _footnote_back(tokens: Sequence[Token], index: int, env: Mapping[str, Any]) -> str:
    note = tokens[index].meta["id"] + 1
    nth = tokens[index].meta.get("subId", 0)
    suffix = f"-{nth + 1}" if nth else ""
    label = escape(_page(env).words["back"].format(note))
    return f' <a href="#fnref-{note}{suffix}" class="footnote-back" aria-label="{label}">↑</a>'


_RULES = {
    "citation": _citation,
    "exercise": _stray_exercise,
    "math_inline": _maths,
    "math_block": _maths,
    "image": _image,
    "link_open": _link_open,
    "figure_open": _figure_open,
    "figure_close": _figure_close,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
    "container_box_open": _box_open,
    "container_box_close": _box_close,
    "fence": _code,
    "code_block": _code,
    "footnote_ref": _footnote_mark,
    "footnote_block_open": _footnotes_open,
    "footnote_block_close": _footnotes_close,
    "footnote_open": _footnote_open,
    "footnote_close": _footnote_close,
    "footnote_anchor": _footnote_back,
}


def _with_rules(parser: MarkdownIt) -> MarkdownIt:
    for name, rule in _RULES.items():
        # a rule is bound to the renderer and gets its options; ours need neither
        parser.add_render_rule(
            name, lambda _self, tokens, index, _options, env, rule=rule: rule(tokens, index, env)
        )
    return parser


PARSER = _with_rules(make_parser())
