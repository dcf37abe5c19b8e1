"""Comparing what a query gave with what it should give: values, not names of columns.

Numbers are equal if they differ by no more than 10⁻⁹ (of the larger one, above 1); ``5`` equals ``5.0``; a
number never equals a text. An empty cell (NULL) equals an empty cell. Rows count with their multiplicity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-9

Row = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a result misses the right one; the first that applies, in this order.

    Attributes:
        kind: ``columns``, ``rows`` (their number), ``order`` (the right rows in another order), ``values``.
        got, expected: numbers of columns or rows, or the first differing row as it is and as it should be;
            without an order a row that is not wanted and one that is missing.
        number: which row it is, from 1, where rows have an order.
    """

    kind: str
    got: Any = None
    expected: Any = None
    number: int | None = None


def difference(
    got: Sequence[Row], expected: Sequence[Row], *, columns: tuple[int, int], ordered: bool
) -> Difference | None:
    """The first difference between two results, or None.

    Args:
        columns: numbers of columns, of the result and of the right one: rows alone do not tell if there are none.
        ordered: whether the order of rows counts.
    """
    if columns[0] != columns[1]:
        return Difference(kind="columns", got=columns[0], expected=columns[1])
    if len(got) != len(expected):
        return Difference(kind="rows", got=len(got), expected=len(expected))
    surplus, missing = _unmatched(got, expected)
    if surplus:
        if not ordered:
            return Difference(kind="values", got=list(surplus[0]), expected=list(missing[0]))
        number, mine, right = _first_differing(got, expected)
        return Difference(kind="values", got=list(mine), expected=list(right), number=number)
    if ordered and (differing := _first_differing(got, expected)):
        number, mine, right = differing
        return Difference(kind="order", got=list(mine), expected=list(right), number=number)
    return None


def same_value(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return abs(one - other) <= TOLERANCE * max(1, abs(one), abs(other))
    return type(one) is type(other) and one == other


def same_row(one: Row, other: Row) -> bool:
    return len(one) == len(other) and all(map(same_value, one, other))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _first_differing(got: Sequence[Row], expected: Sequence[Row]) -> tuple[int, Row, Row] | None:
    for number, (mine, right) in enumerate(zip(got, expected, strict=False), 1):
        if not same_row(mine, right):
            return number, mine, right
    return None


def _unmatched(got: Sequence[Row], expected: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of either side that have no partner on the other."""
    # equal hashes for 5 and 5.0, and never for a number and a text
    left, right = Counter(map(tuple, got)), Counter(map(tuple, expected))
    surplus, missing = list((left - right).elements()), list((right - left).elements())
    # what is left may still be equal within the tolerance
    for row in list(surplus):
        partner = next((other for other in missing if same_row(row, other)), None)
        if partner is not None:
            surplus.remove(row)
            missing.remove(partner)
    return surplus, missing
