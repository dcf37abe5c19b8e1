"""The alarm for an item that became easy and fast all of a sudden: its answer may be going round."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from academy.item_analysis.theory import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRules:
    """When an item sets off the alarm; all must hold. Every quiz may set its own; their bounds are in
    :class:`academy.item_analysis.schemas.AlarmSettings`.

    The defaults are the academy's own. Nobody prescribes them: a rise and a gain of time that no drift of the
    learners makes, and a chance that :func:`find_leak` says how it is kept (Bonferroni's inequality over the test of
    J. L. Fleiss et al., see :func:`z_of_rise`).

    Attributes:
        days: the recent time; what was answered in the year before it is the earlier one.
        least: so many answers, and as many whose time is known, in each of the two.
        rise: by so many percentage points at least more of the answers are right, beyond what the learners' rest of
            the paper rose.
        faster: the recent median time is at most so many per cent of the earlier one.
        one_in: where nothing has changed, at most one of so many runs of the analysis gives an alarm at all.
    """

    days: int = 14
    least: int = 30
    rise: int = 10
    faster: int = 75
    one_in: int = 1000


DEFAULT = AlarmRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Answers of a time: how many, how many of them right, seconds of those whose time is known, and the mean of
    (score − facility) on the rest of the papers, which tells how able these learners are."""

    n: int
    right: int
    seconds: Floats
    ability: float = 0.0

    @property
    def share(self) -> float:
        return self.right / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Why there is an alarm: shares right and median seconds, earlier and recently, and the test's statistic."""

    share_before: float
    share_now: float
    median_before: float
    median_now: float
    z: float


def z_of_rise(earlier: Window, recent: Window) -> float:
    """Two-proportion z of a higher share now, with Yates' correction; 0 if it is not higher.

    z = (p₁ − p₀ − (1/n₀ + 1/n₁)/2) / √(p̄(1 − p̄)(1/n₀ + 1/n₁)): J. L. Fleiss, B. Levin & M. C. Paik, Statistical
    Methods for Rates and Proportions (3rd ed., 2003), ch. 3.
    """
    if not earlier.n or not recent.n:
        return 0.0
    pooled = (earlier.right + recent.right) / (earlier.n + recent.n)
    inverse = 1 / earlier.n + 1 / recent.n
    spread = sqrt(pooled * (1 - pooled) * inverse)
    rise = recent.share - earlier.share - inverse / 2
    return rise / spread if spread and rise > 0 else 0.0


def find_leak(
    earlier: Window, recent: Window, *, tests: int, rules: AlarmRules = DEFAULT
) -> Leak | None:
    """An alarm, if an item is answered rightly far more often than before and much faster, else None.

    What ``rules`` ask must hold, and z must exceed the quantile 1 − 1 / (``rules.one_in`` · ``tests``).

    By Bonferroni's inequality the last alone bounds the chance of any false alarm among the ``tests`` items
    compared in a run by 1 / ``rules.one_in``, however they depend on each other, where nothing has changed; the
    other conditions only lower it. Runs over other days see mostly the same answers; over a year of separate
    windows of a fortnight the bound is 26 times as high.
    """
    enough = min(earlier.n, recent.n, len(earlier.seconds), len(recent.seconds)) >= rules.least
    rise = recent.share - earlier.share - max(recent.ability - earlier.ability, 0)
    if not enough or round(rise * 100, 9) < rules.rise:
        return None
    before, now = float(np.median(earlier.seconds)), float(np.median(recent.seconds))
    z = z_of_rise(earlier, recent)
    if now * 100 > rules.faster * before or z <= NormalDist().inv_cdf(1 - 1 / (rules.one_in * max(tests, 1))):
        return None
    return Leak(
        share_before=earlier.share, share_now=recent.share, median_before=before, median_now=now, z=z
    )
