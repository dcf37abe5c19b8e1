"""Marks on a picture, entries put into place, tables on a phone, files: by keyboard, by finger, on a bad link."""

from __future__ import annotations

import re

import pytest

from tests.e2e.browsing import DESKTOP, path_of, sign_in, submit
from tests.e2e.inspecting import inspect
from tests.e2e.places import CITY, READING
from tests.e2e.sitting import SHOW, STATE, chip, until

MAP = f"{CITY}/lessons/05-khung-hoang-ngap-lut"
SORTING = f"{CITY}/lessons/03-quan-tri-du-lieu"
TABLE = f"{READING}/lessons/03-chinh-quyen-hai-cap"
PDF = b"%PDF-1.7\nMau bao cao"
UPLOADS = re.compile(r"/answers/\d+/files$")
# where the two groups that are flooded first stand on the map of 760 × 480
FLOODED = ((108, 258, 232, 342), (498, 288, 622, 372))


def begin(page, course: str) -> None:
    page.goto(course)
    if page.locator("form[action$='/enrollment']").count():
        submit(page, "form[action$='/enrollment']")


def tab_to(page, selector: str, presses: int = 200) -> None:
    """Go on with Tab until what has the focus fits."""
    for _press in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def focused(page) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()")


def marks(page) -> list[tuple[int, int]]:
    """The marks set, as the fields hold them."""
    x, y = (
        [field.input_value() for field in page.locator(f"[data-point] input[name$='.{side}']").all()] for side in "xy"
    )
    return [(int(across), int(down)) for across, down in zip(x, y, strict=True) if across]


def walk_to(page, number: int, box: tuple[int, int, int, int]) -> None:
    """Move the mark that has the focus into a box with the arrow keys."""
    left, top, right, bottom = box
    for _press in range(80):
        x, y = marks(page)[number]
        if left <= x <= right and top <= y <= bottom:
            return
        far = max(left - x, x - right, top - y, y - bottom) > 40
        key = "ArrowLeft" if x > right else "ArrowRight" if x < left else "ArrowUp" if y > bottom else "ArrowDown"
        page.keyboard.press(f"Shift+{key}" if far else key)
    raise AssertionError(f"the mark never got there: {marks(page)}")


def check_by_keyboard(page) -> None:
    tab_to(page, ".lesson-exercise .actions button")
    page.keyboard.press("Enter")


def test_a_picture_is_marked_by_keyboard_alone(browsers):
    page = browsers.signed_in("learner130", DESKTOP)
    begin(page, CITY)
    page.goto(MAP)
    for number, box in enumerate(FLOODED):
        page.locator("[data-hotspot] legend").evaluate("node => { node.tabIndex = -1; node.focus(); }")
        tab_to(page, "[data-hotspot] [data-add]")
        page.keyboard.press("Enter")
        assert focused(page).startswith(f"Dấu {number + 1}")
        walk_to(page, number, box)
        said = page.locator("[data-hotspot] [data-said]").inner_text()
        assert str(marks(page)[number][0]) in said, "who cannot see the picture is not told where the mark is"
    page.keyboard.press("Delete")
    assert len(marks(page)) == 1
    tab_to(page, "[data-hotspot] [data-add]")
    page.keyboard.press("Enter")
    walk_to(page, 1, FLOODED[1])
    check_by_keyboard(page)
    page.locator(".lesson-exercise:has([data-kind=hotspot]) .badge.tone-good").wait_for()


def test_a_picture_is_marked_by_finger_and_the_mark_dragged(browsers):
    page = browsers.signed_in("learner131")
    begin(page, CITY)
    page.goto(MAP)
    board = page.locator("[data-hotspot] [data-board]")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()

    def at(x: int, y: int) -> tuple[float, float]:
        return box["x"] + box["width"] * x / 760, box["y"] + box["height"] * y / 480

    page.touchscreen.tap(*at(170, 300))
    until(page, lambda: len(marks(page)) == 1)
    x, y = marks(page)[0]
    assert abs(x - 170) < 6 and abs(y - 300) < 6
    page.mouse.move(*at(x, y))
    page.mouse.down()
    page.mouse.move(*at(560, 330), steps=5)
    page.mouse.up()
    x, y = marks(page)[0]
    assert abs(x - 560) < 6 and abs(y - 330) < 6, "the mark did not follow"


def test_entries_are_put_into_place_by_keyboard_alone(browsers):
    page = browsers.signed_in("learner132", DESKTOP)
    begin(page, CITY)
    page.goto(SORTING)
    page.locator("[data-placing] legend").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    wanted = {"Đội sơ tán": 0, "Trạm y tế": 0, "Thành phố": 1, "Sinh viên": 1, "Công ty": 2}
    tab_to(page, "[data-chips] [data-entry]")
    for _entry in wanted:
        name = focused(page)
        place = next(place for start, place in wanted.items() if name.startswith(start))
        page.keyboard.press("Enter")
        assert name in page.locator("[data-placing] [data-said]").inner_text()
        for _step in range(place):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    assert not page.locator("[data-chips] [data-entry]").count()
    # one is taken up again, put back by Escape, then taken out by Delete
    page.locator("[data-bin-list] [data-entry]").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("[data-entry][aria-pressed=true]").count() == 0
    page.keyboard.press("Delete")
    assert page.locator("[data-chips] [data-entry]").count() == 1
    page.locator("[data-chips] [data-entry]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    check_by_keyboard(page)
    page.locator(".lesson-exercise:has([data-kind=placing]) .badge.tone-good").wait_for()


def test_entries_are_dragged_from_the_list_to_a_place_and_back(browsers):
    page = browsers.signed_in("learner133", DESKTOP)
    begin(page, CITY)
    page.goto(SORTING)
    bank, bins = page.locator("[data-bank-box]"), page.locator("[data-bin]")
    bank.scroll_into_view_if_needed()
    chips = bank.locator("[data-entry]")
    drag(page, chips.first, bins.first)
    assert bins.first.locator("[data-entry]").count() == 1 and chips.count() == 4
    drag(page, bins.first.locator("[data-entry]"), bins.nth(1))
    assert bins.nth(1).locator("[data-entry]").count() == 1 and not bins.first.locator("[data-entry]").count()
    drag(page, bins.nth(1).locator("[data-entry]"), bank.locator("p"))
    assert chips.count() == 5
    # a click after a drag is a click again
    chips.first.click()
    bins.nth(2).locator("[data-target]").click()
    assert bins.nth(2).locator("[data-entry]").count() == 1


def drag(page, what, where) -> None:
    start, end = what.bounding_box(), where.bounding_box()
    page.mouse.move(start["x"] + 15, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 25, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20, steps=6)
    page.mouse.up()
    page.wait_for_timeout(50)


def test_a_table_is_told_as_a_table_and_on_a_phone_as_a_group_for_each_row(browsers):
    page = browsers.signed_in("learner134", DESKTOP)
    page.goto(TABLE)
    table = page.locator("[data-matrix]")
    assert table.get_by_role("columnheader").count() == 3 and table.get_by_role("rowheader").count() == 4
    page.set_viewport_size({"width": 390, "height": 844})
    groups = page.locator("fieldset[data-kind=matrix]").get_by_role("radiogroup")
    until(page, lambda: groups.count() == 4)
    names = {group.get_by_role("radio").first.get_attribute("aria-labelledby").count(" ") for group in groups.all()}
    assert names == {1}, "a mark is named by its row and its column"


# --- files on a paper ----------------------------------------------------------------------------


@pytest.fixture
def essay(browsers):
    """Opens the paper of the course essay for a learner: a text and a file."""

    def open_for(learner: str, **options):
        page = browsers.signed_in(learner, **options)
        begin(page, READING)
        page.goto(READING)
        offered = page.request.get(f"/api/v1{READING}/quizzes").json()["items"]
        page.goto(f"/quizzes/{next(quiz['id'] for quiz in offered if quiz['slug'] == 'thu-hoach')}")
        submit(page, "form[action$='/attempts']")
        page.wait_for_selector("form[data-attempt]")
        return page

    return open_for


def choose(page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": data})


def test_a_file_is_stored_like_every_answer(browsers, essay):
    page = essay("learner135")
    browsers.outage = True  # a refusal stands in the console
    choose(page, "mẫu báo cáo.pdf", PDF)
    chip(page, 2, "stored").wait_for()
    choose(page, "giả.pdf", b"MZ\x00\x01")
    page.locator("[data-uploads] li:has-text('PDF, DOCX, ODT')").wait_for()
    page.reload()
    box = page.locator("input[type=checkbox][name='s2.file']")
    assert box.is_checked() and "mẫu báo cáo.pdf" in page.locator("[data-files]").inner_text()
    with page.expect_download() as download:
        page.locator("[data-files] a").click()
    assert download.value.suggested_filename == "mẫu báo cáo.pdf"
    with open(download.value.path(), "rb") as file:
        assert file.read() == PDF
    box.uncheck()
    page.locator('[data-saved="2"]').wait_for()
    until(page, lambda: page.locator("[data-answered]").inner_text() == "0")


def test_an_upload_over_a_lost_link_is_tried_again(browsers, essay):
    page = essay("learner136")
    browsers.outage = True
    page.route(UPLOADS, lambda route: route.abort())
    choose(page, "báo cáo.pdf", PDF)
    again = page.locator("[data-uploads] button").first
    again.wait_for()
    assert not page.locator("[name='s2.file']").count()
    page.unroute(UPLOADS)
    again.click()
    chip(page, 2, "stored").wait_for()
    assert page.locator("[name='s2.file']").is_checked()


def test_after_signing_in_again_in_another_window_a_file_is_sent_from_the_same_page(browsers, essay):
    """The page is not loaded anew: it sends with the forgery token of the new session once it has that."""
    page = essay("learner141")
    page.evaluate("window.stayed = true")
    browsers.outage = True
    page.context.clear_cookies()
    choose(page, "báo cáo.pdf", PDF)
    line = page.locator("[data-uploads] p.error-text")
    line.wait_for()
    assert line.inner_text().strip() and not page.locator("[name='s2.file']").count()
    sign_in(page.context.new_page(), "learner141")
    with page.expect_response(STATE):
        page.evaluate(SHOW)
    page.locator("[data-uploads] button").first.click()
    chip(page, 2, "stored").wait_for()
    assert page.evaluate("window.stayed") and not page.locator("[data-uploads] li").count()
    page.reload()
    assert page.locator("[name='s2.file']").is_checked() and "báo cáo.pdf" in page.locator("[data-files]").inner_text()


def test_a_file_that_arrived_but_was_not_acknowledged_is_not_lost_with_the_page(browsers, essay):
    page = essay("learner137")
    browsers.outage = True
    saves = re.compile(r"/answers/\d+$")
    page.route(saves, lambda route: route.abort())
    choose(page, "báo cáo.pdf", PDF)
    chip(page, 2, "failed").wait_for()
    page.unroute(saves)
    page.reload()
    chip(page, 2, "stored").wait_for()
    assert page.locator("[name='s2.file']").is_checked()
    assert "báo cáo.pdf" in page.locator("[data-files]").inner_text()


def test_words_are_counted_while_they_are_written_and_the_text_is_stored(essay):
    page = essay("learner138")
    page.locator("textarea[name=s1]").fill("Học viên nêu sự việc.")
    assert "5" in page.locator("#s1-words").inner_text() and page.locator("#s1-words").get_attribute("data-state") == "few"
    chip(page, 1, "stored").wait_for()
    inspect(page)


def test_without_scripts_a_file_goes_with_the_form(browsers, essay):
    page = essay("learner139", java_script_enabled=False)
    attempt = path_of(page)
    choose(page, "báo cáo.pdf", PDF)
    submit(page, "form[data-attempt]", "[name=save]")
    assert path_of(page) == attempt and "báo cáo.pdf" in page.locator("[data-files]").inner_text()
    choose(page, "giả.pdf", b"MZ\x00\x01")
    submit(page, "form[data-attempt]", "[name=save]")
    assert page.locator(".notice-error").count() and "báo cáo.pdf" in page.locator("[data-files]").inner_text()


@pytest.mark.parametrize("address", [MAP, SORTING, TABLE, f"{READING}/lessons/05-xung-dot-loi-ich"], ids=["map", "sorting", "table", "essay"])
def test_the_new_kinds_can_be_used_by_everybody_before_and_after_an_answer(browsers, address):
    page = browsers.signed_in("learner140", DESKTOP)
    begin(page, address.partition("/lessons/")[0])
    page.goto(address)
    kind = page.locator("fieldset[data-kind=hotspot], fieldset[data-kind=placing], fieldset[data-kind=matrix], fieldset[data-kind=extended]").last
    if kind.get_attribute("data-kind") == "hotspot":
        kind.locator("[data-add]").click()
    inspect(page)
    page.set_viewport_size(DESKTOP["viewport"])
    place = kind.get_attribute("data-kind")
    if place == "matrix":
        kind.locator("tbody input").first.check()
    elif place == "placing":
        kind.locator("[data-entry]").first.click()
        kind.locator("[data-target]").first.click()
    elif place == "extended":
        kind.locator("textarea").fill("Sự việc, căn cứ, cân nhắc, đề xuất.")
    exercise = page.locator(f".lesson-exercise:has(fieldset[data-kind={place}])").last
    exercise.locator(".actions button").click()
    exercise.locator(".feedback").first.wait_for()
    inspect(page)
