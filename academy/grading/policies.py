"""Who sets up marking, who marks, releases, changes and decides; each rule about seeing beside its twin."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select

from academy.catalog.models import Course
from academy.catalog.policies import can_edit_course, courses_edited_by
from academy.catalog.views import CourseView
from academy.grading.models import Appeal, MarkProposal
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, declare, policy
from academy.kernel.i18n import _l
from academy.quizzes.models import Attempt, Quiz

GRADE_APPROVE = declare("grading.approve", Role.APPROVER)


class ProposalFacts(Protocol):
    """What the rules ask of a proposal to change a mark."""

    course: CourseView
    person_id: int
    proposed_by: int


class AppealFacts(Protocol):
    """What the rules ask of an appeal; ``markers``: the accounts that marked its answers, first or again."""

    course: CourseView
    person_id: int
    marker_id: int | None
    markers: frozenset[int]


def is_registrar(actor: Actor) -> bool:
    """Registrars keep the register and do not grade: who writes the document must not make the mark."""
    return Role.REGISTRAR in actor.roles


@policy(
    _l("Marking is led by the course's instructors and the administrators of its unit, never by a registrar.")
)
def can_lead_marking(actor: Actor, course: CourseView) -> bool:
    return can_edit_course(actor, course) and not is_registrar(actor)


def marking_led_by(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_lead_marking` for statements over :class:`Course`."""
    return false() if is_registrar(actor) else courses_edited_by(actor)


@policy(_l("Marks are given by the markers that the scheme names, who hold no registrar's role."))
def can_mark(actor: Actor, markers: object) -> bool:
    return actor.account_id is not None and actor.account_id in (markers or ()) and not is_registrar(actor)


def _approves_at(actor: Actor, course: CourseView) -> bool:
    return not is_registrar(actor) and actor.may(GRADE_APPROVE, at=course.owner_unit_path or None)


@policy(_l("A changed mark is approved by an approver who did not propose it and whose mark it is not."))
def can_decide_proposal(actor: Actor, proposal: ProposalFacts) -> bool:
    is_part = actor.account_id == proposal.proposed_by or actor.person_id == proposal.person_id
    return _approves_at(actor, proposal.course) and not is_part


def _approved_by(actor: Actor) -> ColumnElement[bool]:
    """Courses over whose owner the actor may approve."""
    if is_registrar(actor):
        return false()
    rules: list[ColumnElement[bool]] = [false()]
    paths = actor.scopes(GRADE_APPROVE)
    rules += [Course.owner_unit_path.startswith(path, autoescape=True) for path in paths]
    if paths:  # a course without an owner is anybody's who may approve somewhere
        rules.append(Course.owner_unit_path == "")
    return or_(*rules)


def proposals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Over :class:`MarkProposal`: those of courses whose marking the actor leads or whose changes they approve."""
    courses = select(Course.id).where(or_(marking_led_by(actor), _approved_by(actor)))
    attempts = select(Attempt.id).join(Quiz, Quiz.id == Attempt.quiz_id).where(Quiz.course_id.in_(courses))
    return MarkProposal.attempt_id.in_(attempts)


def can_see_proposal(actor: Actor, proposal: ProposalFacts) -> bool:
    """The twin of :func:`proposals_visible_to`."""
    return can_lead_marking(actor, proposal.course) or _approves_at(actor, proposal.course)


@policy(_l("An appeal is seen by its learner and by those who lead the marking or decide."))
def can_see_appeal(actor: Actor, appeal: AppealFacts) -> bool:
    if actor.person_id is not None and actor.person_id == appeal.person_id:
        return True
    return can_lead_marking(actor, appeal.course) or _approves_at(actor, appeal.course)


def appeals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_see_appeal` for statements over :class:`Appeal`."""
    courses = select(Course.id).where(or_(marking_led_by(actor), _approved_by(actor)))
    rules: list[ColumnElement[bool]] = [
        Appeal.quiz_id.in_(select(Quiz.id).where(Quiz.course_id.in_(courses)))
    ]
    if actor.person_id is not None:
        rules.append(Appeal.person_id == actor.person_id)
    return and_(or_(*rules))


@policy(_l("An appeal is led by those who lead the marking, as long as it is not their own."))
def can_lead_appeal(actor: Actor, appeal: AppealFacts) -> bool:
    return can_lead_marking(actor, appeal.course) and actor.person_id != appeal.person_id


@policy(_l("The answers are marked again by whom the appeal was given to."))
def can_remark(actor: Actor, appeal: AppealFacts) -> bool:
    return actor.account_id is not None and actor.account_id == appeal.marker_id and not is_registrar(actor)


@policy(_l("An appeal is decided by an approver who marked none of its answers and whose appeal it is not."))
def can_decide_appeal(actor: Actor, appeal: AppealFacts) -> bool:
    is_part = actor.account_id in appeal.markers or actor.account_id == appeal.marker_id
    return _approves_at(actor, appeal.course) and not is_part and actor.person_id != appeal.person_id
