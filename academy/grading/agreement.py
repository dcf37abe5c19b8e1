"""How markers compare: how severe one is, how far the marks spread, how well two agree.

Agreement is counted on whole points of the ten-point scale: ``exact`` is the share of equal ones, ``adjacent``
of those at most a point apart, and ``kappa`` is Cohen's weighted kappa with quadratic weights (J. Cohen, Weighted
kappa, Psychological Bulletin 70 (1968), 213–220): 1 for full agreement, 0 for what chance alone would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean, pstdev

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


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """How two markers, or one and those who marked the same answers, agree."""
    if not pairs:
        return Agreement(pairs=0, exact=None, adjacent=None, kappa=None)
    points = [(_points(one), _points(other)) for one, other in pairs]
    distances = [abs(one - other) for one, other in points]
    return Agreement(
        pairs=len(pairs),
        exact=_rounded(sum(distance == 0 for distance in distances) / len(pairs)),
        adjacent=_rounded(sum(distance <= 1 for distance in distances) / len(pairs)),
        kappa=_kappa(points),
    )


def _kappa(points: Sequence[tuple[int, int]]) -> Decimal | None:
    """Quadratic weights make the expected disagreement that of all first with all second points."""
    observed = sum((one - other) ** 2 for one, other in points) / len(points)
    firsts, seconds = [one for one, _other in points], [other for _one, other in points]
    expected = (
        fmean(one * one for one in firsts)
        + fmean(other * other for other in seconds)
        - 2 * fmean(firsts) * fmean(seconds)
    )
    # everybody always gives the same points: nothing was left to agree on
    return None if expected < 1e-9 else _rounded(1 - observed / expected)


def mean_of(scores: Sequence[Decimal]) -> Decimal | None:
    """On the ten-point scale."""
    return _rounded(fmean(scores) * POINTS) if scores else None


def spread_of(scores: Sequence[Decimal]) -> Decimal | None:
    """Standard deviation on the ten-point scale, of these scores themselves."""
    return _rounded(pstdev(float(score) for score in scores) * POINTS) if scores else None


def severity_of(pairs: Sequence[Pair]) -> Decimal | None:
    """By how many points somebody marks above (+) or below (−) the others on the same answers."""
    return _rounded(fmean(own - other for own, other in pairs) * POINTS) if pairs else None


def _points(score: Decimal) -> int:
    return int((score * POINTS).quantize(Decimal(1), ROUND_HALF_UP))


def _rounded(value: float | Decimal) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
