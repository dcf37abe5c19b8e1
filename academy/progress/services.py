"""Recording what a learner does, and deciding completion in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from academy.audit.services import record
from academy.catalog.queries import get_course_version, get_lesson
from academy.catalog.views import LessonView
from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import complete as complete_enrollment
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Invalid, NotFound, Unauthenticated
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Grade
from academy.progress.errors import NotEnrolled
from academy.progress.events import CourseCompleted, LessonCompleted
from academy.progress.facts import facts_of
from academy.progress.models import (
    Completion,
    ExerciseResponse,
    LessonFinish,
    LessonProgress,
    Reading,
    ReadingPosition,
)
from academy.progress.practice import practice_seed
from academy.progress.projection import compute, store
from academy.progress.rules import HASTY_SHARE, READ_SHARE, is_complete
from academy.questions.credit import NOTHING
from academy.questions.queries import ItemRow, check_answer, get_item, grade_item, read_answer

__all__ = ["finish_lesson", "on_attempt", "on_mark_changed", "record_reading", "respond"]

# a first report covers at most this; later ones at most the time since the report before
FIRST_REPORT = 60
SLACK = 5
MAX_REPORT = 300


@dataclass(frozen=True, slots=True)
class Credited:
    """What a report of active time was worth, in seconds, and the lesson's total so far."""

    seconds: int
    total: int
    finished: bool


@dataclass(frozen=True, slots=True)
class Response:
    """A stored answer and its grade."""

    id: int
    grade: Grade
    answer: Any


def record_reading(
    actor: Actor,
    course_slug: str,
    lesson_slug: str,
    *,
    seconds_active: int,
    position: str = "",
    finished: bool = False,
) -> Credited:
    """Take a report of active time in a lesson, judged by the server's clock.

    No more is credited than has passed since the learner's last report in any lesson, so neither
    several tabs nor invented numbers make time; a report that claims more is counted as implausible and
    otherwise accepted.

    Raises:
        NotEnrolled: the actor does not study the course.
        NotFound: no such lesson.
        Invalid: negative or absurd seconds.
    """
    if not 0 <= seconds_active <= 24 * 3600:
        message = _l("Active seconds lie between 0 and 86,400.")
        raise Invalid(message, errors={"seconds_active": [message]})
    with unit_of_work() as work:
        run, lesson = _studied(actor, course_slug, lesson_slug)
        credited = _credit(work, run, lesson, seconds_active)
        if position and any(block.id == position for block in lesson.text.blocks):
            _remember(work, run, lesson, position)
        total = _seconds_in(run, lesson)
        if finished:
            _finish(work, run, lesson, total, how="said")
        elif total >= READ_SHARE * 60 * lesson.entry.minutes:
            _finish(work, run, lesson, total, how="time")
        _decide(work, actor, run)
        return Credited(credited, total, _is_finished(run, lesson))


def finish_lesson(actor: Actor, course_slug: str, lesson_slug: str) -> None:
    """The learner says: read to the end. Works without scripts; quick readers are flagged, not refused.

    Raises:
        NotEnrolled, NotFound: as for :func:`record_reading`.
    """
    record_reading(actor, course_slug, lesson_slug, seconds_active=0, finished=True)


def respond(
    actor: Actor, item_id: int, *, answer: Any = None, form: Any = None, name: str = ""
) -> Response:
    """Store and grade an answer to a lesson's exercise.

    Args:
        answer: as JSON; or
        form: a submitted HTML form whose fields of this exercise start with ``name``.

    Raises:
        NotFound: no such exercise in a lesson the actor may see.
        NotEnrolled: the actor does not study the course.
        Invalid: nothing was answered, or the answer has not the right shape.
    """
    with unit_of_work() as work:
        item = get_item(item_id)
        run = _run_for(actor, item)
        if form is not None:
            answer = read_answer(item.version, form, name)
        if answer is None:
            message = _l("Please answer first.")
            raise Invalid(message, rule="exercise.empty", errors={"answer": [message]})
        answer = check_answer(item.version, answer)
        grade = grade_item(item.version, answer, practice_seed(item.version.id, run.person_id))
        # practice is for learning: what would cost points in an examination earns nothing here
        grade = replace(grade, score=max(grade.score, NOTHING))
        response = ExerciseResponse(
            enrollment_id=run.id,
            lesson_id=_lesson_id(run, item),
            item_id=item.item_id,
            item_version_id=item.version.id,
            answer=answer,
            score=grade.score,
            pending=grade.pending,
            grade={
                "feedback": [{"text": dict(remark.text), "tone": remark.tone} for remark in grade.feedback],
                "details": dict(grade.details),
            },
        )
        work.session.add(response)
        work.session.flush()
        _decide(work, actor, run)
        return Response(response.id, grade, answer)


def on_attempt(event: Any) -> None:
    """An attempt was closed or marked: decide completion in the same transaction."""
    run = enrollment_of(event.person_id, event.course_id)
    if run is None:
        return
    with unit_of_work() as work:
        _decide(work, Actor.system(), run)


def on_mark_changed(event: Any) -> None:
    """The mark of a closed attempt was corrected: bring its run up to date, complete it if that was all it lacked.

    A run that is completed stays so, whatever its marks are now: what was decided is a fact.
    """
    with unit_of_work() as work:
        run = work.session.get(Enrollment, event.enrollment_id)
        if run is not None:
            _decide(work, Actor.system(), run)


def _studied(actor: Actor, course_slug: str, lesson_slug: str) -> tuple[Enrollment, LessonView]:
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    lesson = get_lesson(actor, course_slug, lesson_slug)
    run = enrollment_of(actor.person_id, lesson.course.id)
    if run is None:
        raise _not_enrolled()
    return run, lesson


def _run_for(actor: Actor, item: ItemRow) -> Enrollment:
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    if not item.use_lesson or item.state != "active":
        raise NotFound(_l("There is no such exercise."))
    run = enrollment_of(actor.person_id, item.course_id)
    if run is None:
        raise _not_enrolled()
    return run


def _not_enrolled() -> NotEnrolled:
    return NotEnrolled(
        _l("You are not enrolled in this course."),
        next_step=_l("Enroll on the course's page; then your progress is recorded."),
    )


def _credit(work: UnitOfWork, run: Enrollment, lesson: LessonView, claimed: int) -> int:
    now = clock.now()
    last = work.session.scalar(select(func.max(Reading.last_at)).where(Reading.enrollment_id == run.id))
    passed = FIRST_REPORT if last is None else int((now - last).total_seconds()) + SLACK
    credited = max(0, min(claimed, passed, MAX_REPORT))
    day = clock.today()
    row = work.session.scalar(
        select(Reading).where(
            Reading.enrollment_id == run.id,
            Reading.lesson_version_id == lesson.entry.lesson_version_id,
            Reading.day == day,
        )
    )
    if row is None:
        row = Reading(
            enrollment_id=run.id,
            lesson_id=lesson.entry.lesson_id,
            lesson_version_id=lesson.entry.lesson_version_id,
            day=day,
            seconds=0,
            reports=0,
            implausible=0,
        )
        work.session.add(row)
    row.seconds += credited
    row.reports += 1
    row.implausible += int(claimed > passed + SLACK)
    row.last_at = now
    work.session.flush()
    return credited


def _remember(work: UnitOfWork, run: Enrollment, lesson: LessonView, block: str) -> None:
    key = {"enrollment_id": run.id, "lesson_id": lesson.entry.lesson_id}
    position = work.session.get(ReadingPosition, key) or ReadingPosition(**key)
    position.block, position.at = block, clock.now()
    work.session.add(position)


def _seconds_in(run: Enrollment, lesson: LessonView) -> int:
    return int(
        db.session.scalar(
            select(func.coalesce(func.sum(Reading.seconds), 0)).where(
                Reading.enrollment_id == run.id, Reading.lesson_id == lesson.entry.lesson_id
            )
        )
    )


def _is_finished(run: Enrollment, lesson: LessonView) -> bool:
    return _finish_of(run, lesson) is not None


def _finish_of(run: Enrollment, lesson: LessonView) -> int | None:
    return db.session.scalar(
        select(LessonFinish.id).where(
            LessonFinish.enrollment_id == run.id,
            LessonFinish.lesson_version_id == lesson.entry.lesson_version_id,
        )
    )


def _finish(work: UnitOfWork, run: Enrollment, lesson: LessonView, total: int, *, how: str) -> None:
    if _finish_of(run, lesson) is not None:
        return
    work.session.add(
        LessonFinish(
            enrollment_id=run.id,
            lesson_id=lesson.entry.lesson_id,
            lesson_version_id=lesson.entry.lesson_version_id,
            exercises=list(lesson.entry.exercises),
            how=how,
            hasty=total < HASTY_SHARE * 60 * lesson.entry.minutes,
        )
    )
    work.session.flush()


def _lesson_id(run: Enrollment, item: ItemRow) -> int | None:
    entry = get_course_version(run.course_version_id).lesson(item.lesson)
    return entry.lesson_id if entry else None


def _decide(work: UnitOfWork, actor: Actor, run: Enrollment) -> None:
    """Bring the run's projections up to date and, if the last rule is met, complete the course."""
    work.session.flush()
    course = get_course_version(run.course_version_id)
    facts, spent = facts_of(run)
    before = set(
        work.session.scalars(
            select(LessonProgress.lesson_id).where(
                LessonProgress.enrollment_id == run.id, LessonProgress.completed
            )
        )
    )
    newly_complete = run.state == "active" and is_complete(course, facts)
    if newly_complete:
        complete_enrollment(run)
    projected = compute(run, course, facts, spent)
    store(run, projected)
    for lesson_id, values in projected.lessons.items():
        if values["completed"] and lesson_id not in before:
            work.emit(
                LessonCompleted(
                    enrollment_id=run.id,
                    person_id=run.person_id,
                    course_id=run.course_id,
                    lesson_id=lesson_id,
                )
            )
    if newly_complete:
        _complete(work, actor, run, course.completion, projected.course["best_mark"])


def _complete(
    work: UnitOfWork, actor: Actor, run: Enrollment, rule: Mapping[str, Any], mark: Decimal | None
) -> None:
    work.session.add(
        Completion(
            enrollment_id=run.id,
            course_version_id=run.course_version_id,
            at=clock.now(),
            mark=mark,
            rule=dict(rule),
        )
    )
    work.session.flush()
    record(actor, "course.complete", "enrollment", run.id, person_id=run.person_id)
    work.emit(
        CourseCompleted(
            enrollment_id=run.id,
            person_id=run.person_id,
            course_id=run.course_id,
            course_version_id=run.course_version_id,
            mark=mark,
        )
    )
