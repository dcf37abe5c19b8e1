"""What happens to progress."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCompleted(Event):
    """A run completed a lesson: read to its end, every exercise answered."""

    enrollment_id: int
    person_id: int
    course_id: int
    lesson_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCompleted(Event):
    """A run met the last rule of its course; emitted once, inside the deciding transaction."""

    enrollment_id: int
    person_id: int
    course_id: int
    course_version_id: int
    mark: Decimal | None
