"""The closed union of events that ``academy_on_event`` hears of, all after commit."""

from academy.catalog.events import (
    CourseAudienceChanged,
    CourseMaterialChanged,
    CoursePublished,
    CourseWithdrawn,
    LegalDocumentChanged,
    LessonPublished,
)
from academy.enrollment.events import Enrolled, LeftCourse
from academy.progress.events import CourseCompleted, LessonCompleted
from academy.quizzes.events import AttemptGraded, AttemptSubmitted, MarkChanged

EVENTS = (
    CoursePublished,
    CourseWithdrawn,
    LegalDocumentChanged,
    CourseAudienceChanged,
    CourseMaterialChanged,
    LessonPublished,
    Enrolled,
    LeftCourse,
    AttemptSubmitted,
    AttemptGraded,
    MarkChanged,
    LessonCompleted,
    CourseCompleted,
)

__all__ = ["EVENTS", *(event.__name__ for event in EVENTS)]
