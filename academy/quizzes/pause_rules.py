"""What a pause means for an attempt: how far its deadline moves, and what is refused while it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from academy.kernel import clock
from academy.kernel.i18n import _l
from academy.quizzes.errors import AttemptPaused

NO_TIME = timedelta(0)


def moved(deadline: datetime, limit: datetime | None, span: timedelta) -> timedelta:
    """By how much a pause of that length moves a deadline: by all of it, or only as far as the limit allows."""
    return span if limit is None else max(NO_TIME, min(span, limit - deadline))


def require_running(attempt: Any, now: datetime, typed_at: datetime | None = None) -> None:
    """Go on only while the clock of an attempt runs, or with what was typed before it stood still.

    Args:
        attempt: with ``paused_from`` and ``paused_until``.
        typed_at: as the page claims. That it cannot be proven costs little: whoever forges it has only kept the
            questions on the screen, which nobody can take away from a screen.

    Raises:
        AttemptPaused
    """
    if attempt.paused_until is None or now >= attempt.paused_until:
        return
    if typed_at is not None and typed_at <= attempt.paused_from:
        return
    raise AttemptPaused(
        _l(
            "This attempt is paused until %(time)s at the latest: nothing is shown and nothing is stored.",
            time=clock.local(attempt.paused_until).strftime("%H:%M:%S"),
        ),
        next_step=_l("Open the attempt's page: it says how it goes on. What you typed is kept there."),
    )
