"""What is released when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from academy.quizzes.review import Phase, phase_of, released

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
REVIEW = {"after_submit": ["score"], "after_close": ["score", "answers", "unknown"]}


@pytest.mark.parametrize(
    "is_open, closes, left, phase",
    [
        (True, None, 0, Phase.UNDERWAY),
        (True, -1, 0, Phase.UNDERWAY),
        (False, None, 2, Phase.AFTER_SUBMIT),
        (False, None, None, Phase.AFTER_SUBMIT),
        (False, None, 0, Phase.AFTER_CLOSE),
        (False, 1, 0, Phase.AFTER_SUBMIT),
        (False, 0, 3, Phase.AFTER_CLOSE),
        (False, -1, 3, Phase.AFTER_CLOSE),
    ],
)
def test_phase(is_open, closes, left, phase):
    ends = None if closes is None else NOW + timedelta(hours=closes)
    assert phase_of(is_open=is_open, closes=ends, attempts_left=left, now=NOW) is phase


def test_released():
    assert released(REVIEW, Phase.UNDERWAY) == frozenset()
    assert released({"underway": ["answers"]}, Phase.UNDERWAY) == frozenset()
    assert released(REVIEW, Phase.AFTER_SUBMIT) == {"score"}
    assert released(REVIEW, Phase.AFTER_CLOSE) == {"score", "answers"}
    assert released({}, Phase.AFTER_CLOSE) == frozenset()
