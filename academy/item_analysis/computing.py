"""The figures of a family: from arrays to what is stored and shown, every number rounded to four places."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from academy.item_analysis import theory, times
from academy.item_analysis.alarm import DEFAULT, AlarmRules, Leak, Window, find_leak
from academy.item_analysis.judging import PRIVATE, judge_item
from academy.item_analysis.loading import BLANK, UNTOLD, Sat, reading_of
from academy.item_analysis.theory import LOWER, MIDDLE, UPPER, Answers, Floats, Ints
from academy.questions.queries import VersionRow

DAY = 86_400
EARLIER_DAYS = 365
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """What is stored of an item in one reading."""

    item_id: int
    version_id: int
    reading: str
    versions: list[int]
    n: int
    figures: dict[str, Any]
    flags: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    n: int
    figures: dict[str, Any]
    items: list[ItemFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Versions of an item that ask alike; ``version`` is the newest of them."""

    item_id: int
    digest: str
    version: VersionRow
    numbers: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What all items of a family are computed from."""

    sat: Sat
    answers: Answers
    paper: Floats
    rest: Floats
    seconds: Floats
    seconds_last: Floats
    random: bool
    reliability: float | None
    now: float
    exposed: Mapping[int, tuple[int, int]]
    people: tuple[int, int]
    alarm: AlarmRules


def compute(
    sat: Sat,
    log: tuple[Ints, Ints, Floats],
    versions: Mapping[int, VersionRow],
    exposed: tuple[Mapping[int, tuple[int, int]], tuple[int, int]],
    now: float,
    alarm: AlarmRules = DEFAULT,
) -> Computed:
    """All figures of a family.

    Args:
        versions: every version that an answer of ``sat`` is graded by.
        exposed: as :func:`academy.item_analysis.loading.exposure` gives it.
        now: the moment, in seconds since 1970.
        alarm: when an item sets off the alarm.
    """
    if not len(sat.attempt):
        return Computed(n=len(sat.attempt_ids), figures=quiz_figures(sat, None, random=False, k=0.0), items=[])
    readings, reading_at = _readings(versions)
    reading = np.array([reading_at.get(one, -1) for one in sat.version], np.int64)
    by_reading = Answers(
        persons=len(sat.attempt_ids),
        items=len(readings),
        person=sat.attempt,
        item=reading,
        score=sat.score,
        weight=sat.weight,
    )
    item_ids, item = np.unique([one.item_id for one in readings], return_inverse=True)
    by_item = by_reading.by(item[reading], len(item_ids))
    random = not theory.is_complete(by_item)
    reliability = _number(theory.nested_reliability(by_item) if random else theory.alpha(by_item))
    without = (theory.nested_without if random else theory.alpha_without)(by_item)
    first, last = _seconds(sat, log)
    known = _Known(
        sat=sat,
        answers=by_reading,
        paper=theory.paper_scores(by_reading),
        rest=theory.rest_scores(by_reading),
        seconds=first,
        seconds_last=last,
        random=random,
        reliability=reliability,
        now=now,
        exposed=exposed[0],
        people=exposed[1],
        alarm=alarm,
    )
    return Computed(
        n=len(sat.attempt_ids),
        figures=quiz_figures(sat, reliability, random=random, k=len(sat.attempt) / len(sat.attempt_ids)),
        items=list(_items(known, readings, without[item])),
    )


def quiz_figures(sat: Sat, reliability: float | None, *, random: bool, k: float) -> dict[str, Any]:
    """Marks and reliability: ``bars`` counts marks from 0 to below 1, from 1 to below 2 …, the last 9 to 10.

    ``random`` tells that papers differed: then the reliability is that of nested items, not alpha. ``error`` is the
    standard error of measurement in marks.
    """
    marks = sat.marks
    sd = float(marks.std(ddof=1)) if len(marks) > 1 else float("nan")
    return {
        "items": round(k, 2),
        "random": random,
        "mean": _number(marks.mean() if len(marks) else float("nan")),
        "median": _number(np.median(marks) if len(marks) else float("nan")),
        "deviation": _number(sd),
        "reliability": reliability,
        "error": _number(theory.standard_error(sd, reliability)) if reliability is not None else None,
        "bars": np.bincount(np.minimum(marks.astype(int), 9), minlength=10).tolist(),
    }


def item_figures(known: _Known, reading: _Reading, mine: Ints, tests: int) -> dict[str, Any]:
    """What one reading of an item shows; ``mine`` are the places of its answers."""
    score, rest = known.answers.score[mine], known.rest[mine]
    groups = theory.kelley_groups(known.paper[known.answers.person[mine]])
    seconds = known.seconds[mine]
    seconds = seconds[~np.isnan(seconds)]
    ever, late = known.exposed.get(reading.item_id, (0, 0))
    leak = _leak(known, mine, tests)
    return {
        "n": len(mine),
        "blank": int((known.sat.choice[mine] == 0).sum()),
        "void": bool((known.answers.weight[mine] == 0).all()),
        "discrimination": _number(theory.discrimination_index(score, groups)),
        "groups": [int((groups == one).sum()) if groups is not None else 0 for one in (LOWER, MIDDLE, UPPER)],
        "curve": [
            {"n": n, "share": _number(share) if n >= PRIVATE else None}
            for n, share in theory.characteristic_curve(score, rest)
        ],
        "choices": _choices(known.sat, reading.version, mine, groups),
        "times": {
            "n": len(seconds),
            "first": _number(np.median(seconds)),
            "last": _number(np.nanmedian(known.seconds_last[mine])),
            "outliers": times.outliers(seconds),
            "limit": _number(times.fast_limit(seconds)),
            "fast": int((seconds < times.fast_limit(seconds)).sum()),
        }
        if len(seconds) >= PRIVATE
        else None,
        "exposure": _number(ever / known.people[0]) if known.people[0] else None,
        "exposure_recent": _number(late / known.people[1]) if known.people[1] else None,
        "leak": _leak_figures(leak),
    }


def _items(known: _Known, readings: Sequence[_Reading], without: Floats) -> Iterator[ItemFigures]:
    by_reading = known.answers
    facility, deviation = theory.facility(by_reading), theory.deviation(by_reading)
    correlation = theory.item_rest_correlation(by_reading)
    order = np.argsort(by_reading.item, kind="stable")
    ends = np.searchsorted(by_reading.item[order], np.arange(len(readings) + 1))
    for at, reading in enumerate(readings):
        mine = order[ends[at] : ends[at + 1]]
        if not len(mine):
            continue
        figures = item_figures(known, reading, mine, len(readings)) | {
            "facility": _number(facility[at]),
            "deviation": _number(deviation[at]),
            "item_rest": _number(correlation[at]),
            "without": _number(without[at]),
        }
        yield ItemFigures(
            item_id=reading.item_id,
            version_id=reading.version.id,
            reading=reading.digest,
            versions=reading.numbers,
            n=len(mine),
            figures=figures,
            flags=judge_item(figures, reliability=known.reliability, random=known.random),
        )


def _readings(versions: Mapping[int, VersionRow]) -> tuple[list[_Reading], dict[int, int]]:
    """The readings, and the place among them of each version."""
    grouped: dict[tuple[int, str], list[VersionRow]] = {}
    for version in sorted(versions.values(), key=lambda one: (one.item_id, one.number)):
        grouped.setdefault((version.item_id, reading_of(version)), []).append(version)
    readings = [
        _Reading(item_id=item_id, digest=digest, version=rows[-1], numbers=[row.number for row in rows])
        for (item_id, digest), rows in grouped.items()
    ]
    places = {row.id: at for at, rows in enumerate(grouped.values()) for row in rows}
    return readings, places


def _seconds(sat: Sat, log: tuple[Ints, Ints, Floats]) -> tuple[Floats, Floats]:
    """Seconds to the first and to the last change, for every answer; NaN where they are not known."""
    attempt, slot, at = log
    slots = int(max(sat.slot.max(), slot.max() if len(slot) else 0)) + 1
    found = times.from_log(attempt, slot, at, sat.started, slots)
    wanted = sat.attempt * slots + sat.slot
    first, last = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    if len(found.key):
        place = np.minimum(np.searchsorted(found.key, wanted), len(found.key) - 1)
        same = found.key[place] == wanted
        first[same], last[same] = found.first[place[same]], found.last[place[same]]
    return first, last


def _leak(known: _Known, mine: Ints, tests: int) -> Leak | None:
    age = (known.now - known.sat.started[known.sat.attempt[mine]]) / DAY
    days = known.alarm.days
    recent, earlier = age < days, (age >= days) & (age < EARLIER_DAYS)
    return find_leak(
        _window(known, mine[earlier]), _window(known, mine[recent]), tests=tests, rules=known.alarm
    )


def _window(known: _Known, mine: Ints) -> Window:
    seconds, rest = known.seconds[mine], known.rest[mine]
    rest = rest[~np.isnan(rest)]
    return Window(
        n=len(mine),
        right=int((known.answers.score[mine] >= 1).sum()),
        seconds=seconds[~np.isnan(seconds)],
        ability=float(rest.mean()) if len(rest) else 0.0,
    )


def _leak_figures(leak: Leak | None) -> dict[str, Any] | None:
    if leak is None:
        return None
    return {
        "before": _number(leak.share_before),
        "now": _number(leak.share_now),
        "seconds_before": _number(leak.median_before),
        "seconds_now": _number(leak.median_now),
    }


# --- who chose what -------------------------------------------------------------------------------


def _choices(sat: Sat, version: VersionRow, mine: Ints, groups: Ints | None) -> list[dict[str, Any]]:
    """Each choice by group, options first as the author ordered them, blanks last; typed answers only if frequent."""
    options = {one["id"]: bool(one["correct"]) for one in version.spec.get("options", ()) if "id" in one}
    counts: Counter[tuple[Any, int]] = Counter()
    right: set[Any] = {name for name, correct in options.items() if correct}
    code, group = sat.choice[mine], groups if groups is not None else np.full(len(mine), -1)
    marked = np.isin(np.unique(code), code[sat.score[mine] >= 1])
    for one, is_right in zip(np.unique(code), marked, strict=True):
        names = _named(sat.choices[one], version.kind)
        if not options and is_right:
            right.update(name for name in names if name is not None)
        for member, count in zip(*np.unique(group[code == one], return_counts=True), strict=True):
            for name in names:
                counts[(name, int(member))] += int(count)
    totals: Counter[Any] = Counter()
    for (name, _group), count in counts.items():
        totals[name] += count
    if options:
        names = [*options, *([None] if totals[None] else [])]
    else:
        typed = [name for name, n in totals.most_common() if name is not None and n >= PRIVATE]
        names = [*typed[:MOST_CHOICES], *([None] if totals[None] else [])]
    sizes = [int((groups == one).sum()) if groups is not None else 0 for one in (LOWER, MIDDLE, UPPER)]
    return [
        {
            "choice": name,
            "right": name in right,
            "option": name in options,
            "count": totals[name],
            "share": _number(totals[name] / len(mine)),
            **_by_group(name, counts, sizes),
        }
        for name in names
    ]


def _by_group(name: Any, counts: Mapping[tuple[Any, int], int], sizes: Sequence[int]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for label, group in (("lower", LOWER), ("middle", MIDDLE), ("upper", UPPER)):
        shown = sizes[group] >= PRIVATE
        told[label] = counts.get((name, group), 0) if shown else None
        told[f"{label}_share"] = _number(counts.get((name, group), 0) / sizes[group]) if shown else None
    return told


def _named(choice: str, kind: str) -> list[Any]:
    """What an answer chose: ids of options, or the text that was typed; [None] for a blank."""
    if choice == BLANK:
        return [None]
    if choice == UNTOLD:
        return []
    if kind == "multiple":
        return [str(one) for one in json.loads(choice)]
    if kind == "truefalse":
        return ["true" if choice in ("1", "true") else "false"]
    if choice.startswith("{"):
        parts = json.loads(choice)
        return [str(name) for name, right in parts.items() if right]
    return [choice]


def _number(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 4)
