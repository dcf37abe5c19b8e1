"""Seconds from the log, and the alarm: what sets it off, what must not, and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest

from academy.item_analysis.alarm import DEFAULT, AlarmRules, Window, find_leak, z_of_rise
from academy.item_analysis.times import fast_limit, from_log, outliers


def test_times_count_from_the_change_before_or_the_start():
    attempt = np.array([0, 0, 0, 1, 0])
    slot = np.array([1, 2, 1, 1, 3])
    at = np.array([30.0, 50, 90, 7, 130])
    found = from_log(attempt, slot, at, np.array([10.0, 2.0]), 10)
    assert dict(zip(found.key.tolist(), found.first.tolist(), strict=True)) == {1: 20, 2: 20, 3: 40, 11: 5}
    assert dict(zip(found.key.tolist(), found.last.tolist(), strict=True)) == {1: 80, 2: 20, 3: 40, 11: 5}


def test_the_order_of_the_log_has_no_influence():
    chance = np.random.default_rng(1)
    attempt, slot = np.repeat([0, 1], 20), np.tile(np.arange(1, 21), 2)
    at, started = np.cumsum(chance.uniform(5, 50, 40)), np.array([0.0, 1.0])
    found, order = from_log(attempt, slot, at, started, 30), chance.permutation(40)
    again = from_log(attempt[order], slot[order], at[order], started, 30)
    assert found.key.tolist() == again.key.tolist() and found.first.tolist() == again.first.tolist()


def test_answers_that_came_with_one_page_tell_no_time_each():
    found = from_log(np.zeros(4, int), np.array([1, 2, 3, 4]), np.array([60.0, 60.001, 60.002, 90]), np.array([0.0]), 9)
    assert np.isnan(found.first[:3]).all() and found.first[3] == pytest.approx(29.998)


def test_nothing_in_the_log_is_nothing_known():
    nobody = np.empty(0, int)
    assert not len(from_log(nobody, nobody, np.empty(0), np.empty(0), 5).key)


def test_a_tenth_of_the_mean_at_most_ten_seconds_is_too_fast():
    assert fast_limit(np.array([20.0, 40])) == 3 and fast_limit(np.full(5, 400.0)) == 10
    assert outliers(np.r_[np.full(20, 30.0), np.full(20, 33.0), 3000]) == 1
    assert outliers(np.array([1.0, 1000])) == 0


def window(n: int, right: int, seconds: float = 30.0, ability: float = 0.0) -> Window:
    return Window(n=n, right=right, seconds=np.full(n, seconds), ability=ability)


def test_the_statistic_is_that_of_two_proportions():
    """By hand: 40 of 100 earlier, 60 of 100 now; p̄ = 0.5, corrected by 1/100."""
    assert z_of_rise(window(100, 40), window(100, 60)) == pytest.approx((0.2 - 0.01) / (0.25 * 0.02) ** 0.5)
    assert z_of_rise(window(100, 60), window(100, 40)) == 0
    assert z_of_rise(window(50, 50), window(50, 50)) == 0


def test_easy_and_fast_together_are_a_leak_and_neither_alone():
    before = window(200, 80, 40)
    leak = find_leak(before, window(60, 57, 9), tests=20)
    assert leak and (leak.share_now, leak.median_before, leak.median_now) == (0.95, 40, 9)
    assert find_leak(before, window(60, 57, 39), tests=20) is None, "easy, not fast"
    assert find_leak(before, window(60, 26, 9), tests=20) is None, "fast, not easy"
    assert find_leak(before, window(DEFAULT.least - 1, DEFAULT.least - 1, 9), tests=20) is None, "too few"
    unknown = Window(n=60, right=57, seconds=np.full(10, 9.0))
    assert find_leak(before, unknown, tests=20) is None, "times not known"


@pytest.mark.parametrize(
    ("rules", "goes_off"),
    [
        ({}, True),
        ({"least": 60}, True),
        ({"least": 61}, False),
        ({"rise": 55}, True),
        ({"rise": 56}, False),
        ({"faster": 30}, True),
        ({"faster": 29}, False),
        ({"one_in": 10**12}, True),
        ({"one_in": 10**14}, False),
    ],
)
def test_every_rule_can_be_set_and_alone_decides(rules, goes_off):
    """40 % of 200 right in 40 s, then 95 % of 60 in 12 s: z = 7.4, of one test in 3·10¹³."""
    earlier, recent = window(200, 80, 40), window(60, 57, 12)
    assert (find_leak(earlier, recent, tests=1, rules=AlarmRules(**rules)) is not None) == goes_off


def test_abler_learners_are_no_leak():
    assert find_leak(window(200, 80, 40), window(60, 36, 25, ability=0.18), tests=20) is None


def test_false_alarms_stay_below_their_bound_even_where_everybody_is_fast():
    """Twenty thousand runs of twenty items that did not change: the bound is twenty of them."""
    chance, runs, tests, alarms = np.random.default_rng(11), 20_000, 20, 0
    for right, share in ((chance.binomial(60, p, size=(runs // 4, tests, 2)), p) for p in (0.3, 0.5, 0.7, 0.85)):
        assert 0 < share < 1
        suspects = np.argwhere(right[..., 1] - right[..., 0] >= 6)
        alarmed = {
            int(run)
            for run, item in suspects
            if find_leak(window(60, int(right[run, item, 0]), 40), window(60, int(right[run, item, 1]), 9), tests=tests)
        }
        alarms += len(alarmed)
    assert alarms <= 2 * runs / DEFAULT.one_in
