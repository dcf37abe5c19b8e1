"""Who may work on a course in the studio: whoever may edit it in the catalog."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from academy.catalog.policies import can_edit_course, courses_edited_by
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import policy
from academy.kernel.i18n import _l


@policy(
    _l("Only the course's own instructors and the administrators of its unit may work on it in the studio")
)
def can_author(actor: Actor, course: CourseView) -> bool:
    return can_edit_course(actor, course)


def courses_authored_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_author` for statements over :class:`academy.catalog.models.Course`."""
    return courses_edited_by(actor)
