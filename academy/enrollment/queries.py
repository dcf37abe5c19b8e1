"""Reading enrollments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, select

from academy.catalog.models import Course
from academy.enrollment.models import Enrollment
from academy.kernel.db import db

# of several runs, the one under way; else the newest
_NEWEST_FIRST = (case((Enrollment.state == "active", 0), else_=1), Enrollment.run.desc())


def enrollment_of(person_id: int | None, course_id: int) -> Enrollment | None:
    """The person's run through the course that counts now: active or completed; None if there is none."""
    if person_id is None:
        return None
    return db.session.scalar(
        select(Enrollment)
        .where(Enrollment.person_id == person_id, Enrollment.course_id == course_id)
        .where(Enrollment.state != "left")
        .order_by(*_NEWEST_FIRST)
        .limit(1)
    )


def enrollments_of(person_id: int) -> Sequence[Enrollment]:
    """All runs of a person that were not given up, newest first."""
    return db.session.scalars(
        select(Enrollment)
        .where(Enrollment.person_id == person_id, Enrollment.state != "left")
        .order_by(Enrollment.enrolled_at.desc(), Enrollment.id.desc())
    ).all()


def completed_course_slugs(person_id: int) -> set[str]:
    """Addresses of the courses that the person has completed."""
    return set(
        db.session.scalars(
            select(Course.slug)
            .join(Enrollment, Enrollment.course_id == Course.id)
            .where(Enrollment.person_id == person_id, Enrollment.state == "completed")
        )
    )


def count_studying(course_id: int) -> int:
    """How many people are in the middle of a course."""
    statement = select(func.count()).where(Enrollment.course_id == course_id, Enrollment.state == "active")
    return db.session.scalar(statement) or 0
