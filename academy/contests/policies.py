"""Who runs contests, who approves their results; each rule about seeing beside its twin for lists."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, false, or_

from academy.contests.models import ANNOUNCED, Contest
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.models import Unit

CONTEST_MANAGE = declare("contests.manage", Role.ADMINISTRATOR, Role.TRAINING_OFFICER, Role.REGISTRAR)
CONTEST_APPROVE = declare("contests.approve", Role.APPROVER)
CONTEST_READ = declare(
    "contests.read",
    Role.ADMINISTRATOR,
    Role.TRAINING_OFFICER,
    Role.REGISTRAR,
    Role.APPROVER,
    Role.INSPECTOR,
)


class ContestFacts(Protocol):
    """What the rules ask of a contest."""

    state: str
    unit_path: str


@policy(_l("A contest is run by administrators, registrars and training officers of its unit."))
def can_manage_contest(actor: Actor, contest: ContestFacts) -> bool:
    return actor.may(CONTEST_MANAGE, at=contest.unit_path)


@policy(_l("A contest is read here by those who run, approve or inspect for its unit."))
def can_read_contest(actor: Actor, contest: ContestFacts) -> bool:
    return actor.may(CONTEST_READ, at=contest.unit_path)


def contests_read_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_read_contest` for statements over :class:`Contest` joined with its unit."""
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in actor.scopes(CONTEST_READ)))


@policy(_l("A contest is public from its announcement on."))
def can_see_contest(actor: Actor, contest: ContestFacts) -> bool:
    return contest.state == ANNOUNCED or can_read_contest(actor, contest)


def contests_public() -> ColumnElement[bool]:
    """The contests that everybody sees."""
    return Contest.state == ANNOUNCED


@policy(_l("Results are approved by an approver of the contest's unit."))
def can_approve_results(actor: Actor, contest: ContestFacts) -> bool:
    return actor.may(CONTEST_APPROVE, at=contest.unit_path)
