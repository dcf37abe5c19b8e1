"""Closing an attempt: what is stored is graded, the mark is made, and the rest of the academy hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select

from academy.kernel import database_clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound, Unavailable
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Grade
from academy.questions.queries import VersionRow, grade_item
from academy.quizzes.events import AttemptGraded, AttemptSubmitted
from academy.quizzes.marks import FOUR_PLACES, mark_of, share_of, to_decimal, with_penalty
from academy.quizzes.models import EXPIRED, OPEN, SUBMITTED, Attempt, AttemptItem, Quiz, QuizVersion
from academy.quizzes.pause_rules import require_running
from academy.quizzes.queries import get_attempt
from academy.quizzes.rules import QuizRules
from academy.quizzes.seat import NOWHERE, Seat, require_device
from academy.quizzes.slot_queries import slot_rows
from academy.quizzes.views import AttemptSlot, AttemptView, is_answer, shown_seed

__all__ = [
    "close_attempt",
    "expire_attempt",
    "expire_overdue",
    "get_current_attempt",
    "grade_pending",
    "submit_attempt",
]

Ahead = Mapping[int, tuple[int, Grade]]
"""Grades made before the transaction: slot → the sequence they were made for, and the grade."""

Pinned = tuple[int, QuizRules]
"""The course of an attempt and the rules it started with; neither ever changes."""


def submit_attempt(actor: Actor, attempt_id: int, *, seat: Seat = NOWHERE) -> str:
    """Close one's attempt with what is stored; doing it again changes nothing.

    After the deadline and its grace the attempt closes as expired, with the same answers.

    Returns:
        The state it is in: ``submitted`` or ``expired``.

    Raises:
        NotFound: there is no such attempt of the actor.
        OtherDevice: it is being sat on another device, and its time is not over.
        AttemptPaused: its clock stands still.
    """
    if actor.person_id is None:
        raise NotFound(_l("There is no such attempt."))
    pinned, ahead = _grade_ahead(attempt_id, actor.person_id)
    with unit_of_work() as work:
        attempt = hold_attempt(work, attempt_id)
        if attempt is None or attempt.person_id != actor.person_id:
            raise NotFound(_l("There is no such attempt."))
        if attempt.state == OPEN:
            now = database_clock.now()
            if not _is_overdue(attempt, now):
                require_device(attempt.device, seat)
                require_running(attempt, now)
            _close(work, attempt, pinned or rules_of(attempt), ahead)
        return attempt.state


def expire_attempt(attempt_id: int) -> bool:
    """Close an attempt whose deadline and grace are over; whether this call did it."""
    with unit_of_work() as work:
        attempt = hold_attempt(work, attempt_id)
        if attempt is None or not _is_overdue(attempt, database_clock.now()):
            return False
        _close(work, attempt, rules_of(attempt), {})
        return True


def close_attempt(attempt_id: int) -> None:
    """Close an open attempt with what is stored, whoever asks; as expired if its time is over."""
    with unit_of_work() as work:
        attempt = hold_attempt(work, attempt_id)
        if attempt is not None and attempt.state == OPEN:
            _close(work, attempt, rules_of(attempt), {})


def get_current_attempt(actor: Actor, attempt_id: int) -> AttemptView:
    """An attempt as it is now: one whose time is over is closed before it is shown.

    Raises:
        NotFound: there is none, or the actor may not know that there is.
    """
    view = get_attempt(actor, attempt_id)
    if view.attempt.is_overdue(view.server_now) and expire_attempt(attempt_id):
        view = get_attempt(actor, attempt_id)
    return view


def expire_overdue(limit: int = 1000) -> int:
    """Close every overdue attempt, each in its own transaction; how many this call closed."""
    overdue = db.session.scalars(
        select(Attempt.id)
        .where(Attempt.state == OPEN, Attempt.accepts_until < database_clock.now())
        .order_by(Attempt.accepts_until)
        .limit(limit)
    ).all()
    return sum(expire_attempt(attempt_id) for attempt_id in overdue)


def grade_pending(attempt_id: int) -> None:
    """Grade what a failing or missing grader left, and make the mark once nothing is left.

    What waits for a person is left to people: with it the attempt goes on waiting, without an error.

    Raises:
        Unavailable: a grader still fails; to be tried again.
    """
    with unit_of_work() as work:
        attempt = hold_attempt(work, attempt_id)
        if attempt is None or not attempt.pending:
            return
        course_id, rules = rules_of(attempt)
        rows = slot_rows(attempt.id)
        for item, version in rows:
            if _waits_for_grader(item):
                keep_grade(
                    item,
                    grade_item(
                        version, item.answer, shown_seed(rules, attempt.seed, item.slot, version.kind)
                    ),
                )
        if any(_waits_for_grader(item) for item, _version in rows):
            raise Unavailable(_l("An answer of attempt %(id)s still cannot be graded.", id=attempt.id))
        make_mark(attempt, rules, [item for item, _version in rows])
        if not attempt.pending:  # else the rest is graded by people
            _tell_graded(work, attempt, course_id)


def _tell_graded(work: UnitOfWork, attempt: Attempt, course_id: int) -> None:
    work.session.flush()
    work.emit(
        AttemptGraded(
            attempt_id=attempt.id,
            quiz_id=attempt.quiz_id,
            course_id=course_id,
            person_id=attempt.person_id,
            mark=attempt.mark,
            passed=attempt.passed,
        )
    )


def grade_later(work: UnitOfWork, attempt: Attempt, items: Iterable[AttemptItem]) -> None:
    """Have a job grade what a failing or missing grader left."""
    if any(_waits_for_grader(item) for item in items):
        work.enqueue(
            "quizzes.grade_pending", key=f"quizzes.grade_pending:{attempt.id}", attempt_id=attempt.id
        )


def hold_attempt(work: UnitOfWork, attempt_id: int) -> Attempt | None:
    """The attempt, for services of this slice: held until the transaction ends, as it stands in the database now."""
    return work.session.scalar(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def hold_attempts(work: UnitOfWork, attempt_ids: Iterable[int]) -> dict[int, Attempt]:
    """As :func:`hold_attempt`, for many, also for services above that change grades; one query.

    They are held in the order of their ids, so that two who hold some of the same do not wait for each other.
    """
    rows = work.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(set(attempt_ids)))
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {attempt.id: attempt for attempt in rows}


def waits_for_person(grade: Mapping[str, Any] | None) -> bool:
    """Whether a stored grade is still to be given, and only a person can: no grader has failed at it."""
    return bool(grade and grade.get("pending")) and "fault" not in grade.get("details", {})


def _waits_for_grader(item: AttemptItem) -> bool:
    pending = bool((item.grade or {}).get("pending"))
    return pending and not waits_for_person(item.grade)


def _is_overdue(attempt: Attempt, now: datetime) -> bool:
    return attempt.state == OPEN and attempt.accepts_until is not None and now > attempt.accepts_until


def rules_of(attempt: Attempt) -> Pinned:
    """The course and the pinned rules of an attempt; one query."""
    row = db.session.execute(
        select(Quiz.course_id, QuizVersion.settings)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(QuizVersion.id == attempt.quiz_version_id)
    ).one()
    return row[0], QuizRules.from_settings(row[1])


def _grade_ahead(attempt_id: int, person_id: int) -> tuple[Pinned | None, Ahead]:
    """Grade before the transaction: a slow grader must not hold the lock that others save under."""
    attempt = db.session.scalar(
        select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
    )
    if attempt is None or attempt.state != OPEN:
        return None, {}
    pinned = rules_of(attempt)
    return pinned, {
        item.slot: (
            item.stored_sequence,
            grade_item(version, item.answer, shown_seed(pinned[1], attempt.seed, item.slot, version.kind)),
        )
        for item, version in slot_rows(attempt_id)
    }


def _close(work: UnitOfWork, attempt: Attempt, pinned: Pinned, ahead: Ahead) -> None:
    course_id, rules = pinned
    rows = slot_rows(attempt.id)
    for item, version in rows:
        keep_grade(item, _grade(attempt, rules, item, version, ahead))
    now = database_clock.now()
    overdue = _is_overdue(attempt, now)
    attempt.state = EXPIRED if overdue else SUBMITTED
    attempt.submitted_at = attempt.deadline if overdue else now
    make_mark(attempt, rules, [item for item, _version in rows])
    work.session.flush()
    grade_later(work, attempt, [item for item, _version in rows])
    work.emit(
        AttemptSubmitted(
            attempt_id=attempt.id,
            quiz_id=attempt.quiz_id,
            course_id=course_id,
            person_id=attempt.person_id,
            mark=attempt.mark,
            passed=attempt.passed,
            pending=attempt.pending,
        )
    )


def _grade(attempt: Attempt, rules: QuizRules, item: AttemptItem, version: VersionRow, ahead: Ahead) -> Grade:
    sequence, grade = ahead.get(item.slot, (-1, None))
    if grade is not None and sequence == item.stored_sequence:
        return grade
    return grade_item(version, item.answer, shown_seed(rules, attempt.seed, item.slot, version.kind))


def keep_grade(item: AttemptItem, grade: Grade) -> None:
    """Put a grade to the answer it is for."""
    item.score = counted_score(item, grade)
    item.grade = grade_as_json(grade)


def counted_score(item: AttemptItem | AttemptSlot, grade: Grade) -> Decimal:
    """What a grade counts for an answer of this paper: with the paper's deduction, to four places."""
    score = grade.score
    if not grade.pending:
        score = with_penalty(score, item.penalty, answered=is_answer(item.answer))
    return score.quantize(FOUR_PLACES, ROUND_HALF_UP)


def grade_as_json(grade: Grade) -> dict[str, Any]:
    """A grade without its score, as it is stored beside it."""
    return {
        "feedback": [{"text": dict(remark.text), "tone": remark.tone} for remark in grade.feedback],
        "details": dict(grade.details),
        "pending": grade.pending,
    }


def make_mark(attempt: Attempt, rules: QuizRules, items: list[AttemptItem]) -> None:
    """Make score, mark and verdict of the items' scores; none of them while one is pending."""
    attempt.pending = any(item.grade["pending"] for item in items)
    if attempt.pending:
        attempt.score = attempt.mark = attempt.passed = None
        return
    share = share_of((item.weight, Decimal(item.score)) for item in items)
    attempt.score, attempt.mark = to_decimal(share), mark_of(share)
    attempt.passed = attempt.mark >= rules.pass_mark
