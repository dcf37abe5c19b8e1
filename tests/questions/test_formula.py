"""Formulas: what they give, what they refuse, and how fast."""

from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.questions.arithmetic import FUNCTIONS, NoValue
from academy.questions.formula import BadFormula, parse

NAMES = frozenset({"a", "b", "luong"})


def value(text: str, **values: str) -> Decimal:
    return parse(text, NAMES).value({name: Decimal(number) for name, number in values.items()})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("24 / 4 / 2", "3"), ("2 ^ 3 ^ 2", "512"),
        ("-2 ^ 2", "-4"), ("(-2) ^ 2", "4"), ("2 ^ -2", "0.25"), ("--3", "3"), ("+5", "5"), ("2 * -3", "-6"),
        ("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2"), ("7.5 % 2", "1.5"), (".5 + 1.", "1.5"),
        ("abs(-3)", "3"), ("min(4, 2, 8)", "2"), ("max(4, 2, 8)", "8"), ("round(2.5)", "3"), ("round(-2.5)", "-3"),
        ("round(2.345, 2)", "2.35"), ("round(1250, -2)", "1300"), ("floor(-2.1)", "-3"), ("ceil(2.1)", "3"),
        ("floor(1 / 3 * 3)", "1"), ("sqrt(16)", "4"), ("log10(1000)", "3"), ("exp(0)", "1"), ("ln(1)", "0"),
        ("sin(0)", "0"), ("sin(pi / 6)", "0.5"), ("cos(pi)", "-1"), ("tan(rad(45))", "1"), ("deg(pi)", "180"),
        ("0.1 + 0.2", "0.3"), ("1e0" .replace("e0", ""), "1"), ("27 ^ (1 / 3)", "3"), ("0 ^ 2", "0"),
    ],
)  # fmt: skip
def test_gives(text, result):
    assert round(value(text), 20) == Decimal(result)


def test_parameters_take_their_values():
    assert value("luong * (a - b) / 100", luong="5000000", a="10.5", b="8") == 125000


def test_digits_are_the_same_on_every_machine():
    """The digits of the tables of these constants, cut: no library may change them."""
    assert str(value("sqrt(2)"))[:34] == "1.41421356237309504880168872420969"
    assert str(value("exp(1)"))[:34] == "2.71828182845904523536028747135266"
    assert str(value("2 ^ 0.5"))[:34] == "1.41421356237309504880168872420969"
    assert str(value("sin(1)"))[:30] == "0.8414709848078965066525023216"
    assert str(value("cos(1)"))[:30] == "0.5403023058681397174009366074"
    assert str(value("tan(1)"))[:30] == "1.5574077246549022305069748074"
    assert str(value("ln(10)"))[:34] == "2.30258509299404568401799145468436"
    assert str(value("sin(1000000)"))[:20] == "-0.34999350217129295"


@given(st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3))
@settings(deadline=None)
def test_the_four_operations_are_exact(a, b):
    assert value("a + b", a=str(a), b=str(b)) == a + b
    assert value("a * b - a", a=str(a), b=str(b)) == a * b - a
    if b:
        quotient = value("a / b", a=str(a), b=str(b))
        assert abs(Fraction(quotient) - Fraction(a) / Fraction(b)) <= abs(Fraction(quotient)) / 10**33
        assert 0 <= value("a % b", a=str(a), b=str(b)) / b < 1


@given(st.decimals(-100, 100, places=4))
@settings(deadline=None)
def test_sine_and_cosine_keep_to_each_other(angle):
    assert abs(value("sin(a)^2 + cos(a)^2", a=str(angle)) - 1) < Decimal("1e-28")


HOSTILE = {
    "import": "__import__('os').system('id')",
    "attribute": "a.__class__.__mro__",
    "method": "a.real",
    "call of a parameter": "a(1)",
    "call of a call": "abs(1)(2)",
    "index": "a[0]",
    "string": "'a' * 9",
    "quotes": '"x"',
    "lambda": "(lambda: 1)()",
    "comprehension": "[x for x in (1, 2)]",
    "walrus": "(a := 5)",
    "comparison": "a < b",
    "equation": "a = b",
    "boolean": "a and b",
    "bits": "a | b",
    "shift": "1 << 99999",
    "tilde": "~a",
    "statement": "1; 2",
    "line break": "1 +\n2 \x00",
    "null": "1\x00",
    "comment": "1 # x",
    "backslash": "1 \\ 2",
    "f-string": "{a}",
    "format": "%s % a",
    "power as in Python": "a ** 9",
    "exponent": "1e999999",
    "hexadecimal": "0x7fffffff",
    "complex": "1j",
    "underscores": "1_000",
    "capital function": "SIN(1)",
    "unknown function": "eval(1)",
    "getattr": "getattr(a, b)",
    "Cyrillic a": "а + 1",
    "fullwidth digit": "１ + 1",
    "Arabic digit": "٣ + 1",
    "fullwidth parenthesis": "（1）",
    "superscript": "2²",
    "fraction sign": "½",
    "infinity": "∞",
    "inf": "inf",
    "nan": "nan",
    "zero-width": "1\u200b2",
    "direction": "\u202e1+2",
    "combining": "a\u0301",
    "surrogate": "\ud800",
    "emoji": "🙂",
    "many digits": "9" * 21,
    "many digits behind the dot": "0." + "1" * 30,
    "long": "1+" * 300 + "1",
    "a million parentheses": "(" * 10**6 + ")" * 10**6,
    "deep parentheses": "(" * 60 + "1" + ")" * 60,
    "deep signs": "-" * 60 + "1",
    "deep powers": "2^" * 60 + "1",
    "deep functions": "abs(" * 60 + "1" + ")" * 60,
    "too many parts": "+".join(["1"] * 200),
    "empty": "",
    "blank": " \t ",
    "sign only": "+",
    "two operators": "1 * / 2",
    "breaks off": "1 +",
    "not closed": "(1 + 2",
    "not opened": "1 + 2)",
    "empty parentheses": "()",
    "no operator": "2 a",
    "number beside parenthesis": "2(3)",
    "two dots": "1.2.3",
    "decimal comma": "1,5",
    "semicolon": "max(1; 2)",
    "no arguments": "sqrt()",
    "too many arguments": "sqrt(1, 2)",
    "function without parentheses": "sqrt 4",
    "thousands": "1.000.000",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_and_mistaken_formulas_are_refused_at_once_in_words(text):
    start = time.process_time()
    with pytest.raises(BadFormula) as refusal:
        parse(text, NAMES)
    assert time.process_time() - start < 1
    message = str(refusal.value.message)
    assert len(message) > 15 and message.endswith(".")
    assert message.isprintable(), "what cannot be shown is named by its number"


WITHOUT_VALUE = {
    "division by zero": "1 / (a - a)",
    "remainder by zero": "1 % (a - a)",
    "zero to zero": "(a - a) ^ 0",
    "zero to a negative": "(a - a) ^ -1",
    "root of a negative": "sqrt(-a)",
    "broken power of a negative": "(-a) ^ 0.5",
    "logarithm of zero": "ln(a - a)",
    "logarithm of a negative": "log10(-a)",
    "tangent without value": "tan(pi / 2)",
    "huge power": "9 ^ 9999999999",
    "nested powers": "9 ^ 9 ^ 9 ^ 9",
    "powers in turn": "((((9 ^ 64) ^ 64) ^ 64) ^ 64)",
    "tiny from powers": "1 / ((((9 ^ 64) ^ 64) ^ 64) ^ 64)",
    "huge exponential": "exp(exp(exp(9)))",
    "large broken power": "2 ^ 99999.5",
    "huge angle": "sin(10 ^ 30)",
    "too many places": "round(1, 99)",
    "broken places": "round(1, 0.5)",
}


@pytest.mark.parametrize("text", WITHOUT_VALUE.values(), ids=WITHOUT_VALUE)
def test_where_a_formula_has_no_value_it_says_why_at_once(text):
    start = time.process_time()
    with pytest.raises(NoValue) as refusal:
        value(text, a="3")
    assert time.process_time() - start < 1
    assert len(str(refusal.value.reason)) > 10


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_text_breaks_the_reader(text):
    with suppress(BadFormula):
        parse(text, NAMES)


tokens = st.sampled_from([*FUNCTIONS, "pi", "a", "b", "1", "2.5", "0", "+", "-", "*", "/", "^", "%", "(", ")", ","])


@given(st.lists(tokens, max_size=40), st.decimals(-50, 50, places=2), st.decimals(-50, 50, places=2))
@settings(deadline=None)
def test_whatever_can_be_read_has_a_finite_value_or_a_reason(parts, a, b):
    try:
        result = value(" ".join(parts), a=str(a), b=str(b))
    except (BadFormula, NoValue):
        return
    assert result.is_finite()


def test_the_context_of_the_caller_has_no_say():
    from decimal import localcontext

    before = value("sin(a) / 7 + a ^ 0.3 - round(a, 1)", a="2.2222222222222222222222222222222222")
    with localcontext() as context:
        context.prec = 5
        assert value("sin(a) / 7 + a ^ 0.3 - round(a, 1)", a="2.2222222222222222222222222222222222") == before
