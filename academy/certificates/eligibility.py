"""The right to a document, decided in the transaction that completes the course."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from academy.audit.services import record
from academy.certificates.models import Eligibility
from academy.classes.queries import class_of_enrollment
from academy.enrollment.models import Enrollment
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import insert_if_absent
from academy.kernel.unit_of_work import unit_of_work
from academy.progress.events import CourseCompleted
from academy.progress.models import Completion

__all__ = ["on_course_completed", "reconcile"]


def on_course_completed(event: CourseCompleted) -> None:
    """Subscribed atomically: what this raises undoes the completion too, so the two never differ."""
    _entitle(
        enrollment_id=event.enrollment_id,
        person_id=event.person_id,
        course_id=event.course_id,
        course_version_id=event.course_version_id,
        mark=event.mark,
        earned_at=clock.now(),
    )


def reconcile() -> int:
    """Give every completion that has none its right to a document; the number given. Normally 0."""
    with unit_of_work() as work:
        missing = work.session.execute(
            select(Completion, Enrollment.person_id, Enrollment.course_id)
            .join(Enrollment, Enrollment.id == Completion.enrollment_id)
            .outerjoin(Eligibility, Eligibility.enrollment_id == Completion.enrollment_id)
            .where(Eligibility.id.is_(None))
            .order_by(Completion.enrollment_id)
        ).all()
        for completion, person_id, course_id in missing:
            _entitle(
                enrollment_id=completion.enrollment_id,
                person_id=person_id,
                course_id=course_id,
                course_version_id=completion.course_version_id,
                mark=completion.mark,
                earned_at=completion.at,
            )
        return len(missing)


def _entitle(
    *,
    enrollment_id: int,
    person_id: int,
    course_id: int,
    course_version_id: int,
    mark: Decimal | None,
    earned_at: datetime,
) -> None:
    with unit_of_work() as work:
        is_new = insert_if_absent(
            work.session,
            Eligibility,
            enrollment_id=enrollment_id,
            person_id=person_id,
            course_id=course_id,
            course_version_id=course_version_id,
            class_run_id=class_of_enrollment(enrollment_id),
            mark=mark,
            earned_at=earned_at,
        )
        if is_new:
            record(Actor.system(), "certificate.eligible", "enrollment", enrollment_id, person_id=person_id)
