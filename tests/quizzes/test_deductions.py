"""Wrong answers that cost points: told before the start, exact in the result, never below nothing altogether."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Invalid
from academy.plugins.contract import Grade
from academy.quizzes import queries, services
from academy.quizzes.marks import exact, share_of, with_penalty
from academy.quizzes.models import REGRADE, GradeChange
from academy.quizzes.results import result_of
from academy.quizzes.services import NewGrade
from academy.quizzes.verifying import verify_marks
from tests.questions.specs import both, option
from tests.quizzes.sitting import right_answer, sit, view, wrong_answer
from tests.quizzes.test_pages import Reader, begin

OUTCOMES = [{"id": "o1", "text": both("Một")}, {"id": "o2", "text": both("Hai")}]


def costing(*lines: dict) -> dict:
    return {"draw": list(lines), "review": {"after_submit": ["score", "outcomes", "answers", "feedback"]}}


def answered(sat, learner, *, right: int, wrong: int):
    """An attempt with so many right and wrong answers, the rest left empty."""
    attempt = services.start_attempt(learner, sat.quiz_id)
    for slot in view(learner, attempt).slots[: right + wrong]:
        make = right_answer if slot.slot <= right else wrong_answer
        services.save_answer(learner, attempt, slot.slot, 1, make(slot))
    services.submit_attempt(learner, attempt)
    return view(learner, attempt)


def test_a_wrong_answer_costs_its_share_and_an_empty_one_nothing(sat):
    sat.settings(**costing({"outcome": "o1", "count": 4, "penalty": "0.25"}))
    done = answered(sat, sat.learner(), right=2, wrong=1)
    assert [slot.score for slot in done.slots] == [1, 1, Decimal("-0.25"), 0]
    assert done.attempt.score == Decimal("0.4375") and done.attempt.mark == Decimal("4.4")


def test_only_the_lines_that_say_so_deduct_and_weights_count(sat):
    sat.settings(
        shuffle={"items": False},
        **costing({"outcome": "o1", "count": 1}, {"outcome": "o2", "count": 1, "weight": "2", "penalty": "0.3333"}),
    )
    done = answered(sat, sat.learner(), right=1, wrong=1)
    # a third of two points: 1 − 2/3 of 3 points is a ninth, exactly
    assert [slot.score for slot in done.slots] == [1, Decimal("-0.3333")]
    assert done.attempt.score == Decimal("0.111111")


def test_the_total_never_falls_below_nothing_nor_does_an_outcome(sat):
    sat.settings(**costing({"outcome": "o1", "count": 2, "penalty": "1"}, {"outcome": "o2", "count": 1}))
    done = answered(sat, sat.learner(), right=0, wrong=3)
    assert (done.attempt.score, done.attempt.mark, done.attempt.passed) == (0, 0, False)
    assert {row.outcome: row.share for row in queries.outcome_results(done, OUTCOMES)} == {"o1": 0, "o2": 0}


def test_results_by_outcome_have_the_deduction_in_them(sat):
    sat.settings(shuffle={"items": False}, **costing({"outcome": "o1", "count": 3, "penalty": "0.5"}))
    done = answered(sat, sat.learner(), right=2, wrong=1)
    (row,) = queries.outcome_results(done, OUTCOMES[:1])
    assert row.share == Decimal("0.5") == done.attempt.score


def test_results_by_outcome_weigh_their_questions(sat):
    sat.settings(shuffle={"items": False}, **costing({"outcome": "o1", "count": 1}, {"outcome": "o1", "count": 1, "weight": "3"}))
    done = answered(sat, sat.learner(), right=1, wrong=1)
    (row,) = queries.outcome_results(done, OUTCOMES[:1])
    assert row.share == Decimal("0.25")


def test_partial_credit_is_no_wrong_answer(sat):
    half = {"text": both("Chọn"), "options": [option(n, n, correct=n in "ab") for n in "abcd"]}
    sat.item("half", "multiple", half, "o2", difficulty=4)
    sat.settings(**costing({"difficulty": [4], "count": 1, "penalty": "1"}))
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    (slot,) = view(learner, attempt).slots
    key = slot.version.type.solution(slot.version.spec, slot.seed, "vi")
    services.save_answer(learner, attempt, 1, 1, key["correct"][:1])
    services.submit_attempt(learner, attempt)
    assert view(learner, attempt).slots[0].score == Decimal("0.5")


def test_an_answer_taken_back_costs_nothing(sat):
    sat.settings(**costing({"outcome": "o1", "count": 1, "penalty": "1"}))
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    services.save_answer(learner, attempt, 1, 1, wrong_answer(view(learner, attempt).slots[0]))
    services.save_answer(learner, attempt, 1, 2, None)
    services.submit_attempt(learner, attempt)
    assert view(learner, attempt).slots[0].score == 0


def test_a_grade_that_is_changed_afterwards_has_the_deduction_in_it_and_so_has_its_record(sat):
    sat.settings(**costing({"outcome": "o1", "count": 4, "penalty": "0.25"}))
    learner = sat.learner()
    done = answered(sat, learner, right=2, wrong=1)
    changes = {1: NewGrade(grade=Grade(score=Decimal(0))), 3: NewGrade(grade=Grade(score=Decimal(1)))}
    preview = services.would_change(done.attempt.id, changes)
    change = services.change_grades(Actor.system(), done.attempt.id, changes, source=REGRADE)
    # −1/4, 1, 1 and nothing of 4 points
    assert preview == change and (change.mark_before, change.mark_after) == (Decimal("4.4"), Decimal("4.4"))
    assert change.scores == {1: (1, Decimal("-0.25")), 3: (Decimal("-0.25"), 1)}
    now = view(learner, done.attempt.id)
    assert [slot.score for slot in now.slots] == [Decimal("-0.25"), 1, 1, 0]
    rows = db.session.scalars(select(GradeChange).where(GradeChange.attempt_id == done.attempt.id).order_by(GradeChange.slot))
    assert [(row.slot, row.score_before, row.score_after) for row in rows] == [
        (1, 1, Decimal("-0.25")),
        (3, Decimal("-0.25"), 1),
    ]
    assert not list(verify_marks())


WEIGHTED = {
    "text": both("Chọn cách tốt nhất"),
    "credit": "weighted",
    "options": [
        {"id": "a", "text": both("tốt nhất"), "weight": "100"},
        {"id": "b", "text": both("tạm được"), "weight": "50"},
        {"id": "c", "text": both("có hại"), "weight": "-50"},
    ],
}


def weighted_attempt(sat, text: str, **line):
    sat.item("weighted", "single", WEIGHTED, "o2", difficulty=4)
    sat.settings(**costing({"difficulty": [4], "count": 1, **line}, {"outcome": "o1", "count": 1}))
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    for slot in view(learner, attempt).slots:
        answer = right_answer(slot)
        if slot.version.key == "weighted":
            shown = slot.version.type.present(slot.version.spec, slot.seed, "vi")["options"]
            answer = next(one["id"] for one in shown if one["text"] == text)
        services.save_answer(learner, attempt, slot.slot, 1, answer)
    services.submit_attempt(learner, attempt)
    done = view(learner, attempt)
    return learner, done, next(slot.score for slot in done.slots if slot.version.key == "weighted")


@pytest.mark.parametrize(
    ("text", "penalty", "earned"),
    [("tốt nhất", "0", "1"), ("tạm được", "1", "0.5"), ("có hại", "0", "-0.5"), ("có hại", "0.25", "-0.5"), ("có hại", "0.75", "-0.75")],
)
def test_an_option_that_costs_and_a_line_that_deducts_cost_the_dearer_of_both(sat, text, penalty, earned):
    _learner, done, score = weighted_attempt(sat, text, penalty=penalty)
    assert score == Decimal(earned)
    assert done.attempt.score == (1 + Decimal(earned)) / 2


def test_the_rule_stands_on_the_quiz_the_paper_and_the_result(app, sat):
    sat.settings(**costing({"outcome": "o1", "count": 2, "penalty": "0.25"}, {"outcome": "o2", "count": 1}))
    reader = Reader(app.test_client(), sat.learner())
    told = "2 questions: a wrong answer costs 25% of the question's points."
    page = reader.get(f"/quizzes/{sat.quiz_id}")
    assert told in page and "never falls below 0" in page
    attempt = begin(reader, sat)
    assert reader.get(f"/attempts/{attempt}").count("costs 25% of this question's points") == 2
    for slot in view(reader.actor, attempt).slots:
        services.save_answer(reader.actor, attempt, slot.slot, 1, wrong_answer(slot))
    services.submit_attempt(reader.actor, attempt)
    page = reader.get(f"/attempts/{attempt}")
    assert told in page and page.count("Points: −0,25 of 1.") == 2 and "Points: 0 of 1." in page


def test_a_quiz_without_deductions_speaks_of_none(app, sat):
    reader = Reader(app.test_client(), sat.learner())
    assert "costs" not in reader.get(f"/quizzes/{sat.quiz_id}")
    assert "costs" not in reader.get(f"/attempts/{begin(reader, sat)}")


def test_points_are_told_only_with_the_answers(app, sat):
    sat.settings(review={"after_submit": ["score", "feedback"]})
    reader = Reader(app.test_client(), sat.learner())
    done = sit(reader.actor, sat.quiz_id, right=1)
    assert "Points:" not in reader.get(f"/attempts/{done.attempt.id}")


def test_the_result_names_the_rule_and_what_each_option_weighs(app, sat):
    learner, done, _score = weighted_attempt(sat, "có hại")
    page = Reader(app.test_client(), learner).get(f"/attempts/{done.attempt.id}")
    assert "Weighted: each answer counts with its own percentage" in page
    assert "+50%" in page and "−50%" in page and "Points: −0,5 of 1." in page


def test_the_api_names_deductions_before_the_start_and_scores_after(app, sat):
    sat.settings(**costing({"outcome": "o1", "count": 2, "penalty": "0.25"}))
    learner = sat.learner()
    reader = Reader(app.test_client(), learner)
    shown = reader.client.get(f"/api/v1/quizzes/{sat.quiz_id}").get_json()
    assert shown["deductions"] == [{"items": 2, "share": "0.25"}]
    done = answered(sat, learner, right=1, wrong=1)
    told = reader.client.get(f"/api/v1/attempts/{done.attempt.id}").get_json()
    assert [(item["weight"], item["penalty"]) for item in told["items"]] == [("1", "0.25")] * 2
    assert [item["score"] for item in told["result"]["items"]] == ["1.0000", "-0.2500"]


@pytest.mark.parametrize("penalty", ["1.5", "-0.1", "0.12345", "viel", "NaN"])
def test_a_deduction_is_a_share_of_the_weight(sat, penalty):
    with pytest.raises(Invalid) as refusal:
        sat.settings(draw=[{"count": 1, "penalty": penalty}])
    assert list(refusal.value.errors) == ["draw.0.penalty"]


def test_an_attempt_keeps_the_deduction_it_started_with(sat):
    sat.settings(**costing({"outcome": "o1", "count": 1, "penalty": "0.5"}))
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    sat.settings(**costing({"outcome": "o1", "count": 1}))
    services.save_answer(learner, attempt, 1, 1, wrong_answer(view(learner, attempt).slots[0]))
    services.submit_attempt(learner, attempt)
    done = view(learner, attempt)
    assert done.slots[0].score == Decimal("-0.5")
    assert result_of(learner, done, "vi").items[1].grade.score == Decimal("-0.5")


signed = st.decimals(-1, 1, places=4)


@given(st.lists(st.tuples(st.decimals("0.001", "100", places=3), signed), min_size=1, max_size=20))
@settings(deadline=None)
def test_a_total_of_gains_and_losses_is_exact_and_not_below_nothing(parts):
    whole = sum(Fraction(weight) for weight, _score in parts)
    plain = sum(Fraction(weight) * exact(score) for weight, score in parts) / whole
    assert share_of(parts) == max(plain, 0)


@given(score=signed, penalty=st.decimals(0, 1, places=4), answered=st.booleans())
@settings(deadline=None)
def test_a_deduction_touches_only_what_was_answered_and_earned_nothing(score, penalty, answered):
    after = with_penalty(score, penalty, answered=answered)
    assert -1 <= after <= score
    if score > 0 or not answered:
        assert after == score
    else:
        assert after == min(score, -penalty)


@given(st.integers(1, 50), st.integers(0, 50))
@settings(deadline=None)
def test_a_loss_of_simple_parts_is_understood_like_a_gain(parts, lost):
    lost = min(lost, parts)
    rounded = (Decimal(-lost) / Decimal(parts)).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
    assert exact(rounded) == Fraction(-lost, parts)
