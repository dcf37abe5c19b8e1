"""Every kind of page: accessible, in light and dark, on desktop and phone, with nothing sticking out sideways."""

from __future__ import annotations

import pytest

from tests.e2e.browsing import DESKTOP, Browsers, path_of, submit
from tests.e2e.inspecting import inspect
from tests.e2e.places import CITY, PAUSED, PLACES, QUIZ, SAT, START, STUDIO, Place
from tests.e2e.sitting import start_final_quiz


@pytest.fixture(scope="package")
def attempts_used_up(academy, chromium, sign_ins):
    """A learner who has handed in every attempt of a quiz empty, so that its answers are released."""
    browsers = Browsers(academy.address, chromium, sign_ins)
    page = browsers.signed_in(SAT, DESKTOP)
    page.goto(CITY)
    submit(page, "form[action$='/enrollment']")
    for _attempt in range(3):
        page.goto(CITY)
        for press in (QUIZ, START, "[name=review]", "form[action$='/submission'] button"):
            follow(page, press)
    browsers.close()


@pytest.fixture(scope="package")
def written_course(academy, chromium, sign_ins) -> str:
    """The address of a course in the studio with a lesson; it is not published."""
    browsers = Browsers(academy.address, chromium, sign_ins)
    page = browsers.signed_in("instructor", DESKTOP)
    page.goto("/studio")
    page.fill("form[action='/studio/courses'] [name=title]", "Thư viện phường")
    submit(page, "form[action='/studio/courses']", ".button-primary")
    address = path_of(page)
    page.fill(f"form[action='{address}/lessons'] [name=title]", "Sắp xếp kho sách")
    submit(page, f"form[action='{address}/lessons']", ".button")
    browsers.close()
    return address


def follow(page, press: str) -> None:
    """Press what a step of a way names: the first of it that can be seen."""
    target = page.locator(press).first
    if target.evaluate("node => node.matches('summary')"):
        target.click()
    if target.evaluate("node => node.matches('a, button')"):
        with page.expect_navigation():
            target.click()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_page_can_be_used_by_everybody(browsers, place: Place, request):
    if place.who == SAT:
        request.getfixturevalue("attempts_used_up")
    look_at(browsers, place)


@pytest.mark.parametrize("part", [*STUDIO, "lesson", "history"], ids=lambda part: part or "lessons")
def test_a_page_of_the_studio_can_be_used_by_everybody(browsers, written_course, part):
    lesson = (written_course, f"main .outline a[href^='{written_course}/lessons/']")
    ways = {"lesson": lesson, "history": (*lesson, "main a[href*='/history']")}
    look_at(browsers, Place(part, "instructor", ways.get(part, (f"{written_course}/{part}".rstrip("/"),))))


def test_a_paper_whose_clock_stands_and_the_room_that_stopped_it_can_be_used_by_everybody(browsers):
    page = browsers.signed_in(PAUSED)
    start_final_quiz(page, CITY.rpartition("/")[2])
    attempt = path_of(page).rpartition("/")[2]
    page.goto(CITY)
    quiz = page.locator(QUIZ).first.get_attribute("href")
    room = browsers.signed_in("instructor", DESKTOP)
    room.goto(f"{quiz}/room")
    room.check(f"[name=attempt][value='{attempt}']")
    room.fill("form[action$='/room/time'] [name=minutes]", "30")
    room.fill("form[action$='/room/time'] [name=reason]", "Mất điện cả tầng")
    submit(room, "form[action$='/room/time']", "[formaction$='/room/pauses']")
    inspect(room)
    page.goto(f"/attempts/{attempt}")
    assert not page.locator("form[data-attempt]").count(), "the paper is shown though its clock stands"
    inspect(page)


def look_at(browsers, place: Place) -> None:
    page = browsers.signed_in(place.who, DESKTOP) if place.who else browsers.anonymous(DESKTOP)
    answer = page.goto(place.way[0])
    assert answer.status == (place.status if len(place.way) == 1 else 200)
    for press in place.way[1:]:
        follow(page, press)
    inspect(page)
