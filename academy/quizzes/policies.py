"""Who may see attempts, and who may change quizzes."""

from __future__ import annotations

from academy.catalog.policies import can_edit_course
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import policy
from academy.kernel.i18n import _l


@policy(_l("Only the course's own instructors and the administrators of its unit may read attempts"))
def can_read_attempts(actor: Actor, course: CourseView) -> bool:
    return can_edit_course(actor, course)


@policy(_l("Only the course's own instructors and the administrators of its unit may change its quizzes"))
def can_edit_quizzes(actor: Actor, course: CourseView) -> bool:
    return can_edit_course(actor, course)


@policy(_l("Only the course's own instructors and the administrators of its unit may invigilate its quizzes"))
def can_invigilate(actor: Actor, course: CourseView) -> bool:
    return can_edit_course(actor, course)
