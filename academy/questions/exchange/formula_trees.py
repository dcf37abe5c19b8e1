"""Formulas as trees, between the academy's grammar and those of other systems: written out, made simpler, compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.formula import BadFormula, Formula, Name, Number, Operation, Part, parse

__all__ = [
    "ACADEMY",
    "MOST_PARTS",
    "MOST_VARIABLES",
    "Dialect",
    "lowered",
    "original",
    "read_formula",
    "replaced",
    "require_small",
    "rounded",
    "written",
]

MOST_PARTS, MOST_VARIABLES = 500, 100

_SUM, _PRODUCT, _SIGNED, _POWER, _ATOM = range(1, 6)
_RANKS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "neg": _SIGNED, "^": _POWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a grammar writes names, constants and functions; ``power`` is its sign for powers."""

    power: str = "^"
    name: Callable[[str], str] = str
    constants: Mapping[str, str]
    functions: Mapping[str, str]


ACADEMY = Dialect(constants={}, functions={})


def written(part: Part, dialect: Dialect = ACADEMY) -> str:
    """A tree as text, with no more parentheses than it needs."""
    return _written(part, dialect)[0]


def _written(part: Part, dialect: Dialect) -> tuple[str, int]:
    if isinstance(part, Number):
        return format(part.value, "f"), _ATOM
    if isinstance(part, Name):
        return dialect.constants.get(part.name) or dialect.name(part.name), _ATOM

    def inner(index: int, rank: int) -> str:
        text, own = _written(part.parts[index], dialect)
        return text if own >= rank else f"({text})"

    rank = _RANKS.get(part.name, _ATOM)
    if rank == _ATOM:
        arguments = ", ".join(inner(index, _SUM) for index in range(len(part.parts)))
        return f"{dialect.functions.get(part.name, part.name)}({arguments})", _ATOM
    if part.name == "neg":
        return f"-{inner(0, _SIGNED)}", _SIGNED
    if part.name == "^":
        return f"{inner(0, _ATOM)} {dialect.power} {inner(1, _SIGNED)}", _POWER
    return f"{inner(0, rank)} {part.name} {inner(1, rank + 1)}", rank


def lowered(part: Part) -> Part:
    """A tree without what other grammars have no sign for: the remainder, ``min`` of one number, and ``e``."""
    if isinstance(part, Name):
        return Operation("exp", (Number(Decimal(1)),)) if part.name == "e" else part
    if isinstance(part, Number):
        return part
    parts = tuple(map(lowered, part.parts))
    if part.name == "%":
        left, right = parts
        whole = Operation("floor", (Operation("/", (left, right)),))
        return Operation("-", (left, Operation("*", (right, whole))))
    if part.name in ("min", "max") and len(parts) == 1:
        return parts[0]
    return Operation(part.name, parts)


def require_small(part: Part) -> Part:
    """A tree that can be walked; one whose parts are shared may be far larger than the memory that it takes.

    Raises:
        Unmappable: it has more than :data:`MOST_PARTS` parts, each counted wherever it stands.
    """
    waiting, count = [part], 0
    while waiting:
        one = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            raise Unmappable("large_formula", n=MOST_PARTS)
        if isinstance(one, Operation):
            waiting.extend(one.parts)
    return part


def replaced(part: Part, trees: Mapping[str, Part]) -> Part:
    """A tree with other trees in the places of names."""
    if isinstance(part, Operation):
        return Operation(part.name, tuple(replaced(inner, trees) for inner in part.parts))
    return trees.get(part.name, part) if isinstance(part, Name) else part


def rounded(part: Part, decimals: int) -> Part:
    return Operation("round", (part, Number(Decimal(decimals))))


def read_formula(text: str, names: frozenset[str]) -> Formula:
    """A formula of the academy that came with a question.

    Raises:
        Unmappable: it is none.
    """
    try:
        return parse(text, names)
    except BadFormula as fault:
        raise Unmappable("syntax", detail=f"{text[:60]}: {fault}") from None


def original(source: str, found: Part, names: frozenset[str], meant: Callable[[Part], Part]) -> str:
    """The formula as its author wrote it, if ``source`` says what was found; else what was found, written out.

    Args:
        meant: what the other grammar makes of a tree.
    """
    try:
        if source and meant(parse(source, names).root) == found:
            return source
    except BadFormula:
        pass
    return written(found)
