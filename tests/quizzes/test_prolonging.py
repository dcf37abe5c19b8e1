"""A quiz that closes later while attempts at it are or were paused: whoever the old end cut short gets the time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from academy.kernel.errors import Forbidden
from academy.quizzes import services
from academy.quizzes.models import CONTENT, Quiz
from tests.quizzes.nine_to_ten import ILL, NINE, REASON, at, attempt_of, minutes_from_nine


def prolong(sat, minutes):
    return services.prolong_quiz(
        sat.instructor, sat.quiz_id, NINE + timedelta(minutes=minutes), reason=REASON
    )


def test_a_pause_that_the_old_end_cut_short_is_made_up(at_the_end, sat):
    learner, attempt = at_the_end(pauses=1, pause_minutes=10)
    with at(40):
        services.pause_own(learner, attempt)
    with at(52):
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 60
        assert prolong(sat, 65) == 1
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 65
        assert prolong(sat, 120) == 1
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 70


def test_of_a_pause_that_goes_on_only_what_was_used_stays(at_the_end, sat):
    learner, attempt = at_the_end(pauses=1, pause_minutes=20)
    with at(35):
        services.pause_own(learner, attempt)
        prolong(sat, 120)
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 80
    with at(39):
        services.end_own_pause(learner, attempt)
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 64


def test_an_ordered_pause_that_was_cut_is_made_up_and_one_past_the_end_is_not_counted_twice(at_the_end, sat):
    (cut, of_cut), (whole, of_whole) = at_the_end(), at_the_end()
    with at(40):
        services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL, attempts=[of_cut])
        services.pause_attempts(
            sat.instructor, sat.quiz_id, 10, reason=ILL, attempts=[of_whole], past_close=True
        )
        assert minutes_from_nine(attempt_of(whole, of_whole).deadline) == 70
        assert prolong(sat, 120) == 1
        assert minutes_from_nine(attempt_of(cut, of_cut).deadline) == 70
        assert minutes_from_nine(attempt_of(whole, of_whole).deadline) == 70


def test_a_quiz_kept_in_a_file_is_prolonged_by_who_may_change_quizzes_only(sat, session):
    session.get_one(Quiz, sat.quiz_id).origin = CONTENT
    session.flush()
    with at(0), pytest.raises(Forbidden):
        services.prolong_quiz(sat.learner(), sat.quiz_id, NINE, reason=REASON)
