"""An instructor writes a course in the studio, publishes it, and a learner finds it by search."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP, open_until, path_of, submit
from tests.e2e.inspecting import inspect
from tests.e2e.sitting import HIDE, until

WORD = "hợp xướng cối xay"
BODY = f"## Mở đầu {{#mo-dau}}\n\nĐội {WORD} của phường tập vào tối thứ năm.\n\n## Cách làm {{#cach-lam}}\n\nMời người dân cùng hát.\n"


def begin_lesson(page, course: str, title: str) -> str:
    """Make a course in the studio and open its first lesson; the course's address there."""
    page.goto("/studio")
    page.fill("form[action='/studio/courses'] [name=title]", course)
    submit(page, "form[action='/studio/courses']", ".button-primary")
    studio = path_of(page)
    assert studio.startswith("/studio/courses/")
    add = f"form[action='{studio}/lessons']"
    page.fill(f"{add} [name=title]", title)
    submit(page, add, ".button")
    lesson = page.locator(f"main a[href^='{studio}/lessons/']").first
    if not path_of(page).startswith(f"{studio}/lessons/"):
        lesson.click()
    page.wait_for_url(f"**{studio}/lessons/*")
    return studio


def test_a_lesson_is_written_published_and_found(browsers):
    page = browsers.signed_in("instructor", DESKTOP)
    studio = begin_lesson(page, "Hoạt động văn hóa cơ sở", "Tập hát ở nhà văn hóa")
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
    open_until(learner, "/search?q=hop+xuong+coi+xay", "main ol.rows .rows-title")
    learner.locator("main ol.rows .rows-title").first.click()
    learner.wait_for_url("**/lessons/**")
    assert WORD in learner.locator("article.reading").inner_text()


def test_what_is_written_while_an_earlier_text_is_on_its_way_is_stored(browsers):
    page = browsers.signed_in("instructor", DESKTOP)
    begin_lesson(page, "Phòng cháy chữa cháy", "Bình chữa cháy")
    held = []
    page.route("**/drafts/*", lambda route: held.append(route), times=1)
    page.fill("#f-body", BODY)
    until(page, lambda: held)
    page.fill("#f-body", BODY + "\nThêm một câu.\n")
    page.evaluate(HIDE)
    held[0].continue_()
    page.locator("#draft [data-saved][data-state=stored]").wait_for()
    page.reload()
    assert "Thêm một câu." in page.locator("#f-body").input_value()
