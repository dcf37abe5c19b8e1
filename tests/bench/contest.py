"""A week of a contest as Huế's drew it: 25,980 entries of 126 units collected, ranked, drawn, proved and shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from academy.app import create_app
from academy.contests import results, services
from academy.contests.models import ContestEntry, ContestParticipant, ContestPrediction
from academy.contests.queries import find_contest
from academy.contests.verifying import differences
from academy.enrollment.models import Enrollment
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from academy.quizzes.models import Attempt
from academy.quizzes.queries import get_quiz
from tests.conftest import make_config
from tests.contests.conftest import CLOSED, OPEN, Played, with_round
from tests.factories import create_unit

ENTRIES, UNITS, PEOPLE = 25_980, 126, 40_000
LOOKS = 20


def seconds(*, quick: bool) -> dict[str, float]:
    """How long each step takes; what a quick run enters is a tenth."""
    share = 10 if quick else 1
    with TemporaryDirectory() as folder:
        app = create_app(make_config(Path(folder), database_url=f"sqlite:///{folder}/contest.sqlite3"))
        with app.app_context():
            db.create_all()
            played = with_round()
            _enter(played, ENTRIES // share, PEOPLE // share)
            try:
                return _measured(played)
            finally:
                db.session.remove()
                db.engine.dispose()


def _measured(played: Played) -> dict[str, float]:
    round_id = played.view.round(1).id
    took = {"close": _timed(lambda: services.close_round(Actor.system(), round_id))}
    took["draw"] = _timed(lambda: services.draw(played.organiser, played.slug, 1))
    found: list[str] = []
    took["verify"] = _timed(lambda: found.extend(differences(played.slug)))
    if found:
        raise AssertionError(found[:3])
    services.propose(played.organiser, played.slug, 1)
    services.approve(played.approver, played.slug, 1)
    services.publish(played.organiser, played.slug, 1)
    took["board page"] = _timed(lambda: [_look(played) for _time in range(LOOKS)]) / LOOKS
    return took


def _look(played: Played) -> None:
    contest = find_contest(played.slug)
    current = contest.round(1)
    result = results.find_published(contest, current)
    page = results.board_page(contest, result, contest.boards[1].id, prizes=current.prizes)
    results.board_page(contest, result, contest.boards[1].id, prizes=current.prizes, cursor=page.next_cursor)
    results.league(result)


def _timed(step: Callable[[], Any]) -> float:
    with clock.frozen(CLOSED):
        began = time.perf_counter()
        step()
        return time.perf_counter() - began


def _enter(played: Played, entries: int, people: int) -> None:
    """People of all units; the first of them have sat the paper and predicted."""
    random, contest = Random(7), played.view
    current, board = contest.round(1), contest.boards[1]
    version = get_quiz(current.quiz_id).version_id
    wards = [create_unit(f"Phường {number}", kind="ward", parent=played.city).id for number in range(UNITS)]
    with unit_of_work() as work:
        first = 10_000
        work.session.execute(
            insert(Person),
            [
                {
                    "id": first + n,
                    "full_name": "X",
                    "sort_key": "x",
                    "name_fold": "x",
                    "kind": "cadre",
                    "unit_id": wards[n % UNITS],
                }
                for n in range(people)
            ],
        )
        work.session.execute(
            insert(Enrollment),
            [
                {
                    "id": first + n,
                    "person_id": first + n,
                    "course_id": contest.course_id,
                    "course_version_id": 1,
                }
                for n in range(entries)
            ],
        )
        work.session.execute(
            insert(Attempt), [_attempt(random, first + n, current.quiz_id, version) for n in range(entries)]
        )
        work.session.execute(
            insert(ContestParticipant),
            [
                {"id": first + n, "contest_id": contest.id, "person_id": first + n, "public_id": f"{n:012x}"}
                for n in range(entries)
            ],
        )
        values = [random.randrange(entries // 5) for _entry in range(entries)]
        work.session.execute(
            insert(ContestEntry),
            [
                {
                    "id": first + n,
                    "round_id": current.id,
                    "participant_id": first + n,
                    "attempt_id": first + n,
                    "board_id": board.id,
                    "unit_id": wards[n % UNITS],
                    "prediction": value,
                    "predicted_at": OPEN,
                }
                for n, value in enumerate(values)
            ],
        )
        work.session.execute(
            insert(ContestPrediction),
            [
                {"entry_id": first + n, "sequence": 1, "value": value, "at": OPEN}
                for n, value in enumerate(values)
            ],
        )


def _attempt(random: Random, one: int, quiz_id: int, version: int) -> dict[str, Any]:
    """A paper that was handed in, of the person and enrollment of the same number."""
    started = OPEN + timedelta(seconds=random.randrange(500_000))
    tenths = random.randrange(11)
    return {
        "id": one,
        "quiz_id": quiz_id,
        "quiz_version_id": version,
        "person_id": one,
        "enrollment_id": one,
        "number": 1,
        "attempt_limit": 1,
        "seed": one,
        "lang": "vi",
        "state": "submitted",
        "started_at": started,
        "submitted_at": started + timedelta(seconds=random.randrange(100, 1800)),
        "score": Decimal(tenths) / 10,
        "mark": Decimal(tenths),
    }
