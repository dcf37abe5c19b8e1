"""Titles offered while a search is typed: with the keyboard, with a finger, and for those who only want to search."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.e2e.browsing import DESKTOP
from tests.e2e.inspecting import inspect
from tests.e2e.sitting import until

Error = pytest.importorskip("playwright.sync_api").Error

BOX = ".site-search [name=q]"
OPTIONS = ".site-search [role=option]"
SUGGESTIONS = "**/search/suggestions?*"


def typed(page, words: str):
    """The home page with something typed into its search box, and titles offered for it."""
    page.goto("/")
    page.locator(BOX).press_sequentially(words)
    page.wait_for_selector(OPTIONS)
    return page


def test_arrows_lead_to_a_title_and_enter_opens_it(browsers):
    page = typed(browsers.anonymous(DESKTOP), "du lieu")
    assert page.get_attribute(BOX, "aria-expanded") == "true"
    assert page.get_attribute(BOX, "aria-activedescendant") is None
    page.press(BOX, "ArrowDown")
    option = page.locator(f"#{page.get_attribute(BOX, 'aria-activedescendant')}")
    assert option.get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.name") == "q", "the focus stays in the box"
    inspect(page)
    page.press(BOX, "Enter")
    page.wait_for_url("**/courses/**")


def test_typing_chooses_nothing_and_escape_closes(browsers):
    page = typed(browsers.anonymous(DESKTOP), "du lieu")
    page.press(BOX, "Escape")
    assert page.get_attribute(BOX, "aria-expanded") == "false" and page.locator(OPTIONS).count() == 0
    assert page.input_value(BOX) == "du lieu"
    page.press(BOX, "End")
    page.press(BOX, "Enter")
    page.wait_for_url("**/search?q=du+lieu")


def test_titles_that_come_later_do_not_take_a_choice_away(browsers):
    page = typed(browsers.anonymous(DESKTOP), "du lieu")
    held, ended = [], []
    page.route(SUGGESTIONS, lambda route: held.append(route))
    for name in ("requestfinished", "requestfailed"):
        page.on(name, lambda request: ended.append(request.url) if "/suggestions" in request.url else None)
    page.locator(BOX).press_sequentially(" va")
    until(page, lambda: held)
    page.press(BOX, "ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    title = chosen.inner_text()
    with suppress(Error):  # it is given up already
        held[-1].fulfill(json={"items": [{"title": "Another", "url": "/courses", "lang": "en"}]})
    until(page, lambda: ended)
    page.wait_for_timeout(100)  # for a page that would show them
    assert chosen.inner_text() == title and page.locator(OPTIONS).filter(has_text="Another").count() == 0
    assert page.get_attribute(BOX, "aria-activedescendant") == chosen.get_attribute("id")


def test_a_finger_opens_a_title(browsers):
    page = typed(browsers.anonymous(), "du lieu")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(OPTIONS).first.tap()
    page.wait_for_url("**/courses/**")
