"""Who may see and who may run classes; each rule about seeing beside its twin for lists."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, false, or_, select

from academy.classes.models import ClassInstructor, ClassRun
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.models import Unit

CLASS_MANAGE = declare("classes.manage", Role.ADMINISTRATOR, Role.TRAINING_OFFICER)
CLASS_READ = declare(
    "classes.read",
    Role.ADMINISTRATOR,
    Role.TRAINING_OFFICER,
    Role.REGISTRAR,
    Role.APPROVER,
    Role.INSPECTOR,
)


class ClassFacts(Protocol):
    """What the rules ask of a class; :class:`academy.classes.views.ClassView` has it."""

    owner_unit_path: str
    supervisor_id: int | None
    instructor_ids: frozenset[int]


def teaches(actor: Actor, run: ClassFacts) -> bool:
    """Whether the actor is an instructor or the supervisor of the class."""
    person = actor.person_id
    return person is not None and (person in run.instructor_ids or person == run.supervisor_id)


@policy(_l("A class is seen by its instructors and by those who answer for the training of its unit."))
def can_see_class(actor: Actor, run: ClassFacts) -> bool:
    return teaches(actor, run) or actor.may(CLASS_READ, at=run.owner_unit_path)


def classes_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_see_class` for statements over :class:`ClassRun`."""
    rules: list[ColumnElement[bool]] = [false()]
    for path in actor.scopes(CLASS_READ):
        owners = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
        rules.append(ClassRun.owner_unit_id.in_(owners))
    if actor.person_id is not None:
        taught = select(ClassInstructor.class_run_id).where(ClassInstructor.person_id == actor.person_id)
        rules += [ClassRun.id.in_(taught), ClassRun.supervisor_id == actor.person_id]
    return or_(*rules)


@policy(_l("Classes are run by administrators and training officers of the unit that owns them."))
def can_manage_class(actor: Actor, run: ClassFacts) -> bool:
    return actor.may(CLASS_MANAGE, at=run.owner_unit_path)


@policy(_l("Classes are set up by administrators and training officers of the unit that will own them."))
def can_create_class(actor: Actor, owner_unit_path: str) -> bool:
    return actor.may(CLASS_MANAGE, at=owner_unit_path)
