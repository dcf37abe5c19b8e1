"""From rows of courses and their versions to views; what is immutable in them is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, select

from academy.catalog.models import Course, CourseInstructor, CourseVersion, LessonText
from academy.catalog.rendered_text import Block, Heading
from academy.catalog.views import CourseCard, CourseView, LessonTextView, OutlineEntry
from academy.kernel.db import db
from academy.kernel.version_cache import VersionCache

__all__ = [
    "CARD_COLUMNS", "COURSE_COLUMNS", "VERSION_COLUMNS", "cached_version", "card", "course_view",
    "current_version", "text_view", "version_fields",
]  # fmt: skip

_VERSIONS: VersionCache[dict[str, Any]] = VersionCache(256)
_TEXTS: VersionCache[LessonTextView] = VersionCache(512)

_INSTRUCTORS = (
    select(func.aggregate_strings(cast(CourseInstructor.account_id, String), ","))
    .where(CourseInstructor.course_id == Course.id)
    .scalar_subquery()
    .label("instructors")
)

COURSE_COLUMNS = (
    Course.id,
    Course.slug,
    Course.module,
    Course.origin,
    Course.state,
    Course.visibility,
    Course.owner_unit_path,
    Course.title.label("course_title"),
    _INSTRUCTORS,
)

VERSION_COLUMNS = (
    CourseVersion.id.label("version_id"),
    CourseVersion.number,
    CourseVersion.hash.label("version_hash"),
    CourseVersion.title,
    CourseVersion.summary,
    CourseVersion.level,
    CourseVersion.periods,
    CourseVersion.languages,
    CourseVersion.topics,
    CourseVersion.outcomes,
    CourseVersion.prerequisites,
    CourseVersion.completion,
    CourseVersion.quizzes,
    CourseVersion.outline,
    CourseVersion.published_at,
)

CARD_COLUMNS = (
    Course.id,
    Course.slug,
    Course.module,
    Course.state,
    Course.title,
    CourseVersion.summary,
    CourseVersion.level,
    CourseVersion.periods,
    CourseVersion.languages,
    CourseVersion.lesson_count,
    CourseVersion.minutes,
)


def current_version() -> ColumnElement[bool]:
    """Joins a course to the version that readers see."""
    return and_(CourseVersion.course_id == Course.id, CourseVersion.number == Course.published_number)


def version_fields(row: Any) -> dict[str, Any]:
    """The immutable half of a :class:`CourseView` from a row of ``VERSION_COLUMNS``."""
    return {
        "version_id": row.version_id,
        "number": row.number,
        "version_hash": row.version_hash,
        "title": row.title,
        "summary": row.summary,
        "level": row.level,
        "periods": row.periods,
        "languages": tuple(row.languages),
        "topics": tuple(row.topics),
        "outcomes": tuple(row.outcomes),
        "prerequisites": tuple(row.prerequisites),
        "completion": row.completion,
        "quizzes": tuple(row.quizzes),
        "outline": tuple(OutlineEntry(**entry) for entry in row.outline),
        "published_at": row.published_at,
    }


def cached_version(version_id: int, version_hash: str) -> dict[str, Any]:
    """The same from memory, or by one query."""

    def load() -> dict[str, Any]:
        statement = select(*VERSION_COLUMNS).where(CourseVersion.id == version_id)
        return version_fields(db.session.execute(statement).one())

    return _VERSIONS.get_or_make((version_id, version_hash), load)


def course_view(row: Any, version: Mapping[str, Any] | None = None) -> CourseView:
    """A course from a row of ``COURSE_COLUMNS`` and, if it has one, the fields of its version."""
    fields = dict(version or {"title": row.course_title})
    return CourseView(
        id=row.id,
        slug=row.slug,
        module=row.module,
        origin=row.origin,
        state=row.state,
        visibility=row.visibility,
        owner_unit_path=row.owner_unit_path,
        instructor_ids=frozenset(int(account) for account in (row.instructors or "").split(",") if account),
        **fields,
    )


def card(row: Any) -> CourseCard:
    """A course in a list, from a row that begins with ``CARD_COLUMNS``; a draft may have no version."""
    return CourseCard(
        id=row.id,
        slug=row.slug,
        module=row.module,
        state=row.state,
        title=row.title,
        summary=row.summary or {},
        level=row.level or "basic",
        periods=row.periods or 0,
        languages=tuple(row.languages or ()),
        lessons=row.lesson_count or 0,
        minutes=row.minutes or 0,
    )


def text_view(text_id: int, version_hash: str, rendered_for: str) -> LessonTextView:
    """A rendered text from memory, or by one query; ``version_hash`` is that of its lesson version."""
    return _TEXTS.get_or_make((text_id, version_hash, rendered_for), lambda: _load_text(text_id, (version_hash, rendered_for)))


def _load_text(text_id: int, version: tuple[str, str]) -> LessonTextView:
    statement = select(
        LessonText.id,
        LessonText.lesson_version_id,
        LessonText.lang,
        LessonText.title,
        LessonText.front,
        LessonText.front_html,
        LessonText.segments,
        LessonText.blocks,
        LessonText.headings,
        LessonText.exercises,
        LessonText.words,
    ).where(LessonText.id == text_id)
    row = db.session.execute(statement).one()
    return LessonTextView(
        id=row.id,
        version=version,
        lesson_version_id=row.lesson_version_id,
        lang=row.lang,
        title=row.title,
        front=row.front,
        front_html=row.front_html,
        segments=tuple((kind, content) for kind, content in row.segments),
        blocks=tuple(Block(*block) for block in row.blocks),
        headings=tuple(Heading(*heading) for heading in row.headings),
        exercises=tuple(row.exercises),
        words=row.words,
    )
