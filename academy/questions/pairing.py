"""Giving each of several things one of its own, as many as can be."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def most_pairs(wanted: Sequence[Sequence[Hashable]]) -> int:
    """How many of the rows can have one of the things they want, nothing given twice (Kuhn's augmenting paths)."""
    taken: dict[Hashable, int] = {}

    def give(row: int, tried: set[Hashable]) -> bool:
        for thing in wanted[row]:
            if thing in tried:
                continue
            tried.add(thing)
            if thing not in taken or give(taken[thing], tried):
                taken[thing] = row
                return True
        return False

    return sum(give(row, set()) for row in range(len(wanted)))
