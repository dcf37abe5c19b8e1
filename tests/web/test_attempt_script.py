"""The script that keeps answers safe, in a real browser against a server that fails on demand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, jsonify, render_template_string, request
from flask_babel import Babel
from werkzeug.serving import make_server

from academy.web import stylesheet

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")

PAPER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Paper</title>
<form method="post" action="/handed-in" data-attempt data-attempt-id="7" data-deadline="{{ deadline }}"
 data-server-now="{{ now }}" data-answer-url="/answers/{slot}" data-clock-url="/state" data-sequences='{"1": 4}'>
<p data-timer><span data-timer-text></span></p><p data-connection hidden></p><p data-announce></p>
{% for slot in (1, 2) %}<section class="exam-item"><div data-slot="{{ slot }}">
<label><input type="radio" name="a.{{ slot }}" value="x">x</label><label><input type="radio" name="a.{{ slot }}" value="y">y</label>
<input type="text" name="t.{{ slot }}" aria-label="text"></div><input type="hidden" data-base="{{ slot }}" value="0">
<span data-saved="{{ slot }}"><span data-saved-text></span></span><a href="#" data-slot-link="{{ slot }}">{{ slot }}</a></section>{% endfor %}
<p data-submit-note></p><button>Hand in</button></form>
{% include "attempt_texts.html" %}<script src="/static/js/attempt.js"></script></html>"""


class Paper:
    """A server of one paper: ``status`` is what it answers, ``log`` what it was sent, ``stored`` what it kept."""

    def __init__(self) -> None:
        self.app = Flask("paper", root_path=str(stylesheet.WEB), static_folder="static")
        Babel(self.app, default_locale="en")
        self.app.jinja_env.add_extension("jinja2.ext.i18n")
        self.app.add_url_rule("/paper", view_func=self.paper)
        self.app.add_url_rule("/answers/<slot>", view_func=self.answer, methods=["PUT"])
        self.app.add_url_rule("/state", view_func=self.state)
        self.app.add_url_rule("/handed-in", view_func=self.hand_in, methods=["POST"])
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.begin()

    def begin(self) -> None:
        self.status, self.log, self.stored, self.seconds, self.handed_in = 200, [], {"1": 4}, 900, False
        self.paused_at: datetime | None = None

    def state(self):
        if self.paused_at is None:
            return jsonify({})
        return jsonify({"paused_until": (self.paused_at + timedelta(minutes=5)).isoformat()})

    def paper(self) -> str:
        if self.paused_at is not None:
            return "the clock stands still"
        now = datetime.now(UTC)
        times = {"now": now.isoformat(), "deadline": (now + timedelta(seconds=self.seconds)).isoformat()}
        return render_template_string(PAPER, **times)

    def answer(self, slot: str):
        sent = request.get_json()
        self.log.append((slot, sent["sequence"], sent["fields"]))
        if self.paused_at is not None and datetime.fromisoformat(sent["typed_at"]) > self.paused_at:
            return {"type": "urn:academy:problem:attempt.paused", "detail": "paused"}, 409
        if self.status != 200:
            return {"detail": "refused by the server"}, self.status
        accepted = sent["sequence"] >= self.stored.get(slot, 0)
        self.stored[slot] = max(self.stored.get(slot, 0), sent["sequence"])
        at = datetime.now(UTC).isoformat()
        return {"slot": slot, "stored_sequence": self.stored[slot], "accepted": accepted, "stored_at": at}

    def hand_in(self) -> str:
        self.handed_in = True
        return "handed in"


@pytest.fixture(scope="module")
def server():
    paper = Paper()
    paper.thread.start()
    yield paper
    paper.server.shutdown()
    paper.thread.join()
    paper.server.server_close()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def browser(server, chromium):
    """A browser profile with the paper open; pages opened in it share its storage."""
    server.begin()
    context = chromium.new_context()
    context.set_default_timeout(8000)
    yield context
    context.close()


def open_paper(server, browser):
    page = browser.new_page()
    page.goto(f"{server.address}/paper")
    return page


def wait_for_state(page, slot: int, state: str) -> str:
    chip = page.locator(f'[data-saved="{slot}"][data-state="{state}"]')
    chip.wait_for()
    return chip.inner_text()


def test_an_answer_is_called_stored_when_the_server_said_so(server, browser):
    page = open_paper(server, browser)
    page.check('[name="a.1"][value="y"]')
    assert wait_for_state(page, 1, "stored").startswith("Stored ")
    # numbering goes on above what the server already had; one change is sent once
    assert server.log == [("1", 5, {"a.1": "y", "t.1": ""})]
    assert page.locator('[data-base="1"]').input_value() == "5"
    assert page.evaluate("localStorage.length") == 0


def test_leaving_a_field_does_not_send_it_again(server, browser):
    page = open_paper(server, browser)
    page.fill('[name="t.2"]', "Ễnh ương")
    wait_for_state(page, 2, "stored")
    page.locator('[name="t.2"]').blur()
    page.wait_for_timeout(300)
    assert [sequence for _slot, sequence, _fields in server.log] == [1]


def test_answers_outlive_a_fault_and_a_closed_page(server, browser):
    server.status = 503
    page = open_paper(server, browser)
    page.check('[name="a.2"][value="x"]')
    wait_for_state(page, 2, "failed")
    assert page.locator("[data-connection]").is_visible()
    page.close()
    server.status = 200
    again = open_paper(server, browser)
    wait_for_state(again, 2, "stored")
    assert again.is_checked('[name="a.2"][value="x"]')
    assert server.stored["2"] == max(sequence for slot, sequence, _ in server.log if slot == "2")


def test_handing_in_waits_until_everything_is_stored(server, browser):
    page = open_paper(server, browser)
    browser.set_offline(True)
    page.check('[name="a.1"][value="x"]')
    wait_for_state(page, 1, "failed")
    page.click("button")
    page.wait_for_timeout(300)
    assert not server.handed_in
    assert "Storing" in page.inner_text("[data-submit-note]")
    browser.set_offline(False)
    page.wait_for_url("**/handed-in")
    assert server.stored["1"] == 5


def test_a_later_answer_from_another_window_is_not_overwritten_unseen(server, browser):
    page = open_paper(server, browser)
    server.stored["1"] = 9
    page.check('[name="a.1"][value="x"]')
    assert "another window" in wait_for_state(page, 1, "conflict")
    page.check('[name="a.1"][value="y"]')
    wait_for_state(page, 1, "stored")
    assert server.stored["1"] == 10


def test_a_closed_paper_is_asked_once(server, browser):
    server.status = 409
    page = open_paper(server, browser)
    page.check('[name="a.1"][value="x"]')
    assert "closed" in wait_for_state(page, 1, "failed")
    page.wait_for_timeout(500)
    assert len(server.log) == 1
    assert "refused by the server" in page.inner_text("[data-connection]")


def test_an_unreadable_answer_says_why_and_does_not_block_the_others(server, browser):
    server.status = 422
    page = open_paper(server, browser)
    page.fill('[name="t.1"]', "?")
    assert wait_for_state(page, 1, "failed") == "refused by the server"
    server.status = 200
    page.check('[name="a.2"][value="x"]')
    wait_for_state(page, 2, "stored")
    assert "1" not in {slot for slot, sequence, _ in server.log[1:]}


def test_when_time_is_over_the_paper_is_handed_in_once_the_last_answer_is_stored(server, browser):
    server.seconds = 1
    page = open_paper(server, browser)
    page.check('[name="a.2"][value="y"]')
    page.wait_for_url("**/handed-in")
    assert server.stored["2"] == 1


def test_a_paper_opened_after_its_time_is_handed_in_at_once(server, browser):
    server.seconds = -30
    open_paper(server, browser).wait_for_url("**/handed-in")
    assert server.log == []


def test_a_stopped_clock_hides_the_paper_and_what_was_typed_afterwards_waits_for_it(server, browser):
    page = open_paper(server, browser)
    page.wait_for_timeout(50)
    server.paused_at = datetime.now(UTC)
    page.check('[name="a.1"][value="y"]')
    page.get_by_text("the clock stands still").wait_for()
    assert server.stored == {"1": 4}
    server.paused_at = None
    page.reload()
    wait_for_state(page, 1, "stored")
    assert page.is_checked('[name="a.1"][value="y"]') and server.stored["1"] == 5


def test_what_was_typed_before_the_clock_was_stopped_is_stored_in_the_pause(server, browser):
    server.status = 503
    page = open_paper(server, browser)
    page.check('[name="a.2"][value="x"]')
    wait_for_state(page, 2, "failed")
    server.status, server.paused_at = 200, datetime.now(UTC)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_text("the clock stands still").wait_for()
    assert server.stored["2"] >= 1
    assert page.evaluate("localStorage.length") == 0
