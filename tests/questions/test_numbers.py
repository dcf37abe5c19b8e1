"""Numbers as they are typed in three languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.kernel.errors import Invalid
from academy.questions.numbers import read_number
from academy.questions.types.numeric import Numeric

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    "typed, number",
    [
        ("97,4", "97.4"), ("97.4", "97.4"), (" 97,40 ", "97.40"), ("+5", "5"), ("-3", "-3"), ("− 3", "-3"), ("–0,5", "-0.5"),
        (",5", "0.5"), ("5,", "5.0"), ("0,125", "0.125"), ("0.125", "0.125"), ("1234", "1234"), ("1234,5", "1234.5"),
        ("1 234,5", "1234.5"), ("1\u00a0234\u202f567", "1234567"), ("1'234.5", "1234.5"), ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"), ("1.234.567", "1234567"), ("1,234,567.25", "1234567.25"), ("12,3456", "12.3456"),
        ("1234,567", "1234.567"), ("12%", "12"), ("97,4 %", "97.4"),
    ],
)  # fmt: skip
def test_reads(typed, number):
    assert read_number(typed, unit="%") == Decimal(number)


@pytest.mark.parametrize(
    "typed, lang, number",
    [("1,234", "vi", "1.234"), ("3,142", "de", "3.142"), ("3.142", "en", "3.142"), ("12,345", "vi", "12.345")],
)
def test_the_language_settles_what_its_own_decimal_sign_means(typed, lang, number):
    assert read_number(typed, lang=lang) == Decimal(number)


@pytest.mark.parametrize(
    "typed, lang",
    [("1.234", "vi"), ("1.234", "de"), ("1,234", "en"), ("1.234", None), ("1,234", None), ("-999,999", None)],
)
def test_two_readings_are_refused_with_both_ways_to_write_it(typed, lang):
    with pytest.raises(Invalid) as refusal:
        read_number(typed, lang=lang)
    said = str(refusal.value.message)
    assert typed.lstrip("-").replace(",", "").replace(".", "") in said
    assert f"{typed.lstrip('-')}0" in said


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "1e5", "1,2,3", "1.23.456", "12 34", "1.2345,6", "0.123.456", "--1", "1-", "½", "١٢", "NaN", "inf",
     "1_", "5 kg", "1" * 31, "1,234.5.6", "1.234,5,6", "."],
)  # fmt: skip
def test_refuses_what_is_no_number(typed):
    with pytest.raises(Invalid):
        read_number(typed, unit="%")


@given(number=st.decimals(min_value=-(10**6), max_value=10**6, places=4, allow_nan=False))
def test_what_is_written_with_either_sign_reads_back(number):
    plain = format(number, "f")
    assert read_number(plain) == number
    assert read_number(plain.replace(".", ",")) == number


@given(typed=st.text(max_size=12))
def test_nothing_typed_breaks_it(typed):
    try:
        assert read_number(typed).is_finite()
    except Invalid as refusal:
        assert refusal.errors["answer"]


SPEC = {"text": {"vi": "?", "en": "?"}, "answer": "97.4", "tolerance": "0.05", "unit": "%"}


@pytest.mark.parametrize(
    "answer, right",
    [("97,4", 1), ("97.35", 1), ("97,45", 1), ("97.4501", 0), ("97,3499", 0), (97.4, 1), (97, 0), ("-97,4", 0),
     ({"value": "97,4", "lang": "vi"}, 1), ({"number": "97.400"}, 1)],
)  # fmt: skip
def test_the_edge_of_the_tolerance_is_right(answer, right):
    checked = Numeric().check_answer(SPEC, answer)
    assert Numeric().grade(SPEC, checked, 1).score == right


def test_refusing_a_number_does_not_tell_whether_it_was_right():
    """Both readings are refused alike, whichever the key is."""
    for key in ("1234", "1.234", "7"):
        with pytest.raises(Invalid):
            Numeric().check_answer(SPEC | {"answer": key, "unit": ""}, {"value": "1.234", "lang": "vi"})


@pytest.mark.parametrize("wrong", [True, [1], {"value": 1, "x": 2}, {"lang": "vi"}, float("nan"), float("inf"), 1e300, "9" * 99, {"number": "1e99"}])
def test_refuses_other_json(wrong):
    with pytest.raises(Invalid):
        Numeric().check_answer(SPEC, wrong)
