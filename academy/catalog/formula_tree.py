"""Formulas where no MathML is shown, on paper and in a line of plain text: the author's TeX as a tree of a few shapes.

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
_HIGH, _LOW = "0123456789+-−()n", "0123456789+-−()"
_ABOVE = str.maketrans(_HIGH, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_BELOW = str.maketrans(_LOW, "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")


def math_tree(tex: str) -> list[Any]:
    """The tree of a formula; of one that cannot be read, its own signs."""
    try:
        return _node(convert_to_element(tex))
    except Exception:  # the converter says in many ways that it cannot read something
        return ["t", tex]


def flat(node: list[Any]) -> str:
    """The signs of a tree in a line, for places that cannot show formulas: ``(a+b)/c``, ``x²``, ``√(2x)``."""
    shape, *parts = node
    if shape in ("t", "i", "o"):
        return str(parts[0])
    texts = list(map(flat, parts))
    if shape == "frac":
        return "/".join(map(_grouped, texts))
    if shape == "sqrt":
        return "√" + _grouped(texts[0])
    if shape == "root":
        return _raised(texts[1]) + "√" + _grouped(texts[0])
    if shape == "sub":
        return texts[0] + _lowered(texts[1])
    if shape == "sup":
        return texts[0] + _raised(texts[1])
    if shape == "both":
        return texts[0] + _lowered(texts[1]) + _raised(texts[2])
    return "".join(texts)


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.replace(",", "").replace(".", "").isdecimal() else f"({text})"


def _raised(text: str) -> str:
    return text.translate(_ABOVE) if set(text) <= set(_HIGH) else "^" + _grouped(text)


def _lowered(text: str) -> str:
    return text.translate(_BELOW) if set(text) <= set(_LOW) else "_" + _grouped(text)


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
