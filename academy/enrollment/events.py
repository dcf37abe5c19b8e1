"""What happens to enrollments."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """Somebody began a course."""

    enrollment_id: int
    person_id: int
    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftCourse(Event):
    """Somebody gave a course up before completing it."""

    enrollment_id: int
    person_id: int
    course_id: int
