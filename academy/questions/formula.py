"""Formulas of calculated questions: a small grammar of our own, read by hand, never by the interpreter.

Numbers, names, ``+ - * / ^ %``, parentheses and a closed list of functions; nothing else has a meaning,
so nothing else can be asked for. ``^`` binds to the right and before a sign (``-2^2`` is −4); ``%`` is the
remainder with the sign of the divisor, as in a spreadsheet. Length, depth, parts and digits are limited
before anything is computed, powers while it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from academy.kernel.i18n import _l
from academy.questions.arithmetic import (
    CONSTANTS,
    FUNCTIONS,
    NARROW,
    divide,
    guarded,
    power,
    remainder,
)

MAX_LENGTH, MAX_DEPTH, MAX_PARTS, MAX_DIGITS = 500, 30, 150, 20
COST_OF_POWER = 20

NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/^%(),]))"
)
_WRITE_INSTEAD = {"×": "*", "·": "*", "⋅": "*", "÷": "/", ":": "/", "−": "-", "–": "-", "—": "-", "√": "sqrt(…)", "²": "^2", "³": "^3", "π": "pi"}  # fmt: skip


class BadFormula(ValueError):
    """A text is no formula; ``message`` says why and what to write."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A sign or a function with the parts it works on; a sign before a part is ``neg``."""

    name: str
    parts: tuple[Part, ...]


Part = Number | Name | Operation

_COMPUTE: Mapping[str, Callable[..., Decimal]] = {
    "+": NARROW.add,
    "-": NARROW.subtract,
    "*": NARROW.multiply,
    "/": divide,
    "%": remainder,
    "^": power,
    "neg": NARROW.minus,
} | {name: function.compute for name, function in FUNCTIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula that was read.

    Attributes:
        names: the parameters it is made of.
        cost: how much work a value is, in additions.
    """

    root: Part
    names: frozenset[str]
    cost: int

    def value(self, values: Mapping[str, Decimal]) -> Decimal:
        """What the formula gives for values of its parameters.

        Raises:
            NoValue: it is not defined there.
        """
        return guarded(_value, self.root, values)


def _value(part: Part, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(part, Number):
        return part.value
    if isinstance(part, Name):
        return values[part.name] if part.name in values else CONSTANTS[part.name]
    return _COMPUTE[part.name](*(_value(inner, values) for inner in part.parts))


@lru_cache(maxsize=1024)
def parse(text: str, names: frozenset[str]) -> Formula:
    """Read a formula.

    Args:
        names: the parameters it may use.

    Raises:
        BadFormula: it breaks a rule of the grammar or a limit, or names what is no parameter.
    """
    if len(text) > MAX_LENGTH:
        raise BadFormula(_l("A formula has at most %(n)s characters.", n=MAX_LENGTH))
    reader = _Reader(list(_tokens(text)), names)
    root = reader.sum()
    reader.end()
    return Formula(root=root, names=frozenset(reader.used), cost=reader.cost)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of kind and text: ``number``, ``name`` or ``sign``."""
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise _not_allowed(text[place:].lstrip()[0])
        place = found.end()
        kind = found.lastgroup or ""
        word = found[kind]
        if kind == "number" and sum(char.isdigit() for char in word) > MAX_DIGITS:
            raise BadFormula(_l("A number has at most %(n)s digits.", n=MAX_DIGITS))
        yield kind, word


def _not_allowed(char: str) -> BadFormula:
    if char in _WRITE_INSTEAD:
        return BadFormula(_l("Write %(sign)s instead of “%(char)s”.", sign=_WRITE_INSTEAD[char], char=char))
    if char.isascii() and char.isupper():
        return BadFormula(_l("Names are written in small letters: “%(char)s” is not allowed.", char=char))
    shown = (
        char
        if char.isprintable() and char.isascii()
        else f"{char if char.isprintable() else ''} (U+{ord(char):04X})".strip()
    )
    return BadFormula(_l("The character “%(char)s” has no place in a formula.", char=shown))


class _Reader:
    """Recursive descent over the tokens of one formula; counts its parts, depth and cost."""

    def __init__(self, tokens: list[tuple[str, str]], names: Collection[str]) -> None:
        self.tokens, self.names = tokens, names
        self.place = self.depth = self.count = self.cost = 0
        self.used: set[str] = set()

    @property
    def next(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.next
        self.place += 1
        return token

    def end(self) -> None:
        kind, word = self.next
        if word == ")":
            raise BadFormula(_l("A parenthesis is closed that was not opened."))
        if word == ",":
            raise BadFormula(
                _l("A comma stands between the numbers of a function only; decimals have a dot.")
            )
        if kind != "end":
            raise BadFormula(_l("An operator is missing before “%(word)s”.", word=word))

    def sum(self) -> Part:
        return self.chain("+-", self.product)

    def product(self) -> Part:
        return self.chain("*/%", self.signed)

    def chain(self, signs: str, part: Callable[[], Part]) -> Part:
        """Parts joined by signs of one rank, from left to right."""
        left = part()
        while self.next[1] and self.next[1] in signs:
            sign = self.take()[1]
            left = self.made(Operation(sign, (left, part())))
        return left

    def signed(self) -> Part:
        if self.next[1] not in ("-", "+"):
            return self.power()
        sign = self.take()[1]
        inner = self.deeper(self.signed)
        return self.made(Operation("neg", (inner,))) if sign == "-" else inner

    def power(self) -> Part:
        base = self.atom()
        if self.next[1] != "^":
            return base
        self.take()
        exponent = self.deeper(self.signed)
        return self.made(Operation("^", (base, exponent)), COST_OF_POWER)

    def atom(self) -> Part:
        kind, word = self.take()
        if kind == "number":
            return self.made(Number(Decimal(word)))
        if word == "(":
            inner = self.deeper(self.sum)
            self.close()
            return inner
        if kind == "name":
            return self.call(word) if self.next[1] == "(" else self.name(word)
        if word in ("*", "^") and self.tokens[self.place - 2 : self.place - 1] == [("sign", "*")]:
            raise BadFormula(_l("Write ^ for powers, not **."))
        if kind == "end":
            raise BadFormula(_l("The formula breaks off: a number is missing at its end."))
        raise BadFormula(_l("A number is missing before “%(word)s”.", word=word))

    def name(self, word: str) -> Part:
        if word in self.names:
            self.used.add(word)
        elif word in FUNCTIONS:
            raise BadFormula(_l("Give “%(word)s” its numbers in parentheses.", word=word))
        elif word not in CONSTANTS:
            raise BadFormula(
                _l("“%(word)s” is neither a parameter nor one of %(known)s.", word=word, known=_known())
            )
        return self.made(Name(word))

    def call(self, word: str) -> Part:
        function = FUNCTIONS.get(word)
        if function is None:
            raise BadFormula(
                _l("There is no function “%(word)s”; there are %(known)s.", word=word, known=_known())
            )
        self.take()
        parts = [self.deeper(self.sum)]
        while self.next[1] == ",":
            self.take()
            parts.append(self.deeper(self.sum))
        self.close()
        if not function.least <= len(parts) <= function.most:
            raise BadFormula(
                _l("“%(word)s” takes at most %(n)s numbers.", word=word, n=function.most)
                if function.most > 1
                else _l("“%(word)s” takes one number.", word=word)
            )
        return self.made(Operation(word, tuple(parts)), function.cost)

    def close(self) -> None:
        kind, word = self.take()
        if word != ")":
            if kind in ("number", "name") or word == "(":
                raise BadFormula(_l("An operator is missing before “%(word)s”.", word=word))
            raise BadFormula(_l("A parenthesis is not closed."))

    def deeper(self, part: Callable[[], Part]) -> Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFormula(_l("The formula is nested deeper than %(n)s levels.", n=MAX_DEPTH))
        found = part()
        self.depth -= 1
        return found

    def made(self, part: Part, cost: int = 1) -> Part:
        self.count += 1
        self.cost += cost
        if self.count > MAX_PARTS:
            raise BadFormula(_l("The formula has more than %(n)s parts.", n=MAX_PARTS))
        return part


def _known() -> str:
    return ", ".join([*FUNCTIONS, *CONSTANTS])
