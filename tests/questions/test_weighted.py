"""Options that weigh differently: what may be written, what is earned, what learners are told before and after."""

from __future__ import annotations

import copy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from academy.plugins.contract import Grade
from academy.questions.credit import RULES, WEIGHTED, weighted_parts, weights_chosen
from academy.questions.registry import CORE_TYPES
from tests.questions.specs import VARIANTS, both

TYPES = {kind.kind: kind for kind in CORE_TYPES}

pytestmark = pytest.mark.usefixtures("app")


def load(name: str, **changes) -> dict:
    kind, spec = VARIANTS[name]
    return TYPES[kind].spec_schema().load(copy.deepcopy(spec) | changes)


def weighing(*weights: str | None, **more) -> list[dict]:
    rows = []
    for place, weight in enumerate(weights):
        row = {"id": "abcdefgh"[place], "text": both(f"Phương án {place}")} | more.get("abcdefgh"[place], {})
        rows.append(row if weight is None else row | {"weight": weight})
    return rows


def fault(name: str, **changes) -> str:
    with pytest.raises(ValidationError) as caught:
        load(name, **changes)
    return str(caught.value.messages)


def names(kind: str, spec: dict) -> dict[str, str]:
    return {one["text"]: one["id"] for one in TYPES[kind].present(spec, 3, "vi")["options"]}


@pytest.mark.parametrize(
    ("text", "earned", "tone"),
    [("Kiểm tra thẩm quyền", "1", "right"), ("Hỏi cấp trên", "0.4", "info"), ("Trả hồ sơ", "0", None), ("Ký ngay", "-1", "wrong")],
)
def test_one_option_earns_its_percentage_and_has_its_own_feedback(text, earned, tone):
    spec = load("weighted-single")
    grade = TYPES["single"].grade(spec, names("single", spec)[text], 3)
    assert grade.score == Decimal(earned) and grade.details["rule"] == WEIGHTED
    assert [remark.tone for remark in grade.feedback] == ([tone] if tone else [])


@pytest.mark.parametrize(
    ("chosen", "earned"),
    [
        ([], "0"), (["Tiếp nhận"], "0.3333"), (["Tiếp nhận", "Thẩm tra"], "0.6667"),
        (["Tiếp nhận", "Thẩm tra", "Trả kết quả"], "1"), (["Thu thêm phí"], "-0.5"), (["Tiếp nhận", "Thu thêm phí"], "-0.1667"),
        (["Pha trà"], "0"), (["Tiếp nhận", "Thẩm tra", "Trả kết quả", "Thu thêm phí", "Pha trà"], "0.5"),
    ],
)  # fmt: skip
def test_several_options_earn_the_sum_and_thirds_make_a_whole(chosen, earned):
    spec = load("weighted-multiple")
    by_text = names("multiple", spec)
    answer = TYPES["multiple"].check_answer(spec, [by_text[text] for text in chosen])
    assert TYPES["multiple"].grade(spec, answer, 3).score == Decimal(earned)


def test_right_options_are_those_the_weights_say():
    assert [row["correct"] for row in load("weighted-single")["options"]] == [True, False, False, False]
    assert [row["correct"] for row in load("weighted-multiple")["options"]] == [True, True, True, False, False]
    again = TYPES["single"].spec_schema().load(load("weighted-single"))
    assert again == load("weighted-single")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("weighted-single", weighing("90", "10"), "must be worth 100 percent; it is worth 90"),
        ("weighted-single", weighing("100", "100"), "nothing is asked"),
        ("weighted-single", weighing("100", None), "every option needs its percentage"),
        ("weighted-single", weighing("100", "-100.5"), "at least -100"),
        ("weighted-single", weighing("101", "0"), "at most 100"),
        ("weighted-single", weighing("100", "fünfzig"), "not a number"),
        ("weighted-single", weighing("100", "50", b={"correct": True}), "“a” is marked"),
        ("weighted-single", weighing("100", "50", a={"correct": True}, b={"correct": True}), "“b” is marked"),
        ("weighted-multiple", weighing("50", "40", "0"), "must add up to 100; they add up to 90"),
        ("weighted-multiple", weighing("60", "60", "-20"), "they add up to 120"),
        ("weighted-multiple", weighing("50", "50"), "worth 0 percent or less"),
        ("weighted-multiple", weighing("-50", "0"), "they add up to 0"),
        ("weighted-multiple", weighing("100", "0", b={"correct": True}), "is marked"),
    ],
)
def test_weights_that_cannot_be_right_are_refused_in_words(name, options, words):
    assert words in fault(name, options=options)


def test_several_best_options_are_all_right():
    spec = load("weighted-single", options=weighing("100", "100", "0"))
    assert [row["correct"] for row in spec["options"]] == [True, True, False]


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_weights_without_the_rule_are_refused_rather_than_ignored(kind):
    options = weighing("100", "0", a={"correct": True})
    with pytest.raises(ValidationError, match="Percentages count only"):
        TYPES[kind].spec_schema().load({"text": both("?"), "options": options})


@pytest.mark.parametrize("name", ["weighted-single", "weighted-multiple"])
def test_learners_know_that_options_weigh_but_not_how(name):
    kind, _spec = VARIANTS[name]
    view = TYPES[kind].present(load(name), 5, "vi")
    assert view["weighted"] and view["may_cost"]
    assert "33.33" not in str(view) and "-50" not in str(view) and "correct" not in str(view)
    turned = load(name, options=list(reversed(VARIANTS[name][1]["options"])))
    weights = [row["weight"] for row in turned["options"]]
    for row, weight in zip(turned["options"], [weights[-1], *weights[:-1]], strict=True):
        row["weight"], row["correct"] = weight, TYPES[kind].spec_schema().is_right(Decimal(weight))
    assert TYPES[kind].present(turned, 5, "vi") == view, "another key, another view"


def test_where_no_option_costs_nothing_is_said_of_costs():
    assert TYPES["single"].present(load("weighted-single", options=weighing("100", "20")), 1, "vi")["may_cost"] is False


def test_the_solution_tells_every_weight():
    spec = load("weighted-multiple")
    weights = TYPES["multiple"].solution(spec, 1, "vi")["weights"]
    by_text = names("multiple", spec)
    assert weights[by_text["Thu thêm phí"]] == "-50" and len(weights) == 5


def test_the_rule_has_a_name():
    assert str(RULES[WEIGHTED]).startswith("Weighted")


percentages = st.decimals(-100, 100, places=2)


@given(st.lists(st.tuples(percentages, st.booleans()), min_size=1, max_size=12))
@settings(deadline=None)
def test_a_sum_of_weights_lies_on_the_scale_and_all_that_is_good_is_a_whole(rows):
    weights = [str(weight) for weight, _chosen in rows]
    score = weights_chosen([str(weight) for weight, chosen in rows if chosen], weights)
    assert -1 <= score <= 1
    Grade(score=score)
    good = [weight for weight in weights if Decimal(weight) > 0]
    assert weights_chosen(good, weights) == (1 if good else 0)


@given(st.lists(st.tuples(st.decimals("0.01", "100", places=2), st.booleans()), min_size=1, max_size=20))
@settings(deadline=None)
def test_parts_by_weight(rows):
    score = weighted_parts([(str(weight), right) for weight, right in rows])
    exact = sum(Fraction(weight) for weight, right in rows if right) / sum(Fraction(weight) for weight, _right in rows)
    assert abs(Fraction(score) - exact) <= Fraction(1, 20000)
    assert (score == 1) >= all(right for _weight, right in rows)


@pytest.mark.parametrize("score", ["1.0001", "-1.0001", "2", "-5"])
def test_no_grade_lies_outside_the_scale(score):
    with pytest.raises(ValueError, match="between -1 and 1"):
        Grade(score=Decimal(score))
