"""How markers compare: how severe one is, how far the marks spread, how well two agree.

Agreement is counted on whole points of the ten-point scale: ``exact`` is the share of equal ones, ``adjacent``
of those at most a point apart, and ``kappa`` is Cohen's weighted kappa with quadratic weights (J. Cohen, Weighted
kappa, Psychological Bulletin 70 (1968), 213–220): 1 for full agreement, 0 for what chance alone would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import fsum, sqrt
from typing import Any

POINTS = 10

Pair = tuple[Decimal, Decimal]
"""Two scores, 0 to 1, of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Shares 0 to 1; None where nothing can be said."""

    pairs: int
    exact: Decimal | None
    adjacent: Decimal | None
    kappa: Decimal | None


def agreement(pairs: Mapping[Pair, int]) -> Agreement:
    """How two markers, or one and those who marked the same answers, agree.

    Args:
        pairs: how often each pair was given.
    """
    if not pairs:
        return Agreement(pairs=0, exact=None, adjacent=None, kappa=None)
    points: Counter[tuple[int, int]] = Counter()
    for (one, other), number in pairs.items():
        points[_points(one), _points(other)] += number
    total = points.total()

    def share(farthest: int) -> Decimal:
        near = sum(number for (one, other), number in points.items() if abs(one - other) <= farthest)
        return _rounded(near / total)

    return Agreement(pairs=total, exact=share(0), adjacent=share(1), kappa=_kappa(points))


def _kappa(points: Mapping[tuple[int, int], int]) -> Decimal | None:
    """Quadratic weights make the expected disagreement that of all first with all second points."""
    observed = _mean({pair: (pair[0] - pair[1]) ** 2 for pair in points}, points)
    firsts, seconds = {pair: pair[0] for pair in points}, {pair: pair[1] for pair in points}
    expected = (
        _mean({pair: one * one for pair, one in firsts.items()}, points)
        + _mean({pair: other * other for pair, other in seconds.items()}, points)
        - 2 * _mean(firsts, points) * _mean(seconds, points)
    )
    # everybody always gives the same points: nothing was left to agree on
    return None if expected < 1e-9 else _rounded(1 - observed / expected)


def _mean(values: Mapping[Any, float], times: Mapping[Any, int]) -> float:
    return fsum(values[one] * number for one, number in times.items()) / sum(times.values())


def mean_of(scores: Mapping[Decimal, int]) -> Decimal | None:
    """On the ten-point scale; ``scores``: how often each was given."""
    return _rounded(_mean({one: float(one) for one in scores}, scores) * POINTS) if scores else None


def spread_of(scores: Mapping[Decimal, int]) -> Decimal | None:
    """Standard deviation on the ten-point scale, of these scores themselves."""
    if not scores:
        return None
    mean = _mean({one: float(one) for one in scores}, scores)
    return _rounded(sqrt(_mean({one: (float(one) - mean) ** 2 for one in scores}, scores)) * POINTS)


def severity_of(pairs: Mapping[Pair, int]) -> Decimal | None:
    """By how many points somebody marks above (+) or below (−) the others on the same answers."""
    differences = {(own, other): float(own - other) for own, other in pairs}
    return _rounded(_mean(differences, pairs) * POINTS) if pairs else None


def _points(score: Decimal) -> int:
    return int((score * POINTS).quantize(Decimal(1), ROUND_HALF_UP))


def _rounded(value: float | Decimal) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
