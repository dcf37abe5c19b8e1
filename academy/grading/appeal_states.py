"""The states of an appeal and every way from one to another; there is no other place that decides it."""

from __future__ import annotations

from collections.abc import Mapping

from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l

SUBMITTED, ASSIGNED, REMARKED, DECIDED, REFUSED, WITHDRAWN = (
    "submitted", "assigned", "remarked", "decided", "refused", "withdrawn",
)  # fmt: skip
APPEAL_STATES = (SUBMITTED, ASSIGNED, REMARKED, DECIDED, REFUSED, WITHDRAWN)
OPEN_STATES = frozenset((SUBMITTED, ASSIGNED, REMARKED))

ASSIGN, REMARK, DECIDE, RETURN, REFUSE, WITHDRAW = (
    "assign",
    "remark",
    "decide",
    "return",
    "refuse",
    "withdraw",
)

TRANSITIONS: Mapping[tuple[str, str], str] = {
    (SUBMITTED, ASSIGN): ASSIGNED,
    (SUBMITTED, REFUSE): REFUSED,
    (SUBMITTED, WITHDRAW): WITHDRAWN,
    (ASSIGNED, ASSIGN): ASSIGNED,
    (ASSIGNED, REMARK): REMARKED,
    (REMARKED, DECIDE): DECIDED,
    (REMARKED, RETURN): SUBMITTED,
}
"""(state, act) → the state after it."""

_PAIRS = frozenset((before, after) for (before, _act), after in TRANSITIONS.items())


def after(state: str, act: str) -> str:
    """The state that an act leads to.

    Raises:
        Conflict: the act is not possible in this state.
    """
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise Conflict(
            _l("The appeal is not in a state for this."),
            rule="appeal.state",
            next_step=_l("Load its page again to see how far it is."),
        ) from None


def require_transition(before: str | None, state: str) -> None:
    """See that a stored state changes along the table; an appeal begins as submitted.

    Raises:
        Conflict: the table has no such change.
    """
    begins = before is None and state == SUBMITTED
    if not begins and before != state and (before, state) not in _PAIRS:
        raise Conflict(_l("The appeal is not in a state for this."), rule="appeal.state")
