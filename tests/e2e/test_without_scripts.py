"""The whole of studying with scripts switched off: reading, enrolling, practising, sitting a quiz."""

from __future__ import annotations

import re

from tests.e2e.browsing import PHONE, hrefs, path_of, sign_in, submit

COURSE = "doc-va-ap-dung-van-kien"


def answer_by_hand(page, box) -> None:
    """Choose and type in one exercise without scripts in the page: the first option, options in turn, a word."""
    seen = set()
    for field in box.locator("input:not([type=hidden]):enabled, select:enabled, textarea:enabled").all():
        kind, name = field.get_attribute("type"), field.get_attribute("name")
        if kind in ("radio", "checkbox"):
            if name not in seen:
                field.check(force=True)
        elif field.evaluate("field => field.tagName") == "SELECT":
            options = field.locator("option").count() - 1
            field.select_option(index=1 + len(seen) % options)
        else:
            field.fill("12" if field.get_attribute("inputmode") == "decimal" else "công vụ")
        seen.add(name)


def test_a_cadre_studies_without_scripts(browsers):
    page = browsers.anonymous(PHONE, java_script_enabled=False)
    sign_in(page, "learner160")
    page.goto("/courses")
    page.locator(f"main a[href='/courses/{COURSE}']").first.click()
    submit(page, "form[action$='/enrollment']")
    page.goto("/")
    page.locator("main .continue a.button").click()
    assert "/lessons/" in path_of(page)
    lesson = path_of(page)

    exercise = page.locator(".lesson-exercise").first
    identity = exercise.get_attribute("id")
    answer_by_hand(page, exercise.locator("fieldset.exercise").first)
    submit(page, f"#{identity} form", ".actions button")
    assert path_of(page) == lesson
    assert page.locator(f"#{identity} .actions [role=status]").is_visible()
    submit(page, f"form[action='{lesson}/finish']")
    assert page.locator(".flashes").is_visible(), "nothing says what came of it"

    page.goto(f"/courses/{COURSE}")
    page.goto(hrefs(page, "main a[href^='/quizzes/']")[0])
    submit(page, "form[action$='/attempts']")
    attempt = path_of(page)
    items = page.locator("[data-slot]").count()
    for number in range(1, items + 1):
        answer_by_hand(page, page.locator(f'[data-slot="{number}"]'))
    submit(page, "form[data-attempt]", "[name=save]")
    assert path_of(page) == attempt
    assert page.locator('[data-saved][data-state="stored"]').count() == items
    submit(page, "form[data-attempt]", "[name=review]")
    assert path_of(page) == f"{attempt}/review"
    submit(page, f"form[action='{attempt}/submission']")
    assert path_of(page) == attempt
    assert page.locator(".meter, .notice").first.is_visible()
    assert not page.locator("form[data-attempt]").count()


def test_finding_and_verifying_need_no_scripts(browsers):
    page = browsers.anonymous(PHONE, java_script_enabled=False)
    page.goto("/")
    page.fill(".site-search [name=q]", "dao duc")
    submit(page, ".site-search form")
    page.locator("main ol.rows .rows-title").first.click()
    assert re.search(r"/lessons/[^#]+#.+", page.url)
    page.goto("/verify")
    page.fill("#f-code", "0000 0000 0000")
    submit(page, "main form")
    assert page.locator(".notice-error").is_visible()
