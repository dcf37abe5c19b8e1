"""Domain errors: each names the rule that refused and, where there is one, the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class AcademyError(Exception):
    """A refusal a person can understand.

    Args:
        message: what was refused and why, in the reader's language (a lazy text).
        rule: the stable name of the rule, e.g. ``"quiz.attempts"``; the problem type of the API.
        next_step: what the reader may do about it, or empty.
        errors: messages by field, for input that a form can correct.
    """

    status = 400
    default_rule = "bad-request"

    def __init__(
        self,
        message: Any = "",
        *,
        rule: str = "",
        next_step: Any = "",
        errors: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule or self.default_rule
        self.next_step = next_step
        self.errors = dict(errors or {})

    def __str__(self) -> str:
        said = str(self.message)
        fields = {name: " ".join(map(str, texts)) for name, texts in self.errors.items()}
        # what has one field to blame says the same twice
        details = "; ".join(f"{name}: {text}" for name, text in fields.items() if text != said)
        return f"{said} ({details})" if details else said


class Unauthenticated(AcademyError):
    """Nobody is signed in, and the act needs somebody."""

    status = 401
    default_rule = "sign-in-required"


class Forbidden(AcademyError):
    """The actor is known and may see the thing, but not do this to it."""

    status = 403
    default_rule = "forbidden"


class NotFound(AcademyError):
    """It does not exist, or the actor may not know that it does."""

    status = 404
    default_rule = "not-found"


class Conflict(AcademyError):
    """The state of things does not allow it now."""

    status = 409
    default_rule = "conflict"


class PreconditionFailed(AcademyError):
    """Somebody else changed it since the caller last read it (RFC 9110, If-Match)."""

    status = 412
    default_rule = "precondition-failed"


class TooLarge(AcademyError):
    """More bytes than the limit that the message names."""

    status = 413
    default_rule = "too-large"


class Invalid(AcademyError):
    """The input breaks a rule that its sender can correct."""

    status = 422
    default_rule = "invalid"


class TooMany(AcademyError):
    """A rate limit was reached; ``retry_after`` is in seconds."""

    status = 429
    default_rule = "rate-limit"

    def __init__(self, message: Any = "", *, retry_after: int, **named: Any) -> None:
        super().__init__(message, **named)
        self.retry_after = retry_after


class Unavailable(AcademyError):
    """Something the academy needs is down for the moment; ``retry_after`` is in seconds."""

    status = 503
    default_rule = "unavailable"

    def __init__(self, message: Any = "", *, retry_after: int = 5, **named: Any) -> None:
        super().__init__(message, **named)
        self.retry_after = retry_after
