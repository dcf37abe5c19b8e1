"""From scores to the mark: exact until the end, one rounding, half up, at a tenth.

The ten-point scale with one decimal and its single rounding follow the practice of Vietnamese cadre
training; components are kept unrounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FOUR_PLACES = Decimal("0.0001")
SHARE_PLACES = 6
MOST_PARTS = 50


def exact(score: Decimal) -> Fraction:
    """A score of four places as the fraction it stands for: ``0.3333`` is a third.

    Items are marked in at most ``MOST_PARTS`` equal parts; three thirds of an item must make one
    whole. A score that is no such fraction to four places is taken as it stands.
    """
    simple = Fraction(score).limit_denominator(MOST_PARTS)
    rounded = (Decimal(simple.numerator) / Decimal(simple.denominator)).quantize(FOUR_PLACES, ROUND_HALF_UP)
    return simple if rounded == score else Fraction(score)


def with_penalty(score: Decimal, penalty: Decimal, *, answered: bool) -> Decimal:
    """The score of an item once a wrong answer costs points.

    Whoever left it empty loses nothing; whoever answered and earned nothing loses ``penalty``, or what
    the answer itself costs, if that is more.

    Args:
        score: what the answer is worth, −1 to 1.
        penalty: 0 to 1, a share of the item's weight.
    """
    return min(score, -penalty) if answered and penalty and score <= 0 else score


def share_of(parts: Iterable[tuple[Decimal, Decimal]]) -> Fraction:
    """The weighted mean of ``(weight, score)`` pairs, exact and never below 0; 0 if there is no weight."""
    earned = whole = Fraction(0)
    for weight, score in parts:
        earned += Fraction(weight) * exact(score)
        whole += Fraction(weight)
    return max(earned / whole, Fraction(0)) if whole else Fraction(0)


def to_decimal(share: Fraction) -> Decimal:
    """A share as it is stored: six places, half up. No mark is ever made from this form."""
    return _half_up(share, SHARE_PLACES)


def mark_of(share: Fraction) -> Decimal:
    """The mark on the ten-point scale: ``99/200`` → ``5.0`` (4.95 rounds up)."""
    return _half_up(share * 10, 1)


def _half_up(value: Fraction, places: int) -> Decimal:
    scale = 10**places
    units = (value * scale + Fraction(1, 2)).__floor__()
    return Decimal(units).scaleb(-places)
