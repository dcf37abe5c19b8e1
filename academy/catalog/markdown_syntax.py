"""The Markdown of lessons: CommonMark and tables, plus the few signs of our own.

Own signs are a heading's id (``## Title {#id}``), boxes (``::: note Title``), and references in double
brackets (``[[171/2025/NĐ-CP#d5]]``, ``[[exercise:key]]``). Raw HTML is not part of the language.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

__all__ = ["BOX_KINDS", "EXERCISE", "ID", "exercise_key", "inline_text", "make_parser", "tokens_text"]

BOX_KINDS = ("note", "example", "warning", "case", "summary")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
EXERCISE = "exercise:"

_HEADING_ID = re.compile(r"\s*\{#([^{}\s]*)\}\s*$")
_BRACKETS = re.compile(r"\[\[([^\[\]\n]{1,160})\]\](?!\()")


def make_parser() -> MarkdownIt:
    """A parser of the lesson language; it keeps no state between texts and may be shared."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    footnote_plugin(parser, inline=False)
    deflist_plugin(parser)
    dollarmath_plugin(
        parser, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False
    )
    container_plugin(parser, "box", validate=lambda params, _markup: bool(params.strip()))
    parser.inline.ruler.before("link", "double_brackets", _double_brackets)
    parser.core.ruler.before("inline", "heading_ids", _heading_ids)
    return parser


def _heading_ids(state: StateCore) -> None:
    for opening, content in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type != "heading_open":
            continue
        found = _HEADING_ID.search(content.content)
        if found:
            content.content = content.content[: found.start()]
            opening.meta["id"] = found[1]


def _double_brackets(state: StateInline, silent: bool) -> bool:
    found = _BRACKETS.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        target = found[1].strip()
        if target.startswith(EXERCISE):
            token = state.push("exercise", "", 0)
            token.content = target.removeprefix(EXERCISE).strip()
        else:
            token = state.push("citation", "", 0)
            number, _, article = target.partition("#")
            token.content, token.meta = number.strip(), {"article": article.strip()}
    state.pos = found.end()
    return True


def exercise_key(block: list[Token]) -> str | None:
    """The key, if the block is a paragraph that consists of one ``[[exercise:key]]``."""
    if len(block) != 3 or block[0].type != "paragraph_open":
        return None
    children = [child for child in block[1].children or () if child.type != "text" or child.content.strip()]
    return children[0].content if len(children) == 1 and children[0].type == "exercise" else None


def inline_text(token: Token) -> str:
    """The words of an inline token as a reader would say them, without marks of Markdown."""
    words = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "citation", "math_inline"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif child.type == "image":
            words.append(inline_text(child))
    return " ".join("".join(words).split())


def tokens_text(tokens: list[Token]) -> str:
    """The words of a block: its paragraphs, cells or items, separated by spaces; code as it stands."""
    texts = []
    for token in tokens:
        if token.type == "inline":
            texts.append(inline_text(token))
        elif token.type in ("fence", "code_block", "math_block"):
            texts.append(token.content.strip())
        elif token.type == "container_box_open":
            texts.append(token.info.strip().partition(" ")[2].strip())
    return " ".join(text for text in texts if text)
