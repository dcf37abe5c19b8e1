"""An examination that is open from nine to ten: moments of its morning, and what is granted for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from academy.kernel import clock
from academy.quizzes import services
from tests.quizzes.sitting import view

NINE = datetime(2026, 12, 1, 2, tzinfo=UTC)
WINDOW = {"opens": "2026-12-01T09:00", "closes": "2026-12-01T10:00"}
REASON = "Theo giấy xác nhận y tế"
ILL = "Thí sinh bị ngất"


def at(minutes: float, seconds: float = 0):
    return clock.frozen(NINE + timedelta(minutes=minutes, seconds=seconds))


def attempt_of(learner, attempt_id):
    return view(learner, attempt_id).attempt


def grant(sat, learner, **granted):
    services.grant_accommodation(sat.instructor, sat.quiz_id, learner.username, {"reason": REASON} | granted)


def minutes_from_nine(instant):
    return (instant - NINE) / timedelta(minutes=1)
