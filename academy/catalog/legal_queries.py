"""Reading the register of legal documents: what is in force, what replaced it, which lessons cite it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from academy.catalog.course_rows import current_version
from academy.catalog.legal_numbers import fold_number
from academy.catalog.legal_register import validity
from academy.catalog.models import (
    Citation,
    Course,
    CourseVersion,
    CourseVersionLesson,
    LegalDocument,
    LegalSuccession,
    Lesson,
    LessonText,
    LessonVersion,
)
from academy.catalog.policies import courses_edited_by, courses_visible_to
from academy.catalog.views import LegalDocumentView, LegalRow, LessonCitation, ReviewDue
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold

__all__ = [
    "find_legal_document", "find_legal_document_by_id", "get_legal_document", "list_legal_document_ids",
    "list_legal_documents", "list_review_due",
]  # fmt: skip

_COLUMNS = (
    LegalDocument.number,
    LegalDocument.slug,
    LegalDocument.kind,
    LegalDocument.title,
    LegalDocument.issuer,
    LegalDocument.issued,
    LegalDocument.effective,
    LegalDocument.until,
    LegalDocument.status,
)


def _row(row: Any) -> LegalRow:
    return LegalRow(
        number=row.number,
        slug=row.slug,
        kind=row.kind,
        title=row.title,
        issuer=row.issuer,
        issued=row.issued,
        effective=row.effective,
        until=row.until,
        validity=validity(row.status, row.effective, row.until, clock.today()),
    )


def list_legal_documents(q: str = "", *, cursor: str | None = None, limit: int = 50) -> Page:
    """Documents whose number or title has the words, newest first; one query.

    Raises:
        Invalid: the cursor is not one of this list.
    """
    statement = select(*_COLUMNS)
    for word in fold(q).split()[:8]:
        statement = statement.where(
            or_(
                LegalDocument.folded.contains(fold_number(word), autoescape=True),
                LegalDocument.title_fold.contains(word, autoescape=True),
            )
        )
    page = keyset(statement, [LegalDocument.issued, LegalDocument.id], cursor, limit, ascending=False)
    return Page([_row(row) for row in page.items], page.next_cursor)


def find_legal_document(number: str) -> LegalRow | None:
    """The document of that number, written with or without Đ, in whatever case and spacing."""
    statement = select(*_COLUMNS).where(LegalDocument.folded == fold_number(number))
    row = db.session.execute(statement).one_or_none()
    return _row(row) if row else None


def find_legal_document_by_id(document_id: int) -> LegalRow | None:
    """The document of that id, None if there is none; one query."""
    row = db.session.execute(select(*_COLUMNS).where(LegalDocument.id == document_id)).one_or_none()
    return _row(row) if row else None


def list_legal_document_ids() -> list[int]:
    """The ids of all documents of the register."""
    return list(db.session.scalars(select(LegalDocument.id).order_by(LegalDocument.id)))


def get_legal_document(actor: Actor, slug: str) -> LegalDocumentView:
    """A document with what it replaces, what replaces it, and the lessons citing it that the reader may
    see; three queries.

    Raises:
        NotFound: it is not in the register.
    """
    document = db.session.scalar(select(LegalDocument).where(LegalDocument.slug == slug))
    if document is None:
        raise NotFound(
            _l("This document is not in the register."),
            next_step=_l("Search the register by number or title."),
        )
    replaces, replaced_by = _successions(document)
    return LegalDocumentView(
        row=_row(document),
        replaces=replaces,
        replaced_by=replaced_by,
        cited_by=_citations(actor, document.id),
    )


def _successions(document: LegalDocument) -> tuple[tuple[LegalRow | str, ...], tuple[LegalRow, ...]]:
    """What the document replaces, and what replaces it."""
    statement = (
        select(LegalSuccession.replaced_number, *_COLUMNS, LegalSuccession.document_id)
        .outerjoin(
            LegalDocument,
            or_(
                and_(
                    LegalSuccession.document_id == document.id,
                    LegalDocument.folded == LegalSuccession.replaced_fold,
                ),
                and_(
                    LegalSuccession.document_id != document.id,
                    LegalDocument.id == LegalSuccession.document_id,
                ),
            ),
        )
        .where(
            or_(LegalSuccession.document_id == document.id, LegalSuccession.replaced_fold == document.folded)
        )
        .order_by(LegalSuccession.replaced_fold, LegalSuccession.document_id)
    )
    rows = db.session.execute(statement).all()
    replaces = tuple(
        _row(row) if row.number else row.replaced_number for row in rows if row.document_id == document.id
    )
    return replaces, tuple(_row(row) for row in rows if row.document_id != document.id)


def _citations(actor: Actor, document_id: int) -> tuple[LessonCitation, ...]:
    statement = (
        select(
            Course.slug.label("course"),
            Course.title.label("course_title"),
            Lesson.slug.label("lesson"),
            LessonText.lang,
            LessonText.title,
            Citation.article,
            Citation.block,
        )
        .join_from(Citation, LessonVersion, LessonVersion.id == Citation.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .join(LessonText, LessonText.lesson_version_id == LessonVersion.id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(CourseVersion, CourseVersion.id == CourseVersionLesson.course_version_id)
        .join(Course, current_version())
        .where(Citation.document_id == document_id, Course.state == "published", courses_visible_to(actor))
        .order_by(Course.sort_key, CourseVersionLesson.position, Citation.article, LessonText.lang)
    )
    titles: dict[tuple[str, str, str], dict[str, str]] = {}
    first: dict[tuple[str, str, str], Any] = {}
    for row in db.session.execute(statement):
        key = (row.course, row.lesson, row.article)
        first.setdefault(key, row)
        titles.setdefault(key, {})[row.lang] = row.title
    return tuple(
        LessonCitation(
            course=row.course,
            course_title=row.course_title,
            lesson=row.lesson,
            title=titles[key],
            article=row.article,
            block=row.block,
        )
        for key, row in first.items()
    )


def list_review_due(actor: Actor) -> list[ReviewDue]:
    """Lessons in courses this person may edit that cite a document which has ceased to be in force."""
    today = clock.today()
    statement = (
        select(
            Course.slug.label("course"),
            Course.title.label("course_title"),
            Lesson.slug.label("lesson"),
            LegalDocument.folded,
            *_COLUMNS,
        )
        .distinct()
        .join_from(Citation, LegalDocument, LegalDocument.id == Citation.document_id)
        .join(LessonVersion, LessonVersion.id == Citation.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(CourseVersion, CourseVersion.id == CourseVersionLesson.course_version_id)
        .join(Course, current_version())
        .where(
            courses_edited_by(actor),
            Course.state == "published",
            or_(LegalDocument.status != "in_force", LegalDocument.until < today),
        )
        .order_by(Course.slug, Lesson.slug, LegalDocument.folded)
    )
    rows = db.session.execute(statement).all()
    successors = _successors({row.folded for row in rows})
    return [
        ReviewDue(
            course=row.course,
            course_title=row.course_title,
            lesson=row.lesson,
            document=_row(row),
            replaced_by=successors.get(row.folded, ()),
        )
        for row in rows
    ]


def _successors(folded: set[str]) -> Mapping[str, tuple[str, ...]]:
    if not folded:
        return {}
    statement = (
        select(LegalSuccession.replaced_fold, LegalDocument.number)
        .join(LegalDocument, LegalDocument.id == LegalSuccession.document_id)
        .where(LegalSuccession.replaced_fold.in_(folded))
        .order_by(LegalDocument.issued)
    )
    found: dict[str, tuple[str, ...]] = {}
    for replaced, number in db.session.execute(statement):
        found[replaced] = (*found.get(replaced, ()), number)
    return found
