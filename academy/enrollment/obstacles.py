"""What keeps a person from enrolling, each obstacle with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from academy.catalog.queries import find_course
from academy.catalog.views import CourseView
from academy.enrollment.queries import completed_course_slugs
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.i18n import _l, localized
from academy.organization.identity import actor_of_account
from academy.organization.models import Person
from academy.plugins.manager import installed_modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing in the way; ``rule`` is its stable name."""

    rule: str
    message: Any
    next_step: Any = ""


def obstacles(actor: Actor, person_id: int | None, course: CourseView) -> Iterator[Obstacle]:
    """Everything in the way of a person, whoever enrolls them; the first to solve in front."""
    if person_id is None:
        yield Obstacle(
            rule="enrollment.person",
            message=_l("This account belongs to no person whose learning is recorded."),
            next_step=_l("Ask an administrator to connect the account with a person."),
        )
        return
    if course.state != "published":
        yield Obstacle(
            rule="enrollment.unpublished",
            message=_l("This course is not open for enrollment."),
            next_step=_l("Choose another course from the catalog."),
        )
    yield from _missing_prerequisites(person_id, course)
    yield from _module_obstacles(actor if actor.person_id == person_id else _learner(person_id), course)


def _missing_prerequisites(person_id: int, course: CourseView) -> Iterator[Obstacle]:
    if not course.prerequisites:
        return
    completed = completed_course_slugs(person_id)
    missing = [slug for slug in course.prerequisites if slug not in completed]
    for slug in missing:
        wanted = find_course(slug)
        title = localized(wanted.title) if wanted else slug
        yield Obstacle(
            rule="enrollment.prerequisite",
            message=_l("The course “%(title)s” must be completed first.", title=title),
            next_step=_l("Complete it, then enroll here."),
        )


def _learner(person_id: int) -> Actor:
    """Who is enrolled by somebody else; without an account a person holds no roles."""
    person = db.session.get_one(Person, person_id)
    account = actor_of_account(person.account_id) if person.account_id is not None else None
    return account or Actor(person_id=person_id, full_name=person.full_name)


def _module_obstacles(actor: Actor, course: CourseView) -> Iterator[Obstacle]:
    told = {"id": course.id, "slug": course.slug, "module": course.module, "level": course.level}
    answers = installed_modules().ask("academy_enrollment_obstacles", of=course.module, actor=actor, course=told)
    for sentence in answers.get(course.module) or ():
        yield Obstacle(rule=f"{course.module}.obstacle", message=sentence)
