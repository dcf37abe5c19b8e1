"""Partial credit: every rule has a name that authors choose and learners can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from academy.kernel.i18n import _l

FOUR_PLACES = Decimal("0.0001")
FULL = Decimal(1)
NOTHING = Decimal(0)

ALL_OR_NOTHING = "all_or_nothing"
RIGHT_MINUS_WRONG = "right_minus_wrong"
EACH_PART = "each_part"
EACH_BY_WEIGHT = "each_by_weight"
NEIGHBOURS = "neighbours"
POSITIONS = "positions"
WEIGHTED = "weighted"

RULES: Mapping[str, object] = {
    ALL_OR_NOTHING: _l("All or nothing: one slip and the item earns nothing"),
    RIGHT_MINUS_WRONG: _l(
        "Right minus wrong: the share of right options chosen, less the share of wrong options chosen"
    ),
    EACH_PART: _l("Each part: every part that is right earns an equal share"),
    EACH_BY_WEIGHT: _l("Each part: every part that is right earns the share that its weight gives it"),
    NEIGHBOURS: _l("Neighbours: every step that directly follows the one it should earns an equal share"),
    POSITIONS: _l("Positions: every step in its own place earns an equal share"),
    WEIGHTED: _l("Weighted: each answer counts with its own percentage; one below zero costs points"),
}
"""What each rule is called, for authors and for the page that explains a result."""


def share(part: int, whole: int) -> Decimal:
    """``part`` of ``whole`` as a score from 0 to 1 with four places, half up."""
    if whole <= 0:
        return NOTHING
    return (Decimal(part) / Decimal(whole)).quantize(FOUR_PLACES, ROUND_HALF_UP)


def as_score(exact: Fraction) -> Decimal:
    """An exact share as a score from −1 to 1 with four places, half away from zero."""
    bounded = min(max(exact, Fraction(-1)), Fraction(1))
    return (Decimal(bounded.numerator) / Decimal(bounded.denominator)).quantize(FOUR_PLACES, ROUND_HALF_UP)


def weights_chosen(chosen: Iterable[str], all_weights: Iterable[str]) -> Decimal:
    """Score of options that each have a percentage: their sum, from −1 to 1.

    Positive percentages count by their share of all positive ones, so that three times ``33.33`` are a
    whole; negative ones count as they stand.

    Args:
        chosen, all_weights: percentages as decimal texts, of the options chosen and of all that can be.
    """
    whole = sum((Fraction(weight) for weight in all_weights if Fraction(weight) > 0), Fraction(0))
    total = Fraction(0)
    for weight in map(Fraction, chosen):
        total += weight / whole if weight > 0 else weight / 100
    return as_score(total)


def weighted_parts(parts: Iterable[tuple[str, bool]]) -> Decimal:
    """Score of parts that each have a weight: the share of the weight that was earned.

    Args:
        parts: per part its weight as decimal text, and whether it is right.
    """
    pairs = [(Fraction(weight), right) for weight, right in parts]
    whole = sum((weight for weight, _right in pairs), Fraction(0))
    return as_score(sum((weight for weight, right in pairs if right), Fraction(0)) / whole)


def chosen_options(rule: str, *, right: set[str], wrong: set[str], chosen: set[str]) -> Decimal:
    """Score of choosing several out of several.

    Choosing everything, or nothing, earns nothing under either rule.

    Args:
        rule: ``right_minus_wrong`` or ``all_or_nothing``.
        right, wrong: the options of the item.
        chosen: the options of the answer, all of them options of the item.
    """
    if rule == ALL_OR_NOTHING:
        return FULL if chosen == right else NOTHING
    hits, slips = len(chosen & right), len(chosen & wrong)
    # over a common denominator, so that thirds do not lose a ten-thousandth before the difference
    whole = len(right) * max(len(wrong), 1)
    return share(max(hits * max(len(wrong), 1) - slips * len(right), 0), whole)


def ordered_steps(rule: str, *, right: Sequence[str], places: Mapping[str, int]) -> Decimal:
    """Score of an order.

    Args:
        rule: ``neighbours``, ``positions`` or ``all_or_nothing``.
        right: the steps in the right order.
        places: the place, from 1, given to each step; steps left out, or sharing a place, earn nothing.
    """
    taken = list(places.values())
    sure = {step: place for step, place in places.items() if taken.count(place) == 1}
    if rule == ALL_OR_NOTHING:
        return FULL if all(sure.get(step) == place for place, step in enumerate(right, 1)) else NOTHING
    if rule == POSITIONS:
        return share(sum(sure.get(step) == place for place, step in enumerate(right, 1)), len(right))
    follows = [
        first in sure and sure.get(second) == sure[first] + 1
        for first, second in zip(right, right[1:], strict=False)
    ]
    return share(sum(follows), len(follows))
