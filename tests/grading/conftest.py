"""A course with an essay quiz, learners who sat it and people who mark it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete

from academy.grading import services
from academy.grading.services import Mark
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.models import Item, ItemVersion
from academy.quizzes import services as quizzes
from academy.quizzes.queries import get_attempt
from academy.quizzes.views import AttemptView
from tests.factories import create_actor, create_unit
from tests.grading.essays import PLAIN, SPEC, Essay
from tests.quizzes.conftest import SETTINGS, Sat, make_course, single

TWO_QUESTIONS = SETTINGS | {
    "attempts": 1,
    "draw": [{"kinds": ["tests:essay"], "count": 2}],
    "shuffle": {"items": False, "options": False},
    "review": {"after_submit": ["score", "feedback"], "after_close": ["score", "answers", "feedback"]},
}


@dataclass
class Marked:
    """The quiz, its leader, three markers of another unit and an approver."""

    sat: Sat
    leader: Actor
    markers: tuple[Actor, ...]
    approver: Actor
    learners: list[Actor] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)

    @property
    def quiz_id(self) -> int:
        return self.sat.quiz_id

    def sit(self, name: str = "Trần Thị Bình", *, answers: tuple[Any, ...] = ("Bài làm một", "Bài làm hai")) -> int:
        learner = self.sat.learner(name)
        attempt_id = quizzes.start_attempt(learner, self.quiz_id)
        for slot, answer in enumerate(answers, start=1):
            if answer is not None:
                quizzes.save_answer(learner, attempt_id, slot, 1, answer)
        quizzes.submit_attempt(learner, attempt_id)
        self.learners.append(learner)
        self.attempts.append(attempt_id)
        return attempt_id

    def scheme(self, **changes: Any) -> Any:
        names = [{"account": marker.account_id} for marker in self.markers]
        return services.save_scheme(self.leader, self.quiz_id, {"markers": names} | changes)

    def mark_all(self, points: int = 8, markers: tuple[Actor, ...] | None = None) -> int:
        """Every marker marks what is left, each with the same; how many marks were stored."""
        stored = 0
        for marker in markers or self.markers:
            while (seat := services.next_seat(marker, self.quiz_id)) is not None:
                services.save_mark(marker, seat, worth(points))
                stored += 1
        return stored

    def release(self) -> Any:
        release = services.release_marks(self.leader, self.quiz_id)
        run_jobs()
        return release

    def view(self, number: int = 0) -> AttemptView:
        db.session.expire_all()
        return get_attempt(self.learners[number], self.attempts[number])


def worth(points: int, **more: Any) -> Mark:
    """A mark of so many of ten points, whatever the question asks for."""
    first = min(points, 5)
    return Mark(levels={"dung": f"l{first}", "lap-luan": f"l{points - first}"}, points=Decimal(points), **more)


def run_jobs() -> None:
    with unit_of_work() as work:
        work.session.execute(delete(jobs.Job).where(jobs.Job.kind.not_like("grading.%")))
    jobs.run_all()


@pytest.fixture
def essay_kind(app):
    known = app.extensions["academy_exercise_types"]
    known[Essay.kind] = Essay()
    yield
    del known[Essay.kind]


def add_essay(sat: Sat, key: str, spec: Mapping[str, Any]) -> None:
    """Put an essay into the bank; its spec is of the test's kind, which no schema of the core knows."""
    sat.item(key, "single", single(99))
    item = db.session.query(Item).filter_by(course_id=sat.course_id, key=key).one()
    version = db.session.query(ItemVersion).filter_by(item_id=item.id).one()
    with unit_of_work():
        version.kind, version.spec, version.hash = Essay.kind, dict(spec), f"essay-{key}-{id(sat)}"


@pytest.fixture
def marked(app, essay_kind) -> Marked:
    course_id, instructor = make_course()
    sat = Sat(course_id=course_id, course="van-ban", quiz_id=0, instructor=instructor)
    for key in ("viet-1", "viet-2"):
        add_essay(sat, key, SPEC)
    sat.quiz_id = quizzes.save_quiz(Actor.system(), course_id, "final", TWO_QUESTIONS).quiz_id
    city = create_unit("Sở Nội vụ")
    names = ("Đỗ Chấm Một", "Vũ Chấm Hai", "Bùi Chấm Ba")
    markers = tuple(create_actor(Role.INSTRUCTOR, unit=city, full_name=name) for name in names)
    approver = create_actor(Role.APPROVER, full_name="Phạm Phê Duyệt")
    return Marked(sat=sat, leader=instructor, markers=markers, approver=approver)


__all__ = ["PLAIN", "Marked", "add_essay", "run_jobs", "worth"]
