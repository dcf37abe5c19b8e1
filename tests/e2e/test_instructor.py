"""An instructor writes a course in the studio, publishes it, and a learner finds it by search."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP, path_of, submit
from tests.e2e.inspecting import inspect

WORD = "hợp xướng cối xay"
BODY = f"## Mở đầu {{#mo-dau}}\n\nĐội {WORD} của phường tập vào tối thứ năm.\n\n## Cách làm {{#cach-lam}}\n\nMời người dân cùng hát.\n"


def test_a_lesson_is_written_published_and_found(browsers):
    page = browsers.signed_in("instructor", DESKTOP)
    page.goto("/studio")
    page.fill("form[action='/studio/courses'] [name=title]", "Hoạt động văn hóa cơ sở")
    submit(page, "form[action='/studio/courses']", ".button-primary")
    studio = path_of(page)
    assert studio.startswith("/studio/courses/")
    add = f"form[action='{studio}/lessons']"
    page.fill(f"{add} [name=title]", "Tập hát ở nhà văn hóa")
    submit(page, add, ".button")
    lesson = page.locator(f"main a[href^='{studio}/lessons/']").first
    if not path_of(page).startswith(f"{studio}/lessons/"):
        lesson.click()
    page.wait_for_url(f"**{studio}/lessons/*")
    page.fill("#f-body", BODY)
    page.locator("#draft [data-saved][data-state=stored]").wait_for()
    page.locator(".studio-preview, [id*=preview]").get_by_text(WORD).wait_for()
    page.reload()
    assert WORD in page.locator("#f-body").input_value(), "the draft was called stored but is not there"

    page.goto(f"{studio}/publish")
    submit(page, f"main form[action='{studio}/publish']")
    assert page.locator(".flashes .notice-success").is_visible()
    inspect(page)

    learner = browsers.signed_in("learner4")
    for _wait in range(40):
        learner.goto("/search?q=hop+xuong+coi+xay")
        if learner.locator("main ol.rows .rows-title").count():
            break
        learner.wait_for_timeout(250)
    learner.locator("main ol.rows .rows-title").first.click()
    learner.wait_for_url("**/lessons/**")
    assert WORD in learner.locator("article.reading").inner_text()
