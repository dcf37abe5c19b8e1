"""Many at once, against a real database and the real application: what the schema promises, holds."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from academy.kernel.db import db
from academy.kernel.jobs import Job
from academy.quizzes import queries, services
from academy.quizzes.models import AnswerLog, Attempt, AttemptItem
from tests.quizzes.racing import at_once, quiz_house, rows
from tests.quizzes.sitting import right_answer, view, wrong_answer


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with quiz_house(tmp_path_factory.mktemp("races")) as found:
        yield found


@pytest.fixture
def learner(house):
    app, sat = house
    with app.app_context():
        actor = sat.learner()
        db.session.remove()
        return actor


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
