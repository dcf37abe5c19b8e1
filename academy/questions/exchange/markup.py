"""Between the HTML of other systems and the academy's Markdown, and plain text on either side."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from markdown_it.token import Token

from academy.catalog.markdown_syntax import inline_text, make_parser
from academy.kernel.safe_xml import escape_text
from academy.kernel.text import clean

__all__ = ["escape_markdown", "looks_like_html", "plain_text", "shows_the_same", "to_html", "to_markdown"]

_PARSER = make_parser()
_SIGNS = re.compile(r"[\\`*_\[\]<>$~#|:&=+\-^]|^\s*\d{1,9}[.)]|\n", re.MULTILINE)
_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|span|div|img|a|ul|ol|li|table|sub|sup|code|pre|h[1-6])\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE_SIGNS = re.compile(r"[`*\[\]$~]|\\(?=[!-/:-@\[-`{-~])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|_")
_BLOCK_SIGNS = re.compile(r"^(\s*)([#>+=|:-]|\d{1,9}(?=[.)]))", re.MULTILINE)


def looks_like_html(text: str) -> bool:
    return _TAG.search(text) is not None


# --- plain text -------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def escape_markdown(text: str) -> str:
    """Plain text as Markdown that shows just it; text without signs stays as it is."""
    text = clean(text, multiline=True).strip()
    return text if _reads_as_itself(text) else _escaped(text)


@lru_cache(maxsize=4096)
def plain_text(markdown: str) -> str:
    """What a reader would read aloud, line breaks kept."""
    if not _SIGNS.search(markdown):
        return markdown
    blocks: list[str] = []
    for token in _PARSER.parse(markdown, {}):
        if token.type == "inline":
            blocks.append("\n".join(_inline_lines(token)))
        elif token.type in ("fence", "code_block", "math_block"):
            blocks.append(token.content.strip())
    return "\n".join(blocks)


def is_plain(markdown: str) -> bool:
    """Whether Markdown is nothing but its words."""
    return _reads_as_itself(markdown)


def _reads_as_itself(text: str) -> bool:
    if not _SIGNS.search(text):
        return True
    paragraphs = []
    for token in _PARSER.parse(text, {}):
        if token.type == "inline":
            if any(child.type not in ("text", "softbreak") for child in token.children or ()):
                return False
            paragraphs.append("".join(child.content or "\n" for child in token.children or ()))
        elif token.type not in ("paragraph_open", "paragraph_close"):
            return False
    return "\n\n".join(paragraphs) == text


def _escaped(text: str) -> str:
    return _BLOCK_SIGNS.sub(_escape_block, _escaped_inline(text))


def _escaped_inline(text: str) -> str:
    text = _INLINE_SIGNS.sub(lambda found: "\\" + found.group(), text)
    return re.sub(r"(?<=\w)\\_(?=\w)", "_", text)


def _escape_block(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign.isdigit() else f"{found[1]}\\{sign}"


def _inline_lines(token: Token) -> list[str]:
    lines: list[list[Token]] = [[]]
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            lines.append([])
        else:
            lines[-1].append(child)
    return [inline_text(Token("inline", "", 0, children=line)) for line in lines]


# --- HTML to Markdown -------------------------------------------------------------------------

_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 blockquote section article center figure figcaption dl dt dd".split()
)
_DROPPED = frozenset("script style head title iframe object embed noscript template".split())
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "del": "~~", "s": "~~", "strike": "~~"}
_PLAIN_HTML = re.compile(r"<p>([^<&\\$]+)</p>|([^<&\\$]+)")
# a closing $$ before a digit is a price: "from $$5 to $$7"; none reaches past the next beginning of its kind, so that
# beginnings without an end are not each searched to the end of the text
_TEX = re.compile(r"\\\(((?:(?!\\[()]).)+)\\\)|\\\[((?:(?!\\[\[\]]).)+)\\\]|\$\$([^$]+?)\$\$(?!\d)", re.DOTALL)
_DELIMITER = re.compile(r"\\[(\[]|\$\$")


def to_markdown(html: str, *, lang: str = "vi", marked: bool = False) -> str:
    """HTML as Markdown; what Markdown has no sign for becomes its words, scripts and styles nothing.

    Args:
        lang: which of the texts to take where one is there in several languages (``class="multilang"``).
        marked: whether a formula is one only in an element of the class ``math-tex``. Where pages look for
            delimiters themselves, as Moodle's do, every ``\\(…\\)``, ``\\[…\\]`` and ``$$…$$`` is one.
    """
    if plain := _PLAIN_HTML.fullmatch(html.strip()):
        # most texts of most banks, and a tenth of the time
        return escape_markdown(" ".join((plain[1] or plain[2]).split()))
    reader = _HtmlReader(lang, marked)
    reader.feed(html.replace("\r\n", "\n"))
    reader.close()
    return clean(reader.result(), multiline=True).strip()


class _HtmlReader(HTMLParser):
    """Walks tags of whatever order; keeps blocks of inline Markdown and their indentation."""

    def __init__(self, lang: str, marked: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = lang
        self.marked = marked
        self.spans: list[bool] = []  # whether each open span holds a formula
        self.blocks: list[tuple[str, str]] = []  # (what joins it to the one before, text)
        self.words: list[str] = []
        self.marks: list[tuple[str, str, int]] = []
        self.lists: list[list[Any]] = []
        self.links: list[tuple[str, int]] = []
        self.skipping = 0
        self.code = False
        self.formatted = False
        self.rows: list[list[str]] | None = None
        self.multilang: list[str | None] = []

    def result(self) -> str:
        self._end_block()
        text = "".join(f"{joint if index else ''}{block}" for index, (joint, block) in enumerate(self.blocks))
        return text if self.formatted else escape_markdown(_unescaped(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _DROPPED:
            self.skipping += 1
        if self.skipping or self._hidden_span(tag, values):
            return
        if tag in _MARKS:
            self.marks.append((tag, _MARKS[tag], len(self.words)))
        elif tag == "br":
            self.words.append("\n")
        elif tag == "code" and not self.code:
            self.marks.append((tag, "`", len(self.words)))
        elif tag == "pre":
            self._end_block()
            self.code = True
        elif tag in ("ul", "ol"):
            self._end_block()
            self.lists.append([tag, 0])
        elif tag == "li":
            self._end_block()
            if self.lists:
                self.lists[-1][1] += 1
        elif tag == "a":
            self.links.append((values.get("href", ""), len(self.words)))
        elif tag in ("img", "audio", "video", "source"):
            self._picture(values)
        elif tag == "table":
            self._end_block()
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.words.clear()
            self.rows.append([])
        elif tag in _BLOCKS and self.rows is None:
            self._end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.skipping = max(self.skipping - 1, 0)
            return
        if tag == "span" and self.multilang:
            self.multilang.pop()
            self.spans.pop()
        if self.skipping or self._is_hidden():
            return
        if tag in _MARKS or (tag == "code" and not self.code):
            self._end_mark(tag)
        elif tag == "pre":
            text = "".join(self.words).strip("\n")
            self.words.clear()
            self.code = False
            self._add(f"```\n{text}\n```")
            self.formatted = True
        elif tag in ("ul", "ol"):
            self._end_block()
            if self.lists:
                self.lists.pop()
        elif tag == "a" and self.links:
            target, start = self.links.pop()
            words = "".join(self.words[start:]).strip()
            del self.words[start:]
            safe = target.startswith(("http://", "https://", "mailto:"))
            self.words.append(f"[{words}](<{target}>)" if safe and words else words)
            self.formatted |= safe
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("".join(self.words).strip().replace("\n", " ").replace("|", "\\|"))
            self.words.clear()
        elif tag == "table" and self.rows is not None:
            self._table()
        elif (tag in _BLOCKS or tag == "li") and self.rows is None:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if self.skipping or self._is_hidden():
            return
        if self.code or (self.marks and self.marks[-1][0] == "code"):
            self.words.append(data)
            return
        data = re.sub(r"\s+", " ", data)
        end = 0
        for found in _TEX.finditer(data) if not self.marked or any(self.spans) else ():
            self.words.append(_escaped_inline(data[end : found.start()]))
            tex = next(group for group in found.groups() if group)
            self.words.append(f"${tex.strip()}$")
            self.formatted = True
            end = found.end()
        rest = _escaped_inline(data[end:])
        # what follows in another element must not be escaped by a backslash at the end
        lone = (len(rest) - len(rest.rstrip("\\"))) % 2
        self.words.append(rest + "\\" if lone else rest)

    def _hidden_span(self, tag: str, values: dict[str, str]) -> bool:
        if tag == "span":
            classes = values.get("class", "").split()
            self.multilang.append(values.get("lang", "") if "multilang" in classes else None)
            self.spans.append("math-tex" in classes)
        return self._is_hidden()

    def _is_hidden(self) -> bool:
        return any(lang is not None and lang.partition("-")[0] != self.lang for lang in self.multilang)

    def _picture(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        if not source:
            return
        alt = re.sub(r"[\[\]\n]", " ", values.get("alt", "") or values.get("title", "")).strip()
        self.words.append(f"![{alt}](<{source}>)")
        self.formatted = True

    def _end_mark(self, tag: str) -> None:
        for index in range(len(self.marks) - 1, -1, -1):
            if self.marks[index][0] == tag:
                _tag, mark, start = self.marks.pop(index)
                words = "".join(self.words[start:])
                del self.words[start:]
                inner = words.strip()
                if not inner:
                    self.words.append(words)
                    return
                lead, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
                self.words.append(f"{lead}{mark}{inner}{mark}{tail}")
                self.formatted = True
                return

    def _end_block(self) -> None:
        text = "\n".join(line.strip() for line in "".join(self.words).split("\n")).strip()
        self.words.clear()
        self.marks.clear()
        if text:
            self._add(_BLOCK_SIGNS.sub(_escape_block, text) if not text.startswith("![") else text)

    def _add(self, text: str) -> None:
        joint = "\n\n"
        if self.lists:
            kind, number = self.lists[-1]
            indent = "    " * (len(self.lists) - 1)
            mark = f"{number}. " if kind == "ol" else "- "
            text = indent + mark + text.replace("\n", "\n" + indent + " " * len(mark))
            joint = "\n" if number > 1 or len(self.lists) > 1 else "\n\n"
            self.formatted = True
        self.blocks.append((joint, text))

    def _table(self) -> None:
        rows = [row for row in self.rows or () if row]
        self.rows = None
        if not rows:
            return
        width = max(map(len, rows))
        rows = [row + [""] * (width - len(row)) for row in rows]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        self.blocks.append(("\n\n", "\n".join(lines)))
        self.formatted = True


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


# --- Markdown to HTML -------------------------------------------------------------------------


def to_html(markdown: str, *, inline: bool = False, marked: bool = False) -> str:
    """Markdown as plain XHTML for other systems: formulas as TeX, citations as their numbers.

    What only looks like the beginning of a formula stands in an element of its own, where no page looks for its end.

    Args:
        marked: whether formulas are marked by the class ``math-tex``, for readers that look for no delimiters.
    """
    env = {"marked": marked}
    if not _SIGNS.search(markdown):
        words = escape_text(markdown.strip())
        return words if inline else f"<p>{words}</p>"
    if inline and "\n" not in markdown.strip():
        return _OUT.renderInline(markdown.strip(), env).strip()
    return _OUT.render(markdown.strip(), env).strip()


def shows_the_same(one: str, other: str) -> bool:
    """Whether two texts in Markdown look the same, however their signs are written."""
    return one == other or to_html(one) == to_html(other)


def _image(_self: Any, tokens: list[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    source, alt = str(token.attrGet("src") or ""), inline_text(token)
    return f'<img src="{escape_text(source, quote=True)}" alt="{escape_text(alt, quote=True)}" />'


def _words(_self: Any, tokens: list[Token], index: int, _options: Any, _env: Any) -> str:
    return escape_text(tokens[index].content)


def _formula(_self: Any, tokens: list[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    left, right = ("\\[", "\\]") if token.type == "math_block" else ("\\(", "\\)")
    formula = f"{left}{escape_text(token.content.strip())}{right}"
    return f'<span class="math-tex">{formula}</span>' if env.get("marked") else formula


def _plain_words(_self: Any, tokens: list[Token], index: int, _options: Any, _env: Any) -> str:
    words = escape_text(tokens[index].content)
    return _DELIMITER.sub(lambda found: f"<span>{found.group()}</span>", words)


def _outward() -> Any:
    parser = make_parser()
    parser.options["xhtmlOut"] = True
    for name, rule in (
        ("text", _plain_words),
        ("image", _image),
        ("citation", _words),
        ("exercise", _words),
        ("math_inline", _formula),
        ("math_block", _formula),
    ):
        parser.add_render_rule(name, rule)
    return parser


_OUT = _outward()
