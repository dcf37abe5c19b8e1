"""The time left is the server's, whatever the clocks of the learner's machine do: sleep, a clock that is set, a reload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from academy.kernel.db import db, separate_transaction
from academy.quizzes.models import Attempt
from tests.chaos.site import opened
from tests.e2e.browsing import DESKTOP, answer, path_of
from tests.e2e.sitting import SAVES, SHOW, chip, slot, start_final_quiz, until

COURSE = "doc-va-ap-dung-van-kien"
# seconds that a page may be wrong: it shows whole ones, and asking takes a moment
EXACT = 2
HOURS = 3 * 3600


@pytest.fixture(scope="module")
def people() -> Iterator[str]:
    return (f"learner{number}" for number in range(142, 150))


@pytest.fixture
def page(browsers, people):
    """A paper in a browser whose clock is in the hands of the test."""
    page = browsers.signed_in(next(people), DESKTOP)
    page.clock.install()
    start_final_quiz(page, COURSE)
    browsers.outage = True
    return page


def shown(page) -> int:
    """The seconds left that the page shows."""
    *hours, minutes, seconds = map(int, page.locator("[data-timer-text]").inner_text().split(":"))
    return 3600 * sum(hours) + 60 * minutes + seconds


def left(page) -> float:
    """The seconds left by the academy."""
    told = page.request.get(f"/api/v1{path_of(page)}/clock").json()
    return (datetime.fromisoformat(told["deadline"]) - datetime.fromisoformat(told["server_now"])).total_seconds()


def is_right(page) -> bool:
    before, seen, after = left(page), shown(page), left(page)
    return after - EXACT <= seen <= before + EXACT


def next_second(page) -> None:
    """Wait until the page has counted."""
    before = shown(page)
    until(page, lambda: shown(page) != before)


def set_clock(page, by: int) -> None:
    """Set the clock of the machine by so many seconds; the time that has run is not changed by that."""
    ran = page.evaluate("performance.now()")
    page.clock.set_system_time(page.evaluate("Date.now()") / 1000 + by)
    assert page.evaluate("performance.now()") - ran < 60_000


def sooner(academy, page, minutes: int) -> None:
    """The end of the paper comes nearer, as it does while a machine sleeps."""
    by, own = timedelta(minutes=minutes), Attempt.id == int(path_of(page).rpartition("/")[2])
    with opened(academy.instance, f"sqlite:///{academy.instance / 'academy.sqlite3'}"):
        deadline, until_when = db.session.execute(select(Attempt.deadline, Attempt.accepts_until).where(own)).one()
        db.session.rollback()
        with separate_transaction() as connection:
            connection.execute(update(Attempt).where(own).values(deadline=deadline - by, accepts_until=until_when - by))


@pytest.mark.parametrize("by", [HOURS, -HOURS], ids=["ahead", "behind"])
def test_a_clock_that_is_set_changes_nothing(page, by):
    assert is_right(page)
    set_clock(page, by)
    for _second in range(3):
        next_second(page)
        assert is_right(page)
    assert page.locator("[data-timer][data-state='']").count()
    assert page.locator("[data-submit-note]").inner_text() == ""
    page.reload()
    assert is_right(page), "a page that is opened with a wrong clock"


def test_after_sleep_the_time_is_right_within_a_moment_although_nobody_touches_the_page(academy, page):
    """While a machine sleeps, the time that has run stands still; afterwards the clock has jumped."""
    before = shown(page)
    sooner(academy, page, 10)
    next_second(page)
    assert shown(page) > before - 300, "the page cannot know yet"
    set_clock(page, 600)
    until(page, lambda: shown(page) < before - 590)
    assert is_right(page)


def test_what_waited_while_the_machine_slept_is_sent_when_it_wakes(page):
    lost = []
    page.route(SAVES, lambda route: (lost.append(route), route.abort()))
    answer(slot(page, 1))
    until(page, lambda: len(lost) == 3)
    chip(page, 1, "failed").wait_for()
    # sooner than the page would try a fourth time by itself
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.unroute(SAVES)
    set_clock(page, 600)
    page.clock.run_for(1100)
    chip(page, 1, "stored").wait_for()


def test_a_machine_that_slept_past_the_end_hands_the_paper_in(academy, page):
    answer(slot(page, 1))
    chip(page, 1, "stored").wait_for()
    sooner(academy, page, 600)
    with page.expect_navigation():
        set_clock(page, 36_000)
    assert not page.locator("form[data-attempt]").count()
    told = page.request.get(f"/api/v1{path_of(page)}").json()
    assert told["state"] == "expired" and [item["slot"] for item in told["items"] if item["stored_sequence"]] == [1]


def test_a_reload_gives_no_time_and_takes_none(page):
    for _again in range(3):
        next_second(page)
        page.reload()
        assert is_right(page)


def test_a_window_that_was_hidden_is_right_when_it_is_seen_again(academy, page):
    before = shown(page)
    sooner(academy, page, 10)
    page.evaluate(SHOW)
    until(page, lambda: shown(page) < before - 590)
    assert is_right(page)
