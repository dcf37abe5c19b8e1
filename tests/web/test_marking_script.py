"""The keys of the marking queue, in a real browser: digits choose levels, Enter stores, and only inside the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from academy.web import stylesheet

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")

LEVELS = "".join(f'<label><input type="radio" name="level.%s" value="l{n}">{n}</label>' for n in (1, 2, 3))
PAGE = f"""<!doctype html><html lang="en"><title>Marking</title><a id="outside" href="#x">outside</a>
<a data-last href="#last">last</a>
<form data-marking action="about:blank">
<fieldset data-criterion><legend>A</legend>{LEVELS % (("a",) * 3)}</fieldset>
<fieldset data-criterion><legend>B</legend>{LEVELS % (("b",) * 3)}</fieldset>
<textarea name="comment"></textarea><input type="checkbox" name="flagged"><button>Store</button></form></html>"""


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    page.set_content(PAGE)
    page.evaluate("window.sent = 0; document.addEventListener('submit', (e) => { window.sent += e.defaultPrevented ? 0 : 1; e.preventDefault(); })")
    page.add_script_tag(path=str(stylesheet.WEB / "static/js/marking.js"))
    yield page
    page.close()


def chosen(page) -> list[str]:
    return page.eval_on_selector_all("input[type=radio]:checked", "all => all.map((one) => `${one.name} ${one.value}`)")


def test_digits_choose_the_levels_one_criterion_after_the_other_and_enter_stores(page):
    page.keyboard.press("3")
    page.keyboard.press("2")
    assert chosen(page) == ["level.a l3", "level.b l2"]
    page.keyboard.press("1")
    assert chosen(page) == ["level.a l3", "level.b l1"]
    page.keyboard.press("9")
    assert chosen(page) == ["level.a l3", "level.b l1"]
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == 1


def test_in_a_comment_digits_are_digits_and_only_control_and_enter_stores(page):
    page.keyboard.press("c")
    page.keyboard.type("1f\n2")
    assert page.input_value("textarea") == "1f\n2" and chosen(page) == [] and page.evaluate("window.sent") == 0
    page.keyboard.press("Control+Enter")
    assert page.evaluate("window.sent") == 1


def test_single_keys_act_only_inside_the_form(page):
    page.keyboard.press("f")
    assert page.is_checked("[name=flagged]")
    page.focus("#outside")
    page.keyboard.press("1")
    page.keyboard.press("f")
    assert chosen(page) == [] and page.is_checked("[name=flagged]")


def test_enter_pressed_twice_stores_once(page):
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == 1
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == 2
