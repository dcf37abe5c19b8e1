"""Who proposes a regrade, who decides on it, who reads of it.

Registrars issue documents and therefore give no marks, whatever other roles they hold.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, false, or_, true

from academy.catalog.models import Course
from academy.catalog.policies import CourseFacts, can_edit_course, courses_edited_by
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.policies import covers, is_root

REGRADE_READ = declare(
    "regrading.read", Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.APPROVER, Role.INSPECTOR
)
REGRADE_PROPOSE = declare("regrading.propose", Role.INSTRUCTOR, Role.ADMINISTRATOR)
REGRADE_APPROVE = declare("regrading.approve", Role.ADMINISTRATOR, Role.APPROVER)
REGRADE_OVERSEE = declare("regrading.oversee", Role.ADMINISTRATOR, Role.APPROVER, Role.INSPECTOR)


class RegradeFacts(Protocol):
    """What the rules ask of a regrade: its course, who made it, and whose attempts it touches."""

    course: CourseFacts
    proposed_by: int | None
    proposer_id: int | None
    person_ids: frozenset[int]


@policy(_l("Regrades are proposed by those who teach the course or administer its unit, and never by registrars"))
def can_propose(actor: Actor, course: CourseFacts) -> bool:
    return not _issues_documents(actor) and can_edit_course(actor, course)


@policy(_l("Regrades are read by those who teach the course, and by those who oversee its unit"))
def can_read(actor: Actor, course: CourseFacts) -> bool:
    return can_edit_course(actor, course) or covers(actor, REGRADE_OVERSEE, course.owner_unit_path)


def courses_read_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_read` for statements over :class:`Course`."""
    rules: list[ColumnElement[bool]] = [false(), courses_edited_by(actor)]
    for path in actor.scopes(REGRADE_OVERSEE):
        if path == "":
            return true()
        rules.append(Course.owner_unit_path.startswith(path, autoescape=True))
        if is_root(path):
            rules.append(Course.owner_unit_path == "")
    return or_(*rules)


def has_part_in(actor: Actor, regrade: RegradeFacts) -> bool:
    """Whether the actor made the regrade, or has an attempt that it touches."""
    if actor.account_id is not None and actor.account_id == regrade.proposed_by:
        return True
    person = actor.person_id
    return person is not None and (person == regrade.proposer_id or person in regrade.person_ids)


@policy(
    _l("A regrade is decided by an approver or administrator of the course's unit who did not make it, is no registrar, and has no attempt in it")
)
def can_decide(actor: Actor, regrade: RegradeFacts) -> bool:
    allowed = covers(actor, REGRADE_APPROVE, regrade.course.owner_unit_path)
    return allowed and not _issues_documents(actor) and not has_part_in(actor, regrade)


def _issues_documents(actor: Actor) -> bool:
    return Role.REGISTRAR in actor.roles
