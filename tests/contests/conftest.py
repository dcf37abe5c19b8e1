"""A contest of one round with people who enter it, on a frozen clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from academy.contests import services
from academy.contests.queries import find_contest
from academy.contests.schemas import ContestSettings, RoundSettings
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.organization.identity import actor_of_account
from academy.organization.models import Unit
from academy.quizzes.services import save_answer, save_quiz, submit_attempt
from tests.factories import create_actor, create_person, create_unit
from tests.quizzes.conftest import SETTINGS as QUIZ
from tests.quizzes.conftest import Sat, make_sat
from tests.quizzes.sitting import right_answer, view, wrong_answer

BEFORE = datetime(2025, 11, 21, 1, 0, tzinfo=UTC)
OPENS = "2025-11-24T08:00"
OPEN = datetime(2025, 11, 24, 2, 0, tzinfo=UTC)
CLOSED = datetime(2025, 11, 30, 17, 10, tzinfo=UTC)  # ten minutes after the last day in Hanoi
PRIZES = [
    {"name": "Giải Nhất", "how": "rank", "count": 1},
    {"name": "Giải Nhì", "how": "rank", "count": 1},
    {"name": "Giải may mắn", "how": "draw", "count": 1, "minimum": "3"},
]
BOARDS = [
    {"name": "Lãnh đạo", "kinds": [], "positions": ["Chủ tịch", "Phó chủ tịch"]},
    {"name": "Cán bộ, công chức", "kinds": ["cadre", "civil_servant", "public_employee"], "positions": []},
]


@dataclass
class Played:
    """A contest with its makers, its units and what people do in it."""

    sat: Sat
    city: Unit
    wards: list[Unit]
    organiser: Actor
    approver: Actor
    slug: str = ""
    people: list[Actor] = field(default_factory=list)

    @property
    def view(self) -> Any:
        return find_contest(self.slug)

    def person(self, name: str = "Trần Thị Bình", *, ward: int = 0, **fields: Any) -> Actor:
        person = create_person(name, unit=self.wards[ward], **fields)
        actor = actor_of_account(person.account_id)
        self.people.append(actor)
        return actor

    def play(
        self,
        actor: Actor,
        *,
        right: int = 3,
        prediction: int = 0,
        seconds: int = 60,
        number: int = 1,
        at: datetime = OPEN,
    ) -> int:
        """Enter, answer the first ``right`` items rightly, hand in after so many seconds."""
        with clock.frozen(at):
            attempt_id = services.enter(actor, self.slug, number, prediction=prediction)
            for slot in view(actor, attempt_id).slots:
                answer = right_answer(slot) if slot.slot <= right else wrong_answer(slot)
                save_answer(actor, attempt_id, slot.slot, 1, answer)
        with clock.frozen(at + timedelta(seconds=seconds)):
            submit_attempt(actor, attempt_id)
        return attempt_id

    def close(self, number: int = 1, at: datetime = CLOSED) -> None:
        with clock.frozen(at):
            services.close_round(Actor.system(), self.view.round(number).id)

    def publish(self, number: int = 1, at: datetime = CLOSED) -> None:
        """The way to the public from a computed result on."""
        with clock.frozen(at):
            if number:
                services.draw(self.organiser, self.slug, number)
            services.propose(self.organiser, self.slug, number)
            services.approve(self.approver, self.slug, number)
            services.publish(self.organiser, self.slug, number)

    def add_round(self, **changes: Any) -> int:
        number = len(self.view.rounds) + 1
        quiz = "final" if number == 1 else f"vong-{number}"
        if number > 1:
            save_quiz(Actor.system(), self.sat.course_id, quiz, QUIZ)
        settings = {"quiz": quiz, "opens_at": OPENS, "closes_on": "2025-11-30", "prizes": PRIZES} | changes
        services.add_round(self.organiser, self.slug, RoundSettings().load(settings))
        services.fit_quiz(self.organiser, self.slug, number)
        services.announce_round(self.organiser, self.slug, number)
        return number


def contest_settings(unit_id: int, course: str, **changes: Any) -> dict[str, Any]:
    return ContestSettings().load(
        {
            "title": {"vi": "Hội thi tìm hiểu văn bản", "en": "Contest about documents"},
            "unit_id": unit_id,
            "course": course,
            "boards": BOARDS,
            "prizes": [{"name": "Cúp", "how": "rank", "count": 1}],
        }
        | changes
    )


def make_contest(**changes: Any) -> Played:
    """An announced contest without rounds announced yet."""
    sat = make_sat()
    city = create_unit()
    wards = [create_unit(f"Phường {name}", kind="ward", parent=city) for name in ("A", "B")]
    organiser = create_actor(Role.ADMINISTRATOR, Role.INSTRUCTOR, unit=city, full_name="Vũ Tổ Chức")
    approver = create_actor(Role.APPROVER, unit=city, full_name="Hoàng Phê Duyệt")
    played = Played(sat, city, wards, organiser, approver)
    played.slug = services.create_contest(organiser, contest_settings(city.id, sat.course, **changes)).slug
    return played


@pytest.fixture
def draft(app) -> Iterator[Played]:
    with clock.frozen(BEFORE):
        yield make_contest()


@pytest.fixture
def played(app) -> Played:
    """A contest with one announced round, from Monday 08:00 to the end of Sunday."""
    return with_round()


def with_round(**changes: Any) -> Played:
    with clock.frozen(BEFORE):
        contest = make_contest(**changes)
        settings = {"quiz": "final", "opens_at": OPENS, "closes_on": "2025-11-30", "prizes": PRIZES}
        services.add_round(contest.organiser, contest.slug, RoundSettings().load(settings))
        services.announce_contest(contest.organiser, contest.slug)
        services.fit_quiz(contest.organiser, contest.slug, 1)
        services.announce_round(contest.organiser, contest.slug, 1)
        return contest
