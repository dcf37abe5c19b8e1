"""What a course module may ask about the courses it belongs to."""

from __future__ import annotations

from functools import lru_cache

from flask import url_for
from sqlalchemy import Select, select

from academy.catalog.models import Course
from academy.catalog.policies import courses_visible_to
from academy.catalog.queries import find_course, find_course_by_id, find_media
from academy.catalog.views import CourseView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.questions.models import ACTIVE, Item, ItemVersion
from academy.questions.queries import ItemRow, VersionRow, get_item_version, items_of_course

__all__ = [
    "CourseView",
    "ItemRow",
    "VersionRow",
    "course_media_url",
    "exercises_of_kind",
    "find_course",
    "find_course_by_id",
    "get_item_version",
    "items_of_course",
    "visible_course_ids",
]

_MINUTE = 60


def visible_course_ids(actor: Actor) -> Select:
    """A statement for the ids of the courses that the actor may see: ``Mine.course_id.in_(…)``."""
    return select(Course.id).where(courses_visible_to(actor))


def course_media_url(course_slug: str, path: str, lang: str) -> str | None:
    """The address of a file beside a course (``media/hello.mp3``); None if there is none.

    What was found is remembered for a minute at most, so that a page with several recordings asks the
    database once a minute for each, not once a reader.
    """
    name = _media_name(course_slug, path, lang, int(clock.now().timestamp()) // _MINUTE)
    return url_for("catalog.media", course=course_slug, name=name) if name else None


def exercises_of_kind(actor: Actor, kind: str) -> list[ItemRow]:
    """The exercises of a kind that lessons of courses open to the actor embed, by course and key."""
    statement = (
        select(Item.course_id)
        .join(Course, Course.id == Item.course_id)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
        .where(
            ItemVersion.kind == kind,
            Item.state == ACTIVE,
            Item.use_lesson,
            Course.state == "published",
            courses_visible_to(actor),
        )
        .distinct()
        .order_by(Item.course_id)
    )
    return [
        item
        for course_id in db.session.scalars(statement)
        for item in items_of_course(course_id)
        if item.kind == kind and item.use_lesson
    ]


class _NotThere(LookupError):
    """Kept out of the cache by being raised."""


def _media_name(course_slug: str, path: str, lang: str, minute: int) -> str | None:
    try:
        return _known_media_name(course_slug, path, lang, minute)
    except _NotThere:
        return None


@lru_cache(maxsize=1024)
def _known_media_name(course_slug: str, path: str, lang: str, minute: int) -> str:
    course = find_course(course_slug)
    found = find_media(course.id, path, lang) if course else None
    if found is None:
        raise _NotThere(path)
    return found.name
