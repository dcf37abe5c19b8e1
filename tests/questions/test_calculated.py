"""Calculated questions: values from the seed alone, ranges without holes, a worked solution with the numbers in it."""

from __future__ import annotations

import copy
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from academy.questions.parameters import Parameter, drawn, sweep
from academy.questions.types.calculated import Calculated, samples
from tests.questions.specs import CALCULATED, both

KIND = Calculated()

pytestmark = pytest.mark.usefixtures("app")


def load(**changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(CALCULATED) | changes)


def faults(**changes) -> dict:
    start = time.process_time()
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    assert time.process_time() - start < 1, "an author must not wait for a refusal"
    return caught.value.messages


def simple(formula: str, *ranges: tuple[str, str, str] | list[str], **changes) -> dict:
    """A question with the parameters a, b, c… of the given ranges."""
    names = "abcd"[: len(ranges)]
    return {
        "text": both(" ".join(f"{{{name}}}" for name in names)),
        "explanation": {},
        "parameters": [
            {"name": name, "values": one} if isinstance(one, list) else dict(zip(("name", "min", "max", "step"), (name, *one), strict=True))
            for name, one in zip(names, ranges, strict=True)
        ],
        "formula": formula,
    } | {"explanation": None} | changes  # fmt: skip


# --- values ---------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_values_years_later():
    """Written down when the kind was made: papers of that time must come out like this for ever."""
    spec = load()
    shown = {seed: KIND.present(spec, seed, "en")["text"] for seed in (1, 2, 42, 2**53 - 1)}
    assert shown == {
        1: "A ward has 4 groups of 62.5 households. How many?",
        2: "A ward has 4 groups of 62.5 households. How many?",
        42: "A ward has 5 groups of 62.5 households. How many?",
        2**53 - 1: "A ward has 9 groups of 62.5 households. How many?",
    }


@given(seed=st.integers(0, 2**53 - 1))
@settings(max_examples=50, deadline=None)
def test_every_language_shows_the_same_values_in_its_own_writing(seed):
    spec = load()
    vi, en = KIND.present(spec, seed, "vi")["text"], KIND.present(spec, seed, "en")["text"]
    values = drawn([Parameter.from_spec(row) for row in spec["parameters"]], seed)
    n, a = (format(values[name], "f") for name in "na")
    assert en == f"A ward has {n} groups of {a} households. How many?"
    assert vi == f"Phường có {n} tổ, mỗi tổ {a.replace('.', ',')} hộ. Có bao nhiêu hộ?"


def test_seeds_spread_over_the_whole_range():
    parameter = Parameter.from_spec({"name": "n", "min": "3", "max": "12", "step": "1"})
    seen = {drawn([parameter], seed)["n"] for seed in range(300)}
    assert seen == set(map(Decimal, range(3, 13)))


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ({"min": "0", "max": "1", "step": "0.25"}, ["0", "0.25", "0.50", "0.75", "1.00"]),
        ({"min": "-2", "max": "2"}, ["-2", "-1", "0", "1", "2"]),
        ({"min": "1", "max": "2", "step": "0.4"}, ["1", "1.4", "1.8"]),
        ({"min": "5", "max": "5"}, ["5"]),
        ({"values": ["3", "1.50", "-2"]}, ["3", "1.50", "-2"]),
    ],
)
def test_a_range_goes_in_steps_and_stops_before_its_end(row, values):
    parameter = Parameter.from_spec({"name": "n", **row})
    assert [Decimal(value) for value in values] == [parameter.value(number) for number in range(parameter.count)]


def test_large_numbers_are_grouped_as_the_language_does():
    spec = load(**simple("a * 2", ("1000000", "1000000", "1")))
    assert KIND.present(spec, 1, "vi")["text"] == "1.000.000"
    assert KIND.present(spec, 1, "en")["text"] == "1,000,000 (en)"


# --- answers --------------------------------------------------------------------------------------


def earned(spec: dict, answer, seed: int = 7) -> Decimal:
    return KIND.grade(spec, KIND.check_answer(spec, answer), seed).score


@given(seed=st.integers(0, 2**53 - 1))
@settings(max_examples=50, deadline=None)
def test_the_answer_belongs_to_the_values_shown(seed):
    spec = load()
    values = drawn([Parameter.from_spec(row) for row in spec["parameters"]], seed)
    right = values["n"] * values["a"]
    assert Decimal(KIND.solution(spec, seed, "vi")["answer"]) == right
    assert earned(spec, {"number": str(right)}, seed) == 1
    assert earned(spec, {"number": str(right + Decimal("0.5"))}, seed) == 1
    assert earned(spec, {"number": str(right + Decimal("0.56"))}, seed) == 0


def test_an_answer_rounded_as_asked_is_right_and_so_is_a_more_exact_one():
    spec = load(**simple("a / 3", ["1"], decimals=2, tolerance="0"))
    assert earned(spec, {"number": "0.33"}) == 1
    assert earned(spec, {"number": "0.3333333333"}) == 1
    assert earned(spec, {"number": "0.34"}) == earned(spec, {"number": "0.3"}) == 0
    assert KIND.solution(spec, 1, "vi")["answer"] == "0.33"


@pytest.mark.parametrize(("number", "right"), [("1230", 1), ("1234", 1), ("1225", 1), ("1200", 0), ("1235", 0)])
def test_significant_figures(number, right):
    spec = load(**simple("a", ["1234"], tolerance="3", tolerance_as="figures"))
    assert earned(spec, {"number": number}) == right


def test_units_convert_what_was_computed():
    units = {"units": [{"name": "m", "factor": "1"}, {"name": "km", "factor": "1000"}], "unit": "required"}
    spec = load(**simple("a * 500", ["5"], **units))
    assert earned(spec, {"value": "2,5", "unit": "km", "lang": "vi"}) == 1
    assert earned(spec, {"value": "2500 m", "lang": "vi"}) == 1
    assert earned(spec, {"value": "2500", "lang": "vi"}) == 0


def test_the_evidence_kept_with_the_answer_tells_the_values():
    spec = load(**simple("a * b", ["2.50"], ["4"]))
    details = KIND.grade(spec, {"number": "10"}, 1).details
    assert details["values"] == {"a": "2.50", "b": "4"} and details["computed"] == "10.00"


def test_the_worked_solution_has_the_values_and_steps_in_it():
    spec = load(
        **simple(
            "a * b / 100", ["1500000"], ["8.5"],
            explanation={"vi": "{a} × {b} = {= a * b}; chia 100 được **{answer}**.", "en": "{ a }, {b}: {answer}"},
            decimals=0,
        )
    )  # fmt: skip
    assert KIND.solution(spec, 3, "vi")["explanation"] == "1.500.000 × 8,5 = 12.750.000; chia 100 được **127.500**."
    assert KIND.solution(spec, 3, "en")["explanation"] == "1,500,000, 8.5: 127,500"


def test_a_draw_without_an_answer_gives_way_to_the_next_of_the_same_seed():
    """A hole so small that no sweep finds it must not break a paper."""
    spec = dict(load(**simple("1000 / a", ("1", "9", "1"))), formula="1 / (a - 5)")
    for seed in range(60):
        text = KIND.present(spec, seed, "vi")["text"]
        assert text != "5" and text == KIND.present(spec, seed, "vi")["text"]
        assert Fraction(KIND.grade(spec, {"number": "1"}, seed).details["computed"]) * (int(text) - 5) - 1 < Fraction(1, 10**30)


# --- what authors are told ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        (simple("a / b", ("1", "9", "1"), ("-3", "3", "1")), "formula", "b = 0 there is no answer: division by zero"),
        (simple("a / (b - 450)", ("1000", "1900", "1"), ("0", "900", "450")), "formula", "division by zero"),
        (simple("sqrt(a - 1)", ("0", "10000", "0.5")), "formula", "a = 0.0"),
        (simple("sqrt(100 - a)", ("0", "99999", "1")), "formula", "square root"),
        (simple("ln(a)", ("0", "5", "1")), "formula", "logarithm"),
        (simple("a ^ 64 * 9", ("1", "99999", "1")), "formula", "larger than 10^15"),
        (simple("1 / a", ("1", "9999", "1")), "decimals", "at 1 decimals: take more"),
        (simple("a +", ("1", "2", "1")), "formula", "breaks off"),
        (simple("a + x", ("1", "2", "1")), "formula", "“x” is neither"),
        (simple("a", ("1", "2", "1"), text=both("Không có gì")), "text", "write {a}"),
        (simple("a", ("1", "2", "1"), text=both("{a} {z}")), "text", "There is no parameter “z”"),
        (simple("a", ("1", "2", "1"), text=both("{a} {= a}")), "text", "worked solution only"),
        (simple("a", ("1", "2", "1"), explanation=both("{q}")), "explanation", "There is no parameter “q”"),
        (simple("a", ("1", "2", "1"), explanation=both("{= a * }")), "explanation", "breaks off"),
        (simple("a", ("1", "2", "1"), explanation=both("{= 1 / (a - 2)}")), "explanation", "a = 2 the step"),
        (simple("a", ("1", "2", "1"), ("1", "2", "1"), text=both("{a}")), "parameters", "“b” is used nowhere"),
        (simple("a", ("3", "1", "1")), "parameters", "smaller than the smallest"),
        (simple("a", ("1", "3", "0")), "parameters", "greater than 0"),
        (simple("a", ("1", "9999999", "1")), "parameters", "at most 100000 values"),
        (simple("a", ("x", "3", "1")), "parameters", "not a number"),
        (simple("pi", ("1", "3", "1")) | {"parameters": [{"name": "pi", "min": "1", "max": "2"}]}, "parameters", "has a meaning"),
        (simple("a", ("1", "3", "1")) | {"parameters": [{"name": "A b", "min": "1", "max": "2"}]}, "parameters", "small letters"),
        (simple("a", ("1", "3", "1")) | {"parameters": [{"name": "a", "min": "1"}]}, "parameters", "both the smallest and the largest"),
        (simple("a", ("1", "3", "1")) | {"parameters": [{"name": "a"}]}, "parameters", "either a list of values"),
        (simple("a", ("1", "3", "1")) | {"parameters": [{"name": "a", "min": "1", "max": "2", "values": ["1"]}]}, "parameters", "either a list"),
        (simple("a", ("1", "3", "1")) | {"parameters": [{"name": "a", "values": ["1"]}] * 2}, "parameters", "have the id “a”"),
        (simple("a", ("1", "3", "1"), decimals=11), "decimals", "less than or equal to 10"),
        (simple("a", ("1", "3", "1"), tolerance="0", tolerance_as="figures"), "tolerance", "whole number from 1"),
    ],
)  # fmt: skip
def test_faults_name_the_field_the_values_and_the_remedy(changes, field, words):
    messages = faults(**changes)
    assert field in messages, messages
    assert words in str(messages[field]), messages


@pytest.mark.parametrize("formula", ["tan(a) * sin(b) ^ 0.3" + " + tan(a) * sin(b) ^ 0.3" * 8, "+".join(["a * b"] * 37)])
def test_costly_formulas_are_swept_in_time(formula):
    start = time.process_time()
    load(**simple(formula, ("0.1", "1.5", "0.001"), ("0.1", "1.5", "0.001"), decimals=4))
    assert time.process_time() - start < 1


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 400), st.sampled_from(["0.1", "1", "7"])), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_sweep_visits_every_end_and_stays_within_its_limit(ranges):
    parameters = [
        Parameter.from_spec({"name": "abcd"[place], "min": str(low), "max": str(low + span), "step": step})
        for place, (low, span, step) in enumerate(ranges)
    ]
    draws = list(sweep(parameters, 600))
    assert 1 <= len(draws) <= 600
    for parameter in parameters:
        seen = {draw[parameter.name] for draw in draws}
        assert {parameter.value(0), parameter.value(parameter.count - 1)} <= seen
        if parameter.value(0) < 0 < parameter.value(parameter.count - 1):
            assert min(abs(value) for value in seen) <= parameter.step


def test_a_small_range_is_swept_whole():
    parameters = [Parameter.from_spec({"name": name, "min": "1", "max": "9"}) for name in "ab"]
    assert len({tuple(draw.values()) for draw in sweep(parameters, 600)}) == 81


def test_ten_draws_are_shown_while_a_question_is_written():
    spec = {"parameters": CALCULATED["parameters"], "formula": "n * a", "text": {"vi": "noch nicht"}}
    drawn_samples = samples(spec)
    assert len(drawn_samples) == 10
    for one in drawn_samples:
        assert Decimal(one.answer) == Decimal(one.values["n"]) * Decimal(one.values["a"])


@pytest.mark.parametrize(
    "spec", [{}, {"parameters": "x", "formula": "1"}, {"parameters": [{"name": "a", "min": "1", "max": "2"}], "formula": "a +"},
             {"parameters": [{"name": "a", "min": "0", "max": "0"}], "formula": "1 / a"}, {"parameters": [{}], "formula": ["a"]}]
)
def test_no_draws_are_shown_of_what_is_not_sound(spec):
    assert samples(spec) == []


def test_on_paper_stand_the_values_and_in_the_key_the_answer():
    spec = load(**simple("a / 8", ["12345"], unit="đồng", decimals=2, tolerance="0"))
    printed = KIND.print(spec, 1, "vi")
    assert printed.text == "12.345\n\n____ đồng" and printed.hint
    assert printed.key == ("1543,13 đồng",)
