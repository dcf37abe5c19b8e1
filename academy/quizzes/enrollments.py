"""The one question that quizzes ask the slice of enrollments."""

from __future__ import annotations

from academy.enrollment.queries import enrollment_of


def is_enrolled(person_id: int | None, course_id: int) -> bool:
    """Whether a person studies a course and may sit its quizzes."""
    return person_id is not None and enrollment_of(person_id, course_id) is not None
