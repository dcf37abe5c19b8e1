"""A course with a bank, a quiz and learners, for the tests of quizzes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
    set_instructors,
)
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.questions.services import save_item
from academy.quizzes.services import save_quiz, start_attempt
from tests.factories import create_actor
from tests.questions.specs import AUTOMATIC, BY_HAND, both, option
from tests.quizzes.nine_to_ten import WINDOW, at, grant

LESSON = "---\ntitle: {title}\nobjectives: [x]\nsummary: s\n---\n## {title} {{#phan-mot}}\n\nChữ.\n"
OUTCOMES = (
    {"id": "o1", "text": {"vi": "Nhận biết văn bản", "en": "Recognise documents"}, "bloom": "understand"},
    {"id": "o2", "text": {"vi": "Áp dụng văn bản", "en": "Apply documents"}, "bloom": "apply"},
)
SETTINGS: dict[str, Any] = {
    "title": {"vi": "Kiểm tra", "en": "Test"},
    "minutes": 30,
    "attempts": 3,
    "pass_mark": "5.0",
    "draw": [{"outcome": "o1", "count": 2}, {"outcome": "o2", "count": 1}],
    "review": {
        "after_submit": ["score", "outcomes"],
        "after_close": ["score", "outcomes", "answers", "feedback"],
    },
}


@dataclass
class Sat:
    """A quiz of a published course and what it stands on."""

    course_id: int
    course: str
    quiz_id: int
    instructor: Actor

    def learner(self, name: str = "Trần Thị Bình") -> Actor:
        """Somebody enrolled in the course."""
        actor = create_actor(full_name=name)
        enroll(actor, self.course)
        return actor

    def settings(self, **changes: Any) -> None:
        """Publish other rules of the quiz."""
        save_quiz(Actor.system(), self.course_id, "final", SETTINGS | changes)

    def item(self, key: str, kind: str, spec: Mapping[str, Any], outcome: str = "o1", **use: Any) -> Any:
        return save_item(
            Actor.system(), self.course_id, key, kind, spec, lesson="01-van-ban", outcome=outcome, **use
        )


def make_course(slug: str = "van-ban") -> tuple[int, Actor]:
    instructor = create_actor(Role.INSTRUCTOR, full_name="Lê Văn Dạy")
    course = create_course(Actor.system(), title=both("Văn bản"), slug=slug)
    set_instructors(Actor.system(), course.id, [instructor.account_id])
    texts = {lang: LESSON.format(title=title) for lang, title in (("vi", "Văn bản"), ("en", "Documents"))}
    publish_lesson_version(Actor.system(), course.id, "01-van-ban", texts)
    publish_course(
        Actor.system(),
        course.id,
        description=CourseDescription(
            title=both("Văn bản"),
            summary=both("Tóm tắt"),
            languages=["vi", "en"],
            outcomes=OUTCOMES,
            quizzes=["final"],
        ),
        outline=[OutlinePlan(lesson="01-van-ban", outcomes=["o1", "o2"])],
    )
    return course.id, instructor


def single(number: int, *, outcome_text: str = "") -> dict[str, Any]:
    """A question whose right option reads ``RIGHT <number>``."""
    return {
        "text": both(f"Câu hỏi {number} {outcome_text}".strip()),
        "explanation": both(f"EXPLANATION {number}"),
        "options": [
            option("a", f"RIGHT {number}", correct=True, feedback=f"PRAISE {number}"),
            option("b", f"WRONG {number}", feedback=f"BLAME {number}"),
            option("c", f"OTHER {number}"),
        ],
    }


def make_sat(slug: str = "van-ban", settings: Mapping[str, Any] = SETTINGS) -> Sat:
    course_id, instructor = make_course(slug)
    sat = Sat(course_id=course_id, course=slug, quiz_id=0, instructor=instructor)
    for number in range(1, 6):
        sat.item(f"mot-{number}", "single", single(number))
    for number in range(6, 9):
        sat.item(f"hai-{number}", "single", single(number), "o2")
    sat.quiz_id = save_quiz(Actor.system(), course_id, "final", settings).quiz_id
    return sat


@pytest.fixture
def sat(app) -> Sat:
    return make_sat()


@pytest.fixture
def sat_all_kinds(app) -> Sat:
    """The quiz draws one item of every kind that is graded at once."""
    sat = make_sat()
    for kind, spec in AUTOMATIC.items():
        sat.item(f"kind-{kind}", kind, spec, "o2", difficulty=5)
    sat.settings(draw=[{"difficulty": [5], "count": len(AUTOMATIC)}])
    return sat


def make_sat_by_hand() -> Sat:
    """The quiz draws one question that is graded at once, a text and a file."""
    sat = make_sat()
    for kind, spec in BY_HAND.items():
        sat.item(f"kind-{kind}", kind, spec, "o2", use_lesson=False)
    sat.settings(
        draw=[
            {"outcome": "o1", "count": 1},
            {"kinds": ["extended"], "count": 1},
            {"kinds": ["file"], "count": 1},
        ]
    )
    return sat


@pytest.fixture
def sat_by_hand(app) -> Sat:
    return make_sat_by_hand()


@pytest.fixture
def at_the_end(sat):
    """An examination from nine to ten, and somebody who has begun its thirty minutes at half past."""
    sat.settings(window=WINDOW)

    def begin(**granted):
        learner = sat.learner()
        if granted:
            grant(sat, learner, **granted)
        with at(30):
            return learner, start_attempt(learner, sat.quiz_id)

    return begin
