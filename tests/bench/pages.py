"""Which pages are measured, each as the addresses that learners ask for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from academy.catalog.models import Course, CourseVersion
from academy.kernel.db import db
from academy.quizzes.models import Quiz
from tests.bench.load import Ask
from tests.bench.multiply import STRIDE
from tests.bench.site import Site

READERS = 40  # who study every course
QUERIES = ("dao+duc", "quan+ly+do+thi", "171/2025", "mật+khẩu", "citizen", "văn+bản+hành+chính", "SELECT", "rain")


def pages(site: Site) -> dict[str, list[Ask]]:
    """Addresses by the name of what they measure."""
    courses = _courses(everywhere=False)
    readers = site.learners[:READERS]
    lessons = [f"/courses/{slug}/lessons/{lesson}" for slug, outline in courses for lesson in outline]
    anonymous = [Ask(path) for path in lessons]
    found = {
        "home": [Ask("/", learner.cookie) for learner in readers],
        "catalog": [Ask("/courses", learner.cookie) for learner in readers],
        "course": _mixed([f"/courses/{slug}" for slug, _outline in courses], site),
        "lesson": _mixed(lessons, site),
        "lesson.anonymous": anonymous,
        "search": _mixed([f"/search?q={query}" for query in QUERIES], site) if site.documents else [],
        "quiz": _mixed([f"/quizzes/{quiz}" for quiz in _quizzes()], site),
    }
    if site.scale == "full":
        every = [f"/courses/{slug}/lessons/{one}" for slug, outline in _courses(everywhere=True) for one in outline]
        found["lesson.of-all-courses"] = _mixed(every[:: max(1, len(every) // 2000)], site)
    return found


def _mixed(paths: Sequence[str], site: Site) -> list[Ask]:
    """Every path by readers of all kinds, so that neighbours share neither page nor person."""
    readers = site.learners[:READERS]
    rounds = max(1, 200 // max(1, len(paths)))
    return [
        Ask(path, readers[(place * 7 + number * 13) % READERS].cookie)
        for number in range(rounds)
        for place, path in enumerate(paths)
    ]


def _courses(*, everywhere: bool) -> list[tuple[str, list[str]]]:
    statement = (
        select(Course.slug, CourseVersion.outline)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.number == Course.published_number)
        .order_by(Course.id)
    )
    if not everywhere:
        statement = statement.where(Course.id < STRIDE)
    return [(slug, [entry["slug"] for entry in outline]) for slug, outline in db.session.execute(statement)]


def _quizzes() -> list[int]:
    return list(db.session.scalars(select(Quiz.id).where(Quiz.id < STRIDE).order_by(Quiz.id)))
