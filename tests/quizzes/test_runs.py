"""Attempts count per run of the course; what is released waits until nobody can use it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from academy.enrollment import services as enrollment
from academy.enrollment.queries import enrollment_of
from academy.kernel import clock
from academy.quizzes import services
from academy.quizzes.errors import CannotStart
from academy.quizzes.results import result_of
from tests.factories import sign_in
from tests.quizzes.sitting import sit, view


def complete_and_come_again(sat, learner):
    enrollment.complete(enrollment_of(learner.person_id, sat.course_id))
    enrollment.enroll(learner, sat.course)


def leave_and_come_again(sat, learner):
    enrollment.leave(learner, sat.course_id)
    enrollment.enroll(learner, sat.course)


def refused(learner, sat) -> str:
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(learner, sat.quiz_id)
    return refusal.value.rule


def flags(learner, attempt_id):
    return result_of(learner, view(learner, attempt_id), "vi").flags


def test_a_new_run_has_attempts_of_its_own(sat, call_quiz):
    learner = sat.learner()
    assert [sit(learner, sat.quiz_id).attempt.number for _ in range(3)] == [1, 2, 3]
    assert refused(learner, sat) == "quiz.attempts"
    assert call_quiz(learner)["attempts_left"] == 0
    complete_and_come_again(sat, learner)
    told = call_quiz(learner)
    assert told["attempts_left"] == 3 and told["obstacles"] == []
    assert [sit(learner, sat.quiz_id).attempt.number for _ in range(3)] == [1, 2, 3]
    assert refused(learner, sat) == "quiz.attempts"


def test_the_page_offers_a_new_run_its_first_attempt(sat, call_page):
    learner = sat.learner()
    for _ in range(3):
        sit(learner, sat.quiz_id)
    assert "Start attempt" not in call_page(learner)
    complete_and_come_again(sat, learner)
    assert "Start attempt 1" in call_page(learner)
    sit(learner, sat.quiz_id)
    assert "Start attempt 2" in call_page(learner)


def test_giving_up_and_coming_again_gains_no_attempts(sat, call_quiz):
    learner = sat.learner()
    for _ in range(2):
        sit(learner, sat.quiz_id, right=0)
    leave_and_come_again(sat, learner)
    assert call_quiz(learner)["attempts_left"] == 1
    assert sit(learner, sat.quiz_id, right=0).attempt.number == 3
    leave_and_come_again(sat, learner)
    assert refused(learner, sat) == "quiz.attempts"


def test_what_was_given_up_after_a_completed_run_counts_too(sat):
    learner = sat.learner()
    sit(learner, sat.quiz_id)
    complete_and_come_again(sat, learner)
    sit(learner, sat.quiz_id)
    leave_and_come_again(sat, learner)
    assert [sit(learner, sat.quiz_id).attempt.number for _ in range(2)] == [2, 3]
    assert refused(learner, sat) == "quiz.attempts"


def test_an_attempt_left_open_in_an_earlier_run_is_closed_by_the_next_start(sat):
    learner = sat.learner()
    old = services.start_attempt(learner, sat.quiz_id)
    leave_and_come_again(sat, learner)
    new = services.start_attempt(learner, sat.quiz_id)
    assert new != old and not view(learner, old).attempt.is_open
    assert view(learner, new).attempt.number == 2


def test_an_attempt_whose_time_is_over_counts_before_it_is_closed(sat, call_quiz):
    learner = sat.learner()
    services.start_attempt(learner, sat.quiz_id)
    assert call_quiz(learner)["attempts_left"] == 3
    with clock.frozen((clock.now() + timedelta(hours=1)).isoformat()):
        assert call_quiz(learner)["attempts_left"] == 2


def test_answers_wait_while_the_learner_may_try_again_under_the_rules_of_now(sat):
    learner = sat.learner()
    sat.settings(attempts=1)
    sat_once = sit(learner, sat.quiz_id).attempt.id
    assert "answers" in flags(learner, sat_once)
    sat.settings(attempts=2)
    assert "answers" not in flags(learner, sat_once)
    sat.settings(attempts=None)
    assert "answers" not in flags(learner, sat_once)


def test_answers_of_an_earlier_run_wait_while_the_next_one_may_try(sat):
    learner = sat.learner()
    sat.settings(attempts=1)
    first = sit(learner, sat.quiz_id).attempt.id
    assert "answers" in flags(learner, first)
    complete_and_come_again(sat, learner)
    assert "answers" not in flags(learner, first)
    sit(learner, sat.quiz_id)
    assert "answers" in flags(learner, first)


def test_answers_wait_for_the_close_that_holds_now_and_for_its_grace(sat):
    learner, closes = sat.learner(), clock.now() + timedelta(minutes=20)
    sat.settings(window={"opens": None, "closes": closes.isoformat()}, grace_seconds=10)
    attempt = sit(learner, sat.quiz_id).attempt.id

    def flags_at(**after):
        with clock.frozen((closes + timedelta(**after)).isoformat()):
            return flags(learner, attempt)

    # answers that are on their way are still taken: nobody may read the key meanwhile
    assert "answers" not in flags_at(seconds=9)
    assert "answers" in flags_at(seconds=11)
    sat.settings(window={"opens": None, "closes": (closes + timedelta(hours=1)).isoformat()}, grace_seconds=10)
    assert "answers" not in flags_at(minutes=30)
    assert "answers" in flags_at(minutes=61)


@pytest.fixture
def call(sat, app):
    """What somebody gets at an address."""

    def get(actor, path):
        client = app.test_client()
        sign_in(client, actor)
        return client.get(f"{path}/quizzes/{sat.quiz_id}")

    return get


@pytest.fixture
def call_quiz(call):
    """The quiz as the API tells it to somebody."""
    return lambda actor: call(actor, "/api/v1").get_json()


@pytest.fixture
def call_page(call):
    """The quiz as its page shows it to somebody."""
    return lambda actor: call(actor, "").get_data(as_text=True)
