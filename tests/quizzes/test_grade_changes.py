"""Grades of closed attempts that are changed: what is kept, what the mark becomes, who hears of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, NotFound
from academy.kernel.events import subscriptions
from academy.plugins.contract import Feedback, Grade
from academy.quizzes import services
from academy.quizzes.events import AttemptGraded, MarkChanged
from academy.quizzes.models import REGRADE, GradeChange
from academy.quizzes.services import NewGrade, change_grades, would_change
from tests.quizzes.sitting import sit, view

RIGHT = NewGrade(grade=Grade(score=Decimal(1)))


@pytest.fixture
def heard(app):
    events: list = []
    for kind in (MarkChanged, AttemptGraded):
        subscriptions().add(kind, events.append, atomic=True)
    yield events
    for kind in (MarkChanged, AttemptGraded):
        subscriptions()._atomic[kind].remove(events.append)


def rows(attempt_id: int) -> list[GradeChange]:
    return list(db.session.scalars(select(GradeChange).where(GradeChange.attempt_id == attempt_id).order_by(GradeChange.id)))


def test_a_changed_grade_makes_the_mark_anew_and_keeps_what_stood_before(sat):
    learner = sat.learner()
    done = sit(learner, sat.quiz_id, right=1)
    assert done.attempt.mark == Decimal("3.3") and not done.attempt.passed
    change = change_grades(Actor.system(), done.attempt.id, {2: RIGHT}, source=REGRADE, reason="Câu 2 có hai đáp án")
    assert (change.mark_before, change.mark_after, change.passed_after) == (Decimal("3.3"), Decimal("6.7"), True)
    now = view(learner, done.attempt.id)
    assert now.attempt.mark == Decimal("6.7") and now.attempt.passed
    assert [slot.answer for slot in now.slots] == [slot.answer for slot in done.slots]
    (row,) = rows(done.attempt.id)
    assert (row.slot, row.score_before, row.score_after) == (2, 0, 1)
    assert (row.mark_before, row.mark_after, row.reason) == (Decimal("3.3"), Decimal("6.7"), "Câu 2 có hai đáp án")
    assert row.grade_before["details"] == done.slots[1].grade().details


def test_the_same_grade_again_changes_nothing(sat):
    done = sit(sat.learner(), sat.quiz_id, right=1)
    change_grades(Actor.system(), done.attempt.id, {2: RIGHT}, source=REGRADE)
    again = change_grades(Actor.system(), done.attempt.id, {2: RIGHT}, source=REGRADE)
    assert not again.scores and len(rows(done.attempt.id)) == 1


def test_a_preview_tells_what_would_be_and_writes_nothing(sat):
    learner = sat.learner()
    done = sit(learner, sat.quiz_id, right=1)
    preview = would_change(done.attempt.id, {2: RIGHT, 3: RIGHT})
    assert (preview.mark_before, preview.mark_after, sorted(preview.scores)) == (Decimal("3.3"), Decimal(10), [2, 3])
    assert view(learner, done.attempt.id) == done and not rows(done.attempt.id)
    assert preview == change_grades(Actor.system(), done.attempt.id, {2: RIGHT, 3: RIGHT}, source=REGRADE)


def test_what_waited_for_a_marker_is_announced_as_graded(sat, heard):
    learner = sat.learner()
    done = sit(learner, sat.quiz_id)
    waits = NewGrade(grade=Grade(score=Decimal(0), pending=True))
    change_grades(Actor.system(), done.attempt.id, {1: waits}, source=REGRADE)
    assert view(learner, done.attempt.id).attempt.mark is None
    remark = Feedback(text={"vi": "Tốt"}, tone="right")
    half = NewGrade(grade=Grade(score=Decimal("0.5"), feedback=(remark,)))
    change_grades(Actor.system(), done.attempt.id, {1: half}, source=REGRADE)
    now = view(learner, done.attempt.id)
    assert now.attempt.mark == Decimal("8.3") and now.slots[0].grade().feedback == (remark,)
    assert [(type(event), event.mark) for event in heard] == [(MarkChanged, None), (AttemptGraded, Decimal("8.3"))]
    assert [row.batch for row in rows(done.attempt.id)] == [1, 2]


def test_a_mark_that_stays_is_no_news(sat, heard):
    done = sit(sat.learner(), sat.quiz_id, right=3)
    better_said = NewGrade(grade=Grade(score=Decimal(1), feedback=(Feedback(text={"vi": "Đúng"}),)))
    change_grades(Actor.system(), done.attempt.id, {1: better_said}, source=REGRADE)
    assert not heard and len(rows(done.attempt.id)) == 1


def test_an_attempt_that_is_being_sat_is_left_alone(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    for act in (lambda: change_grades(Actor.system(), attempt, {1: RIGHT}, source=REGRADE), lambda: would_change(attempt, {1: RIGHT})):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.rule == "attempt.open"
    assert not rows(attempt)


def test_unknown_attempts_and_slots_are_not_found(sat):
    done = sit(sat.learner(), sat.quiz_id)
    with pytest.raises(NotFound):
        change_grades(Actor.system(), 999_999, {1: RIGHT}, source=REGRADE)
    with pytest.raises(NotFound):
        change_grades(Actor.system(), done.attempt.id, {9: RIGHT}, source=REGRADE)
