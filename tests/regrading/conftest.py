"""A course whose question has a wrong key, and those who may put it right."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, Unit
from academy.questions.models import ItemVersion
from academy.questions.queries import find_item
from academy.quizzes import services as quizzes
from academy.regrading import services
from academy.regrading.models import RegradeLine
from tests.factories import create_person, grant
from tests.quizzes.conftest import Sat, make_sat, single
from tests.quizzes.sitting import view

EVERYTHING = [{"kinds": ["single"], "count": 8}]


@dataclass
class Wrong:
    """Everybody is asked all eight questions; ``mot-1`` calls ``a`` right, and ``b`` would be."""

    sat: Sat
    unit: Unit
    teacher: Actor
    approver: Actor

    @property
    def item_id(self) -> int:
        return find_item(self.sat.course_id, "mot-1").item_id

    def learner(self, name: str = "Trần Thị Bình") -> Actor:
        return self.sat.learner(name)

    def sit(self, learner: Actor, choices: dict[str, str | None], *, rest: str = "a") -> int:
        """An attempt that chooses by key of the question; ``rest`` everywhere else."""
        attempt = quizzes.start_attempt(learner, self.sat.quiz_id)
        for slot in view(learner, attempt).slots:
            choice = choices.get(slot.version.key, rest)
            if choice is not None:
                options = {one["id"]: name for name, one in slot.version.type._by_name(slot.version.spec).items()}
                quizzes.save_answer(learner, attempt, slot.slot, 1, options[choice])
        quizzes.submit_attempt(learner, attempt)
        return attempt

    def correct_key(self, **changes) -> int:
        """A version of ``mot-1`` whose right option is ``b``; its number."""
        spec = single(1) | changes
        spec["options"] = [one | {"correct": one["id"] == "b"} for one in spec["options"]]
        return self.sat.item("mot-1", "single", spec).number

    def prepared(self, **named) -> int:
        regrade = services.propose(
            self.teacher, self.sat.course, "mot-1", **({"from_number": 1, "reason": "Đáp án sai"} | named)
        )
        services.prepare_regrade(regrade)
        return regrade

    def carried_out(self, **named) -> int:
        return self.carry_out(self.prepared(**named))

    def carry_out(self, regrade: int) -> int:
        services.hand_in(self.teacher, regrade)
        services.approve(self.approver, regrade)
        services.apply_regrade(regrade)
        return regrade

    def mark(self, learner: Actor, attempt: int) -> str:
        return str(view(learner, attempt).attempt.mark)

    def lines(self, regrade: int) -> dict[int, RegradeLine]:
        rows = db.session.scalars(
            select(RegradeLine).where(RegradeLine.regrade_id == regrade).execution_options(populate_existing=True)
        )
        return {line.attempt_id: line for line in rows}

    def versions(self) -> dict[int, int]:
        """Number of a version → its id."""
        rows = select(ItemVersion.number, ItemVersion.id).where(ItemVersion.item_id == self.item_id)
        return dict(db.session.execute(rows).all())


def with_roles(unit: Unit, *roles: Role, name: str = "Vũ Thị Duyệt") -> Actor:
    person = create_person(name, unit=unit)
    for role in roles:
        grant(person, role, unit)
    return actor_of_account(person.account_id)


@pytest.fixture
def wrong(app) -> Wrong:
    sat = make_sat()
    sat.settings(draw=EVERYTHING, attempts=5)
    home = select(Unit).join(Person, Person.unit_id == Unit.id).where(Person.id == sat.instructor.person_id)
    unit = db.session.scalars(home).one()
    return Wrong(sat=sat, unit=unit, teacher=sat.instructor, approver=with_roles(unit, Role.APPROVER))
