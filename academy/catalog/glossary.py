"""The terms that lessons explain, gathered so that they can be listed and linked to: where each has its anchor,
and their projection from the current version of a course."""

from __future__ import annotations

from sqlalchemy import delete, select

from academy.catalog.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    GlossaryTerm,
    LessonText,
    LessonVersion,
)
from academy.kernel.text import fold, slug, sort_key
from academy.kernel.unit_of_work import UnitOfWork

__all__ = ["project_glossary", "term_anchor"]


def term_anchor(term: str) -> str:
    """The id of a term's place in its lesson."""
    return f"term-{slug(term, 60)}"


def project_glossary(work: UnitOfWork, course_id: int) -> None:
    """Write anew the terms of the version that readers see; the first of equal ones in a lesson counts."""
    work.session.execute(delete(GlossaryTerm).where(GlossaryTerm.course_id == course_id))
    statement = (
        select(LessonVersion.lesson_id, LessonText.lang, LessonText.front_html)
        .join(LessonText, LessonText.lesson_version_id == LessonVersion.id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(CourseVersion, CourseVersion.id == CourseVersionLesson.course_version_id)
        .join(
            Course, (Course.id == CourseVersion.course_id) & (Course.published_number == CourseVersion.number)
        )
        .where(Course.id == course_id)
        .order_by(CourseVersionLesson.position, LessonText.id)
    )
    for lesson_id, lang, front_html in work.session.execute(statement).all():
        terms = {term_anchor(entry["term"]): entry for entry in reversed(front_html.get("glossary", ()))}
        for anchor, entry in terms.items():
            work.session.add(
                GlossaryTerm(
                    course_id=course_id,
                    lesson_id=lesson_id,
                    lang=lang,
                    term=entry["term"],
                    html=entry["html"],
                    anchor=anchor,
                    sort_key=sort_key(entry["term"])[:800],
                    fold=fold(entry["term"]),
                )
            )
