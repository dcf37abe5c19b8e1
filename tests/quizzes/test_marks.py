"""From scores to the mark: exact, rounded once, half up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.quizzes.marks import exact, mark_of, share_of, to_decimal


@pytest.mark.parametrize(
    "share, mark",
    [
        ("0.495", "5.0"), ("0.4949", "4.9"), ("0.49499999", "4.9"), ("0.745", "7.5"), ("0.755", "7.6"), ("0.005", "0.1"),
        ("0.00499", "0.0"), ("0", "0.0"), ("1", "10.0"), ("0.995", "10.0"), ("0.9949", "9.9"),
    ],
)  # fmt: skip
def test_half_a_tenth_goes_up(share, mark):
    assert str(mark_of(Fraction(Decimal(share)))) == mark


def test_rounding_happens_once():
    """4.9496 is 4.9; rounded to hundredths on the way it would become 4.95, then 5.0."""
    assert mark_of(Fraction(49496, 100000)) == Decimal("4.9")


def test_three_thirds_are_a_whole():
    third = Decimal("0.3333")
    assert exact(third) == Fraction(1, 3)
    assert share_of([(Decimal(1), third), (Decimal(1), third), (Decimal(1), third)]) == Fraction(1, 3)
    assert mark_of(share_of([(Decimal(1), Decimal("0.6667")), (Decimal(1), third)])) == Decimal("5.0")


def test_a_score_that_is_no_simple_fraction_stands_as_it_is():
    assert exact(Decimal("0.1234")) == Fraction(1234, 10000)


@given(parts=st.integers(1, 50), right=st.integers(0, 50))
def test_every_share_of_an_item_is_understood(parts, right):
    right = min(right, parts)
    rounded = Decimal(right) / Decimal(parts)
    assert exact(rounded.quantize(Decimal("0.0001"), "ROUND_HALF_UP")) == Fraction(right, parts)


def test_weights_count():
    parts = [(Decimal("2"), Decimal(1)), (Decimal("0.5"), Decimal(0)), (Decimal("0.5"), Decimal("0.5"))]
    assert share_of(parts) == Fraction(9, 12)
    assert share_of([]) == 0


@given(st.lists(st.tuples(st.decimals("0.001", "100", places=3), st.decimals(0, 1, places=4)), max_size=30))
def test_marks_stay_on_the_scale(parts):
    mark = mark_of(share_of(parts))
    assert 0 <= mark <= 10
    assert -mark.as_tuple().exponent == 1
    assert 0 <= to_decimal(share_of(parts)) <= 1
