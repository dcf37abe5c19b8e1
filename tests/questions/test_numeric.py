"""Numbers with units, several answers and tolerances of three sorts."""

from __future__ import annotations

import copy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from academy.kernel.errors import Invalid
from academy.questions.numbers import read_number, written
from academy.questions.tolerance import Accepted, figures
from academy.questions.types.numeric import Numeric
from academy.questions.units import split_unit
from tests.questions.specs import NUMERIC, NUMERIC_UNITS

KIND = Numeric()

pytestmark = pytest.mark.usefixtures("app")


def load(**changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(NUMERIC_UNITS) | changes)


def fault(**changes) -> str:
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return str(caught.value.messages)


def grade(spec: dict, answer):
    return KIND.grade(spec, KIND.check_answer(spec, answer), 1)


def typed(value: str, unit: str = "", lang: str = "vi") -> dict[str, str]:
    return {"value": value, "lang": lang} | ({"unit": unit} if unit else {})


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        (typed("2,5", "km"), {"number": "2.5", "unit": "km"}),
        (typed("2,5 km"), {"number": "2.5", "unit": "km"}),
        (typed("2,5km"), {"number": "2.5", "unit": "km"}),
        (typed("2.500 m"), {"number": "2.500", "unit": "m"}),
        (typed("2 500", " M "), {"number": "2500", "unit": "m"}),
        (typed("2.5", "KM", "en"), {"number": "2.5", "unit": "km"}),
        (typed("2,5", "kilômét"), {"number": "2.5", "unit": "kilômét"}),
        (typed("2500"), {"number": "2500"}),
        ("2500 m", {"number": "2500", "unit": "m"}),
        (2500, {"number": "2500"}),
        ({"number": "2.5", "unit": "km"}, {"number": "2.5", "unit": "km"}),
        (typed("−3 cm"), {"number": "-3", "unit": "cm"}),
    ],
)
def test_a_unit_is_read_behind_the_number_or_beside_it(answer, stored):
    spec = load(answers=[{"answer": "1"}])
    if answer == typed("2.500 m"):
        with pytest.raises(Invalid, match="two ways"):
            KIND.check_answer(spec, answer)
        return
    assert KIND.check_answer(spec, answer) == stored
    assert KIND.check_answer(spec, stored) == stored


@pytest.mark.parametrize("answer", ["km", "1e5", "2 km 3", "", typed("", "km"), {"number": "1", "unit": 7}, typed("1", "x" * 31), {"value": "1", "unit": ["m"]}])
def test_what_is_no_number_with_a_unit_is_refused_or_a_unit_that_is_wrong(answer):
    spec = load()
    try:
        stored = KIND.check_answer(spec, answer)
    except Invalid as refusal:
        assert str(refusal.message)
    else:
        assert KIND.grade(spec, stored, 1).score <= 0


@pytest.mark.parametrize(
    ("answer", "earned", "unit_wrong"),
    [
        (typed("2,5", "km"), "1", False), (typed("2500", "m"), "1", False), (typed("250000", "cm"), "1", False),
        (typed("2,52", "km"), "1", False), (typed("2,53", "km"), "0", False),
        (typed("2500"), "0.6", True), (typed("2,5"), "0.6", True), (typed("2,5", "m"), "0.6", True),
        (typed("2,5", "kg"), "0.6", True), (typed("5", "km"), "0.5", False), (typed("5", "m"), "0.3", True),
        (typed("7", "km"), "0", False), (typed("0", "km"), "-0.25", False), (typed("0"), "-0.25", True),
    ],
)  # fmt: skip
def test_the_first_that_fits_counts_and_a_wrong_unit_costs(answer, earned, unit_wrong):
    judged = grade(load(), answer)
    assert judged.score == Decimal(earned)
    assert judged.details.get("unit_wrong", False) == unit_wrong


def test_a_number_in_its_right_unit_comes_before_one_that_would_be_right_in_another():
    spec = load(answers=[{"answer": "5000"}, {"answer": "5", "weight": "50"}])
    judged = grade(spec, typed("5", "m"))
    assert (judged.score, judged.details["fits"]) == (Decimal("0.5"), 1) and "unit_wrong" not in judged.details
    assert grade(spec, typed("5", "km")).score == 1
    assert grade(spec, typed("5", "kg")).score == Decimal("0.6")


def test_a_wrong_unit_costs_everything_unless_something_is_said_and_is_named():
    spec = load()
    del spec["unit_penalty"]
    judged = grade(spec, typed("2,5", "m"))
    assert judged.score == 0 and "unit" in judged.feedback[0].text["en"]
    assert "missing" in grade(spec, typed("2500")).feedback[0].text["en"]


def test_an_optional_unit_is_the_base_unit_where_none_is_given():
    spec = load(unit="optional")
    assert grade(spec, typed("2500")).score == 1
    assert grade(spec, typed("2,5", "km")).score == 1
    assert grade(spec, typed("2,5")).score == Decimal("0.6")


def test_a_unit_that_is_not_asked_is_shown_and_not_taken():
    spec = load(unit="none")
    del spec["unit_penalty"]
    view = KIND.present(spec, 1, "vi")
    assert view["unit"] == "m" and "unit_asked" not in view
    assert grade(spec, typed("2500 m")).score == 1
    for other in (typed("2,5 km"), typed("2,5", "km")):
        with pytest.raises(Invalid):
            KIND.check_answer(spec, other)


def test_learners_are_asked_for_a_unit_without_hearing_which():
    view = KIND.present(load(), 1, "vi")
    assert view["unit_asked"] == "required" and view["unit"] == ""
    assert "km" not in str(view) and "2500" not in str(view)


def test_units_are_told_apart_by_case_where_that_matters():
    spec = load(units=[{"name": "MW", "factor": "1000000"}, {"name": "mW", "factor": "0.001"}, {"name": "W", "factor": "1"}])
    assert KIND.check_answer(spec, "5 MW")["unit"] == "MW" and KIND.check_answer(spec, "5 mW")["unit"] == "mW"
    assert KIND.check_answer(spec, "5 w")["unit"] == "W" and KIND.check_answer(spec, "5 mw")["unit"] == "mw"


@pytest.mark.parametrize(("name", "given"), [("m²", "m2"), ("đồng", "dong"), ("triệu đồng", "Triệu  đồng"), ("µm", "μm"), ("km/h", "km / h")])
def test_units_are_known_however_they_are_typed(name, given):
    spec = load(units=[{"name": name, "factor": "1"}, {"name": "x", "factor": "2"}])
    assert KIND.check_answer(spec, typed("5", given))["unit"] == name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "km"}, "list units and say whether"),
        ({"units": [{"name": "km", "factor": "1000"}]}, "must have the factor 1"),
        ({"units": [{"name": "m", "factor": "1"}, {"name": " m", "factor": "2"}]}, "same name"),
        ({"units": [{"name": "m", "factor": "0"}]}, "greater than 0"),
        ({"units": [{"name": "m", "factor": "-1"}]}, "greater than 0"),
        ({"unit_penalty": "1.5"}, "at most 1"),
        ({"answers": [{"answer": "1", "weight": "50"}]}, "worth 100 percent"),
        ({"answers": []}, "Length must be"),
        ({"answer": "5"}, "either one right number or a list"),
        ({"answers": [{"answer": "0", "tolerance": "5", "tolerance_as": "percent"}]}, "A percentage of 0"),
        ({"answers": [{"answer": "1", "tolerance": "1.5", "tolerance_as": "figures"}]}, "whole number from 1 to 15"),
        ({"answers": [{"answer": "1", "tolerance": "-1"}]}, "at least 0"),
    ],
)  # fmt: skip
def test_faults_are_named(changes, words):
    assert words in fault(**changes)


def test_a_unit_penalty_needs_units():
    with pytest.raises(ValidationError, match="only where units are listed"):
        KIND.spec_schema().load(NUMERIC | {"unit_penalty": "0.5"})


def test_the_old_form_stays_as_it_was():
    spec = KIND.spec_schema().load(copy.deepcopy(NUMERIC))
    assert spec == NUMERIC
    assert KIND.check_answer(spec, typed("97,4 %")) == {"number": "97.4"}
    assert KIND.solution(spec, 1, "vi")["answer"] == "97.4" and "answers" not in KIND.solution(spec, 1, "vi")
    assert grade(spec, "97.45").score == 1 and grade(spec, "97.46").score == 0
    assert grade(spec, "97.4").details == {"rule": "all_or_nothing", "chosen": "97.4", "fits": 0}


# --- tolerances -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "size", "answer", "near", "far"),
    [
        ("absolute", "0.05", "97.4", ["97.35", "97.45"], ["97.349999999999", "97.4500000001"]),
        ("percent", "10", "-50", ["-45", "-55"], ["-44.99", "-55.01", "50"]),
        ("percent", "0.1", "3", ["3.003", "2.997"], ["3.0031"]),
        ("figures", "3", "12345", ["12250", "12345", "12349.9"], ["12350", "12249"]),
        ("figures", "2", "0.00123", ["0.0012", "0.00115", "0.00124"], ["0.00125", "0.0011"]),
        ("figures", "1", "-0.96", ["-1", "-0.96", "-1.4"], ["1", "-1.5", "-0.94"]),
        ("figures", "4", "0", ["0"], ["0.0000000001"]),
    ],
)
def test_tolerances_hold_to_the_edge_and_not_beyond(how, size, answer, near, far):
    accepted = Accepted.from_spec({"answer": answer, "tolerance": size, "tolerance_as": how})
    for number in near:
        assert accepted.admits(Fraction(number)), number
    for number in far:
        assert not accepted.admits(Fraction(number)), number


@given(st.decimals(-(10**15), 10**15, places=6), st.integers(1, 15))
@settings(deadline=None)
def test_significant_figures_are_what_decimal_arithmetic_says(number, count):
    from decimal import ROUND_HALF_UP, Context

    assert figures(Fraction(number), count) == Fraction(Context(prec=count, rounding=ROUND_HALF_UP).plus(number))


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from(["vi", "en", "de"]))
@settings(deadline=None)
def test_what_is_written_in_a_language_is_read_in_it(number, lang):
    shown = written(format(number, "f"), lang)
    assert read_number(shown, lang=lang) == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [("12,5 km", ("12,5", "km")), ("12 %", ("12", "%")), ("-3°C", ("-3", "°C")), ("1 234,5 m2", ("1 234,5", "m2")), ("5", ("5", "")), ("km", ("km", "")), ("1e5", ("1e5", "")), ("5 km/h", ("5", "km/h"))],
)
def test_a_unit_is_split_from_its_number(text, parts):
    assert split_unit(text) == parts


@given(st.text(max_size=40), st.text(max_size=40))
@settings(deadline=None)
def test_nothing_typed_breaks_reading_or_grading(value, unit):
    spec = load()
    try:
        stored = KIND.check_answer(spec, {"value": value, "unit": unit, "lang": "vi"})
    except Invalid:
        return
    assert -1 <= KIND.grade(spec, stored, 1).score <= 1
    assert KIND.check_answer(spec, stored) == stored


def test_on_paper_the_unit_stands_behind_the_gap_unless_it_is_asked_for():
    plain = KIND.print(KIND.spec_schema().load(copy.deepcopy(NUMERIC)), 1, "vi")
    assert plain.text.endswith("____ %") and plain.key == ("97,4 % (± 0,05)",)
    asked = KIND.print(load(), 1, "en")
    assert asked.text.endswith("____") and asked.hint == "Write a number with its unit."
    assert asked.key == ("2500 m (± 1 %)", "5000 m: 50 %", "0 m: −25 %")


def test_the_solution_names_the_best_number_first_and_the_others_with_their_weight():
    told = KIND.solution(load(answers=[{"answer": "5", "weight": "50"}, {"answer": "7"}]), 1, "vi")
    assert told["answer"] == "7" and told["unit"] == "m"
    assert [(row["answer"], row["weight"]) for row in told["answers"]] == [("5", "50")]
