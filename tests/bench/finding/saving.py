"""From the moment an author publishes to the moment a reader finds: through outbox, worker and index, once a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from academy.catalog.services import OutlinePlan, create_course, publish_course, publish_lesson_version
from academy.config import PROJECT_ROOT
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from tests.bench.finding.ours import endpoint
from tests.bench.finding.questions import Question
from tests.bench.site import Site
from tests.factories import create_actor

COURSES = 5
LOOK_SECONDS = 0.05
PATIENCE = 60.0
LESSON = """---
title: Quy trình tiếp nhận {word}
summary: Bản ngày hôm nay.
---
## Nội dung {{#noi-dung}}

Phiếu {word} được tiếp nhận tại bộ phận một cửa và trả kết quả trong ngày.
"""


def waits(site: Site, updates: int, cookie: str) -> list[float]:
    """Seconds until each of so many updates, one a second, was found by a reader; ``inf`` if it never was."""
    with site.app.app_context():
        author = create_actor(Role.INSTRUCTOR)
        courses = [create_course(author, title=f"Quy trình số {number}").id for number in range(COURSES)]
        db.session.remove()
    ask = endpoint(site.app, cookie)
    with _worker(site):
        _publish(site, author, courses[0], "khoidong")
        while not ask(Question("", "khoidong")):  # the worker has begun
            time.sleep(LOOK_SECONDS)
        return list(_waits(site, author, courses, updates, ask))


def _waits(site: Site, author: Actor, courses: list[int], updates: int, ask) -> Iterator[float]:
    saved: dict[str, float] = {}
    published, began = 0, time.perf_counter()
    while published < updates or saved:
        now = time.perf_counter()
        if published < updates and now - began >= published:
            word = f"saved{published:04d}"
            _publish(site, author, courses[published % len(courses)], word)
            saved[word] = time.perf_counter()
            published += 1
        for word in [word for word in saved if ask(Question("", f"title:{word}"))]:
            yield time.perf_counter() - saved.pop(word)
        for word in [word for word, since in saved.items() if time.perf_counter() - since > PATIENCE]:
            del saved[word]
            yield float("inf")
        time.sleep(LOOK_SECONDS)


def _publish(site: Site, author: Actor, course_id: int, word: str) -> None:
    with site.app.app_context():
        publish_lesson_version(author, course_id, "01-bai", {"vi": LESSON.format(word=word)})
        publish_course(author, course_id, outline=[OutlinePlan(lesson="01-bai")])
        db.session.remove()


@contextmanager
def _worker(site: Site) -> Iterator[None]:
    """The academy's own worker, in a process of its own."""
    environment = {**os.environ, **site.environment, "ACADEMY_BASE_URL": "http://127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "academy.cli", "worker"], cwd=PROJECT_ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
