"""Who may see and who may change courses; each rule about seeing beside its twin for lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from academy.catalog.models import Course, CourseInstructor
from academy.kernel.actor import Actor
from academy.kernel.authorization import Permission, Role, declare, policy
from academy.kernel.i18n import _l

__all__ = [
    "CONTENT_SYNC", "COURSE_CREATE", "COURSE_EDIT", "COURSE_MANAGE", "COURSE_READ_ALL", "CourseFacts",
    "can_create_course", "can_edit_course", "can_manage_course", "can_publish_course", "can_see_course",
    "can_sync_content", "courses_edited_by", "courses_visible_to",
]  # fmt: skip

COURSE_CREATE = declare("catalog.course.create", Role.INSTRUCTOR, Role.ADMINISTRATOR)
COURSE_EDIT = declare("catalog.course.edit", Role.INSTRUCTOR, Role.ADMINISTRATOR)
COURSE_MANAGE = declare("catalog.course.manage", Role.ADMINISTRATOR)
COURSE_READ_ALL = declare("catalog.course.read_all", Role.ADMINISTRATOR, Role.INSPECTOR)
CONTENT_SYNC = declare("catalog.content.sync", Role.ADMINISTRATOR)


class CourseFacts(Protocol):
    """What the rules ask of a course; :class:`academy.catalog.views.CourseView` has it."""

    state: str
    visibility: str
    owner_unit_path: str
    instructor_ids: frozenset[int]


def _holds_at(actor: Actor, permission: Permission, owner: str) -> bool:
    """Whether the permission is held over the owner; a course without owner belongs to the whole city."""
    return any(owner.startswith(path) if owner else _is_root(path) for path in actor.scopes(permission))


def _is_root(path: str) -> bool:
    return path.count("/") <= 1


def _teaches(actor: Actor, course: CourseFacts) -> bool:
    return actor.account_id is not None and actor.account_id in course.instructor_ids


@policy(_l("This course is not open to you"))
def can_see_course(actor: Actor, course: CourseFacts) -> bool:
    """Published courses are for all, restricted ones for people of the owning unit and below it.

    Whatever its state, a course is seen by its instructors and by those who manage or inspect its unit.
    """
    if course.state == "published":
        if course.visibility == "public":
            return True
        if actor.is_authenticated and actor.unit_path.startswith(course.owner_unit_path):
            return True
    return _teaches(actor, course) or _holds_at(actor, COURSE_READ_ALL, course.owner_unit_path)


def courses_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_see_course` for statements over :class:`Course`."""
    published = Course.state == "published"
    rules = [and_(published, Course.visibility == "public")]
    if actor.is_authenticated:
        rules.append(and_(published, Course.owner_unit_path.in_(_prefixes(actor.unit_path))))
    rules.append(_taught_by(actor))
    rules.append(_owned_within(actor.scopes(COURSE_READ_ALL)))
    return or_(*rules)


def _prefixes(path: str) -> list[str]:
    """``1/17/`` → ``["", "1/", "1/17/"]``."""
    parts = path.split("/")[:-1]
    return ["".join(f"{part}/" for part in parts[:length]) for length in range(len(parts) + 1)]


def _taught_by(actor: Actor) -> ColumnElement[bool]:
    if actor.account_id is None:
        return false()
    taught = select(CourseInstructor.course_id).where(CourseInstructor.account_id == actor.account_id)
    return Course.id.in_(taught)


def _owned_within(paths: Iterable[str]) -> ColumnElement[bool]:
    rules: list[ColumnElement[bool]] = []
    for path in paths:
        if path == "":
            return true()
        rules.append(Course.owner_unit_path.startswith(path, autoescape=True))
        if _is_root(path):
            rules.append(Course.owner_unit_path == "")
    return or_(false(), *rules)


@policy(_l("Courses are created by instructors and administrators"))
def can_create_course(actor: Actor, owner_unit_path: str) -> bool:
    return _holds_at(actor, COURSE_CREATE, owner_unit_path)


@policy(_l("Only the course's own instructors and the administrators of its unit may change it"))
def can_edit_course(actor: Actor, course: CourseFacts) -> bool:
    if _teaches(actor, course) and actor.may(COURSE_EDIT):
        return True
    return _holds_at(actor, COURSE_MANAGE, course.owner_unit_path)


def courses_edited_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_edit_course` for statements over :class:`Course`."""
    taught = _taught_by(actor) if actor.may(COURSE_EDIT) else false()
    return or_(taught, _owned_within(actor.scopes(COURSE_MANAGE)))


@policy(_l("Only the course's own instructors and the administrators of its unit may publish it"))
def can_publish_course(actor: Actor, course: CourseFacts) -> bool:
    return can_edit_course(actor, course)


@policy(_l("Only administrators of the course's unit may do this"))
def can_manage_course(actor: Actor, course: CourseFacts) -> bool:
    return _holds_at(actor, COURSE_MANAGE, course.owner_unit_path)


@policy(_l("Only administrators may bring the content folder into the academy"))
def can_sync_content(actor: Actor, _nothing: None) -> bool:
    return actor.may(CONTENT_SYNC)
