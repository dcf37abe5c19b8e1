"""Putting off the end of a quiz while it is being sat; whoever the old end would have cut short gets the time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.database_clock import now_column
from academy.kernel.errors import Conflict, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.quizzes.models import CONTENT, OPEN, Accommodation, Attempt, AttemptPause, Quiz, QuizVersion
from academy.quizzes.pause_rules import NO_TIME, moved
from academy.quizzes.policies import can_edit_quizzes
from academy.quizzes.publishing import save_quiz
from academy.quizzes.queries import get_quiz
from academy.quizzes.rules import Allowance, QuizRules

__all__ = ["prolong_quiz"]


def prolong_quiz(actor: Actor, quiz_id: int, closes: datetime, *, reason: str) -> int:
    """Let a quiz close later: a new version of its rules, and later deadlines where the old end cut them.

    Returns:
        How many attempts that are being sat got a later deadline.

    Raises:
        NotFound, Forbidden
        Conflict: it closes no earlier as it is, or its rules are kept in a file that says another end.
        Frozen: an examination of the course is under way.
    """
    with unit_of_work() as work:
        quiz = get_quiz(quiz_id)
        course = find_course_by_id(quiz.course_id)
        if course is None:
            raise NotFound(_l("There is no such course."))
        require(actor, can_edit_quizzes, course)
        row = work.session.get_one(Quiz, quiz_id)
        if row.origin == CONTENT and quiz.rules.closes != closes:
            raise Conflict(
                _l("This quiz is kept in a file of the content folder."),
                rule="quiz.content",
                next_step=_l(
                    "Set the later closing there and publish it, then prolong here to the same moment."
                ),
            )
        if row.origin != CONTENT:
            if quiz.rules.closes is None or closes <= quiz.rules.closes:
                raise Conflict(_l("The quiz does not close earlier as it is."), rule="quiz.prolong")
            settings = work.session.scalar(
                select(QuizVersion.settings).where(QuizVersion.id == quiz.version_id)
            )
            window = settings["window"] | {"closes": closes.isoformat()}
            save_quiz(actor, quiz.course_id, quiz.slug, settings | {"window": window}, may_close_later=True)
        later = sum(_move(work, *one) for one in _cut_short(work, quiz_id, closes))
        record(
            actor,
            "quizzes.prolong",
            "quiz",
            f"{course.slug}/{quiz.slug}",
            details={"closes": closes.isoformat(), "attempts": later, "reason": reason},
        )
        return later


def _cut_short(
    work: UnitOfWork, quiz_id: int, closes: datetime
) -> Iterator[tuple[Attempt, datetime, timedelta]]:
    """Attempts that are being sat, when each closes now, and by how much its deadline moves."""
    rows = work.session.execute(
        select(Attempt, QuizVersion.settings, Accommodation)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .outerjoin(
            Accommodation,
            (Accommodation.quiz_id == Attempt.quiz_id) & (Accommodation.person_id == Attempt.person_id),
        )
        .where(Attempt.quiz_id == quiz_id, Attempt.state == OPEN, Attempt.accepts_until >= now_column())
        # in the order in which pauses hold them, so that neither waits for the other
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    pauses = _pauses(work, [attempt.id for attempt, _settings, _granted in rows if attempt.paused_until])
    for attempt, settings, granted in rows:
        old = attempt.closes_at
        rules = replace(QuizRules.from_settings(settings), closes=closes).allowing(_allowance(granted))
        if old is None or rules.last_moment <= old:
            continue
        cut = replace(rules, closes=old, extra=NO_TIME)
        shift = rules.deadline(attempt.started_at) - cut.deadline(attempt.started_at)
        yield attempt, rules.last_moment, _made_up(pauses[attempt.id], rules.last_moment, shift)


def _pauses(work: UnitOfWork, attempt_ids: Iterable[int]) -> Mapping[int, list[AttemptPause]]:
    """The pauses of attempts, in order; one query."""
    found: dict[int, list[AttemptPause]] = defaultdict(list)
    rows = work.session.scalars(
        select(AttemptPause)
        .where(AttemptPause.attempt_id.in_(set(attempt_ids)))
        .order_by(AttemptPause.attempt_id, AttemptPause.number)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[row.attempt_id].append(row)
    return found


def _made_up(pauses: Iterable[AttemptPause], limit: datetime, shift: timedelta) -> timedelta:
    """By how much a deadline moves in all, with what the old end took from pauses, which know the new one from now on."""
    for pause in pauses:
        span = (pause.ended_at or pause.ends_at) - pause.started_at
        given = moved(pause.deadline_before, pause.limit, span)
        pause.deadline_before += shift
        if pause.limit is not None:
            pause.limit = limit
        shift += moved(pause.deadline_before, pause.limit, span) - given
    return shift


def _allowance(granted: Accommodation | None) -> Allowance | None:
    if granted is None:
        return None
    return Allowance(
        extra_minutes=granted.extra_minutes, extra_percent=granted.extra_percent, closes=granted.closes
    )


def _move(work: UnitOfWork, attempt: Attempt, closes_at: datetime, shift: timedelta) -> bool:
    attempt.closes_at = closes_at
    if shift <= NO_TIME:
        return False
    attempt.deadline += shift
    attempt.accepts_until += shift
    work.enqueue("quizzes.expire", run_at=attempt.accepts_until, attempt_id=attempt.id)
    return True
