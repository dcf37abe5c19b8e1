"""Titles offered while a search is typed: with the keyboard, with a finger, and for those who only want to search."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP
from tests.e2e.inspecting import inspect

BOX = ".site-search [name=q]"
OPTIONS = ".site-search [role=option]"


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


def test_a_finger_opens_a_title(browsers):
    page = typed(browsers.anonymous(), "du lieu")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(OPTIONS).first.tap()
    page.wait_for_url("**/courses/**")
