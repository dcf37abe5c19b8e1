"""Formulas on paper: the author's TeX as a tree of a few shapes that the printer's template knows.

A node is a list whose first entry says its shape: ``t`` text (upright), ``i`` a letter that stands for a
quantity, ``o`` an operator, ``row`` nodes side by side, ``frac``, ``sqrt``, ``root`` (radicand, index), ``sub``,
``sup``, ``both`` (base, below, above), ``over`` and ``under``. What is none of these is its parts side by side.
"""

from __future__ import annotations

from html import unescape
from typing import Any

from latex2mathml.converter import convert_to_element

__all__ = ["flat", "math_tree"]

_SHAPES = {
    "mfrac": ("frac", 2),
    "mroot": ("root", 2),
    "msub": ("sub", 2),
    "msup": ("sup", 2),
    "msubsup": ("both", 3),
    "munderover": ("both", 3),
    "mover": ("over", 2),
    "munder": ("under", 2),
}


def math_tree(tex: str) -> list[Any]:
    """The tree of a formula; of one that cannot be read, its own signs."""
    try:
        return _node(convert_to_element(tex))
    except Exception:  # the converter says in many ways that it cannot read something
        return ["t", tex]


def flat(node: list[Any]) -> str:
    """The signs of a tree in a line, for tables that cannot show formulas."""
    shape, *parts = node
    if shape in ("t", "i", "o"):
        return str(parts[0])
    return ("/" if shape == "frac" else "").join(map(flat, parts))


def _node(element: Any) -> list[Any]:
    children = list(element)
    if element.tag in ("mi", "mn", "mo", "mtext", "ms"):
        text = unescape(element.text or "")
        if element.tag == "mo":
            return ["o", text]
        return ["i" if element.tag == "mi" and len(text) == 1 and text.isalpha() else "t", text]
    if element.tag == "mspace":
        return ["t", "\u2009"]
    if element.tag == "msqrt":
        return ["sqrt", ["row", *map(_node, children)]]
    shape, parts = _SHAPES.get(element.tag, ("", 0))
    if shape and len(children) == parts:
        return [shape, *map(_node, children)]
    if len(children) == 1:
        return _node(children[0])
    return ["row", *map(_node, children)]
