"""What of a result is released, and when: by phase, as the quiz says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

SCORE, OUTCOMES, ANSWERS, FEEDBACK = "score", "outcomes", "answers", "feedback"
FLAGS = (SCORE, OUTCOMES, ANSWERS, FEEDBACK)
NOTHING: frozenset[str] = frozenset()


class Phase(StrEnum):
    """Where an attempt stands for the one who sat it."""

    UNDERWAY = "underway"
    AFTER_SUBMIT = "after_submit"
    AFTER_CLOSE = "after_close"


def phase_of(*, is_open: bool, closes: datetime | None, attempts_left: int | None, now: datetime) -> Phase:
    """The phase of an attempt.

    A quiz with a closing date closes for all at that date. One without closes for a learner when no
    attempt is left: whoever can still try must not see the answers.

    Args:
        is_open: the attempt is being sat.
        closes: when the last answer of the quiz's window may arrive, if it has one.
        attempts_left: of this learner; None if there is no limit.
    """
    if is_open:
        return Phase.UNDERWAY
    if closes is not None:
        return Phase.AFTER_CLOSE if now >= closes else Phase.AFTER_SUBMIT
    return Phase.AFTER_CLOSE if attempts_left == 0 else Phase.AFTER_SUBMIT


def released(review: Mapping[str, Any], phase: Phase) -> frozenset[str]:
    """The flags of ``FLAGS`` that the quiz releases in a phase; never any while it is being sat."""
    if phase is Phase.UNDERWAY:
        return NOTHING
    return frozenset(review.get(phase.value, ())) & frozenset(FLAGS)
