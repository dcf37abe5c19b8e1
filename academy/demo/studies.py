"""The demo's studies: a finished class with certificates, one under way, and a learner in the middle of a course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from academy.catalog.queries import get_course, list_courses
from academy.catalog.services import set_instructors
from academy.certificates.services import approve, propose
from academy.classes.services import add_members, close_class, create_class
from academy.demo.answers import draw_answer
from academy.demo.city import City, actors_of
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.jobs import run_all
from academy.progress.practice import practice_seed
from academy.progress.services import record_reading, respond
from academy.questions.queries import items_of_lesson
from academy.quizzes.queries import find_quiz, get_attempt
from academy.quizzes.services import save_answer, start_attempt, submit_attempt

CLASS_WITH_DOCUMENTS = "K52A"
CLASS_TO_PROPOSE = "K52B"
CLASS_UNDER_WAY = "K53A"
MEMBERS_UNDER_WAY = 40
FINISHED_COURSE = "quan-ly-do-thi-thong-minh"
COURSE_UNDER_WAY = "du-lieu-va-an-toan-so"
CLASS_LASTED = timedelta(days=53)
# what a learner may well answer where the right answer is not for this module to know
MODULE_ANSWERS: dict[str, Any] = {
    "smart_city:flood": {
        "turns": [
            {
                "pumps": 2,
                "inform": True,
                "request": turn == 1,
                "reason": "Nước đang lên, chi viện đến chậm hai lượt: bơm đều, báo cho dân và theo dõi thước đo.",
            }
            for turn in range(1, 7)
        ]
    }
}

Report = Callable[[str], None]


def teach(random: Random, city: City, report: Report) -> None:
    """Give the courses their instructor, hold the two classes, and issue the finished one's certificates."""
    admin, instructor = city.actors["admin"], city.actors["instructor"]
    for card in list_courses(admin, limit=50).page.items:
        set_instructors(Actor.system(), card.id, [instructor.account_id])
    report("two classes that have finished, one with its certificates issued")
    _hold_finished_class(random, city, admin, CLASS_WITH_DOCUMENTS, city.learners[20:44], days_ago=24)
    proposal = _at_closing(24, propose, city.actors["registrar"], class_code=CLASS_WITH_DOCUMENTS)
    _at_closing(24, approve, city.actors["approver"], proposal.id)
    _hold_finished_class(random, city, admin, CLASS_TO_PROPOSE, city.learners[100:112], days_ago=3)
    report("a class under way")
    _hold_class_under_way(random, city, admin)


def _hold_finished_class(
    random: Random, city: City, admin: Actor, code: str, members: Sequence[int], *, days_ago: int
) -> None:
    closed = clock.today() - timedelta(days=days_ago)
    opened = closed - CLASS_LASTED
    with clock.frozen(clock.day_start(opened)):
        create_class(
            admin,
            code=code,
            course=FINISHED_COURSE,
            owner_unit_id=city.root_id,
            decision_no="128/QĐ-HVS",
            decision_date=opened - timedelta(days=14),
            opens_on=opened,
            closes_on=closed,
            mode="online",
            signer_title="GIÁM ĐỐC",
            signer_name="Nguyễn Quốc Trung",
        )
        add_members(admin, code, members)
    for number, actor in enumerate(actors_of(members).values()):
        days = random.randrange(5, CLASS_LASTED.days - 5)
        with clock.frozen(clock.day_start(opened + timedelta(days=days)) + timedelta(hours=random.uniform(7, 21))):
            # two of a class have not passed yet: its page says why
            _study(random, actor, FINISHED_COURSE, skill=0.25 if number in (3, 11) else random.uniform(0.8, 1))
    _at_closing(days_ago, close_class, admin, code)


def _at_closing(days_ago: int, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Do something in the afternoon of the day a class closed, with the jobs that follow."""
    with clock.frozen(clock.day_start(clock.today() - timedelta(days=days_ago)) + timedelta(hours=16)):
        done = act(*arguments, **named)
        run_all()
        return done


def _hold_class_under_way(random: Random, city: City, admin: Actor) -> None:
    members = [city.learners[0], *city.learners[50 : 50 + MEMBERS_UNDER_WAY - 1]]
    create_class(
        admin,
        code=CLASS_UNDER_WAY,
        course=COURSE_UNDER_WAY,
        owner_unit_id=city.root_id,
        decision_no="161/QĐ-HVS",
        decision_date=clock.today() - timedelta(days=21),
        opens_on=clock.today() - timedelta(days=14),
        closes_on=clock.today() + timedelta(days=30),
        mode="online",
        signer_title="GIÁM ĐỐC",
        signer_name="Nguyễn Quốc Trung",
    )
    add_members(admin, CLASS_UNDER_WAY, members)
    for number, actor in enumerate(actors_of(members).values()):
        _study(random, actor, COURSE_UNDER_WAY, lessons=1 if number == 0 else random.randrange(0, 4), quiz=False)


def _study(
    random: Random, actor: Actor, slug: str, *, skill: float = 0.9, lessons: int | None = None, quiz: bool = True
) -> None:
    """Read lessons, answer their exercises and sit the final quiz, as a learner would."""
    course = get_course(actor, slug)
    for entry in course.outline[:lessons]:
        record_reading(actor, slug, entry.slug, seconds_active=random.randrange(30, 60))
        _practise(random, actor, course.id, entry.slug, entry.exercises, skill)
        record_reading(actor, slug, entry.slug, seconds_active=0, finished=True)
    if quiz:
        found = find_quiz(course.id, course.completion["quiz"])
        attempt_id = start_attempt(actor, found.id)
        for slot in get_attempt(actor, attempt_id).slots:
            answer = draw_answer(random, slot.version, slot.seed, skill)
            if answer is not None:
                save_answer(actor, attempt_id, slot.slot, 1, answer)
        submit_attempt(actor, attempt_id)


def _practise(
    random: Random, actor: Actor, course_id: int, lesson: str, keys: Sequence[str], skill: float
) -> None:
    for item in items_of_lesson(course_id, lesson):
        if item.key not in keys:
            continue
        answer = draw_answer(random, item.version, practice_seed(item.version.id, actor.person_id), skill)
        if answer is None:
            answer = MODULE_ANSWERS.get(item.kind)
        if answer is not None:
            respond(actor, item.item_id, answer=answer)
