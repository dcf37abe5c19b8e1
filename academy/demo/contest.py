"""The demo's contest: a round that is over, with its published result, and one that is open this week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from academy.catalog.queries import get_course
from academy.contests import services
from academy.contests.queries import find_contest
from academy.contests.schemas import ContestSettings, RoundSettings
from academy.demo.answers import draw_answer
from academy.demo.city import City, actors_of
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.quizzes.queries import get_attempt
from academy.quizzes.services import save_answer, save_quiz, submit_attempt

COURSE = "doc-va-ap-dung-van-kien"
ENTRANTS = 30
TITLE = {
    "vi": "Hội thi trực tuyến tìm hiểu văn kiện",
    "en": "Online contest about official documents",
    "de": "Online-Wettbewerb zu amtlichen Dokumenten",
}
SUMMARY = {
    "vi": "Mỗi tuần một vòng thi, dành cho cán bộ, công chức, viên chức toàn thành phố.",
    "en": "A round a week for the cadres, civil servants and public employees of the whole city.",
    "de": "Jede Woche eine Runde für Kader, Beamte und Angestellte der ganzen Stadt.",
}
BOARDS = [
    {
        "name": "Lãnh đạo, quản lý",
        "positions": ["Phó Chủ tịch", "Chủ tịch", "Trưởng phòng", "Phó Trưởng phòng"],
    },
    {"name": "Cán bộ, công chức, viên chức", "kinds": ["cadre", "civil_servant", "public_employee"]},
    {"name": "Người hoạt động không chuyên trách", "kinds": ["part_timer"]},
]
PRIZES = [
    {"name": "Giải Nhất", "how": "rank", "count": 1},
    {"name": "Giải Nhì", "how": "rank", "count": 2},
    {"name": "Giải may mắn", "how": "draw", "count": 2, "minimum": "5"},
]
QUIZ: dict[str, Any] = {
    "minutes": 15,
    "attempts": 1,
    "pass_mark": "5.0",
    "draw": [{"kinds": ["single", "multiple", "truefalse"], "count": 8}],
    "review": {"after_submit": ["score"], "after_close": ["score", "outcomes", "answers", "feedback"]},
}


def hold_contest(random: Random, city: City) -> None:
    """Announce the contest, hold its first round up to the publication, and open the second."""
    admin, approver = city.actors["admin"], city.actors["approver"]
    monday = clock.today() - timedelta(days=clock.today().weekday())
    first, second = monday - timedelta(days=14), monday - timedelta(days=1)
    entrants = [*city.learners[4:12], *city.learners[112 : 112 + ENTRANTS]]
    course = get_course(admin, COURSE)
    with _at(first - timedelta(days=3)):
        settings = {
            "title": TITLE,
            "summary": SUMMARY,
            "unit_id": city.root_id,
            "course": COURSE,
            "boards": BOARDS,
            "prizes": PRIZES[:2],
        }
        contest = services.create_contest(admin, ContestSettings().load(settings)).slug
        _add_round(admin, contest, course.id, 1, first)
        _add_round(admin, contest, course.id, 2, second)
        services.announce_contest(admin, contest)
        services.announce_round(admin, contest, 1)
        services.announce_round(admin, contest, 2)
    _enter(random, contest, 1, entrants, first)
    with _at(first + timedelta(days=8)):
        services.close_round(Actor.system(), find_contest(contest).round(1).id)
        services.draw(admin, contest, 1)
        services.propose(admin, contest, 1)
        services.approve(approver, contest, 1)
        services.publish(admin, contest, 1)
    _enter(random, contest, 2, entrants[8:20], second, days=0.9)


def _at(day: date) -> Any:
    return clock.frozen(clock.day_start(day) + timedelta(hours=9))


def _add_round(admin: Actor, contest: str, course_id: int, number: int, opens: date) -> None:
    """A round of eight days, with a quiz of its own."""
    slug = f"hoi-thi-vong-{number}"
    title = {
        "vi": f"Hội thi – vòng {number}",
        "en": f"Contest – round {number}",
        "de": f"Wettbewerb – Runde {number}",
    }
    last = opens + timedelta(days=7)
    window = {"opens": clock.day_start(opens) + timedelta(hours=7), "closes": clock.day_end(last)}
    save_quiz(Actor.system(), course_id, slug, QUIZ | {"title": title, "window": window})
    settings = {
        "quiz": slug,
        "opens_at": f"{opens.isoformat()}T07:00",
        "closes_on": last.isoformat(),
        "prizes": PRIZES,
    }
    services.add_round(admin, contest, RoundSettings().load(settings))


def _enter(
    random: Random, contest: str, number: int, people: Sequence[int], opens: date, *, days: float = 6.0
) -> None:
    for actor in actors_of(people).values():
        began = clock.day_start(opens) + timedelta(hours=8) + timedelta(days=random.uniform(0, days))
        skill = random.uniform(0.6, 1.05)
        with clock.frozen(began):
            attempt_id = services.enter(actor, contest, number, prediction=random.randrange(1, 25), lang="vi")
        with clock.frozen(began + timedelta(seconds=random.randrange(150, 840))):
            for slot in get_attempt(actor, attempt_id).slots:
                answer = draw_answer(random, slot.version, slot.seed, skill)
                if answer is not None:
                    save_answer(actor, attempt_id, slot.slot, 1, answer)
            submit_attempt(actor, attempt_id)
