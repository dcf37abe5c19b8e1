"""What queries give to pages and the API: plain values, never mapped objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from academy.plugins.contract import Feedback, Grade
from academy.questions.queries import VersionRow, seed_for
from academy.quizzes.models import ACTIVE, OPEN
from academy.quizzes.paper import slot_seed
from academy.quizzes.paper_proof import identity
from academy.quizzes.rules import Allowance, QuizRules


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRow:
    """A quiz with its current version, and how it stands to the person for whom it was read, if to one."""

    id: int
    course_id: int
    slug: str
    state: str
    version_id: int
    number: int
    rules: QuizRules
    needs_code: bool = False
    allowance: Allowance | None = None

    def accommodated(self) -> QuizRow:
        """The quiz with its rules as they hold for the person for whom it was read."""
        return replace(self, rules=self.rules.allowing(self.allowance)) if self.allowance else self

    @property
    def title(self) -> Mapping[str, str]:
        return self.rules.title

    @property
    def is_offered(self) -> bool:
        return self.state == ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary:
    """An attempt without its items. ``mark``, ``score`` and ``passed`` are not yet released by being here."""

    id: int
    quiz_id: int
    quiz_version_id: int
    person_id: int
    enrollment_id: int
    number: int
    attempt_limit: int | None
    seed: int
    lang: str
    state: str
    started_at: datetime
    deadline: datetime | None
    accepts_until: datetime | None
    submitted_at: datetime | None
    pending: bool
    score: Decimal | None
    mark: Decimal | None
    passed: bool | None
    device: str | None
    extra_minutes: int
    closes_at: datetime | None
    pauses: int
    pause_minutes: int
    pause_past_close: bool
    paused_from: datetime | None
    paused_until: datetime | None
    paused_seconds: int

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def identity(self) -> str:
        """Its name in the proof of an examination; see :mod:`academy.quizzes.paper_proof`."""
        return identity(self.quiz_id, self.enrollment_id, self.number)

    def is_paused(self, now: datetime) -> bool:
        """Whether its clock stands still."""
        return self.is_open and self.paused_until is not None and now < self.paused_until

    def seconds_left(self, now: datetime) -> int | None:
        """Whole seconds of writing to the deadline, a pause that goes on left out; None without a deadline."""
        if self.deadline is None:
            return None
        start = self.paused_until if self.paused_until is not None and now < self.paused_until else now
        return max(0, int((self.deadline - start).total_seconds()))

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.accepts_until is not None and now > self.accepts_until


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSlot:
    """One item of an attempt, with the version that was drawn and the answer stored last.

    ``graded``: the version that the answer is graded by, mostly the one drawn.
    """

    slot: int
    version: VersionRow
    graded: VersionRow
    weight: Decimal
    penalty: Decimal
    seed: int
    stored_sequence: int
    answer: Any
    answered_at: datetime | None
    score: Decimal | None
    grade_json: Mapping[str, Any] | None

    @property
    def is_answered(self) -> bool:
        return is_answer(self.answer)

    @property
    def is_void(self) -> bool:
        """Whether the item was taken out of the mark."""
        return self.weight == 0

    def grade(self) -> Grade | None:
        """The stored grade, or None while there is none."""
        return stored_grade(self.score, self.grade_json)


def stored_grade(score: Decimal | None, told: Mapping[str, Any] | None) -> Grade | None:
    """A grade from what is stored of it; None if there is none."""
    if told is None or score is None:
        return None
    return Grade(
        score=score,
        feedback=tuple(Feedback(**remark) for remark in told.get("feedback", ())),
        details=told.get("details", {}),
        pending=bool(told.get("pending")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """Grades of an attempt that were changed together, after it had closed."""

    at: datetime
    source: str
    reason: str
    slots: tuple[int, ...]
    mark_before: Decimal | None
    mark_after: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """An attempt with the rules it pinned, its course and its items in order."""

    attempt: AttemptSummary
    rules: QuizRules
    quiz_slug: str
    course_id: int
    course_slug: str
    course_title: Mapping[str, str]
    # when it was looked at is no part of what it is
    server_now: datetime = field(compare=False)
    slots: tuple[AttemptSlot, ...]
    has_changes: bool = False

    def slot(self, number: int) -> AttemptSlot | None:
        return self.slots[number - 1] if 1 <= number <= len(self.slots) else None

    @property
    def unanswered(self) -> tuple[int, ...]:
        return tuple(slot.slot for slot in self.slots if not slot.is_answered)


def is_answer(stored: Any) -> bool:
    """Whether what is stored for a slot answers it: an emptied form does not."""
    return stored not in (None, [], {})


def shown_seed(rules: QuizRules, attempt_seed: int, slot: int, kind: str) -> int:
    """The seed an item of an attempt is shown and graded with."""
    return seed_for(kind, slot_seed(attempt_seed, slot), shuffle=rules.shuffle_options)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeResult:
    """How an outcome was met: ``share`` of its points, 0 to 1, of ``items`` items."""

    outcome: str
    text: Mapping[str, str]
    items: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One stored change of an answer."""

    slot: int
    sequence: int
    at: datetime
    answer: Any
    typed_at: datetime | None = None
