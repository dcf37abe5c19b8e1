"""What happens in the catalog that others may act upon."""

from dataclasses import dataclass

from academy.kernel.events import Event

__all__ = [
    "CourseAudienceChanged",
    "CourseMaterialChanged",
    "CoursePublished",
    "CourseWithdrawn",
    "LegalDocumentChanged",
    "LessonPublished",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPublished(Event):
    """A lesson has a new version. Readers see it from the next :class:`CoursePublished` on."""

    course_id: int
    lesson_id: int
    lesson_version_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePublished(Event):
    """A course has a new version that readers see from now on.

    ``lesson_version_ids`` are those that the version before did not show, ``removed_lesson_ids`` the
    lessons that are no longer part of the course.
    """

    course_id: int
    course_version_id: int
    number: int
    lesson_version_ids: tuple[int, ...]
    removed_lesson_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseWithdrawn(Event):
    """A course is no longer offered; who has begun it may read on."""

    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAudienceChanged(Event):
    """Who may see the course has changed: its visibility, owner or instructors."""

    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseMaterialChanged(Event):
    """What a course holds beside its lessons has changed, without a new version of the course: its questions,
    its quizzes, or a module's own files."""

    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalDocumentChanged(Event):
    """A document of the legal register is new or another than it was."""

    document_id: int
