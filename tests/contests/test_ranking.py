"""Order, ranks, prizes and sums, by hand."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal

import pytest

from academy.contests import lots
from academy.contests.ranking import Entered, give_prizes, overall, rank_board


def entry(
    participant: int, mark: str = "8", gap: int | None = 5, seconds: int = 60, submitted: int = 1, **more
):
    return Entered(
        participant=participant,
        board=1,
        mark=Decimal(mark),
        gap=gap,
        seconds=seconds,
        submitted=submitted,
        **more,
    )


def order(entries, tie_rule: str = "shared"):
    return [(line.entered.participant, line.rank) for line in rank_board(entries, tie_rule=tie_rule)]


def test_mark_then_prediction_then_time_then_who_was_earlier():
    entries = [
        entry(1, "7", gap=0, seconds=1),
        entry(2, "9", gap=None, seconds=1),
        entry(3, "9", gap=40, seconds=500),
        entry(4, "9", gap=3, seconds=90, submitted=9),
        entry(5, "9", gap=3, seconds=90, submitted=2),
        entry(6, "9", gap=3, seconds=89, submitted=10),
    ]
    assert order(entries) == [(6, 1), (5, 2), (4, 3), (3, 4), (2, 5), (1, 6)]


def test_equal_to_the_end_shares_the_rank_and_the_next_is_skipped():
    entries = [entry(3, seconds=61), entry(2), entry(1)]
    assert order(entries) == [(1, 1), (2, 1), (3, 3)]


def test_lots_part_the_equal_once_they_are_known():
    unknown = [entry(1), entry(2)]
    assert order(unknown, "lots") == [(1, 1), (2, 1)]
    known = [entry(1, lot="f0"), entry(2, lot="0a")]
    assert order(known, "lots") == [(2, 1), (1, 2)]
    assert order(known, "shared") == [(2, 1), (1, 1)]


RANKED = [{"name": "a", "how": "rank", "count": 1}, {"name": "b", "how": "rank", "count": 2}]
DRAWN = {"name": "c", "how": "draw", "count": 2, "minimum": "5"}


def given(entries, prizes):
    lines = give_prizes(rank_board(entries, tie_rule="shared"), prizes)
    return {line.entered.participant: line.prize for line in lines if line.prize is not None}


def test_prizes_by_rank_go_down_the_board_and_are_shared_by_the_equal():
    five = [entry(number, seconds=number) for number in range(1, 6)]
    assert given(five, RANKED) == {1: 0, 2: 1, 3: 1}
    assert given([entry(1), entry(2), entry(3, seconds=70)], RANKED) == {1: 0, 2: 0, 3: 1}


def test_lots_are_drawn_among_the_rest_who_reach_the_mark():
    entries = [
        entry(1, "9", lot="00"),
        entry(2, "6", lot="05"),
        entry(3, "5", lot="02"),
        entry(4, "4.9", lot="01"),
        entry(5, "6", seconds=99, lot="09"),
    ]
    assert given(entries, [RANKED[0], DRAWN]) == {1: 0, 3: 1, 2: 1}


def test_nothing_is_drawn_before_lots_are_known():
    assert given([entry(1), entry(2)], [DRAWN]) == {}


@pytest.mark.parametrize(
    ("best", "mark", "gap", "rounds"), [(None, "21", 13, 3), (2, "17", 8, 2), (5, "21", 13, 3)]
)
def test_the_best_rounds_are_added_up(best, mark, gap, rounds):
    weeks = [[entry(1, "8", gap=5)], [entry(1, "4", gap=5)], [entry(1, "9", gap=3)]]
    (total,) = overall(weeks, best=best)
    assert (total.mark, total.gap, total.rounds) == (Decimal(mark), gap, rounds)


def test_a_counted_round_without_a_prediction_has_no_sum_of_gaps():
    (total,) = overall([[entry(1, gap=None)], [entry(1, gap=3)]], best=None)
    assert total.gap is None
    (total,) = overall([[entry(1, gap=None)], [entry(1, gap=3)]], best=1)
    assert total.gap == 3


def test_commitment_and_lots_are_what_the_page_says():
    assert lots.commitment("ab", "cd") == hashlib.sha256(b"abcd").hexdigest()
    expected = hmac.new(b"cd", b"hoi-thi/2/f00d", hashlib.sha256).hexdigest()
    assert lots.lot("cd", "hoi-thi", "2", "f00d") == expected
    assert len({lots.new_seed() for _time in range(20)}) == 20
