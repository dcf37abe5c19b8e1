"""What 100 and 100,000 stored attempts at one examination cost those who sit, look and mark now.

One academy for each number, side by side in one process; every step is taken in all of them in turn, so that
whatever else the machine does meets them alike. The times are those of a request in the process that serves it.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.dataset import Learner
from tests.bench.site import Site, build, say
from tests.bench.stored import Examination, enroll_all, examination, store

SIZES = (100, 1_000, 10_000, 100_000)
ROUNDS = 40
MARK = {"level.c1": "high", "level.c2": "high", "comment": "Đủ ý."}
Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class _Place:
    site: Site
    exam: Examination


def grow(urls: Mapping[int, str | None], *, rounds: int = ROUNDS) -> dict[str, dict[int, float]]:
    """Milliseconds of each step by number of stored attempts, the median of all rounds.

    Args:
        urls: number of attempts → an empty database for them, None: SQLite.
        rounds: learners who sit in each academy.
    """
    with ExitStack() as stack:
        places = {size: _place(stack, size, url) for size, url in urls.items()}
        took: dict[int, Times] = {size: defaultdict(list) for size in places}
        for turn in range(rounds + 1):  # the first one warms up
            for size, place in places.items():
                times: Times = took[size] if turn else defaultdict(list)
                _sit(place, place.site.learners[turn], times)
                _lead(place, times)
                _mark(place, times)
        return {
            step: {size: 1000 * median(times[step]) for size, times in took.items()}
            for step in next(iter(took.values()))
        }


def _place(stack: ExitStack, size: int, url: str | None) -> _Place:
    site = stack.enter_context(build(f"{size:,} attempts", url, index=False))
    exam = examination(site.app)
    enroll_all(site.app, exam.course_id, [learner.number for learner in site.learners])
    began = time.perf_counter()
    store(site.app, exam, size)
    say(f"{size:,} attempts stored in {time.perf_counter() - began:.0f} s")
    return _Place(site, exam)


def _sit(place: _Place, learner: Learner, times: Times) -> None:
    quiz = place.exam.quiz_id
    paper = _timed(place, times, "start", learner, f"/api/v1/quizzes/{quiz}/attempts", "POST", {})
    attempt = paper["id"]
    for item in paper["items"]:
        path = f"/api/v1/attempts/{attempt}/answers/{item['slot']}"
        _timed(place, times, "save", learner, path, "PUT", {"sequence": 1, "answer": _answer(item)})
    _timed(place, times, "paper page", learner, f"/attempts/{attempt}")
    _timed(place, times, "submit", learner, f"/api/v1/attempts/{attempt}/submission", "POST", {})
    _timed(place, times, "result page", learner, f"/attempts/{attempt}")
    _timed(place, times, "own attempts page", learner, f"/quizzes/{quiz}")
    _timed(place, times, "own record page", learner, "/me")


def _answer(item: Mapping[str, Any]) -> Any:
    options = item["body"].get("options")
    return options[0]["id"] if options else "Một đoạn văn ngắn."


def _lead(place: _Place, times: Times) -> None:
    exam = place.exam
    course = f"/studio/courses/{exam.course}"
    _timed(place, times, "room page", exam.instructor, f"/quizzes/{exam.quiz_id}/room")
    _timed(place, times, "results page", exam.instructor, f"{course}/results")
    _timed(place, times, "quizzes page", exam.instructor, f"{course}/quizzes")
    _timed(place, times, "marking overview", exam.instructor, f"{course}/marking/final")
    _timed(place, times, "moderation page", exam.instructor, f"{course}/marking/final/moderation")


def _mark(place: _Place, times: Times) -> None:
    marker = place.exam.marker
    _timed(place, times, "marking queue", marker, "/marking")
    seat = _timed(
        place, times, "next to mark", marker, f"/marking/quizzes/{place.exam.quiz_id}/next", "POST", {}
    )
    if "/seats/" not in seat:  # the others have got what was handed in
        return
    _timed(place, times, "marking page", marker, seat)
    _timed(place, times, "store a mark", marker, seat, "POST", MARK)


def _timed(
    place: _Place, times: Times, step: str, who: Learner, path: str, method: str = "GET", body: Any = None
) -> Any:
    """What came back: JSON of the API, the address that a page sends on to, or nothing."""
    client = place.site.app.test_client(use_cookies=False)
    headers = {"Cookie": who.cookie, "X-CSRFToken": who.csrf_token}
    sent = {"data": json.dumps(body), "content_type": "application/json"} if path.startswith("/api/") else {"data": body}
    began = time.perf_counter()
    answer = client.open(path, method=method, headers=headers, base_url="http://127.0.0.1", **sent)
    times[step].append(time.perf_counter() - began)
    if answer.status_code >= 400 or answer.location and "/sign-in" in answer.location:
        raise RuntimeError(f"{step}: {answer.status_code} {path} {answer.get_data(as_text=True)[:500]}")
    return answer.get_json() if path.startswith("/api/") else answer.location
