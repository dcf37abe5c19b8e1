"""Reading the terms that lessons explain."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from academy.catalog.models import Course, GlossaryTerm, Lesson
from academy.catalog.policies import courses_visible_to
from academy.catalog.views import LocalizedText
from academy.kernel.actor import Actor
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold

__all__ = ["TermRow", "list_terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term, what it means (sanitized markup), and the lesson that explains it."""

    term: str
    html: str
    lang: str
    anchor: str
    course: str
    course_title: LocalizedText
    module: str
    lesson: str

    @property
    def url(self) -> str:
        return f"/courses/{self.course}/lessons/{self.lesson}?lang={self.lang}#{self.anchor}"


def list_terms(
    actor: Actor,
    lang: str,
    *,
    course: str | None = None,
    module: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Terms of the published courses that the reader may see, as a dictionary orders them; one query.

    Args:
        lang: language of the terms.
        course, module: only of one course or course module (slugs).
        q: words of the term, accents optional.

    Raises:
        Invalid: the cursor is not one of this list.
    """
    statement = (
        select(
            GlossaryTerm.term,
            GlossaryTerm.html,
            GlossaryTerm.lang,
            GlossaryTerm.anchor,
            Course.slug.label("course"),
            Course.title.label("course_title"),
            Course.module,
            Lesson.slug.label("lesson"),
        )
        .join(Course, Course.id == GlossaryTerm.course_id)
        .join(Lesson, Lesson.id == GlossaryTerm.lesson_id)
        .where(GlossaryTerm.lang == lang, Course.state == "published", courses_visible_to(actor))
        .where(*(GlossaryTerm.fold.contains(word, autoescape=True) for word in fold(q).split()[:8]))
    )
    if course:
        statement = statement.where(Course.slug == course)
    if module:
        statement = statement.where(Course.module == module)
    page = keyset(statement, [GlossaryTerm.sort_key, GlossaryTerm.id], cursor, limit)
    return Page([_row(row) for row in page.items], page.next_cursor)


def _row(row) -> TermRow:
    names = TermRow.__slots__
    return TermRow(**{name: getattr(row, name) for name in names})
