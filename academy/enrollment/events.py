"""What happens to enrollments."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """Somebody began a course, or goes on with a run that a class had ended."""

    enrollment_id: int
    person_id: int
    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftCourse(Event):
    """Somebody gave a course up before completing it, or was taken out of the class that had enrolled them."""

    enrollment_id: int
    person_id: int
    course_id: int
