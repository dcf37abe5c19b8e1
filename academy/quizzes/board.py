"""The invigilator's board: who sits, what was stored last, how much time is left; and granting more of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from academy.audit.services import record
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.database_clock import now_column
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from academy.quizzes.models import OPEN, Attempt, AttemptDevice, AttemptItem
from academy.quizzes.policies import can_invigilate
from academy.quizzes.queries import get_visible_quiz
from academy.quizzes.reasons import checked_reason
from academy.quizzes.views import QuizRow

__all__ = ["Board", "Sitting", "get_board", "grant_time"]

MOST_ROWS = 500
MAX_EXTRA = 240
# closed attempts stay on the board so long
LINGERS = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """An attempt that is being sat, or was until a moment ago."""

    attempt_id: int
    person_id: int
    full_name: str
    number: int
    state: str
    started_at: datetime
    submitted_at: datetime | None
    deadline: datetime | None
    accepts_until: datetime | None
    extra_minutes: int
    paused_until: datetime | None
    paused_seconds: int
    items: int
    answered: int
    last_stored_at: datetime | None
    devices: int

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    def minutes_left(self, now: datetime) -> int | None:
        """Whole minutes of writing left, never below 0; None without a deadline or when closed."""
        if not self.is_open or self.deadline is None:
            return None
        begins = self.paused_until if self.is_paused(now) else now
        return max(0, int((self.deadline - begins).total_seconds() // 60))

    def is_paused(self, now: datetime) -> bool:
        """Whether its clock stands still."""
        return self.is_open and self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """``sittings``: open ones first, by name; at most :data:`MOST_ROWS`. ``open``: how many are being sat in all."""

    quiz: QuizRow
    course: CourseView
    now: datetime
    open: int
    sittings: tuple[Sitting, ...]


def get_board(actor: Actor, quiz_id: int) -> Board:
    """The board of a quiz: a constant number of queries.

    Raises:
        NotFound: there is no such quiz for the actor.
        Forbidden: the actor may not invigilate.
    """
    quiz, course = get_visible_quiz(actor, quiz_id)
    require(actor, can_invigilate, course)
    now = db.session.scalar(select(now_column()))
    is_open = Attempt.state == OPEN
    rows = db.session.execute(
        select(
            Attempt.id.label("attempt_id"),
            Attempt.person_id,
            Person.full_name,
            *(getattr(Attempt, name) for name in _OF_ATTEMPT),
        )
        .join(Person, Person.id == Attempt.person_id)
        # the quiz is named in both branches: so each is a range of one index, however many have sat it before
        .where(
            or_(
                and_(Attempt.quiz_id == quiz_id, Attempt.submitted_at.is_(None)),
                and_(Attempt.quiz_id == quiz_id, Attempt.submitted_at > now - LINGERS),
            )
        )
        .order_by(case((is_open, 0), else_=1), Person.sort_key, Attempt.id)
        .limit(MOST_ROWS)
    ).all()
    answers, devices = _progress([row.attempt_id for row in rows])
    return Board(
        quiz=quiz,
        course=course,
        now=now,
        open=db.session.scalar(
            select(func.count()).where(Attempt.quiz_id == quiz_id, Attempt.submitted_at.is_(None))
        ),
        sittings=tuple(
            Sitting(**row._mapping, **answers[row.attempt_id], devices=devices.get(row.attempt_id, 0))
            for row in rows
        ),
    )


_OF_ATTEMPT = (
    "number",
    "state",
    "started_at",
    "submitted_at",
    "deadline",
    "accepts_until",
    "extra_minutes",
    "paused_until",
    "paused_seconds",
)


def _progress(attempt_ids: list[int]) -> tuple[dict[int, dict], dict[int, int]]:
    answers = {
        row.attempt_id: {
            "items": row.items,
            "answered": row.answered,
            "last_stored_at": row.last_stored_at,
        }
        for row in db.session.execute(
            select(
                AttemptItem.attempt_id,
                func.count().label("items"),
                func.count(case((AttemptItem.stored_sequence > 0, 1))).label("answered"),
                func.max(AttemptItem.answered_at).label("last_stored_at"),
            )
            .where(AttemptItem.attempt_id.in_(attempt_ids))
            .group_by(AttemptItem.attempt_id)
        )
    }
    devices = db.session.execute(
        select(AttemptDevice.attempt_id, func.count())
        .where(AttemptDevice.attempt_id.in_(attempt_ids))
        .group_by(AttemptDevice.attempt_id)
    )
    return answers, dict(devices.tuples().all())


def grant_time(
    actor: Actor, quiz_id: int, minutes: int, *, reason: str, attempts: Iterable[int] | None = None
) -> int:
    """Move the deadline of attempts that are being sat; the pages learn of it by themselves within a minute.

    Args:
        minutes: 1 to :data:`MAX_EXTRA`.
        attempts: their ids; None: all open attempts at the quiz.

    Returns:
        How many attempts got it.

    Raises:
        NotFound, Forbidden
        Invalid: minutes or reason break a rule.
        Conflict: none of the attempts is open and has a deadline; one whose grace is over stays closed.
    """
    with unit_of_work() as work:
        quiz, course = get_visible_quiz(actor, quiz_id)
        require(actor, can_invigilate, course)
        reason = checked_reason(reason)
        if not 1 <= minutes <= MAX_EXTRA:
            message = _l("Grant 1 to %(n)s minutes at a time.", n=MAX_EXTRA)
            raise Invalid(message, rule="extra-time.minutes", errors={"minutes": [message]})
        statement = (
            select(Attempt)
            .where(Attempt.quiz_id == quiz_id, Attempt.state == OPEN, Attempt.accepts_until >= now_column())
            .order_by(Attempt.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if attempts is not None:
            statement = statement.where(Attempt.id.in_(set(attempts)))
        sat = [one for one in work.session.scalars(statement) if one.person_id != actor.person_id]
        if not sat:
            raise Conflict(
                _l("None of these attempts is being sat against the clock any more."),
                rule="extra-time.none",
                next_step=_l("Grant an accommodation with another attempt instead."),
            )
        for one in sat:
            one.deadline += timedelta(minutes=minutes)
            one.accepts_until += timedelta(minutes=minutes)
            one.extra_minutes += minutes
            work.enqueue("quizzes.expire", run_at=one.accepts_until, attempt_id=one.id)
            record(
                actor,
                "quizzes.time.grant",
                "attempt",
                one.id,
                person_id=one.person_id,
                details={"minutes": minutes, "reason": reason, "to_all": attempts is None, "quiz": quiz.slug},
            )
        return len(sat)
