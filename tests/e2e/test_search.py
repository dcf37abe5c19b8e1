"""Searching as people do: with the keyboard, with filters and the back button, without scripts, into the text."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP, submit
from tests.e2e.inspecting import inspect
from tests.e2e.places import BEGUN

HITS = "ol.rows a.rows-title"
LARGE = ".searchbox-large [name=q]"


def test_filters_survive_opening_a_result_and_coming_back(browsers):
    page = browsers.anonymous(DESKTOP)
    page.goto("/search?q=du+lieu+ca+nhan&lang=vi")
    everything = page.locator(HITS).count()
    page.locator(".chips a", has_text="Công nghệ thông tin").first.click()
    page.wait_for_url("**module=information_technology**")
    narrowed = page.locator(HITS).all_inner_texts()
    assert 0 < len(narrowed) < everything
    page.locator(HITS).first.click()
    page.wait_for_url(lambda address: "/search" not in address)
    page.go_back()
    page.wait_for_url("**module=information_technology**")
    assert page.locator(HITS).all_inner_texts() == narrowed
    assert page.locator(".chips a[aria-current=true]").count() == 2
    page.fill(LARGE, "mat khau")
    page.press(LARGE, "Enter")
    page.wait_for_url("**q=mat+khau**")
    assert "lang=vi" in page.url and "module=information_technology" in page.url


def test_a_result_opens_at_the_passage_with_its_words_marked(browsers):
    """Without scripts: the browser marks by the address alone, and takes the words out of it."""
    page = browsers.anonymous(java_script_enabled=False)
    page.goto("/search?q=kenh+khac+xac+minh&lang=vi")
    page.locator(f"{HITS}[href*='04-lua-dao-mat-khau']").first.click()
    page.wait_for_url("**/04-lua-dao-mat-khau**")
    assert page.url.endswith("#xac-minh") or ":~:text=" in page.url
    heading = page.locator("#xac-minh")
    box, height = heading.bounding_box(), page.viewport_size["height"]
    assert box is not None and 0 <= box["y"] < height


def test_the_box_of_the_page_offers_titles_to_the_keyboard(browsers):
    page = browsers.anonymous(DESKTOP)
    page.goto("/search?q=x")
    page.fill(LARGE, "")
    page.locator(LARGE).press_sequentially("chi so")
    page.wait_for_selector(".searchbox-large [role=option]")
    page.press(LARGE, "ArrowDown")
    chosen = page.locator(f"#{page.get_attribute(LARGE, 'aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    inspect(page)
    page.press(LARGE, "Enter")
    page.wait_for_url("**/courses/**")


def test_a_search_is_saved_found_again_and_forgotten_without_scripts(browsers):
    page = browsers.signed_in(BEGUN, java_script_enabled=False)
    page.goto("/search?q=hang+doi&lang=vi")
    page.locator(".save-search summary").click()
    page.fill(".save-search [name=name]", "Hàng đợi ở quầy")
    submit(page, ".save-search form")
    page.goto("/search/mine")
    assert page.locator("#recent ~ ul").first.inner_text().startswith("hang doi")
    page.locator("a", has_text="Hàng đợi ở quầy").click()
    page.wait_for_url("**q=hang+doi&lang=vi")
    page.goto("/search/mine")
    page.locator("form[action$='/remove'] button").first.click()
    page.wait_for_selector("text=Chưa có.")
    page.locator("form[action$='/recent/switch'] button").click()
    page.wait_for_selector("text=không còn được ghi nhớ")
    page.locator("form[action$='/recent/switch'] button").click()
    page.wait_for_selector("text=chỉ bạn nhìn thấy")


def test_what_is_not_found_becomes_a_need_that_gets_an_answer(browsers):
    page = browsers.signed_in(BEGUN)
    page.goto("/search?q=kecapi")
    page.locator("a", has_text="Báo nhu cầu đào tạo").first.click()
    page.wait_for_url("**/search/need**")
    page.fill("[name=note]", "Đội văn nghệ của phường")
    submit(page, "main form")
    inspect(page)
    officer = browsers.signed_in("admin", DESKTOP)
    officer.goto("/admin/training-needs")
    section = officer.locator("section", has_text="kecapi")
    section.locator("summary").click()
    inspect(officer)
    section.locator("[value=declined]").check()
    section.locator("textarea").fill("Không thuộc chương trình của học viện.")
    section.locator("form button").click()
    officer.wait_for_load_state()
    page.goto("/search/mine")
    assert "Không thuộc chương trình" in page.locator("main").inner_text()


def test_an_abbreviation_works_from_the_next_search_on(browsers):
    page = browsers.signed_in("admin", DESKTOP)
    page.goto("/search?q=XĐLI")
    assert page.locator(HITS, has_text="xung đột lợi ích").count() == 0
    page.goto("/admin/search-words")
    page.fill("#f-term", "XĐLI")
    page.fill("#f-meaning", "xung đột lợi ích")
    submit(page, "form[action$='/admin/search-words']:has(#f-term)")
    inspect(page)
    page.goto("/search?q=xdli")
    page.wait_for_timeout(1100)  # another process looks at its list once a second
    page.reload()
    assert page.locator(HITS, has_text="xung đột lợi ích").count() > 0
    page.goto("/admin/search-words?q=xdli")
    page.locator("form[action$='/retire'] button").click()
    page.wait_for_load_state()
