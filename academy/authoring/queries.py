"""Reading working copies: lists of courses, a course, a lesson's draft and its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.authoring.errors import DraftNotFound
from academy.authoring.lesson_source import LessonSource
from academy.authoring.models import (
    SUBMITTED,
    CourseDraft,
    CourseReview,
    LessonDraft,
    LessonDraftRevision,
)
from academy.authoring.policies import can_author, courses_authored_by
from academy.authoring.views import (
    CourseRow,
    DraftRow,
    DraftView,
    LessonRow,
    ReviewRow,
    RevisionRow,
    RevisionView,
    StudioCourse,
)
from academy.catalog.course_writing import CourseDescription
from academy.catalog.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    Lesson,
    LessonText,
    LessonVersion,
)
from academy.catalog.queries import get_course
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold
from academy.organization.models import Person

__all__ = [
    "draft_of_course",
    "get_draft",
    "get_revision",
    "get_studio_course",
    "list_courses",
    "list_drafts",
    "list_revisions",
    "open_for_authors",
    "published_sources",
]


def list_courses(
    actor: Actor, *, origin: str = "studio", q: str = "", cursor: str | None = None, limit: int = 40
) -> Page:
    """The courses this person may work on, the last changed first; one query. Items are :class:`CourseRow`."""
    changed = func.coalesce(CourseDraft.updated_at, Course.created_at, type_=Course.created_at.type)
    waiting = exists().where(CourseReview.course_id == Course.id, CourseReview.state == SUBMITTED)
    statement = (
        select(
            Course.id,
            Course.slug,
            Course.origin,
            Course.state,
            Course.title,
            Course.published_number,
            CourseDraft.description,
            CourseDraft.outline,
            CourseVersion.lesson_count,
            waiting.label("waiting"),
            changed.label("changed_at"),
        )
        .outerjoin(CourseDraft, CourseDraft.course_id == Course.id)
        .outerjoin(
            CourseVersion,
            and_(CourseVersion.course_id == Course.id, CourseVersion.number == Course.published_number),
        )
        .where(courses_authored_by(actor), Course.origin == origin)
    )
    for word in fold(q).split()[:8]:
        statement = statement.where(Course.title_fold.contains(word, autoescape=True))
    page = keyset(statement, [changed, Course.id], cursor, limit, ascending=False)
    return Page([_course_row(row) for row in page.items], page.next_cursor)


def _course_row(row: Any) -> CourseRow:
    return CourseRow(
        id=row.id,
        slug=row.slug,
        origin=row.origin,
        state=row.state,
        title=row.description["title"] if row.description else row.title,
        lessons=len(row.outline) if row.outline is not None else row.lesson_count or 0,
        published_number=row.published_number,
        waiting=row.waiting,
        changed_at=row.changed_at,
    )


# --- one course -----------------------------------------------------------------------------------


def open_for_authors(actor: Actor, slug: str) -> CourseView:
    """The course, if the actor may work on it; one query.

    Raises:
        CourseNotFound, Forbidden
    """
    course = get_course(actor, slug)
    require(actor, can_author, course)
    return course


def get_studio_course(actor: Actor, slug: str) -> StudioCourse:
    """A course with its working copy; four queries.

    A course that has no working copy yet shows what is published.

    Raises:
        CourseNotFound, Forbidden
    """
    return draft_of_course(open_for_authors(actor, slug))


def draft_of_course(course: CourseView) -> StudioCourse:
    """The working copy of a course, whoever asks; three queries."""
    row = db.session.get(CourseDraft, course.id, populate_existing=True)
    drafts: dict[str, dict[str, DraftRow]] = {}
    for lesson, draft in _draft_rows(course.id):
        drafts.setdefault(lesson, {})[draft.lang] = draft
    outline = row.outline if row else published_outline(course)
    placed = {entry["lesson"] for entry in outline}
    spare = [{"lesson": slug, "minutes": None, "outcomes": []} for slug in sorted(drafts.keys() - placed)]
    return StudioCourse(
        course=course,
        description=row.description if row else published_description(course),
        version=row.version if row else 0,
        updated_at=row.updated_at if row else course.published_at,
        lessons=tuple(_lesson_row(course, entry, drafts) for entry in outline),
        removed=tuple(_lesson_row(course, entry, drafts) for entry in spare),
        review=_last_review(course.id),
    )


def published_description(course: CourseView) -> dict[str, Any]:
    """What the published version says of the course, or for a new one its title alone, as JSON."""
    if course.version_id is None:
        shown = CourseDescription(title=course.title)
    else:
        shown = CourseDescription(
            **{name: getattr(course, name) for name in CourseDescription.__dataclass_fields__}
        )
    return {name: _plain(getattr(shown, name)) for name in CourseDescription.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return {name: _plain(inner) for name, inner in value.items()} if hasattr(value, "items") else value


def published_outline(course: CourseView) -> list[dict[str, Any]]:
    """The published outline in the form of a working copy's."""
    return [
        {"lesson": entry.slug, "minutes": entry.minutes, "outcomes": list(entry.outcomes)}
        for entry in course.outline
    ]


def _lesson_row(
    course: CourseView, entry: dict[str, Any], drafts: dict[str, dict[str, DraftRow]]
) -> LessonRow:
    slug = entry["lesson"]
    published = course.lesson(slug)
    found = drafts.get(slug) or {
        lang: DraftRow(lang=lang, title=title, version=0, published_version=0, updated_at=course.published_at)
        for lang, title in (published.title.items() if published else ())
    }
    return LessonRow(
        slug=slug,
        minutes=entry["minutes"],
        outcomes=tuple(entry["outcomes"]),
        drafts=found,
        is_published=published is not None,
    )


def _draft_rows(course_id: int) -> Iterable[tuple[str, DraftRow]]:
    statement = select(
        LessonDraft.lesson,
        LessonDraft.lang,
        LessonDraft.front["title"].as_string().label("title"),
        LessonDraft.version,
        LessonDraft.published_version,
        LessonDraft.updated_at,
    ).where(LessonDraft.course_id == course_id, LessonDraft.version > 0)
    for row in db.session.execute(statement.order_by(LessonDraft.lesson, LessonDraft.lang)):
        yield (
            row.lesson,
            DraftRow(
                lang=row.lang,
                title=row.title or "",
                version=row.version,
                published_version=row.published_version,
                updated_at=row.updated_at,
            ),
        )


def _last_review(course_id: int) -> ReviewRow | None:
    asking, answering = aliased(Account), aliased(Account)
    who, by = aliased(Person), aliased(Person)
    statement = (
        select(
            CourseReview,
            func.coalesce(who.full_name, asking.username).label("asked"),
            func.coalesce(by.full_name, answering.username).label("answered"),
        )
        .outerjoin(asking, asking.id == CourseReview.submitted_by)
        .outerjoin(who, who.account_id == asking.id)
        .outerjoin(answering, answering.id == CourseReview.answered_by)
        .outerjoin(by, by.account_id == answering.id)
        .where(CourseReview.course_id == course_id)
        .order_by(CourseReview.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    review = row.CourseReview
    return ReviewRow(
        id=review.id,
        state=review.state,
        message=review.message,
        submitted_at=review.submitted_at,
        submitted_by=review.submitted_by,
        submitted_name=row.asked or "",
        note=review.note,
        answered_at=review.answered_at,
        answered_name=row.answered or "",
    )


# --- lessons --------------------------------------------------------------------------------------


def get_draft(actor: Actor, course_slug: str, lesson: str, lang: str) -> DraftView:
    """A lesson's draft in one language, empty if there is none yet.

    Raises:
        CourseNotFound, Forbidden
    """
    course = open_for_authors(actor, course_slug)
    statement = (
        _with_names(select(LessonDraft), LessonDraft.updated_by)
        .where(LessonDraft.course_id == course.id, LessonDraft.lesson == lesson, LessonDraft.lang == lang)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(statement).first()
    if row is None or not row.LessonDraft.version:
        return DraftView(
            lesson=lesson,
            lang=lang,
            text=LessonSource(),
            version=0,
            published_version=None,
            updated_at=None,
            updated_name="",
        )
    draft = row.LessonDraft
    return DraftView(
        lesson=lesson,
        lang=lang,
        text=LessonSource(front=draft.front, body=draft.body),
        version=draft.version,
        published_version=draft.published_version,
        updated_at=draft.updated_at,
        updated_name=row.name or "",
    )


def _with_names(statement: Select, account_column: Any) -> Select:
    """Adds ``name``: of the person, else of the account."""
    return (
        statement.add_columns(func.coalesce(Person.full_name, Account.username).label("name"))
        .outerjoin(Account, Account.id == account_column)
        .outerjoin(Person, Person.account_id == Account.id)
    )


def list_drafts(course_id: int, lessons: Sequence[str] | None = None) -> dict[str, dict[str, LessonSource]]:
    """Texts by lesson and language, whoever asks; one query."""
    statement = select(LessonDraft.lesson, LessonDraft.lang, LessonDraft.front, LessonDraft.body).where(
        LessonDraft.course_id == course_id, LessonDraft.version > 0
    )
    if lessons is not None:
        statement = statement.where(LessonDraft.lesson.in_(lessons))
    found: dict[str, dict[str, LessonSource]] = {}
    for lesson, lang, front, body in db.session.execute(statement.order_by(LessonDraft.id)):
        found.setdefault(lesson, {})[lang] = LessonSource(front=front, body=body)
    return found


def published_sources(course: CourseView) -> dict[str, dict[str, str]]:
    """What learners read now: lesson files by lesson and language, whoever asks; one query."""
    if course.version_id is None:
        return {}
    statement = (
        select(Lesson.slug, LessonText.lang, LessonText.source)
        .join(LessonVersion, LessonVersion.lesson_id == Lesson.id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(LessonText, LessonText.lesson_version_id == LessonVersion.id)
        .where(CourseVersionLesson.course_version_id == course.version_id)
    )
    found: dict[str, dict[str, str]] = {}
    for slug, lang, source in db.session.execute(statement):
        found.setdefault(slug, {})[lang] = source
    return found


# --- history --------------------------------------------------------------------------------------

_REVISION = (
    LessonDraftRevision.id,
    LessonDraftRevision.kind,
    LessonDraftRevision.version,
    LessonDraftRevision.front["title"].as_string().label("title"),
    LessonDraftRevision.since,
    LessonDraftRevision.at,
)


def list_revisions(
    actor: Actor, course_slug: str, lesson: str, lang: str, *, cursor: str | None = None, limit: int = 40
) -> Page:
    """Earlier texts of a draft, the newest first; items are :class:`RevisionRow`. Two queries.

    Raises:
        CourseNotFound, Forbidden
    """
    course = open_for_authors(actor, course_slug)
    statement = _with_names(_revisions(course.id, lesson, lang), LessonDraftRevision.by_id)
    page = keyset(statement, [LessonDraftRevision.id], cursor, limit, ascending=False)
    return Page([_revision_row(row) for row in page.items], page.next_cursor)


def get_revision(actor: Actor, course_slug: str, lesson: str, lang: str, revision_id: int) -> RevisionView:
    """One earlier text.

    Raises:
        CourseNotFound, Forbidden
        DraftNotFound: the lesson has no such revision in this language.
    """
    course = open_for_authors(actor, course_slug)
    statement = _with_names(_revisions(course.id, lesson, lang), LessonDraftRevision.by_id)
    statement = statement.add_columns(LessonDraftRevision.front, LessonDraftRevision.body)
    row = db.session.execute(statement.where(LessonDraftRevision.id == revision_id)).first()
    if row is None:
        raise DraftNotFound(_l("There is no such version of this lesson."))
    return RevisionView(row=_revision_row(row), text=LessonSource(front=row.front, body=row.body))


def _revisions(course_id: int, lesson: str, lang: str) -> Select:
    return (
        select(*_REVISION)
        .join(LessonDraft, LessonDraft.id == LessonDraftRevision.draft_id)
        .where(LessonDraft.course_id == course_id, LessonDraft.lesson == lesson, LessonDraft.lang == lang)
    )


def _revision_row(row: Any) -> RevisionRow:
    return RevisionRow(
        id=row.id,
        kind=row.kind,
        version=row.version,
        title=row.title or "",
        since=row.since,
        at=row.at,
        by_name=row.name or "",
    )
