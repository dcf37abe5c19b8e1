"""Why an attempt cannot be started or an answer not be stored."""

from __future__ import annotations

from academy.kernel.errors import Conflict, Forbidden


class CannotStart(Conflict):
    """An obstacle stands before a new attempt; ``rule`` names it."""

    default_rule = "quiz.start"


class AttemptClosed(Conflict):
    """The attempt was submitted, or its time is over: nothing more is stored."""

    default_rule = "attempt.closed"


class OtherDevice(Conflict):
    """The attempt is being sat on another device; taking it over is the way here."""

    default_rule = "attempt.device"


class WrongPlace(Forbidden):
    """The quiz is not to be sat from this address."""

    default_rule = "quiz.address"
