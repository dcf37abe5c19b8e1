"""Many at once, against a real database and the real application: what the schema promises, holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from academy.app import create_app
from academy.kernel.db import db
from academy.kernel.jobs import Job
from academy.quizzes import queries, services
from academy.quizzes.models import AnswerLog, Attempt, AttemptItem
from tests.conftest import make_config
from tests.quizzes.conftest import make_sat
from tests.quizzes.sitting import right_answer, view, wrong_answer


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An application on a database of its own: nothing is rolled back here."""
    folder = tmp_path_factory.mktemp("races")
    with own_database(folder) as url:
        app = create_app(make_config(folder, database_url=url))
        with app.app_context():
            db.create_all()
            sat = make_sat()
            db.session.remove()
        yield app, sat
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """A file, or a new database of the cluster that the tests run on."""
    shared = os.environ.get("ACADEMY_TEST_DATABASE_URL")
    if not shared:
        yield f"sqlite:///{folder / 'races.sqlite3'}"
        return
    engine = create_engine(shared, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE quizzes_races"))
        yield make_url(shared).set(database="quizzes_races").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE quizzes_races WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def learner(house):
    app, sat = house
    with app.app_context():
        actor = sat.learner()
        db.session.remove()
        return actor


def at_once(app, number: int, act: Callable[[int], Any]) -> list[Any]:
    """Call ``act(n)`` from so many threads at the same moment; their results, or what they raised."""
    gate = Barrier(number)

    def run(index: int) -> Any:
        with app.app_context():
            gate.wait()
            try:
                return act(index)
            except Exception as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def rows(app, statement):
    with app.app_context():
        found = db.session.execute(statement).all()
        db.session.remove()
        return found


def test_twenty_five_starts_at_once_give_one_attempt(house, learner):
    app, sat = house
    ids = at_once(app, 25, lambda _: services.start_attempt(learner, sat.quiz_id))
    assert len(set(ids)) == 1 and isinstance(ids[0], int), ids
    attempts = rows(app, select(Attempt.id).where(Attempt.person_id == learner.person_id))
    assert len(attempts) == 1
    items = rows(app, select(AttemptItem.slot).where(AttemptItem.attempt_id == ids[0]))
    assert sorted(row.slot for row in items) == [1, 2, 3]


def test_the_limit_holds_while_many_start_and_submit(house, learner):
    app, sat = house

    def start_and_submit(_):
        services.submit_attempt(learner, services.start_attempt(learner, sat.quiz_id))

    for _ in range(4):
        at_once(app, 12, start_and_submit)
    attempts = rows(app, select(Attempt.number, Attempt.state).where(Attempt.person_id == learner.person_id))
    assert sorted(row.number for row in attempts) == [1, 2, 3]
    assert {row.state for row in attempts} == {"submitted"}


def test_saves_in_any_order_end_with_the_highest_sequence(house, learner):
    app, sat = house
    with app.app_context():
        attempt = services.start_attempt(learner, sat.quiz_id)
        slot = view(learner, attempt).slots[0]
        answers = [right_answer(slot), wrong_answer(slot)]
        db.session.remove()
    replies = at_once(app, 16, lambda n: services.save_answer(learner, attempt, 1, n + 1, answers[n % 2]))
    assert all(reply.stored_sequence >= number for number, reply in enumerate(replies, 1)), replies
    logged = rows(app, select(AnswerLog.sequence, AnswerLog.answer).where(AnswerLog.attempt_id == attempt))
    assert {row.sequence for row in logged} >= {16}
    assert all(row.answer == answers[(row.sequence - 1) % 2] for row in logged)
    with app.app_context():
        now = view(learner, attempt).slots[0]
        db.session.remove()
    assert (now.stored_sequence, now.answer) == (16, answers[1])


def test_the_same_save_sent_many_times_is_stored_once(house, learner):
    app, sat = house
    with app.app_context():
        attempt = services.start_attempt(learner, sat.quiz_id)
        answer = right_answer(view(learner, attempt).slots[0])
        db.session.remove()
    replies = at_once(app, 12, lambda _: services.save_answer(learner, attempt, 1, 1, answer))
    assert {reply.stored_sequence for reply in replies} == {1}
    assert len({reply.stored_at for reply in replies}) == 1
    assert rows(app, select(func.count()).where(AnswerLog.attempt_id == attempt))[0][0] == 1


def test_no_save_is_acknowledged_after_the_submission_it_raced_with(house, learner):
    app, sat = house
    with app.app_context():
        attempt = services.start_attempt(learner, sat.quiz_id)
        slots = view(learner, attempt).slots
        db.session.remove()

    def act(number: int):
        if number % 5 == 4:
            return services.submit_attempt(learner, attempt)
        slot = slots[number % 3]
        return services.save_answer(learner, attempt, slot.slot, number + 1, right_answer(slot))

    replies = at_once(app, 15, act)
    acknowledged = {reply.slot for reply in replies if isinstance(reply, services.StoredAnswer)}
    with app.app_context():
        closed = view(learner, attempt)
        db.session.remove()
    assert closed.attempt.state == "submitted"
    assert {slot.slot for slot in closed.slots if slot.is_answered} == acknowledged
    assert all(slot.score == (1 if slot.is_answered else 0) for slot in closed.slots)


def test_submitting_many_times_at_once_marks_once(house, learner):
    app, sat = house
    with app.app_context():
        attempt = services.start_attempt(learner, sat.quiz_id)
        db.session.remove()
    assert set(at_once(app, 15, lambda _: services.submit_attempt(learner, attempt))) == {"submitted"}
    with app.app_context():
        jobs = db.session.scalars(select(Job).where(Job.kind == "quizzes.expire")).all()
        assert sum(job.payload["attempt_id"] == attempt for job in jobs) == 1
        assert [one.id for one in queries.attempts_of(learner.person_id, sat.quiz_id)] == [attempt]
        db.session.remove()
