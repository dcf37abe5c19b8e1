"""A cadre with a phone: finds, reads, practises, sits a quiz through faults of every kind, and sees what came of it."""

from __future__ import annotations

import re

from tests.e2e.browsing import DESKTOP, answer, open_until, path_of, sign_in, submit, values
from tests.e2e.inspecting import inspect
from tests.e2e.sitting import chip, slot, start_final_quiz

LESSON = re.compile(r"/courses/[a-z0-9-]+/lessons/[a-z0-9-]+")


def in_sight(page, block: str) -> bool:
    """Whether a block's beginning lies in the window."""
    return page.locator(f'[id="{block}"]').evaluate(
        "(block) => { const top = block.getBoundingClientRect().top; return top >= -2 && top < window.innerHeight; }"
    )


def test_words_without_accents_lead_to_the_passage(browsers):
    page = browsers.signed_in("learner1")
    page.goto("/")
    page.fill(".site-search [name=q]", "dao duc")
    page.press(".site-search [name=q]", "Enter")
    page.wait_for_url("**/search?**")
    first = page.locator("main ol.rows .rows-title").first
    assert page.locator("main ol.rows mark").count(), "what was found is not marked"
    first.click()
    page.wait_for_url(LESSON)
    block = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert block, "the result leads to the lesson, not into it"
    assert in_sight(page, block)


def test_the_next_lesson_is_two_taps_from_signing_in(browsers):
    page = browsers.anonymous()
    sign_in(page, "learner1")
    page.locator("main .continue a.button").first.click()  # the second tap: the first one signed in
    page.wait_for_url(LESSON)
    assert page.locator("article.reading h1").is_visible()


def test_a_lesson_goes_on_at_the_same_block_on_another_device(browsers):
    page = browsers.signed_in("learner1")
    page.goto("/")
    page.locator("main .continue a.button").first.click()
    page.wait_for_url(LESSON)
    block = page.locator("article.reading h2[id]:not([id=objectives])").nth(2).get_attribute("id")
    page.evaluate("(id) => document.getElementById(id).scrollIntoView({behavior: 'instant'})", block)
    page.goto("/courses")  # the place is told while the page is being left
    other = browsers.signed_in("learner1", DESKTOP)
    go_on = f"main .continue a.button[href$='#{block}']"
    open_until(other, "/", go_on)
    other.click(go_on)
    other.wait_for_url(f"**#{block}")
    assert in_sight(other, block)


def test_an_exercise_is_checked_in_place(browsers):
    page = browsers.signed_in("learner1")
    page.goto("/")
    page.locator("main .continue a.button").first.click()
    page.wait_for_url(LESSON)
    before = page.url
    identity = page.locator(".lesson-exercise").first.get_attribute("id")
    exercise = page.locator(f"#{identity}")
    answer(exercise.locator("fieldset.exercise").first)
    given = values(exercise)
    exercise.locator(".actions button").click()
    exercise.locator(".actions [role=status]").wait_for()
    assert page.url == before
    assert values(exercise) == given
    page.reload()
    assert page.locator(f"#{identity} .actions [role=status]").is_visible(), "the answer was not kept"


def test_a_quiz_survives_reloading_closing_losing_the_network_and_changing_the_device(browsers):
    page = browsers.signed_in("learner2")
    items = start_final_quiz(page, "doc-va-ap-dung-van-kien")
    address = page.url
    given = {}

    answer(slot(page, 1))
    chip(page, 1, "stored").wait_for()
    given[1] = values(slot(page, 1))
    page.reload()
    assert values(slot(page, 1)) == given[1]

    answer(slot(page, 2))
    given[2] = values(slot(page, 2))
    page.close(run_before_unload=False)  # at once, before any answer of the server was seen
    page = page.context.new_page()
    page.goto(address)
    chip(page, 2, "stored").wait_for()
    assert values(slot(page, 2)) == given[2]

    browsers.outage = True
    page.context.set_offline(True)
    answer(slot(page, 3))
    given[3] = values(slot(page, 3))
    chip(page, 3, "failed").wait_for()
    assert page.locator("[data-connection]").is_visible(), "the page does not say that it is offline"
    page.context.set_offline(False)
    chip(page, 3, "stored").wait_for()
    page.locator("[data-connection]").wait_for(state="hidden")
    browsers.outage = False

    other = browsers.signed_in("learner2", DESKTOP)
    other.goto("/")
    other.goto(address)
    for number, there in given.items():
        assert values(slot(other, number)) == there
    for number in range(4, items + 1):
        answer(slot(other, number))
        chip(other, number, "stored").wait_for()
    submit(other, "form[data-attempt]", "[name=review]")
    assert path_of(other).endswith("/review")
    submit(other, "main form[action$='/submission']")
    assert re.fullmatch(r"/attempts/\d+", path_of(other))
    assert other.locator(".meter, .notice").first.is_visible()
    inspect(other)
    other.goto("/me")
    assert other.locator("a[href='/courses/doc-va-ap-dung-van-kien']").count()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(academy, browsers):
    page = browsers.signed_in("learner3")
    items = start_final_quiz(page, "doc-va-ap-dung-van-kien")
    acknowledged = {}
    for number in range(1, items):
        answer(slot(page, number))
        chip(page, number, "stored").wait_for()
        acknowledged[number] = values(slot(page, number))
    browsers.outage = True
    academy.crash()
    answer(slot(page, items))
    waiting = values(slot(page, items))
    chip(page, items, "failed").wait_for()
    academy.start()
    chip(page, items, "stored").wait_for(timeout=40_000)
    browsers.outage = False
    other = browsers.signed_in("learner3", DESKTOP)
    other.goto(path_of(page))
    for number, there in (acknowledged | {items: waiting}).items():
        assert values(slot(other, number)) == there, f"question {number}"
