"""The page of a paper when the server, the link, the session, the store or a second window fails it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.browsing import DESKTOP, Browsers, answer, path_of, sign_in, submit, values
from tests.e2e.sitting import HIDE, SAVES, SHOW, STATE, chip, slot, start_final_quiz, until

COURSE = "doc-va-ap-dung-van-kien"
HAND_IN = "[name=review]"


@pytest.fixture(scope="module")
def people() -> Iterator[str]:
    return (f"learner{number}" for number in range(40, 70))


@pytest.fixture
def learner(people) -> str:
    """Somebody who has not begun the course."""
    return next(people)


@pytest.fixture
def page(browsers: Browsers, learner):
    """A paper on a phone. Faults of the network are what these tests are about; those of scripts are not."""
    page = browsers.signed_in(learner)
    start_final_quiz(page, COURSE)
    browsers.outage = True
    return page


def opened(browsers: Browsers, learner: str, address: str):
    """The same paper on another device."""
    other = browsers.signed_in(learner, DESKTOP)
    other.goto(address)
    return other


def store(page, number: int, turn: int = 0) -> list[str]:
    """Answer and wait until the answer is stored; what the fields hold then."""
    answer(slot(page, number), turn)
    chip(page, number, "stored").wait_for()
    return values(slot(page, number))


def states(page, number: int):
    """A handle on the list of the states that the page gives an answer from now on."""
    return page.evaluate_handle(
        """(number) => { const seen = []; const chip = document.querySelector(`[data-saved="${number}"]`);
        const note = () => seen.push(chip.dataset.state);
        new MutationObserver(note).observe(chip, {attributes: true}); return seen; }""",
        number,
    )


def refuse(page, status: int, number: int | None = None, **body: object) -> None:
    """Let the server answer saves (of one question, or all) with an error."""
    page.route(
        SAVES if number is None else f"**/answers/{number}",
        lambda route: route.fulfill(
            status=status, content_type="application/problem+json", body=json.dumps(body)
        ),
    )


def test_an_answer_that_cannot_be_stored_does_not_hold_up_the_others(page):
    refuse(page, 500, 1)
    answer(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    store(page, 2)
    page.unroute("**/answers/1")
    chip(page, 1, "stored").wait_for()


def test_when_the_link_is_lost_no_answer_that_waits_is_called_on_its_way(page):
    page.clock.install()
    page.reload()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    held = []
    page.route(SAVES, lambda route: held.append(route))
    answer(slot(page, 1))
    page.clock.run_for(600)
    until(page, lambda: held)
    for number in (2, 3):
        answer(slot(page, number))
    page.clock.run_for(600)
    for number in (1, 2, 3):
        chip(page, number, "sending").wait_for()
    held[0].abort()
    for number in (1, 2, 3):
        chip(page, number, "failed").wait_for()
    assert len(held) == 1, "they were told of before they were tried"


def test_a_reply_to_an_earlier_change_is_not_taken_for_another_window(page):
    held = []
    page.route(SAVES, lambda route: held.append(route), times=1)
    answer(slot(page, 1), 0)
    until(page, lambda: held)
    answer(slot(page, 1), 1)
    # sent at once, and stored before the change that was in the air
    with page.expect_response(SAVES):
        page.evaluate(HIDE)
    seen = states(page, 1)
    with page.expect_response(SAVES):
        held[0].continue_()
    page.evaluate(SHOW)
    chip(page, 1, "stored").wait_for()
    assert "conflict" not in seen.json_value()
    given = values(slot(page, 1))
    page.reload()
    assert values(slot(page, 1)) == given


def test_what_one_window_has_not_sent_outlives_what_another_stores(page):
    second = page.context.new_page()
    second.goto(path_of(page))
    page.route(SAVES, lambda route: route.abort())
    answer(slot(page, 1))
    given = values(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    store(second, 2)
    page.close()
    second.reload()
    chip(second, 1, "stored").wait_for()
    assert values(slot(second, 1)) == given


def test_a_later_answer_of_another_device_is_not_overwritten_by_handing_in(page, browsers, learner):
    store(page, 1, 0)
    other = opened(browsers, learner, path_of(page))
    store(other, 1, 1)
    later = store(other, 1, 0)
    answer(slot(page, 1), 1)
    chip(page, 1, "conflict").wait_for()
    submit(page, "form[data-attempt]", HAND_IN)
    other.reload()
    assert values(slot(other, 1)) == later


def test_after_a_conflict_the_next_change_counts(page, browsers, learner):
    store(page, 1, 0)
    other = opened(browsers, learner, path_of(page))
    store(other, 1, 1)
    store(other, 1, 0)
    answer(slot(page, 1), 1)
    chip(page, 1, "conflict").wait_for()
    answer(slot(page, 1), 0)
    again = store(page, 1, 1)
    other.reload()
    assert values(slot(other, 1)) == again


def test_what_was_not_sent_gives_way_to_what_another_device_stored_and_says_so(page, browsers, learner):
    page.route(SAVES, lambda route: route.abort())
    answer(slot(page, 1), 1)
    chip(page, 1, "failed").wait_for()
    other = opened(browsers, learner, path_of(page))
    store(other, 1, 1)
    later = store(other, 1, 0)
    page.unroute(SAVES)
    page.reload()
    chip(page, 1, "conflict").wait_for()
    page.reload()
    assert values(slot(page, 1)) == later


def test_a_request_without_end_is_given_up_when_the_link_is_back(page):
    page.route(SAVES, lambda route: None, times=1)
    answer(slot(page, 1))
    chip(page, 1, "sending").wait_for()
    page.context.set_offline(True)
    page.context.set_offline(False)
    # sooner than the page gives it up by itself
    chip(page, 1, "stored").wait_for(timeout=12_000)


def test_a_reply_that_breaks_off_is_asked_for_again(page):
    page.clock.install()
    page.reload()
    page.evaluate(
        """() => { const real = window.fetch; window.fetch = (url, options) => {
          if (options.method !== "PUT") return real(url, options);
          window.fetch = real;
          const body = new ReadableStream({ start(stream) {
            options.signal.addEventListener("abort", () => stream.error(options.signal.reason)); } });
          return Promise.resolve(new Response(body, {headers: {"Content-Type": "application/json"}}));
        }; }"""
    )
    seen = states(page, 1)
    answer(slot(page, 1))
    page.clock.run_for(1000)
    chip(page, 1, "sending").wait_for()
    # past the patience of the page; the next try may come within the same time
    page.clock.run_for(15_000)
    page.clock.run_for(2000)
    chip(page, 1, "stored").wait_for()
    assert "failed" in seen.json_value()


def test_whoever_is_signed_out_signs_in_again_and_goes_on(page, learner):
    page.context.clear_cookies()
    answer(slot(page, 1))
    given = values(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    assert page.locator("[data-connection]").is_visible()
    page.locator(f"form[data-attempt] {HAND_IN}").click()
    window = page.context.new_page()
    sign_in(window, learner)
    page.reload()
    chip(page, 1, "stored").wait_for()
    assert values(slot(page, 1)) == given


def test_after_signing_in_again_in_another_window_the_page_goes_on_by_itself(page, learner):
    """No reload: the page takes the new session's forgery token, for saves and for handing in."""
    page.evaluate("window.stayed = true")
    page.context.clear_cookies()
    answer(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    window = page.context.new_page()
    sign_in(window, learner)
    chip(page, 1, "stored").wait_for()
    assert page.evaluate("window.stayed")
    store(page, 2)
    submit(page, "form[data-attempt]", HAND_IN)
    assert path_of(page).endswith("/review")


def test_whoever_signs_in_instead_gets_nothing_of_the_paper_and_the_answers_wait(page, learner, people):
    page.context.clear_cookies()
    answer(slot(page, 1))
    given = values(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    window = page.context.new_page()
    sign_in(window, next(people))
    with page.expect_response(STATE) as told:
        page.evaluate(SHOW)
    assert told.value.status == 404
    chip(page, 1, "failed").wait_for()
    window.context.clear_cookies()
    sign_in(window, learner)
    chip(page, 1, "stored").wait_for()
    page.reload()
    assert values(slot(page, 1)) == given


def test_without_a_network_the_answers_go_into_a_file_that_an_invigilator_takes_in(page, browsers):
    store(page, 1, 0)
    page.context.set_offline(True)
    answer(slot(page, 1), 1)
    answer(slot(page, 2), 0)
    chip(page, 2, "typing").or_(chip(page, 2, "failed")).or_(chip(page, 2, "sending")).wait_for()
    page.locator("[data-answers-file][open]").wait_for()
    with page.expect_download() as download:
        page.locator("[data-answers-save]").click()
    attempt = path_of(page).rpartition("/")[2]
    wanted = values(slot(page, 1)), values(slot(page, 2))
    file = download.value.path()
    page.evaluate("localStorage.clear()")
    room = browsers.signed_in("admin", DESKTOP)
    room.goto(f"/attempts/{attempt}/answers-file")
    room.set_input_files("input[type=file]", {"name": "a.json", "mimeType": "application/json", "buffer": file.read_bytes()})
    submit(room, "main form")
    assert room.locator("tbody tr").count() == 2
    submit(room, "main form")
    page.context.set_offline(False)
    page.reload()
    assert (values(slot(page, 1)), values(slot(page, 2))) == wanted


def test_more_time_given_in_the_room_reaches_the_page_without_a_reload(page, browsers):
    """After sleep, too: the page asks for the time when it is looked at again."""
    before = page.locator("[data-timer-text]").inner_text()
    room = browsers.signed_in("admin", DESKTOP)
    attempt = path_of(page).rpartition("/")[2]
    quiz = page.request.get(f"/api/v1/attempts/{attempt}").json()["quiz"]
    room.goto(f"/quizzes/{quiz}/room")
    room.check(f"input[name=attempt][value='{attempt}']")
    room.fill("[name=minutes]", "45")
    room.locator("form[action$='/time'] [name=reason]").fill("Mất điện trong phòng thi")
    submit(room, "form[action$='/time']", ".actions button")
    with page.expect_response(STATE):
        page.evaluate(SHOW)
    until(page, lambda: minutes(page) >= minutes_of(before) + 40)


def test_a_paper_that_goes_on_elsewhere_keeps_what_it_has_not_sent_until_it_is_taken_back(page):
    refuse(page, 409, type="urn:academy:problem:attempt.device", detail="Thiết bị khác", next_step="Mở lại trang")
    answer(slot(page, 1))
    page.locator("[data-connection]").get_by_text("Thiết bị khác Mở lại trang").wait_for()
    chip(page, 1, "failed").wait_for()
    assert page.evaluate("Object.keys(localStorage).length") == 1
    answer(slot(page, 2))
    chip(page, 2, "failed").wait_for()
    page.unroute(SAVES)
    # the academy says that this is the device now
    with page.expect_response(STATE):
        page.evaluate(SHOW)
    chip(page, 1, "stored").wait_for()
    chip(page, 2, "stored").wait_for()


def minutes(page) -> int:
    return minutes_of(page.locator("[data-timer-text]").inner_text())


def minutes_of(text: str) -> int:
    """Of ``1:02:03`` or ``12:34``."""
    *hours, whole, _seconds = map(int, text.split(":"))
    return 60 * sum(hours) + whole


def test_an_answer_the_academy_refuses_does_not_stop_the_others_from_being_handed_in(page):
    refuse(page, 422, 1, detail="Không đọc được")
    answer(slot(page, 1))
    page.locator('[data-saved="1"]').get_by_text("Không đọc được").wait_for()
    store(page, 2)
    submit(page, "form[data-attempt]", HAND_IN)
    assert path_of(page).endswith("/review")


def test_what_is_put_right_while_the_refusal_is_on_its_way_is_sent(page):
    held = []
    page.route(SAVES, lambda route: held.append(route), times=1)
    answer(slot(page, 1), 0)
    until(page, lambda: held)
    answer(slot(page, 1), 1)
    held[0].fulfill(status=422, json={"detail": "Không đọc được"})
    chip(page, 1, "stored").wait_for()


def test_a_browser_that_forbids_keeping_still_sends_everything(page):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }})"
    )
    page.reload()
    given = store(page, 1)
    submit(page, "form[data-attempt]", HAND_IN)
    page.go_back()
    assert values(slot(page, 1)) == given


def test_a_paper_closed_elsewhere_says_so_and_keeps_nothing(page, browsers, learner):
    other = opened(browsers, learner, path_of(page))
    submit(other, "form[data-attempt]", HAND_IN)
    submit(other, "main form[action$='/submission']")
    answer(slot(page, 1))
    chip(page, 1, "failed").wait_for()
    assert page.locator("[data-connection]").is_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    submit(page, "form[data-attempt]", HAND_IN)
    assert not page.locator("form[data-attempt]").count()


def time_is_over(page, lost: tuple[int, ...] = ()) -> list[int]:
    """Let the academy's clock stand at the deadline from now on, as far as the page can see.

    Args:
        lost: which of the page's questions for the time get no reply; the first is number 1.

    Returns:
        The numbers of the questions; it grows while the page asks.
    """
    over = page.locator("form[data-attempt]").get_attribute("data-deadline")
    asked: list[int] = []

    def tell(route):
        asked.append(len(asked) + 1)
        if asked[-1] in lost:
            route.abort()
        else:
            route.fulfill(json={"server_now": over, "deadline": over})

    page.route(STATE, tell)
    return asked


def test_when_time_is_over_what_waits_is_stored_and_the_paper_handed_in(page):
    address = path_of(page)
    time_is_over(page)
    answer(slot(page, 1))
    with page.expect_navigation():
        page.evaluate(SHOW)
    assert path_of(page) == address
    assert not page.locator("form[data-attempt]").count()
    told = page.request.get(f"/api/v1{address}").json()
    assert [item["slot"] for item in told["items"] if item["stored_sequence"]] == [1]


def test_a_paper_is_not_left_for_an_error_of_the_browser_when_time_is_over(page):
    asked = time_is_over(page, lost=(2, 3))
    with page.expect_navigation():
        page.evaluate(SHOW)
    assert asked == [1, 2, 3, 4]
    assert not page.locator("form[data-attempt]").count()


def test_a_clock_that_ran_ahead_hands_nothing_in(page):
    page.clock.install()
    page.reload()
    page.clock.fast_forward(3_600_000)
    page.locator("[data-timer][data-state='']").wait_for()
    assert page.locator("[data-submit-note]").inner_text() == ""
    store(page, 1)
