"""What queries give to pages and the API: plain values, never mapped objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from academy.catalog.views import CourseView
from academy.grading.agreement import Agreement
from academy.grading.bands import Band
from academy.grading.scheme import Scheme
from academy.kernel import clock
from academy.questions.queries import VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a marker has at one quiz: marks stored, answers given to them, answers they may claim."""

    quiz_id: int
    title: Mapping[str, str]
    course_title: Mapping[str, str]
    stored: int
    mine: int
    open: int

    @property
    def left(self) -> int:
        return self.mine + self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatView:
    """An answer as a marker sees it: nothing of who wrote it, nor of other marks.

    ``points``: the mark on the ten-point scale, None until it is stored. ``is_final``: it can no longer be changed.
    """

    id: int
    quiz_id: int
    quiz_title: Mapping[str, str]
    lang: str
    version: VersionRow
    body: Mapping[str, Any]
    answer: Any
    rubric: Mapping[str, Any] | None
    solution: Mapping[str, Any]
    levels: Mapping[str, str] | None
    points: Decimal | None
    comments: Mapping[str, str]
    comment: str
    flagged: bool
    stored_at: datetime | None
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerRow:
    """A marker at one quiz; see :mod:`academy.grading.agreement` for the figures."""

    account: int
    username: str
    name: str
    stored: int
    waiting: int
    mean: Decimal | None
    spread: Decimal | None
    severity: Decimal | None
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of marking at a quiz."""

    quiz_id: int
    slug: str
    title: Mapping[str, str]
    course: CourseView
    scheme: Scheme | None
    answers: int
    waiting: int
    final: int
    flagged: int
    thirds: int
    released: int
    markers: tuple[MarkerRow, ...]

    @property
    def is_ready(self) -> bool:
        """Whether there is something to release and nothing in the way."""
        return self.final > 0 and not self.waiting and not self.flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One mark of an answer, for a moderator."""

    role: str
    marker_id: int | None
    marker: str
    points: Decimal | None
    levels: Mapping[str, str] | None
    comments: Mapping[str, str]
    comment: str
    flagged: bool
    stored_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer with every mark it got, for those who lead the marking; as anonymous as for markers."""

    id: int
    quiz_id: int
    quiz_slug: str
    quiz_title: Mapping[str, str]
    course: CourseView
    attempt_id: int
    slot: int
    lang: str
    version: VersionRow
    body: Mapping[str, Any]
    answer: Any
    rubric: Mapping[str, Any] | None
    solution: Mapping[str, Any]
    state: str
    how: str
    points: Decimal | None
    flagged: bool
    is_released: bool
    marks: tuple[MarkRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """An answer in a moderator's list."""

    id: int
    item_key: str
    state: str
    how: str
    flagged: bool
    points: Decimal | None
    spread: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A released score that somebody proposes to change. Points and marks on the ten-point scale."""

    id: int
    attempt_id: int
    slot: int
    course: CourseView
    quiz_id: int
    quiz_title: Mapping[str, str]
    person_id: int
    state: str
    points_before: Decimal | None
    points_after: Decimal
    mark_before: Decimal | None
    mark_after: Decimal | None
    reason: str
    proposed_by: int
    proposer: str
    proposed_at: datetime
    decider: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    id: int
    answers: int
    at: datetime
    by: str
    job_id: int | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealQuestionView:
    """``points…`` on the ten-point scale; None until marked again, or decided."""

    slot: int
    reason: str
    points_before: Decimal
    points: Decimal | None
    points_after: Decimal | None
    levels: Mapping[str, str] | None
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    """An appeal; ``markers``: the accounts that marked one of its answers before."""

    id: int
    attempt_id: int
    attempt_number: int
    quiz_id: int
    quiz_title: Mapping[str, str]
    course: CourseView
    person_id: int
    state: str
    submitted_at: datetime
    due_at: datetime
    marker_id: int | None
    remarked_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None
    note: str
    outcome: str | None
    mark_before: Decimal
    mark_after: Decimal | None
    markers: frozenset[int]
    questions: tuple[AppealQuestionView, ...]

    @property
    def last_day(self) -> date:
        """The day with whose end the time to decide is over."""
        return _day_before(self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Whether a learner can appeal against the mark of an attempt, and until when; or the appeal there is already.

    ``band``: of the mark, by the set it was judged with; None below the lowest.
    """

    deadline: datetime | None = None
    is_open: bool = False
    appeal_id: int | None = None
    appeal_state: str = ""
    appeal_outcome: str | None = None
    band: Band | None = None

    @property
    def last_day(self) -> date | None:
        """The day with whose end the time to ask is over."""
        return _day_before(self.deadline) if self.deadline else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFigures:
    """Appeals of a quiz; all but ``requests`` are None while fewer than five are decided, and that while fewer are made."""

    requests: int | None
    decided: int | None = None
    changed: int | None = None
    mean_change: Decimal | None = None
    median_days: int | None = None


def _day_before(end: datetime) -> date:
    """The day that an end of a day belongs to."""
    return clock.local(end - timedelta(seconds=1)).date()
