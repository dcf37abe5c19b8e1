"""The words of a question as plain text: for lists, files and menus, where neither Markdown nor formulas are shown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from academy.catalog.formula_tree import flat, math_tree
from academy.catalog.markdown_syntax import make_parser
from academy.kernel.i18n import localized

__all__ = ["first_words", "plain_words", "shortened"]

MOST = 140

_PARSER = make_parser()
_SIGNS = re.compile(r"[\\`*_\[\]<>$~#|&]")


@lru_cache(maxsize=8192)
def plain_words(markdown: str) -> str:
    """What a reader would see of Markdown, a line for each of its lines: ``$0{,}45$`` is ``0,45``."""
    if not _SIGNS.search(markdown):
        return markdown.strip()
    lines: list[str] = []
    for token in _PARSER.parse(markdown, {}):
        if token.type == "inline":
            lines += "".join(map(_words, token.children or ())).split("\n")
        elif token.type == "math_block":
            lines.append(flat(math_tree(token.content.strip())))
        elif token.type in ("fence", "code_block"):
            lines += token.content.strip().split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def shortened(markdown: str, most: int = MOST) -> str:
    """The first line of :func:`plain_words`, cut between words to ``most`` characters."""
    return textwrap.shorten(plain_words(markdown).partition("\n")[0], most, placeholder=" …")


def first_words(spec: Mapping[str, Any], key: str, lang: str, most: int = MOST) -> str:
    """The first line of what an item says: every kind keeps it under one of these names. Its key if it says nothing."""
    text = next(
        (spec[name] for name in ("text", "prompt", "brief") if isinstance(spec.get(name), Mapping)), None
    )
    return (shortened(localized(text, lang), most) if text else "") or key


def _words(token: Token) -> str:
    if token.type == "math_inline":
        return flat(math_tree(token.content))
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type in ("text", "code_inline", "citation", "image"):
        return token.content
    return ""
