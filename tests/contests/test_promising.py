"""Round and quiz say the same end, and what was announced of a quiz is not changed before the round has closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.quizzes.errors import Promised
from academy.quizzes.models import CONTENT, Quiz, QuizVersion
from academy.quizzes.publishing import sync_quizzes
from academy.quizzes.queries import find_quiz, get_quiz
from academy.quizzes.services import retire_quiz, save_quiz
from tests.contests.conftest import BEFORE, CLOSED, OPEN
from tests.quizzes.conftest import SETTINGS
from tests.quizzes.test_pages import Reader


@pytest.fixture
def quiz(played):
    return get_quiz(played.view.round(1).quiz_id)


def stored(quiz) -> dict:
    return db.session.get_one(QuizVersion, quiz.version_id).settings


def save(played, quiz, **changes):
    return save_quiz(played.organiser, quiz.course_id, quiz.slug, stored(quiz) | changes)


@pytest.mark.parametrize("when", [BEFORE, OPEN, OPEN + timedelta(days=5)])
def test_the_quiz_of_an_announced_round_stays_as_it_is(played, quiz, when):
    with clock.frozen(when):
        later = stored(quiz)["window"] | {"closes": "2025-12-05T17:00:00+00:00"}
        for changes in (
            {"minutes": 5},
            {"attempts": 2},
            {"draw": [{"outcome": "o1", "count": 1}]},
            {"window": later},
        ):
            with pytest.raises(Promised) as refusal:
                save(played, quiz, **changes)
            assert "announced" in str(refusal.value.message) and "prolonged" in str(refusal.value.next_step)
        with pytest.raises(Promised):
            retire_quiz(played.organiser, quiz.id)
        assert not save(played, quiz).changed, "what changes nothing is no breach"
    assert find_quiz(quiz.course_id, quiz.slug).version_id == quiz.version_id


def test_it_can_be_changed_before_the_announcement_and_after_the_closing(played, quiz):
    save_quiz(Actor.system(), quiz.course_id, "another", SETTINGS | {"minutes": 7})
    played.close()
    with clock.frozen(CLOSED):
        assert save(played, quiz, minutes=5).changed


def test_the_round_is_not_over_before_its_entries_are_collected(played, quiz):
    with clock.frozen(CLOSED), pytest.raises(Promised):
        save(played, quiz, minutes=5)


def test_a_file_may_let_it_close_later_and_change_nothing_else(played, quiz):
    db.session.get_one(Quiz, quiz.id).origin = CONTENT
    db.session.flush()
    now, course = stored(quiz), quiz.course_id

    def sync(**changes):
        return sync_quizzes(Actor.system(), course, {quiz.slug: now | changes})

    later, sooner = (now["window"] | {"closes": f"2025-{day}T17:00:00+00:00"} for day in ("12-05", "11-26"))
    with clock.frozen(OPEN):
        for changes in ({"window": sooner}, {"window": later, "minutes": 5}, {"pass_mark": "1.0"}):
            with pytest.raises(Promised):
                sync(**changes)
        with pytest.raises(Promised):
            sync_quizzes(Actor.system(), course, {})
        assert sync(window=later)["changed"] == 1


def test_the_studio_says_so_before_anything_is_typed(app, played, quiz):
    with clock.frozen(OPEN):
        page = Reader(app.test_client(), played.organiser).get(
            f"/studio/courses/{played.sat.course}/quizzes/{quiz.slug}"
        )
    assert "was announced with this quiz" in page


def test_quiz_and_round_name_the_same_last_second(app, played, quiz):
    with clock.frozen(OPEN):
        client = app.test_client()
        pages = [
            client.get(address).get_data(as_text=True)
            for address in (f"/quizzes/{quiz.id}", f"/contests/{played.slug}/rounds/1")
        ]
    assert all("30/11/2025, 23:59:59" in page and "01/12/2025" not in page for page in pages)


def test_whoever_comes_too_late_reads_that_second_too(app, played, quiz):
    with clock.frozen(CLOSED):
        learner = Reader(app.test_client(), played.sat.learner())
        page = learner.get(f"/quizzes/{quiz.id}")
    assert "closed on 30/11/2025, 23:59:59" in page and "01/12/2025" not in page
