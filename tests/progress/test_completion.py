"""Completion rests on evidence, is decided with the last of it, and is never taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.events import subscriptions
from academy.plugins.contract import Grade
from academy.progress.errors import NotEnrolled
from academy.progress.events import CourseCompleted
from academy.progress.models import Completion, CourseProgress
from academy.progress.projection import differences
from academy.progress.queries import course_state, unmet_rules
from academy.quizzes.models import REGRADE
from academy.quizzes.queries import attempts_of
from academy.quizzes.services import NewGrade, change_grades, save_answer, start_attempt, submit_attempt
from tests.factories import create_actor


@pytest.fixture
def completions(app):
    """Every completion told of, inside its transaction."""
    told: list[CourseCompleted] = []
    handlers = subscriptions()._atomic[CourseCompleted]
    handlers.append(told.append)
    yield told
    handlers.remove(told.append)


def _rules(taught, learner) -> list[str]:
    return [f"{rule.rule}:{rule.lesson or rule.quiz}" for rule in unmet_rules(course_state(learner.person_id, taught.id))]


def test_a_new_learner_is_told_every_rule(taught):
    learner = taught.learner()
    assert _rules(taught, learner) == [
        "lesson.read:bai-mot",
        "lesson.exercises:bai-mot",
        "lesson.read:bai-hai",
        "lesson.exercises:bai-hai",
        "quiz:final",
    ]


def test_reading_alone_completes_no_lesson_and_answering_alone_neither(taught):
    learner = taught.learner()
    taught.read(learner, "bai-mot", finished=True)
    assert course_state(learner.person_id, taught.id).lessons_done == 0
    taught.answer(learner, "e2")
    assert course_state(learner.person_id, taught.id).lessons_done == 0
    taught.answer(learner, "e1", False)
    assert course_state(learner.person_id, taught.id).lessons_done == 1


@pytest.mark.parametrize("quiz_first", [True, False])
def test_the_last_rule_met_completes_once_whatever_its_kind(taught, completions, quiz_first):
    learner = taught.learner()
    steps = [lambda: taught.sit(learner), lambda: taught.finish(learner)]
    for step in steps if quiz_first else reversed(steps):
        assert completions == []
        step()
    assert [event.person_id for event in completions] == [learner.person_id]
    assert enrollment_of(learner.person_id, taught.id).state == "completed"
    assert db.session.query(Completion).one().mark == 10
    assert _rules(taught, learner) == []
    taught.sit(learner)
    taught.answer(learner, "e1")
    assert len(completions) == 1


def test_a_failed_quiz_completes_nothing_and_says_the_best_mark(taught, completions):
    learner = taught.learner()
    taught.finish(learner)
    taught.sit(learner, right=False)
    assert completions == []
    state = course_state(learner.person_id, taught.id)
    assert [str(rule.have) for rule in unmet_rules(state)] == ["0.0"]
    assert not state.is_complete and state.percent < 100


def test_a_new_version_never_lowers_progress(taught):
    learner = taught.learner()
    taught.read(learner, "bai-mot", finished=True)
    taught.answer(learner, "e1")
    before = course_state(learner.person_id, taught.id)
    taught.publish("bai-mot", "[[exercise:e1]]\n\n[[exercise:e2]]")
    after = course_state(learner.person_id, taught.id)
    assert (after.lessons_done, after.percent) == (before.lessons_done, before.percent) == (1, 33)


def test_strangers_leave_no_evidence(taught):
    stranger = create_actor()
    with pytest.raises(NotEnrolled):
        taught.read(stranger, "bai-mot", finished=True)
    with pytest.raises(NotEnrolled):
        taught.answer(stranger, "e1")


def test_recomputing_finds_nothing_unless_a_projection_was_tampered_with(taught):
    learner = taught.learner()
    taught.finish(learner)
    taught.sit(learner)
    assert list(differences()) == []
    db.session.execute(update(CourseProgress).values(lessons_done=1, complete=False))
    db.session.expire_all()
    found = list(differences(repair=True))
    assert [difference.computed.course["lessons_done"] for difference in found] == [2]
    assert list(differences()) == []


def sit_half_right(taught, learner) -> int:
    """One of two answered, and rightly: enough to pass."""
    attempt = start_attempt(learner, taught.quiz_id)
    save_answer(learner, attempt, 1, 1, True)
    submit_attempt(learner, attempt)
    return attempt


def best_marks() -> list[Decimal]:
    return list(db.session.scalars(select(CourseProgress.best_mark).order_by(CourseProgress.enrollment_id)))


def test_an_attempt_after_completion_counts_for_the_best_mark(taught, completions):
    learner = taught.learner()
    taught.finish(learner)
    sit_half_right(taught, learner)
    taught.sit(learner)
    assert best_marks() == [10] and list(differences()) == []
    assert len(completions) == 1


def test_a_corrected_mark_completes_what_lacked_nothing_else(taught, completions):
    learner = taught.learner()
    taught.finish(learner)
    taught.sit(learner, right=False)
    attempt = attempts_of(learner.person_id, taught.quiz_id)[0].id
    change_grades(Actor.system(), attempt, {1: NewGrade(grade=Grade(score=Decimal(1)))}, source=REGRADE)
    assert [event.mark for event in completions] == [5]
    assert best_marks() == [5] and list(differences()) == []


def test_a_mark_lowered_after_completion_leaves_it_complete(taught, completions):
    learner = taught.learner()
    taught.finish(learner)
    attempt = sit_half_right(taught, learner)
    change_grades(Actor.system(), attempt, {1: NewGrade(grade=Grade(score=Decimal(0)))}, source=REGRADE)
    assert enrollment_of(learner.person_id, taught.id).state == "completed"
    assert best_marks() == [0] and list(differences()) == []


def test_a_run_counts_its_own_attempts_only(taught):
    learner = taught.learner()
    taught.finish(learner)
    sit_half_right(taught, learner)
    enroll(learner, taught.slug)
    taught.sit(learner)
    assert list(differences()) == []
    assert best_marks() == [5, 10]
