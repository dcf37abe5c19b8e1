"""Reasons that acts on other people's examinations are given."""

from __future__ import annotations

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l

MIN_REASON, MAX_REASON = 5, 1000


def checked_reason(reason: str, *, needed: bool = True) -> str:
    """The reason without outer spaces.

    Raises:
        Invalid: it is missing though needed, or too long.
    """
    reason = reason.replace("\x00", "").strip()
    if needed and len(reason) < MIN_REASON:
        message = _l("Say why, in at least %(n)s characters; the reason stands in the journal.", n=MIN_REASON)
        raise Invalid(message, rule="quizzes.reason", errors={"reason": [message]})
    if len(reason) > MAX_REASON:
        message = _l("At most %(n)s characters.", n=MAX_REASON)
        raise Invalid(message, rule="quizzes.reason", errors={"reason": [message]})
    return reason
