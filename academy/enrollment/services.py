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

__all__ = ["complete", "enroll", "enroll_person", "leave"]


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

    Raises:
        CannotEnroll: the first obstacle in the way.
    """
    with unit_of_work() as work:
        present = enrollment_of(person_id, course.id)
        if present is not None and present.state == "active":
            return present
        for obstacle in obstacles(actor, person_id, course):
            raise CannotEnroll(obstacle.message, rule=obstacle.rule, next_step=obstacle.next_step)
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
        if present is None or present.state != "active" or present.source != "self":
            raise Conflict(
                _l("Only a course that you chose yourself and have not completed can be given up."),
                rule="enrollment.leave",
            )
        present.state, present.ended_at = "left", clock.now()
        record(actor, "enrollment.leave", "enrollment", present.id, person_id=present.person_id)
        work.emit(
            LeftCourse(enrollment_id=present.id, person_id=present.person_id, course_id=present.course_id)
        )


def complete(enrollment: Enrollment) -> None:
    """Mark a run as completed; called by progress inside the transaction that met the last rule."""
    with unit_of_work():
        enrollment.state, enrollment.ended_at = "completed", clock.now()


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
