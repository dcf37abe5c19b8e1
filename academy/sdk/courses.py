"""What a course module may ask about the courses it belongs to."""

from __future__ import annotations

from sqlalchemy import Select, select

from academy.catalog.media_links import course_media_url
from academy.catalog.models import Course
from academy.catalog.policies import courses_visible_to
from academy.catalog.queries import find_course, find_course_by_id
from academy.catalog.views import CourseView
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


def visible_course_ids(actor: Actor) -> Select:
    """A statement for the ids of the courses that the actor may see: ``Mine.course_id.in_(…)``."""
    return select(Course.id).where(courses_visible_to(actor))


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
