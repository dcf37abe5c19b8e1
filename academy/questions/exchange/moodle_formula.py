"""Formulas of Moodle's calculated questions: arithmetic of PHP with a closed list of functions.

What is read and written is the part that means the same here; every other sign or function is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from academy.questions.exchange.formula_trees import Dialect, lowered, require_small, written
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.formula import Name, Number, Operation, Part

__all__ = ["moodle_text", "read_moodle"]

_MOODLE = Dialect(
    power="**",
    name=lambda name: f"{{{name}}}",
    constants={"pi": "pi()"},
    functions={"ln": "log", "rad": "deg2rad", "deg": "rad2deg"},
)
_SAME = ("abs", "ceil", "floor", "sqrt", "exp", "log10", "sin", "cos", "tan", "min", "max", "round")
_ONE: Mapping[str, str] = {
    **{name: name for name in _SAME},
    "deg2rad": "rad",
    "rad2deg": "deg",
    "log": "ln",
}
_MOST = {"round": 2, "min": 10, "max": 10}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,2})?)"
    r"|\{(?P<name>[^{}=\s][^{}]{0,60})\}|(?P<call>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>\*\*|[-+*/(),]))"
)
_MAX_LENGTH, _MAX_DEPTH = 500, 30


def moodle_text(part: Part) -> str:
    """A tree as Moodle writes it.

    Raises:
        Unmappable: it would be too large.
    """
    return written(require_small(lowered(part)), _MOODLE)


def read_moodle(text: str, names: Mapping[str, str]) -> Part:
    """A formula of Moodle as a tree.

    Args:
        names: what a parameter is called here, by its name there.

    Raises:
        Unmappable: it has a sign or a function that is not known here; the note names it.
    """
    if len(text) > _MAX_LENGTH:
        raise Unmappable("syntax", detail=text[:80])
    reader = _Reader(_tokens(text), names)
    part = reader.sum()
    if reader.next[1]:
        raise Unmappable("formula_sign", sign=reader.next[1])
    return part


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise Unmappable("formula_sign", sign=text[place:].strip()[0])
        tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
        place = found.end()
    return tokens


class _Reader:
    """Recursive descent with PHP's ranks: powers before signs before products before sums."""

    def __init__(self, tokens: list[tuple[str, str]], names: Mapping[str, str]) -> None:
        self.tokens, self.names = tokens, names
        self.place = self.depth = 0

    @property
    def next(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.next
        self.place += 1
        return token

    def sum(self) -> Part:
        return self.chain(("+", "-"), self.product)

    def product(self) -> Part:
        return self.chain(("*", "/"), self.signed)

    def chain(self, signs: tuple[str, ...], part: Callable[[], Part]) -> Part:
        left = part()
        while self.next[0] == "sign" and self.next[1] in signs:
            sign = self.take()[1]
            left = Operation(sign, (left, part()))
        return left

    def signed(self) -> Part:
        if self.next not in (("sign", "-"), ("sign", "+")):
            return self.power()
        sign = self.take()[1]
        inner = self.deeper(self.signed)
        return Operation("neg", (inner,)) if sign == "-" else inner

    def power(self) -> Part:
        base = self.atom()
        if self.next != ("sign", "**"):
            return base
        self.take()
        return Operation("^", (base, self.deeper(self.signed)))

    def atom(self) -> Part:
        kind, word = self.take()
        if kind == "number":
            return Number(Decimal(word))
        if kind == "name":
            if word not in self.names:
                raise Unmappable("missing_part", detail=f"{{{word}}}")
            return Name(self.names[word])
        if kind == "call":
            return self.call(word.lower())
        if word == "(":
            inner = self.deeper(self.sum)
            self.close()
            return inner
        raise Unmappable("formula_sign", sign=word or "…")

    def call(self, word: str) -> Part:
        if self.take()[1] != "(":
            raise Unmappable("formula_function", name=word)
        parts: list[Part] = []
        while self.next != ("sign", ")"):
            parts.append(self.deeper(self.sum))
            if self.next != ("sign", ","):
                break
            self.take()
        self.close()
        return _called(word, tuple(parts))

    def close(self) -> None:
        word = self.take()[1]
        if word != ")":
            raise Unmappable("formula_sign", sign=word or "…")

    def deeper(self, part: Callable[[], Part]) -> Part:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Unmappable("syntax", detail="((…))")
        found = part()
        self.depth -= 1
        return found


def _called(word: str, parts: tuple[Part, ...]) -> Part:
    if word == "pi" and not parts:
        return Name("pi")
    if word == "pow" and len(parts) == 2:
        return Operation("^", parts)
    if word == "log" and len(parts) == 2:
        value, base = (Operation("ln", (part,)) for part in parts)
        return Operation("/", (value, base))
    if word not in _ONE or not 1 <= len(parts) <= _MOST.get(word, 1):
        raise Unmappable("formula_function", name=word)
    return Operation(_ONE[word], parts)
