"""What happens to attempts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSubmitted(Event):
    """An attempt was closed, by its learner or by its deadline; emitted once, inside the transaction.

    ``mark`` and ``passed`` are None while an answer waits to be graded (``pending``).
    """

    attempt_id: int
    quiz_id: int
    course_id: int
    person_id: int
    mark: Decimal | None
    passed: bool | None
    pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptGraded(Event):
    """An attempt that had waited to be graded has its mark now."""

    attempt_id: int
    quiz_id: int
    course_id: int
    person_id: int
    mark: Decimal
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChanged(Event):
    """The mark of a closed attempt is another than before; either may be None while an answer waits to be graded."""

    attempt_id: int
    quiz_id: int
    course_id: int
    person_id: int
    enrollment_id: int
    mark_before: Decimal | None
    mark: Decimal | None
    passed: bool | None
