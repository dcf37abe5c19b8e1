"""The reason that every change of a mark has."""

from __future__ import annotations

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean

MAX_REASON = 2000


def checked_reason(text: str, field: str = "reason") -> str:
    """A reason as it is stored.

    Raises:
        Invalid: it is empty; ``errors`` for ``field``.
    """
    reason = clean(text or "", multiline=True).strip()
    if not any(sign.isalnum() for sign in reason):
        message = _l("Say why; the reason is kept with the change.")
        raise Invalid(
            _l("Please correct the fields named below."), rule="grading.reason", errors={field: [message]}
        )
    if len(reason) > MAX_REASON:
        message = _l("At most %(n)s characters.", n=MAX_REASON)
        raise Invalid(
            _l("Please correct the fields named below."), rule="grading.reason", errors={field: [message]}
        )
    return reason
