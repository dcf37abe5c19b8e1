"""Reading the catalog: courses, lessons and their texts, media. Values come back as frozen views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, union_all

from academy.catalog.course_rows import (
    CARD_COLUMNS,
    COURSE_COLUMNS,
    cached_version,
    card,
    course_view,
    current_version,
    text_view,
)
from academy.catalog.errors import CourseNotFound, LessonNotFound
from academy.catalog.legal_queries import (
    find_legal_document,
    get_legal_document,
    list_legal_documents,
    list_review_due,
)
from academy.catalog.media_queries import find_media, get_media, list_media
from academy.catalog.models import (
    FACETS,
    Course,
    CourseFacet,
    CourseInstructor,
    CourseVersion,
    CourseVersionLesson,
    Lesson,
    LessonText,
    LessonVersion,
    Topic,
)
from academy.catalog.placed_files import placed_files
from academy.catalog.policies import can_edit_course, can_see_course, courses_edited_by, courses_visible_to
from academy.catalog.rendered_text import Block, Heading
from academy.catalog.views import (
    CourseCard,
    CourseFilters,
    CourseList,
    CourseView,
    FacetValue,
    LessonView,
    PublishedText,
)
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import Prepared, db
from academy.kernel.i18n import LOCALES, _l, current_language
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold

__all__ = [
    "find_course", "find_course_by_id", "find_legal_document", "find_media", "get_course",
    "get_course_version", "get_legal_document",
    "get_lesson", "get_lesson_sources", "get_media", "list_courses", "list_courses_by_id", "list_instructors",
    "list_legal_documents", "list_media", "list_own_courses", "list_published_texts", "list_review_due", "list_topics",
]  # fmt: skip

# --- one course -----------------------------------------------------------------------------------


def find_course(slug: str) -> CourseView | None:
    """The course of that address with its current version, whoever asks; one query if it is in memory."""
    return _course(_BY_SLUG, slug=slug)


def find_course_by_id(course_id: int) -> CourseView | None:
    """The course of that id with its current version, whoever asks; one query if it is in memory."""
    return _course(_BY_ID, id=course_id)


def get_course_version(version_id: int) -> CourseView:
    """A course with one of its versions, the current one or not, whoever asks; one query if it is in memory.

    Raises:
        CourseNotFound: there is no such version.
    """
    found = _course(_BY_VERSION, id=version_id)
    if found is None:
        raise CourseNotFound(_l("There is no such course."))
    return found


def _course(statement: Prepared, **wanted: Any) -> CourseView | None:
    row = next(iter(statement(**wanted)), None)
    if row is None:
        return None
    return course_view(
        row, cached_version(row.version_id, row.version_hash) if row.version_id is not None else None
    )


# statements of pages that everybody opens are built once: building costs more than running
_COURSES = select(
    *COURSE_COLUMNS, CourseVersion.id.label("version_id"), CourseVersion.hash.label("version_hash")
)
_CURRENT = _COURSES.outerjoin(CourseVersion, current_version())
_BY_SLUG = Prepared(_CURRENT.where(Course.slug == bindparam("slug")))
_BY_ID = Prepared(_CURRENT.where(Course.id == bindparam("id")))
_BY_VERSION = Prepared(
    _COURSES.join(CourseVersion, CourseVersion.course_id == Course.id).where(CourseVersion.id == bindparam("id"))
)


def get_course(actor: Actor, slug: str) -> CourseView:
    """The course as this reader may see it; one query.

    Raises:
        CourseNotFound: there is none, or the reader may not know of it.
    """
    course = find_course(slug)
    if course is None or not can_see_course(actor, course):
        raise CourseNotFound(_l("There is no such course."), next_step=_l("Look for it in the catalog."))
    return course


def list_instructors(course_id: int) -> tuple[int, ...]:
    """Account ids of a course's instructors."""
    statement = select(CourseInstructor.account_id).where(CourseInstructor.course_id == course_id)
    return tuple(sorted(db.session.scalars(statement)))


# --- lists of courses -----------------------------------------------------------------------------


def list_courses(
    actor: Actor, filters: CourseFilters | None = None, *, cursor: str | None = None, limit: int = 24
) -> CourseList:
    """Published courses this reader may see, by title, and by what they can be narrowed; three queries.

    The count at a facet's value says how many courses remain if it is chosen in place of the present
    one, so the counts of one facet do not depend on what is chosen in it.

    Raises:
        Invalid: the cursor is not one of this list.
    """
    filters = filters or CourseFilters()
    shown = and_(Course.state == "published", courses_visible_to(actor), _title_matches(filters.q))
    statement = _CARDS.where(shown, *(_in_facet(facet, value) for facet, value in filters.chosen().items()))
    page = keyset(statement, [Course.sort_key, Course.id], cursor, limit)
    return CourseList(Page([card(row) for row in page.items], page.next_cursor), _facets(shown, filters))


def _title_matches(q: str) -> ColumnElement[bool]:
    return and_(True, *(Course.title_fold.contains(word, autoescape=True) for word in fold(q).split()[:8]))


def _in_facet(facet: str, value: str) -> ColumnElement[bool]:
    return Course.id.in_(
        select(CourseFacet.course_id).where(CourseFacet.facet == facet, CourseFacet.value == value)
    )


def _facets(shown: ColumnElement[bool], filters: CourseFilters) -> Mapping[str, tuple[FacetValue, ...]]:
    chosen = filters.chosen()
    statement = _COUNTS.where(shown)
    if chosen:  # each facet is counted under what is chosen in the others
        arms = []
        for facet in FACETS:
            others = [_in_facet(other, value) for other, value in chosen.items() if other != facet]
            arms.append(statement.where(CourseFacet.facet == facet, *others))
        statement = union_all(*arms)
    titles = list_topics()
    facets: dict[str, list[FacetValue]] = {facet: [] for facet in FACETS}
    for facet, value, count in db.session.execute(statement):
        title = titles.get(value, {}) if facet == "topic" else {}
        facets[facet].append(
            FacetValue(value=value, title=title, count=count, current=chosen.get(facet) == value)
        )
    order = {"level": ("basic", "intermediate", "advanced").index, "language": LOCALES.index}
    return {
        "module": tuple(sorted(facets["module"], key=lambda found: found.value)),
        "level": tuple(sorted(facets["level"], key=lambda found: order["level"](found.value))),
        "language": tuple(sorted(facets["language"], key=lambda found: order["language"](found.value))),
        "topic": tuple(sorted(facets["topic"], key=lambda found: (-found.count, found.value))),
    }


_CARDS = select(*CARD_COLUMNS).join(CourseVersion, current_version())
_COUNTS = (
    select(CourseFacet.facet, CourseFacet.value, func.count().label("count"))
    .join(Course, Course.id == CourseFacet.course_id)
    .group_by(CourseFacet.facet, CourseFacet.value)
)


def list_topics() -> dict[str, Mapping[str, str]]:
    """Titles of all topics by slug, in the order of the vocabulary."""
    return {row.slug: row.title for row in _TOPICS()}


_TOPICS = Prepared(select(Topic.slug, Topic.title).order_by(Topic.position, Topic.id))


def list_own_courses(actor: Actor) -> list[CourseCard]:
    """Every course this person may edit, drafts and withdrawn ones included, by title."""
    statement = _cards().where(courses_edited_by(actor)).order_by(Course.sort_key, Course.id).limit(500)
    return [card(row) for row in db.session.execute(statement)]


def list_courses_by_id(ids: Iterable[int]) -> dict[int, CourseCard]:
    """Cards by id, whoever asks: for lists of other slices that already decided who sees what."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row.id: card(row) for row in db.session.execute(_cards().where(Course.id.in_(wanted)))}


def _cards() -> Select:
    return select(*CARD_COLUMNS).outerjoin(CourseVersion, current_version())


# --- lessons --------------------------------------------------------------------------------------


def get_lesson(
    actor: Actor,
    course_slug: str,
    lesson_slug: str,
    lang: str | None = None,
    *,
    version: int | None = None,
    admitted: bool = False,
) -> LessonView:
    """A lesson's text in the wanted language, else in the reader's, else in what there is.

    One query if course version and text are in memory, at most three otherwise.

    Args:
        version: number of the course version that the reader is bound to; None for the current one.
        admitted: the caller has decided that the actor may read, for example because he is enrolled in
            a course that has been withdrawn since.

    Raises:
        CourseNotFound: the reader may not know of the course.
        LessonNotFound: that version of the course has no such lesson.
    """
    wanted = {"course": course_slug, "lesson": lesson_slug}
    if version is None:
        found = _CURRENT_LESSON(**wanted)
    else:
        found = _PINNED_LESSON(**wanted, version=version)
    rows = {row.lang: row for row in found}
    if not rows:
        raise LessonNotFound(
            _l("There is no such lesson."), next_step=_l("Open the course and choose a lesson.")
        )
    first = next(iter(rows.values()))
    course = course_view(first, cached_version(first.version_id, first.version_hash))
    if not admitted and not can_see_course(actor, course):
        raise CourseNotFound(_l("There is no such course."), next_step=_l("Look for it in the catalog."))
    row = next(
        rows[choice] for choice in (lang, current_language(), *course.languages, *rows) if choice in rows
    )
    entry = course.lesson(lesson_slug)
    if entry is None:
        raise LessonNotFound(_l("There is no such lesson."))
    return LessonView(
        course=course,
        entry=entry,
        text=text_view(row.text_id, row.lesson_hash, row.rendered_for),
        languages=tuple(language for language in LOCALES if language in rows),
    )


def _lesson_texts(number: Any) -> Select:
    """The texts of a lesson in the course version of that number, with what is needed to decide who may read."""
    return (
        select(
            *COURSE_COLUMNS,
            CourseVersion.id.label("version_id"),
            CourseVersion.hash.label("version_hash"),
            LessonVersion.hash.label("lesson_hash"),
            LessonText.id.label("text_id"),
            LessonText.lang,
            LessonText.rendered_for,
        )
        .join(CourseVersion, and_(CourseVersion.course_id == Course.id, CourseVersion.number == number))
        .join(Lesson, and_(Lesson.course_id == Course.id, Lesson.slug == bindparam("lesson")))
        .join(LessonVersion, LessonVersion.lesson_id == Lesson.id)
        .join(
            CourseVersionLesson,
            and_(
                CourseVersionLesson.lesson_version_id == LessonVersion.id,
                CourseVersionLesson.course_version_id == CourseVersion.id,
            ),
        )
        .join(LessonText, LessonText.lesson_version_id == LessonVersion.id)
        .where(Course.slug == bindparam("course"))
    )


_CURRENT_LESSON = Prepared(_lesson_texts(Course.published_number))
_PINNED_LESSON = Prepared(_lesson_texts(bindparam("version")))


def get_lesson_sources(actor: Actor, course_slug: str, lesson_slug: str) -> dict[str, str]:
    """The newest version's Markdown with front matter by language, for those who may edit the course.

    Empty if the lesson has no version yet.

    Raises:
        CourseNotFound, Forbidden
    """
    course = get_course(actor, course_slug)
    require(actor, can_edit_course, course)
    statement = (
        select(LessonText.lang, LessonText.source)
        .join(LessonVersion, LessonVersion.id == LessonText.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .where(
            Lesson.course_id == course.id,
            Lesson.slug == lesson_slug,
            LessonVersion.number == Lesson.current_number,
        )
    )
    return dict(db.session.execute(statement).tuples().all())


def list_published_texts(
    *, course_id: int | None = None, after: int = 0, limit: int = 100
) -> list[PublishedText]:
    """Texts in the current versions of published courses, by id, beginning after the id ``after``.

    Restricted courses are in it: whoever shows the texts asks :func:`courses_visible_to`.
    """
    statement = (
        select(
            LessonText.id.label("text_id"),
            LessonText.lesson_version_id,
            Lesson.id.label("lesson_id"),
            Course.id.label("course_id"),
            Course.slug.label("course"),
            Lesson.slug.label("lesson"),
            Course.module,
            LessonText.lang,
            LessonText.title,
            CourseVersion.title.label("course_title"),
            Course.visibility,
            Course.owner_unit_path,
            CourseVersion.topics,
            LessonText.front,
            LessonText.blocks,
            LessonText.headings,
            LessonText.exercises,
            LessonText.segments,
            LessonText.front_html,
        )
        .join(LessonVersion, LessonVersion.id == LessonText.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(CourseVersion, CourseVersion.id == CourseVersionLesson.course_version_id)
        .join(
            Course,
            and_(Course.id == CourseVersion.course_id, Course.published_number == CourseVersion.number),
        )
        .where(Course.state == "published", LessonText.id > after)
        .order_by(LessonText.id)
        .limit(limit)
    )
    if course_id is not None:
        statement = statement.where(Course.id == course_id)
    texts = []
    for row in db.session.execute(statement):
        values = dict(row._mapping)
        values["blocks"] = tuple(Block(*block) for block in values["blocks"])
        ids = {block.id for block in values["blocks"]}
        values["files"] = placed_files(values.pop("segments"), values.pop("front_html"), ids)
        values["headings"] = tuple(Heading(*heading) for heading in values["headings"])
        values["exercises"] = tuple(values["exercises"])
        texts.append(PublishedText(**values))
    return texts
