"""The schedule is that of FSRS, and the rules round it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fsrs import Card, Rating, Scheduler

from courses.foreign_languages.memory import Act, Memory, Phase, answered, remembered

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4


def played(*ratings: int) -> tuple[Memory, list[int]]:
    """Answer each time at the moment the card is due: the memory, and the intervals in whole days."""
    memory, at, days = None, START, []
    for rating in ratings:
        memory = answered(memory, rating, at)
        days.append(memory.interval.days)
        at = memory.due
    return memory, days


def test_the_reference_intervals():
    """The sequence that py-fsrs 6.3 checks itself with."""
    ratings = [GOOD] * 6 + [AGAIN] * 2 + [GOOD] * 5
    assert played(*ratings)[1] == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_good_on_the_first_day():
    first = answered(None, GOOD, START)
    assert (first.state, first.interval) == (Phase.LEARNING, timedelta(minutes=10))
    second = answered(first, GOOD, first.due)
    assert (second.state, second.interval) == (Phase.REVIEW, timedelta(days=2))
    assert answered(None, EASY, START).interval == timedelta(days=8)
    assert answered(None, AGAIN, START).interval == timedelta(minutes=1)
    assert answered(None, HARD, START).interval == timedelta(minutes=5.5)


def test_the_same_as_the_library_for_any_history():
    scheduler = Scheduler(enable_fuzzing=False)
    memory, card, at = None, Card(card_id=7, due=START), START
    for step, rating in enumerate([3, 3, 4, 2, 1, 3, 3, 1, 1, 2, 3, 4, 3, 3] * 3):
        memory = answered(memory, rating, at)
        card, _log = scheduler.review_card(card, Rating(rating), review_datetime=at)
        assert (memory.stability, memory.difficulty, memory.due) == (
            card.stability,
            card.difficulty,
            card.due,
        )
        at = memory.due + timedelta(hours=step % 5)


def test_alike_histories_give_alike_memories():
    acts = [Act(3, START), Act(3, START + timedelta(minutes=11)), Act(1, START + timedelta(days=3))]
    assert remembered(acts) == remembered(acts)
    assert remembered([]) is None


def test_only_forgetting_a_card_in_review_is_a_lapse():
    learning = answered(answered(None, AGAIN, START), AGAIN, START + timedelta(minutes=1))
    assert learning.lapses == 0
    assert played(GOOD, GOOD, AGAIN)[0].lapses == 1
    assert played(GOOD, GOOD, AGAIN, AGAIN)[0].lapses == 1


def test_a_leech_rests_at_eight_lapses_and_every_four_after():
    memory, at, rested = None, START, []
    for _number in range(70):
        forget = memory is not None and memory.state == Phase.REVIEW
        memory = answered(memory, AGAIN if forget else GOOD, at)
        if forget and memory.suspended_at is not None:
            rested.append(memory.lapses)
        at = memory.due
    assert rested[:3] == [8, 12, 16]


def test_introduced_on_is_the_local_day():
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert answered(None, GOOD, late).introduced_on.isoformat() == "2026-11-23"
