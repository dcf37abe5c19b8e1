"""From figures to warnings: codes with what they are about; their words are in :mod:`academy.item_analysis.wording`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PRIVATE = 5
"""Below this no figure is shown: it would tell of persons, not of a question."""
ENOUGH = 30
"""Below this nothing is warned of: chance alone makes such figures."""

WEAK_RELIABILITY = 0.6
POOR_DISCRIMINATION, POOR_CORRELATION = 0.20, 0.15
EASY, HARD = 0.95, 0.20
IDLE_CHOICE = 0.05
MANY_BLANK, MANY_FAST, SEEN_BY_MOST = 0.10, 0.10, 0.80
HARMFUL = 0.02
URGENT = ("leak", "key", "negative")
"""What makes marks unjust, and not only a quiz less good."""


def judge_item(figures: Mapping[str, Any], *, reliability: float | None, random: bool) -> list[dict[str, Any]]:
    """Warnings about an item, the most urgent first; none for fewer than :data:`ENOUGH` answers.

    Thresholds: R. L. Ebel (1965) for the discrimination index; T. M. Haladyna & S. M. Downing, How many options is
    enough for a multiple-choice test item? (Educ. Psychol. Meas. 53, 1993) for distractors that fewer than 5 % choose.
    """
    if figures["n"] < ENOUGH:
        return []
    flags: list[dict[str, Any]] = []
    if figures["leak"]:
        flags.append({"code": "leak", **figures["leak"]})
    suspect = _suspect(figures["choices"])
    if suspect is not None:
        flags.append({"code": "key", "choice": suspect})
    index, correlation, share = (figures[name] for name in ("discrimination", "item_rest", "facility"))
    if (correlation is not None and correlation < 0) or (index is not None and index < 0):
        flags.append({"code": "negative"})
    elif share < EASY and (_below(index, POOR_DISCRIMINATION) or _below(correlation, POOR_CORRELATION)):
        flags.append({"code": "weak"})
    if share < HARD:
        flags.append({"code": "hard"})
    if share > EASY:
        flags.append({"code": "easy"})
    without = figures["without"]
    if without is not None and reliability is not None and without > reliability + HARMFUL:
        flags.append({"code": "harmful", "without": without})
    flags += [{"code": "idle", "choice": one["choice"]} for one in figures["choices"] if _is_idle(one, figures["n"])]
    if figures["blank"] / figures["n"] > MANY_BLANK:
        flags.append({"code": "blank", "share": round(figures["blank"] / figures["n"], 4)})
    times = figures["times"]
    if times and times["n"] >= ENOUGH and times["fast"] / times["n"] > MANY_FAST:
        flags.append({"code": "fast", "share": round(times["fast"] / times["n"], 4)})
    if random and (figures["exposure_recent"] or 0) > SEEN_BY_MOST:
        flags.append({"code": "seen", "share": figures["exposure_recent"]})
    return flags


def judge_quiz(figures: Mapping[str, Any], *, n: int) -> list[dict[str, Any]]:
    """Warnings about a quiz; for few attempts the only one is that they are few."""
    if n < ENOUGH:
        return [{"code": "few"}]
    reliability = figures["reliability"]
    if reliability is None:
        return []
    return [{"code": "unreliable"}] if reliability < WEAK_RELIABILITY else []


def _below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit


def _suspect(choices: Sequence[Mapping[str, Any]]) -> str | None:
    """The wrong choice that most of the upper group prefer to what is right, if more of them than of the lower do."""
    best = max((one["upper"] or 0 for one in choices if one["right"]), default=None)
    if best is None:
        return None
    rivals = [
        one
        for one in choices
        if not one["right"]
        and one["choice"] is not None
        and (one["upper"] or 0) > best
        and (one["upper_share"] or 0) > (one["lower_share"] or 0)
    ]
    return max(rivals, key=lambda one: one["upper"])["choice"] if rivals else None


def _is_idle(one: Mapping[str, Any], n: int) -> bool:
    return one["option"] and not one["right"] and one["count"] < IDLE_CHOICE * n
