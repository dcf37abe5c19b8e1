"""A course of two lessons with exercises and a final quiz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from academy.catalog.queries import find_course
from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
)
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.progress import services
from academy.questions.queries import find_item
from academy.questions.services import save_item
from academy.quizzes.services import save_answer, save_quiz, start_attempt, submit_attempt
from tests.factories import create_actor

TEXT = "---\ntitle: {title}\nobjectives: [x]\nsummary: s\n---\n## {title} {{#phan-mot}}\n\nMột đoạn.\n\n{exercises}\n"


def both(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


@dataclass
class Taught:
    """A published course; what a learner may do in it, in one call each."""

    slug: str
    id: int
    quiz_id: int

    def learner(self, name: str = "Trần Thị Bình") -> Actor:
        actor = create_actor(full_name=name)
        enroll(actor, self.slug)
        return actor

    def item(self, key: str) -> int:
        return find_item(self.id, key).item_id

    def answer(self, actor: Actor, key: str, answer: Any = True) -> services.Response:
        return services.respond(actor, self.item(key), answer=answer)

    def read(self, actor: Actor, lesson: str, **report: Any) -> services.Credited:
        return services.record_reading(actor, self.slug, lesson, **({"seconds_active": 0} | report))

    def sit(self, actor: Actor, *, right: bool = True):
        attempt = start_attempt(actor, self.quiz_id)
        for slot in range(1, 3):
            save_answer(actor, attempt, slot, 1, right)
        return submit_attempt(actor, attempt)

    def finish(self, actor: Actor) -> None:
        for lesson in ("bai-mot", "bai-hai"):
            self.read(actor, lesson, finished=True)
        for key in ("e1", "e2"):
            self.answer(actor, key)

    def publish(self, lesson: str, exercises: str) -> None:
        """Publish a new version of a lesson and of the course."""
        publish_lesson_version(Actor.system(), self.id, lesson, _texts(lesson, exercises))
        publish_course(Actor.system(), self.id)


def _texts(title: str, exercises: str) -> dict[str, str]:
    return {lang: TEXT.format(title=title, exercises=exercises) for lang in ("vi", "en")}


@pytest.fixture
def taught(app) -> Taught:
    system = Actor.system()
    course = create_course(system, title=both("Văn bản"), slug="van-ban")
    truth = {"text": both("Đúng không?"), "answer": True, "explanation": both("Đúng.")}
    for key, lesson in (("e1", "bai-mot"), ("e2", "bai-hai")):
        save_item(system, course.id, key, "truefalse", truth, lesson=lesson, outcome="o1", use_pool=False)
    for key in ("q1", "q2"):
        save_item(system, course.id, key, "truefalse", truth, lesson="bai-mot", outcome="o1", use_lesson=False)
    for lesson, key in (("bai-mot", "e1"), ("bai-hai", "e2")):
        publish_lesson_version(system, course.id, lesson, _texts(lesson, f"[[exercise:{key}]]"), minutes=10)
    publish_course(
        system,
        course.id,
        description=CourseDescription(
            title=both("Văn bản"),
            summary=both("Tóm tắt"),
            languages=["vi", "en"],
            outcomes=[{"id": "o1", "text": both("Biết"), "bloom": "understand"}],
            completion={"lessons": "all", "exercises": "all", "quiz": "final"},
            quizzes=["final"],
        ),
        outline=[
            OutlinePlan(lesson="bai-mot", minutes=10, outcomes=["o1"]),
            OutlinePlan(lesson="bai-hai", minutes=10, outcomes=["o1"]),
        ],
    )
    settings = {
        "title": both("Cuối khóa"),
        "minutes": 20,
        "attempts": 3,
        "pass_mark": "5.0",
        "draw": [{"outcome": "o1", "count": 2}],
        "review": {"after_submit": ["score"], "after_close": ["score"]},
    }
    quiz = save_quiz(system, course.id, "final", settings)
    return Taught("van-ban", find_course("van-ban").id, quiz.quiz_id)
