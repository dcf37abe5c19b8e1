"""How long answers took, from the log of stored changes."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from academy.item_analysis.theory import Floats, Ints

SAME_SENDING = 0.5
"""Seconds: changes closer together came with one page, and do not tell how long each of them took."""

FAST_SHARE, FAST_MOST = 0.10, 10.0
FENCE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTimes:
    """For each answered slot, by ``key`` (ascending): seconds to its first and to its last stored change.

    Both count from when work on the slot can have begun: the change stored before in the same attempt, whichever
    slot it was for, or the start of the attempt. NaN where it came together with others.
    """

    key: Ints
    first: Floats
    last: Floats


def from_log(attempt: Ints, slot: Ints, at: Floats, started: Floats, slots: int) -> LogTimes:
    """Times of slots from rows of the log in any order.

    Args:
        attempt: number of the attempt, 0-based; ``started`` has its start, in seconds.
        at: when the change was stored, in seconds.
        slots: more than the highest slot; the key of a result is ``attempt * slots + slot``.
    """
    if not len(attempt):
        return LogTimes(key=np.empty(0, np.int64), first=np.empty(0), last=np.empty(0))
    order = np.lexsort((at, attempt))
    attempt, slot, at = attempt[order], slot[order], at[order]
    opens = np.r_[True, attempt[1:] != attempt[:-1]]
    begun = np.where(opens, started[attempt], np.r_[nan, at[:-1]])
    gap = at - begun
    follows = np.r_[gap[1:], np.inf]
    follows[np.r_[opens[1:], True]] = np.inf
    together = (~opens & (gap < SAME_SENDING)) | (follows < SAME_SENDING)
    key = attempt * slots + slot
    names, firsts = np.unique(key, return_index=True)
    lasts = np.zeros(len(names))
    np.maximum.at(lasts, np.searchsorted(names, key), at)
    unknown = together[firsts]
    return LogTimes(
        key=names,
        first=np.where(unknown, nan, gap[firsts]),
        last=np.where(unknown, nan, lasts - begun[firsts]),
    )


def fast_limit(seconds: Floats) -> float:
    """Below this nobody can have read the item: a tenth of its mean time, at most ten seconds.

    The normative threshold NT10 of S. L. Wise & L. Ma, Setting response time thresholds for a CAT item pool
    (NCME, 2012).
    """
    return min(FAST_SHARE * float(seconds.mean()), FAST_MOST) if len(seconds) else nan


def outliers(seconds: Floats) -> int:
    """How many times lie outside Tukey's fences (Exploratory Data Analysis, 1977), on the scale of logarithms."""
    if len(seconds) < 4:
        return 0
    logs = np.log(np.maximum(seconds, 0.1))
    low, high = np.quantile(logs, [0.25, 0.75])
    reach = FENCE * (high - low)
    return int(((logs < low - reach) | (logs > high + reach)).sum())
