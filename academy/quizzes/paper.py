"""Drawing a paper: from blueprint, seed and pool to slots, the same every time and everywhere.

Chance is made by hashing the seed with the item's key, not by a random generator, so that a draw can
be repeated and verified years later, on another machine or in another language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Protocol


class Candidate(Protocol):
    """What the draw looks at in an item of the pool."""

    version_id: int
    key: str
    kind: str
    outcome: str
    lesson: str
    difficulty: int
    use_lesson: bool
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRule:
    """One line of a blueprint: ``count`` items that pass every filter given, each of ``weight``.

    An item that a person grades is drawn only by a line that names its kind: a result must not have to wait for
    somebody by chance.

    ``shown``: whether items that a lesson shows, with their solution, are as good as others; if not, they
    are drawn only where the pool has nothing else. ``penalty``: the share of its weight that an item costs
    which was answered and earned nothing.
    """

    count: int
    weight: Decimal = Decimal(1)
    outcome: str | None = None
    kinds: tuple[str, ...] = ()
    lesson: str | None = None
    difficulty: tuple[int, ...] = ()
    shown: bool = False
    penalty: Decimal = Decimal(0)

    @classmethod
    def from_settings(cls, row: Mapping[str, Any]) -> DrawRule:
        return cls(
            count=row["count"],
            weight=Decimal(row.get("weight", "1")),
            outcome=row.get("outcome"),
            kinds=tuple(row.get("kinds", ())),
            lesson=row.get("lesson"),
            difficulty=tuple(row.get("difficulty", ())),
            shown=row.get("shown", False),
            penalty=Decimal(row.get("penalty", "0")),
        )

    def admits(self, item: Candidate) -> bool:
        return (
            (self.outcome is None or item.outcome == self.outcome)
            and (item.kind in self.kinds if self.kinds else not item.by_hand)
            and (self.lesson is None or item.lesson == self.lesson)
            and (not self.difficulty or item.difficulty in self.difficulty)
        )

    def prefers(self, item: Candidate) -> bool:
        """Whether the line admits the item, and nobody has seen its solution in a lesson."""
        return self.admits(item) and (self.shown or not item.use_lesson)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on a paper, numbered from 1."""

    number: int
    version_id: int
    weight: Decimal
    penalty: Decimal = Decimal(0)


class PoolTooSmall(Exception):
    """The pool cannot fill a rule of the blueprint.

    Attributes:
        rule: index of the rule, from 0.
        wanted: items the rule asks for.
        found: items left for it, once the rules before it have theirs.
    """

    def __init__(self, rule: int, wanted: int, found: int) -> None:
        super().__init__(f"rule {rule + 1} wants {wanted} items, the pool has {found} for it")
        self.rule, self.wanted, self.found = rule, wanted, found


def draw(
    rules: Sequence[DrawRule],
    seed: int,
    pool: Iterable[Candidate],
    *,
    shuffle_items: bool = True,
    seen: Collection[str] = (),
) -> tuple[Slot, ...]:
    """The paper of one attempt.

    No item is drawn twice. Where rules compete for an item, it goes to the one that needs it, so that
    a draw fails only if no assignment at all could fill the blueprint. Items that the learner has met
    in an earlier attempt come in only as far as the others do not suffice, and after them those whose
    solution a lesson shows.

    Args:
        rules: the blueprint.
        seed: the seed of the attempt.
        pool: the items at hand; the order they come in has no influence.
        shuffle_items: mix the rules' items; otherwise they stand rule by rule, within a rule by lesson
            and key.
        seen: keys of the items that the learner has met before.

    Raises:
        PoolTooSmall: the blueprint cannot be filled.
    """
    items = {item.key: item for item in pool}
    taken = _assign(rules, seed, items, frozenset(seen))
    chosen = [(rule, items[key]) for key, rule in taken.items()]
    if shuffle_items:
        chosen.sort(key=lambda pair: _chance(seed, "order", pair[1].key))
    else:
        chosen.sort(key=lambda pair: (pair[0], pair[1].lesson, pair[1].key))
    return tuple(
        Slot(
            number=number,
            version_id=item.version_id,
            weight=rules[rule].weight,
            penalty=rules[rule].penalty,
        )
        for number, (rule, item) in enumerate(chosen, 1)
    )


def slot_seed(seed: int, slot: int) -> int:
    """The seed with which the item in a slot is shown and graded: positive, below 2**53, never 0."""
    digest = blake2b(f"{seed}\x1fslot\x1f{slot}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) or 1


def _chance(seed: int, purpose: str, key: str) -> bytes:
    return blake2b(f"{seed}\x1f{purpose}\x1f{key}".encode(), digest_size=16).digest()


def _assign(
    rules: Sequence[DrawRule], seed: int, items: Mapping[str, Candidate], seen: frozenset[str]
) -> dict[str, int]:
    """Item key → index of the rule it fills: the best first, each next kind of item only as far as needed."""
    by_chance = sorted(items, key=lambda key: _chance(seed, "draw", key))
    choices = [[key for key in by_chance if key not in seen], by_chance] if seen else [by_chance]
    taken: dict[str, int] = {}
    for keys in choices:
        _fill(rules, [[key for key in keys if rule.prefers(items[key])] for rule in rules], taken)
    for keys in choices:
        _fill(rules, [[key for key in keys if rule.admits(items[key])] for rule in rules], taken)
    _require_filled(rules, taken)
    return taken


def _fill(rules: Sequence[DrawRule], candidates: Sequence[Sequence[str]], taken: dict[str, int]) -> None:
    """Give the rules as many items as can be, by augmenting paths (Kuhn); what is taken stays taken.

    Args:
        candidates: per rule the keys it may have, the first choice in front.
        taken: key → index of the rule that has it; added to.
    """

    def place(rule: int, tried: set[str]) -> bool:
        """Give the rule one more item, moving an item's present rule to another if that helps."""
        for key in candidates[rule]:
            if key not in taken and key not in tried:
                taken[key] = rule
                return True
        for key in candidates[rule]:
            if key in tried or taken.get(key) == rule:
                continue
            tried.add(key)
            if place(taken[key], tried):
                taken[key] = rule
                return True
        return False

    for index, rule in enumerate(rules):
        missing = rule.count - _found(index, taken)
        while missing > 0 and place(index, set()):
            missing -= 1


def _require_filled(rules: Sequence[DrawRule], taken: Mapping[str, int]) -> None:
    for index, rule in enumerate(rules):
        if _found(index, taken) < rule.count:
            raise PoolTooSmall(index, rule.count, _found(index, taken))


def _found(rule: int, taken: Mapping[str, int]) -> int:
    return sum(taker == rule for taker in taken.values())
