"""Why an attempt cannot be started or an answer not be stored."""

from __future__ import annotations

from typing import Any

from academy.kernel.errors import Conflict, Forbidden
from academy.kernel.i18n import _l


class CannotStart(Conflict):
    """An obstacle stands before a new attempt; ``rule`` names it."""

    default_rule = "quiz.start"


class OtherEntrance(CannotStart):
    """Attempts of the quiz are started elsewhere; ``path`` is where."""

    default_rule = "quiz.entrance"

    def __init__(self, message: Any, *, path: str) -> None:
        super().__init__(message, next_step=_l("Start there: %(path)s", path=path))
        self.path = path


class Promised(Conflict):
    """The rules of the quiz were announced, and hold until what was announced is over."""

    default_rule = "quiz.promised"


class AttemptClosed(Conflict):
    """The attempt was submitted, or its time is over: nothing more is stored."""

    default_rule = "attempt.closed"


class OtherDevice(Conflict):
    """The attempt is being sat on another device; taking it over is the way here."""

    default_rule = "attempt.device"


class AttemptPaused(Conflict):
    """The clock of the attempt stands still: nothing is shown and nothing new is stored until it goes on."""

    default_rule = "attempt.paused"


class WrongPlace(Forbidden):
    """The quiz is not to be sat from this address."""

    default_rule = "quiz.address"
