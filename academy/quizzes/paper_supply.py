"""How far a pool fills a blueprint: for each line what is at hand, and what is spare once all others have theirs.

Items that the same lines admit are one group, so the question is a flow from a few groups to a few lines, however
large the bank (Ford and Fulkerson; lines compete fairly, as in :func:`academy.quizzes.paper.draw`).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from academy.quizzes.paper import Candidate, DrawRule

ANY = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSupply:
    """A line of a blueprint against the pool.

    Attributes:
        wanted: items it asks for.
        at_hand: items that it admits, whatever other lines want.
        filled: items it gets when the lines share as well as can be.
        spare: items it could have beyond ``wanted`` with every other line filled.
        unseen: items it gets when none may come from a lesson that shows its solution; ``wanted`` if it may.
    """

    wanted: int
    at_hand: int
    filled: int
    spare: int
    unseen: int


def supply_of(rules: Sequence[DrawRule], pool: Iterable[Candidate]) -> list[LineSupply]:
    """The supply of each line, in their order."""
    items = list(pool)
    groups = _groups(rules, items, DrawRule.admits)
    unseen = _Shares(_groups(rules, items, DrawRule.prefers)).fill([rule.count for rule in rules])
    shares = _Shares(groups)
    filled = shares.fill([rule.count for rule in rules])
    return [
        LineSupply(
            wanted=rule.count,
            at_hand=sum(size for lines, size in groups.items() if index in lines),
            filled=filled[index],
            spare=shares.copy().more(index) if filled[index] == rule.count else 0,
            unseen=unseen[index],
        )
        for index, rule in enumerate(rules)
    ]


def _groups(
    rules: Sequence[DrawRule], pool: Iterable[Candidate], admits: Callable[[DrawRule, Candidate], bool]
) -> Counter[frozenset[int]]:
    groups: Counter[frozenset[int]] = Counter()
    for item in pool:
        lines = frozenset(index for index, rule in enumerate(rules) if admits(rule, item))
        if lines:
            groups[lines] += 1
    return groups


class _Shares:
    """How many items each line has of each group."""

    def __init__(self, groups: Counter[frozenset[int]]) -> None:
        self.groups = groups
        self.free = dict(groups)
        self.given: Counter[tuple[frozenset[int], int]] = Counter()

    def copy(self) -> _Shares:
        twin = _Shares(self.groups)
        twin.free, twin.given = dict(self.free), Counter(self.given)
        return twin

    def fill(self, wanted: Sequence[int]) -> list[int]:
        return [self._give(line, count) for line, count in enumerate(wanted)]

    def more(self, line: int) -> int:
        """How many further items the line can have while every other keeps its number."""
        return self._give(line, ANY)

    def _give(self, line: int, count: int) -> int:
        given = 0
        while given < count:
            step = self._augment(line, count - given)
            if not step:
                break
            given += step
        return given

    def _augment(self, start: int, most: int) -> int:
        """Move up to ``most`` items along one path that ends in a group with free ones; how many."""
        came: dict[int, tuple[int, frozenset[int]]] = {}
        waiting, met = deque([start]), {start}
        while waiting:
            line = waiting.popleft()
            for group in self.groups:
                if line not in group:
                    continue
                if self.free[group]:
                    return self._move(start, line, group, came, min(most, self.free[group]))
                for other in group - met:
                    if self.given[group, other]:
                        met.add(other)
                        came[other] = (line, group)
                        waiting.append(other)
        return 0

    def _move(
        self,
        start: int,
        last: int,
        group: frozenset[int],
        came: dict[int, tuple[int, frozenset[int]]],
        most: int,
    ) -> int:
        path, line = [], last
        while line != start:
            path.append((line, *came[line]))
            line = came[line][0]
        step = min([most, *(self.given[through, other] for other, _line, through in path)])
        self.free[group] -= step
        self.given[group, last] += step
        for other, line, through in path:
            self.given[through, other] -= step
            self.given[through, line] += step
        return step
