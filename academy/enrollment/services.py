"""Enrolling and leaving."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from academy.audit.services import record
from academy.catalog.queries import get_course
from academy.catalog.views import CourseView
from academy.enrollment.errors import CannotEnroll
from academy.enrollment.events import Enrolled, LeftCourse
from academy.enrollment.models import Enrollment
from academy.enrollment.obstacles import obstacles
from academy.enrollment.queries import enrollment_of
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Unauthenticated
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["complete", "end_run_of_class", "enroll", "enroll_person", "leave"]


def enroll(actor: Actor, course_slug: str) -> Enrollment:
    """Enroll oneself; already enrolled gives the enrollment there is.

    Raises:
        Unauthenticated: nobody is signed in.
        NotFound: no such course, or not visible.
        CannotEnroll: the first obstacle in the way.
    """
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    with unit_of_work():
        course = get_course(actor, course_slug)
        return enroll_person(actor, actor.person_id, course, source="self")


def enroll_person(actor: Actor, person_id: int | None, course: CourseView, *, source: str) -> Enrollment:
    """Enroll a person; the caller has checked the right to do so for others.

    Who comes back after a class ended the run (:func:`end_run_of_class`) goes on with it, progress and all; who
    completed or gave up the course begins a new one.

    Args:
        source: ``"self"`` or ``"class"``: who began it, and so who may end it.

    Raises:
        CannotEnroll: the first obstacle in the way.
    """
    with unit_of_work() as work:
        present = enrollment_of(person_id, course.id)
        if present is not None and present.state == "active":
            return present
        for obstacle in obstacles(actor, person_id, course):
            raise CannotEnroll(obstacle.message, rule=obstacle.rule, next_step=obstacle.next_step)
        ended = _ended_by_class(work, person_id, course.id)
        if ended is not None:
            return _go_on(work, actor, ended, source)
        try:
            return _add(work, actor, person_id, course, source)
        except IntegrityError:
            # a second click was faster: its enrollment is the one
            present = enrollment_of(person_id, course.id)
            if present is None:
                raise
            return present


def leave(actor: Actor, course_id: int) -> None:
    """Give up a course that is under way; what was learned stays on record.

    Raises:
        Conflict: there is nothing to give up.
    """
    with unit_of_work() as work:
        present = enrollment_of(actor.person_id, course_id)
        run = _held(work, present.id) if present is not None else None
        if run is None or run.state != "active" or run.source != "self":
            raise Conflict(
                _l("Only a course that you chose yourself and have not completed can be given up."),
                rule="enrollment.leave",
                next_step=_l("If a class enrolled you, ask those who run it to take you out of it."),
            )
        _end(work, actor, run, "enrollment.leave")


def end_run_of_class(actor: Actor, enrollment_id: int) -> bool:
    """End the run of a person whom no class holds any longer, if a class began it; the caller has checked the right.

    A run that the person began, completed or gave up stays as it is. What was learned stays on record.

    Returns:
        Whether the run was ended.
    """
    with unit_of_work() as work:
        run = _held(work, enrollment_id)
        if run.state != "active" or run.source != "class":
            return False
        _end(work, actor, run, "enrollment.end")
        return True


def complete(enrollment: Enrollment) -> None:
    """Mark a run as completed; called by progress inside the transaction that met the last rule."""
    with unit_of_work():
        enrollment.state, enrollment.ended_at = "completed", clock.now()


def _held(work: UnitOfWork, enrollment_id: int) -> Enrollment:
    """The run as it is now; nobody else completes or ends it until the transaction ends."""
    return work.session.scalars(
        select(Enrollment)
        .where(Enrollment.id == enrollment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _end(work: UnitOfWork, actor: Actor, run: Enrollment, act: str) -> None:
    run.state, run.ended_at = "left", clock.now()
    record(actor, act, "enrollment", run.id, person_id=run.person_id)
    work.emit(LeftCourse(enrollment_id=run.id, person_id=run.person_id, course_id=run.course_id))


def _ended_by_class(work: UnitOfWork, person_id: int, course_id: int) -> Enrollment | None:
    """The person's last run through the course, if a class ended it."""
    last = work.session.scalar(
        select(Enrollment)
        .where(Enrollment.person_id == person_id, Enrollment.course_id == course_id)
        .order_by(Enrollment.run.desc())
        .limit(1)
        .with_for_update()
    )
    return last if last is not None and (last.state, last.source) == ("left", "class") else None


def _go_on(work: UnitOfWork, actor: Actor, run: Enrollment, source: str) -> Enrollment:
    run.state, run.ended_at, run.source = "active", None, source
    work.session.flush()
    record(actor, "enrollment.go_on", "enrollment", run.id, person_id=run.person_id)
    work.emit(Enrolled(enrollment_id=run.id, person_id=run.person_id, course_id=run.course_id))
    return run


def _add(work: UnitOfWork, actor: Actor, person_id: int, course: CourseView, source: str) -> Enrollment:
    runs = work.session.scalar(
        select(func.max(Enrollment.run)).where(
            Enrollment.person_id == person_id, Enrollment.course_id == course.id
        )
    )
    with work.session.begin_nested():
        new = Enrollment(
            person_id=person_id,
            course_id=course.id,
            course_version_id=course.version_id,
            run=(runs or 0) + 1,
            source=source,
        )
        work.session.add(new)
        work.session.flush()
    record(actor, "enrollment.enroll", "enrollment", new.id, person_id=person_id)
    work.emit(Enrolled(enrollment_id=new.id, person_id=person_id, course_id=course.id))
    return new
