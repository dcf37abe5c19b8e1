"""What the marks of an answer make: one, the mean of two, or what a third decides.

Blind double marking with a third mark beyond a set distance is the practice of written examinations in
Vietnam (Circular 15/2020/TT-BGDĐT keeps two independent markers); distance and rule are the author's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from academy.grading.models import FIRST, MODERATION, SECOND, THIRD
from academy.quizzes.marks import FOUR_PLACES

NEAREST, THIRD_ALONE = "nearest", "third"
THIRD_RULES = (NEAREST, THIRD_ALONE)
TEN = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``score``: 0 to 1, None while a mark is missing. ``how``: by what rule; ``by``: the roles whose marks made it."""

    score: Decimal | None = None
    how: str = ""
    by: tuple[str, ...] = ()
    needs_third: bool = False


def decide(marks: Mapping[str, Decimal], *, double: bool, distance: Decimal, third_rule: str) -> Decision:
    """Decide an answer.

    Args:
        marks: role → score, 0 to 1, of the marks that are stored.
        double: two marks are needed.
        distance: on the ten-point scale; two marks that differ by more need a third.
        third_rule: ``nearest``: the mean of the third and the mark nearest to it (the third itself where both are
            equally far); ``third``: the third alone.
    """
    if MODERATION in marks:
        return Decision(score=marks[MODERATION], how="moderation", by=(MODERATION,))
    needed = (FIRST, SECOND) if double else (FIRST,)
    if any(role not in marks for role in needed):
        return Decision()
    if not double:
        return Decision(score=marks[FIRST], how="single", by=needed)
    first, second = marks[FIRST], marks[SECOND]
    if abs(first - second) * TEN <= distance:
        return Decision(score=_mean(first, second), how="mean", by=needed)
    if THIRD not in marks:
        return Decision(needs_third=True)
    third = marks[THIRD]
    if third_rule == THIRD_ALONE or abs(third - first) == abs(third - second):
        return Decision(score=third, how="third", by=(THIRD,), needs_third=True)
    near = FIRST if abs(third - first) < abs(third - second) else SECOND
    return Decision(score=_mean(marks[near], third), how="nearest", by=(near, THIRD), needs_third=True)


def _mean(one: Decimal, other: Decimal) -> Decimal:
    return ((one + other) / 2).quantize(FOUR_PLACES, ROUND_HALF_UP)
