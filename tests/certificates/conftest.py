"""A city with a course, a class, and people who have completed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
)
from academy.certificates.services import approve, propose
from academy.classes.services import add_members, create_class
from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import complete
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.jobs import run_all
from academy.kernel.unit_of_work import unit_of_work
from academy.progress.events import CourseCompleted
from tests.factories import create_actor, create_person, create_unit

LESSON = "---\ntitle: Bài một\nobjectives: [x]\nsummary: s\n---\n## Phần một {#phan-mot}\n\nChữ.\n"
TITLE = {"vi": "Đọc và áp dụng văn kiện", "en": "Reading and applying documents"}
SIGNER = {"signer_title": "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC", "signer_name": "Trần Quốc Việt"}


@dataclass(frozen=True)
class Place:
    """A unit as plain values, for jobs end the session of their rows."""

    id: int
    path: str
    name: str


@dataclass(frozen=True)
class Someone:
    """A person as plain values."""

    id: int
    account_id: int
    full_name: str


@dataclass
class Academy:
    """A city whose class K52A has members; the roles are held over the whole city."""

    city: Place
    course_id: int
    course: str
    people: list[Someone] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["actors"][name]
        except KeyError:
            raise AttributeError(name) from None

    def member(self, name: str, *, unit: Any | None = None, code: str = "K52A", **fields: Any) -> Someone:
        """Put a new person into the class."""
        made = create_person(name, unit=unit or self.city, **fields)
        person = Someone(made.id, made.account_id, made.full_name)
        add_members(self.admin, code, [person.id])
        self.people.append(person)
        return person

    def completes(self, person: Someone, mark: str | None = "8.5") -> int:
        """Let a person meet the last rule of the course; the enrollment's id."""
        run = enrollment_of(person.id, self.course_id)
        with unit_of_work() as work:
            complete(run)
            work.emit(
                CourseCompleted(
                    enrollment_id=run.id,
                    person_id=person.id,
                    course_id=self.course_id,
                    course_version_id=run.course_version_id,
                    mark=Decimal(mark) if mark is not None else None,
                )
            )
        return run.id

    def graduate(self, name: str, mark: str | None = "8.5", **fields: Any) -> Someone:
        person = self.member(name, **fields)
        self.completes(person, mark)
        return person

    def issue(self, **named: Any):
        """Propose what can be proposed for the class, approve and issue it; the proposal."""
        proposal = propose(self.registrar, class_code="K52A", **named)
        approve(self.approver, proposal.id)
        run_all()
        return proposal.id


def make_course(slug: str = "van-kien") -> int:
    course = create_course(Actor.system(), title=TITLE, slug=slug)
    publish_lesson_version(Actor.system(), course.id, "01-bai-mot", {"vi": LESSON})
    publish_course(
        Actor.system(),
        course.id,
        description=CourseDescription(title=TITLE, summary=TITLE, languages=["vi"], periods=24),
        outline=[OutlinePlan(lesson="01-bai-mot", outcomes=[])],
    )
    return course.id


def make_academy(slug: str = "van-kien") -> Academy:
    unit = create_unit("Thành phố Hà Nội")
    city = Place(unit.id, unit.path, unit.name)
    academy = Academy(city=city, course_id=make_course(slug), course=slug)
    roles = {
        "admin": Role.ADMINISTRATOR,
        "registrar": Role.REGISTRAR,
        "approver": Role.APPROVER,
        "inspector": Role.INSPECTOR,
    }
    for name, role in roles.items():
        academy.actors[name] = create_actor(role, unit=city, full_name=f"Người {name}")
    create_class(
        academy.admin,
        code="K52A",
        course=slug,
        owner_unit_id=city.id,
        decision_no="123/QĐ-HVS",
        decision_date=date(2026, 11, 1),
        opens_on=date(2026, 11, 3),
        closes_on=date(2026, 11, 22),
        **SIGNER,
    )
    return academy


@pytest.fixture
def academy(app) -> Academy:
    return make_academy()
