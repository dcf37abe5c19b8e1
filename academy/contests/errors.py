"""Why a contest refuses."""

from __future__ import annotations

from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l


class ContestNotFound(NotFound):
    """There is no such contest or round, or the actor may not know that there is."""

    def __init__(self) -> None:
        super().__init__(_l("There is no such contest."))


class CannotEnter(Conflict):
    """An obstacle stands between a person and a round; ``rule`` names it."""

    default_rule = "contest.entry"


class NotReady(Conflict):
    """Something is missing before a contest or a round may be announced, drawn or handed to approval."""

    default_rule = "contest.not-ready"


class RoundFixed(Conflict):
    """What has been announced, or decided, is no longer changed."""

    default_rule = "contest.fixed"


class SamePerson(Forbidden):
    """Results are approved by somebody who neither handed them in nor gets a prize."""

    default_rule = "contest.second-person"


class UnreadableRules(Invalid):
    """A form of a contest breaks a rule; ``errors`` by field."""

    default_rule = "contest.settings"
