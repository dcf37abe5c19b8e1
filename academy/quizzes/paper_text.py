"""The author's Markdown as plain blocks and runs, which the printer's template sets without reading any markup.

A run is ``[style, text]``; styles are ``b`` bold, ``i`` italic, ``c`` code, ``s`` struck out, ``gap`` a blank to write in,
joined where several hold; after ``m`` stands a formula (:mod:`academy.catalog.formula_tree`) in place of the text. A block is a mapping with its kind under ``k``: ``p``, ``h``, ``code``, ``list``, ``table``,
``picture``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from academy.catalog.formula_tree import math_tree
from academy.catalog.markdown_syntax import make_parser

__all__ = ["blocks_of", "pictures_in", "runs_of"]

# three and more underscores are a blank to write in, not emphasis or a line across the page
_BLANK = re.compile(r"_{3,}")
_GAP = "\ue000"
_STYLES = {"strong": "b", "em": "i", "s": "s"}


@lru_cache(maxsize=1)
def _parser() -> Any:
    return make_parser()


def runs_of(text: str) -> list[list[Any]]:
    """One line of Markdown, such as an option."""
    tokens = _parser().parseInline(_marked(text), {})
    return list(_runs(tokens[0].children or [])) if tokens else []


def blocks_of(text: str) -> list[dict[str, Any]]:
    """A prompt of one or more paragraphs."""
    return list(_blocks(_parser().parse(_marked(text), {})))


def pictures_in(blocks: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The picture blocks, wherever they stand."""
    for block in blocks:
        if block["k"] == "picture":
            yield block
        for item in block.get("items", ()):
            yield from pictures_in(item)


def _marked(text: str) -> str:
    return _BLANK.sub(_GAP, text)


def _blocks(tokens: Sequence[Token]) -> Iterator[dict[str, Any]]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.nesting == 1:
            end = _end_of(tokens, index)
            yield from _opened(token, tokens[index + 1 : end])
            index = end
        elif token.type in ("fence", "code_block"):
            yield {"k": "code", "text": token.content.rstrip("\n").replace(_GAP, "____")}
        elif token.type == "math_block":
            yield {"k": "p", "runs": [["m", math_tree(token.content.strip())]]}
        elif token.type == "inline":
            yield from _paragraph(token, "p")
        index += 1


def _end_of(tokens: Sequence[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens)


def _opened(opening: Token, inside: Sequence[Token]) -> Iterator[dict[str, Any]]:
    if opening.type == "table_open":
        yield {"k": "table", "rows": list(_rows(inside))}
    elif opening.type in ("bullet_list_open", "ordered_list_open"):
        yield {
            "k": "list",
            "ordered": opening.type == "ordered_list_open",
            "start": int(opening.attrGet("start") or 1),
            "items": list(_items(inside)),
        }
    elif opening.type == "heading_open":
        for token in inside:
            yield from _paragraph(token, "h")
    else:
        yield from _blocks(inside)


def _items(tokens: Sequence[Token]) -> Iterator[list[dict[str, Any]]]:
    index = 0
    while index < len(tokens):
        if tokens[index].type == "list_item_open":
            end = _end_of(tokens, index)
            yield list(_blocks(tokens[index + 1 : end]))
            index = end
        index += 1


def _rows(tokens: Sequence[Token]) -> Iterator[list[list[list[str]]]]:
    row: list[list[list[str]]] = []
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(list(_runs(token.children or [])))
        elif token.type == "tr_close":
            yield row


def _paragraph(token: Token, kind: str) -> Iterator[dict[str, Any]]:
    """A paragraph; a picture in it becomes a block of its own after it."""
    if token.type != "inline":
        return
    children = token.children or []
    runs = list(_runs([child for child in children if child.type != "image"]))
    if any(style in ("gap", "m") or text.strip() for style, text in runs):
        yield {"k": kind, "runs": runs}
    for child in children:
        if child.type == "image":
            yield {"k": "picture", "path": str(child.attrGet("src") or ""), "alt": child.content}


def _runs(tokens: Sequence[Token]) -> Iterator[list[Any]]:
    styles: list[str] = []
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            if token.nesting == 1:
                styles.append(_STYLES[name])
            elif _STYLES[name] in styles:
                styles.remove(_STYLES[name])
        elif token.type == "text":
            yield from _with_gaps("".join(sorted(set(styles))), token.content)
        elif token.type == "code_inline":
            yield ["c", token.content.replace(_GAP, "____")]
        elif token.type == "softbreak":
            yield ["", " "]
        elif token.type == "hardbreak":
            yield ["", "\n"]
        elif token.type == "math_inline":
            yield ["m", math_tree(token.content)]
        elif token.content and token.type != "image":
            yield from _with_gaps("".join(sorted(set(styles))), token.content)


def _with_gaps(style: str, text: str) -> Iterator[list[str]]:
    for index, part in enumerate(text.split(_GAP)):
        if index:
            yield ["gap", ""]
        if part:
            yield [style, part]
