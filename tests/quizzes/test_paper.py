"""Drawing a paper: the same every time, never twice the same item, and filled if it can be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.quizzes.paper import DrawRule, PoolTooSmall, draw, slot_seed


@dataclass(frozen=True)
class Item:
    version_id: int
    key: str
    kind: str = "single"
    outcome: str = "o1"
    lesson: str = "01"
    difficulty: int = 2
    use_lesson: bool = False
    by_hand: bool = False


POOL = [
    Item(n, f"k{n}", kind=("single", "short")[n % 2], outcome=("o1", "o2", "o3")[n % 3], difficulty=1 + n % 5)
    for n in range(1, 31)
]
RULES = (
    DrawRule(count=3, outcome="o1", weight=Decimal("2")),
    DrawRule(count=2, kinds=("short",)),
    DrawRule(count=4, difficulty=(1, 2, 3)),
)


@given(seed=st.integers(0, 2**62), order=st.permutations(POOL))
def test_the_same_seed_draws_the_same_paper_whatever_the_order_of_the_pool(seed, order):
    assert draw(RULES, seed, order) == draw(RULES, seed, POOL)


@given(seed=st.integers(0, 2**62), shuffle=st.booleans())
def test_a_paper_fills_its_blueprint_without_repeats(seed, shuffle):
    paper = draw(RULES, seed, POOL, shuffle_items=shuffle)
    assert [slot.number for slot in paper] == list(range(1, 10))
    assert len({slot.version_id for slot in paper}) == 9
    assert sorted(slot.weight for slot in paper) == [Decimal(1)] * 6 + [Decimal(2)] * 3
    heavy = {slot.version_id for slot in paper if slot.weight == 2}
    assert {item.outcome for item in POOL if item.version_id in heavy} == {"o1"}


def test_this_paper_stays_this_paper():
    """A paper drawn in another year must be verifiable: the draw is part of the data format."""
    assert [slot.version_id for slot in draw(RULES, 20261122, POOL)] == PAPER_20261122
    assert slot_seed(20261122, 3) == SLOT_3


def test_seeds_spread_over_the_pool():
    seen = Counter(slot.version_id for seed in range(300) for slot in draw((DrawRule(count=3),), seed, POOL))
    assert len(seen) == len(POOL)
    assert max(seen.values()) < 3 * min(seen.values())


def test_without_shuffling_rules_stand_one_after_another_by_lesson_and_key():
    pool = [Item(1, "b", lesson="02"), Item(2, "c", lesson="01"), Item(3, "a", lesson="02", outcome="o2")]
    rules = (DrawRule(count=1, outcome="o2"), DrawRule(count=2, outcome="o1"))
    assert [slot.version_id for slot in draw(rules, 5, pool, shuffle_items=False)] == [3, 2, 1]


def test_rules_that_compete_for_items_are_all_filled_if_that_is_possible():
    pool = [Item(1, "a"), Item(2, "b", outcome="o2"), Item(3, "c", kind="short")]
    rules = (DrawRule(count=2), DrawRule(count=1, outcome="o2"))
    for seed in range(50):
        paper = draw(rules, seed, pool)
        assert {slot.version_id for slot in paper} == {1, 2, 3}


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    admits=st.lists(st.sets(st.integers(0, 3)), min_size=0, max_size=12),
    seed=st.integers(0, 99),
)
def test_a_draw_fails_only_if_no_assignment_could_fill_it(sizes, admits, seed):
    """Against the theorem of Hall: every set of rules must find as many items as it wants."""
    pool = [Item(n, f"k{n}", outcome="".join(map(str, sorted(rules)))) for n, rules in enumerate(admits)]

    class Rule(DrawRule):
        def admits(self, item):
            return self.outcome in item.outcome

    rules = [Rule(count=size, outcome=str(number)) for number, size in enumerate(sizes)]
    possible = all(
        sum(sizes[n] for n in chosen) <= sum(bool(set(chosen) & item_rules) for item_rules in admits)
        for chosen in ([n for n in range(len(sizes)) if mask >> n & 1] for mask in range(1, 2 ** len(sizes)))
    )
    if possible:
        assert len(draw(rules, seed, pool)) == sum(sizes)
    else:
        with pytest.raises(PoolTooSmall):
            draw(rules, seed, pool)


def test_a_pool_too_small_names_the_rule():
    with pytest.raises(PoolTooSmall) as fault:
        draw(
            (DrawRule(count=1), DrawRule(count=3, outcome="o2")),
            1,
            [Item(1, "a"), Item(2, "b", outcome="o2")],
        )
    assert (fault.value.rule, fault.value.wanted, fault.value.found) == (1, 3, 1)


def test_what_a_lesson_shows_with_its_solution_is_drawn_only_where_nothing_else_is_left():
    pool = [Item(n, f"k{n}", outcome=("o1", "o2")[n % 2], use_lesson=n < 6) for n in range(12)]
    for seed in range(50):
        assert {slot.version_id for slot in draw((DrawRule(count=6),), seed, pool)} == {6, 7, 8, 9, 10, 11}
        paper = draw((DrawRule(count=2), DrawRule(count=5, outcome="o2")), seed, pool)
        assert sum(slot.version_id < 6 for slot in paper) == 2, "three of o2 are unseen, five are wanted"


def test_a_line_may_take_what_lessons_show_like_anything_else():
    pool = [Item(n, f"k{n}", use_lesson=n < 6) for n in range(12)]
    seen = Counter(
        slot.version_id < 6
        for seed in range(100)
        for slot in draw((DrawRule(count=3, shown=True),), seed, pool)
    )
    assert 100 < seen[True] < 200


def test_what_the_learner_has_met_comes_in_only_as_far_as_needed():
    pool = [Item(n, f"k{n}") for n in range(10)]
    seen = {f"k{n}" for n in range(6)}
    for seed in range(50):
        assert {slot.version_id for slot in draw((DrawRule(count=4),), seed, pool, seen=seen)} == {6, 7, 8, 9}
        assert sum(slot.version_id < 6 for slot in draw((DrawRule(count=7),), seed, pool, seen=seen)) == 3


def test_an_item_met_before_is_better_than_one_whose_solution_a_lesson_shows():
    pool = [Item(1, "met"), Item(2, "shown", use_lesson=True), Item(3, "both", use_lesson=True)]
    for seed in range(20):
        papers = [draw((DrawRule(count=count),), seed, pool, seen={"met", "both"}) for count in (1, 2)]
        assert [{slot.version_id for slot in paper} for paper in papers] == [{1}, {1, 2}]


def test_lines_that_compete_for_what_the_learner_has_not_met_share_it():
    pool = [Item(1, "a"), Item(2, "b", outcome="o2"), Item(3, "c", outcome="o2"), Item(4, "d")]
    rules = (DrawRule(count=1), DrawRule(count=1, outcome="o2"))
    for seed in range(50):
        paper = draw(rules, seed, pool, seen={"b", "d"})
        assert {slot.version_id for slot in paper} == {1, 3}


@given(seed=st.integers(0, 2**62), slot=st.integers(1, 400))
def test_slot_seeds_are_never_the_authors_order_and_safe_for_browsers(seed, slot):
    assert 0 < slot_seed(seed, slot) < 2**53


PAPER_20261122 = [1, 10, 21, 19, 30, 17, 27, 22, 6]
SLOT_3 = 354783015308534


def test_items_graded_by_hand_are_drawn_only_if_the_line_names_their_kind():
    pool = [Item(n, f"k{n}", kind="extended" if n % 2 else "single", by_hand=bool(n % 2)) for n in range(1, 21)]
    for seed in range(30):
        drawn = {slot.version_id for slot in draw((DrawRule(count=10),), seed, pool)}
        assert not [number for number in drawn if number % 2]
    with pytest.raises(PoolTooSmall):
        draw((DrawRule(count=11),), 1, pool)
    assert {slot.version_id % 2 for slot in draw((DrawRule(count=10, kinds=("extended",)),), 1, pool)} == {1}
