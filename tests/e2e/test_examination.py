"""An examination whose server is killed in the middle of a save, twice, and whose browser is closed while it is down."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from academy.kernel.db import db
from academy.quizzes.models import Attempt
from academy.quizzes.slot_queries import slot_rows
from tests.chaos.processes import Served
from tests.chaos.site import opened
from tests.e2e.browsing import ARGUMENTS, HANOI, PATIENCE, PHONE, path_of, sign_in, submit
from tests.e2e.examination import LEARNER, QUESTIONS, Journal, broken_promises, make_examination
from tests.e2e.inspecting import inspect
from tests.e2e.sitting import chip, until
from tests.factories import PASSWORD
from tests.tools import find

STORED = re.compile(r"Đã lưu lúc (\d\d:\d\d:\d\d)")
NOT_STORED = "Chưa lưu"
HAND_IN = "[name=review]"


class Profile:
    """A browser with a folder of its own: what it keeps is there when it is opened again."""

    def __init__(self, chromium, folder, address: str, journal: Journal, device: dict) -> None:
        self._chromium, self._folder, self._journal = chromium, folder, journal
        self._options = HANOI | device | {"base_url": address}
        self.context = None

    def open(self):
        self.context = self._chromium.browser_type.launch_persistent_context(
            self._folder, executable_path=str(find("chromium")), args=ARGUMENTS, **self._options
        )
        self.context.set_default_timeout(PATIENCE)
        self._journal.watch(self.context)
        return self.context.pages[0]

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


@pytest.fixture
def examination(tmp_path):
    return make_examination(tmp_path / "instance")


@pytest.fixture
def served(examination):
    served = Served(examination)
    served.start()
    yield served
    served.kill_all()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def profile(chromium, tmp_path, served, journal):
    profile = Profile(chromium, tmp_path / "profile", f"http://127.0.0.1:{served.port}", journal, PHONE)
    yield profile
    profile.close()


class Paper:
    """The page of the paper, by its questions."""

    def __init__(self, page) -> None:
        self.page = page

    def box(self, question: int):
        return self.page.locator("[data-slot]", has_text=QUESTIONS[question].text)

    def number(self, question: int) -> int:
        return int(self.box(question).get_attribute("data-slot"))

    def give(self, question: int, answer: str | tuple[str, ...]) -> None:
        """As a hand does: press the options, or type over what is there."""
        if isinstance(answer, str):
            field = self.box(question).get_by_role("textbox")
            field.press("Control+A")
            field.press_sequentially(answer)
            return
        for label in answer:
            self.box(question).get_by_text(label, exact=True).click()

    def right(self, *questions: int) -> None:
        for question in questions:
            self.give(question, QUESTIONS[question].right)

    def wrong(self, *questions: int) -> None:
        for question in questions:
            self.give(question, QUESTIONS[question].wrong)

    def is_stored(self, *questions: int) -> None:
        for question in questions:
            chip(self.page, self.number(question), "stored").wait_for()

    def is_waiting(self, *questions: int) -> None:
        """The page says that they are not stored, beside them and in the overview."""
        for question in questions:
            chip(self.page, self.number(question), "failed").get_by_text(NOT_STORED).wait_for()
            self.page.locator(f'[data-slot-link="{self.number(question)}"][data-state="failed"]').wait_for()

    def said(self, question: int) -> str:
        return self.page.locator(f'[data-saved="{self.number(question)}"]').inner_text()

    def holds(self, question: int) -> str | list[str]:
        if isinstance(QUESTIONS[question].right, str):
            return self.box(question).get_by_role("textbox").input_value()
        return self.box(question).locator("label:has(input:checked)").all_inner_texts()

    def is_in_sight(self, question: int) -> bool:
        """Whether its state can be read below what the page says at the top."""
        state = self.page.locator(f'[data-saved="{self.number(question)}"]').bounding_box()
        bar = self.page.locator(".exam-bar").bounding_box()
        return bar["y"] + bar["height"] <= state["y"] < PHONE["viewport"]["height"]

    def lost_link(self):
        return self.page.locator("[data-connection]")


def test_an_examination_whose_server_is_killed_twice_and_whose_browser_is_closed(
    examination, served, profile, journal
):
    page = profile.open()
    sign_in(page, LEARNER, PASSWORD)
    page.goto(f"/quizzes/{examination.quiz}")
    submit(page, "form[action$='/attempts']")
    paper, address = Paper(page), path_of(page)
    paper.right(0)
    paper.wrong(1)
    paper.right(5)
    paper.is_stored(0, 1, 5)
    assert not paper.lost_link().is_visible()

    # killed with an answer written and not committed
    served.hold("before")
    paper.right(2)
    until(page, served.holds)
    served.kill_all()
    paper.is_waiting(2)
    paper.lost_link().wait_for()
    paper.right(6)
    paper.wrong(7)
    paper.right(1)
    paper.is_waiting(1, 2, 6, 7)
    paper.is_stored(0, 5)
    assert STORED.fullmatch(paper.said(0)) and STORED.fullmatch(paper.said(5))
    page.locator(f'[data-slot-link="{paper.number(7)}"]').click()
    until(page, lambda: paper.is_in_sight(7))
    inspect(page)
    page.set_viewport_size(PHONE["viewport"])
    served.start()
    paper.is_stored(0, 1, 2, 5, 6, 7)
    paper.lost_link().wait_for(state="hidden")
    told = {question: STORED.fullmatch(paper.said(question)).group(1) for question in (0, 1, 2, 5, 6, 7)}
    assert told == {
        question: moment for question, moment in stored_at(examination).items() if question in told
    }

    # killed with an answer committed and not acknowledged, then the browser is closed over one that was never sent
    served.hold("after")
    paper.right(3)
    until(page, served.holds)
    served.kill_all()
    paper.is_waiting(3)
    paper.right(7)
    paper.is_waiting(3, 7)
    profile.close()
    page = profile.open()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.goto(address)
    served.start()
    page.goto(address)
    if path_of(page) == "/login":  # the cookie of the session went with the browser
        sign_in(page, LEARNER, PASSWORD)
        page.goto(address)
    paper = Paper(page)
    paper.is_stored(0, 1, 2, 3, 5, 6, 7)
    assert [paper.holds(question) for question in (5, 6, 7)] == [
        QUESTIONS[question].right for question in (5, 6, 7)
    ]
    assert paper.holds(3) == list(QUESTIONS[3].right) and sorted(paper.holds(2)) == sorted(QUESTIONS[2].right)
    paper.wrong(4)
    paper.is_stored(4)
    submit(page, "form[data-attempt]", HAND_IN)
    submit(page, "main form[action$='/submission']")
    profile.close()
    served.stop()

    assert broken_promises(examination, journal) == []
    # 7 of 8 questions are right
    assert mark(examination) == Decimal("8.8")


def stored_at(examination) -> dict[int, str]:
    """Question → the wall clock in Hanoi when its answer was stored, by the database."""
    keys = {f"cau-{number}": number for number in range(len(QUESTIONS))}
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    with opened(examination.folder, examination.database_url):
        attempt = db.session.scalar(select(Attempt.id))
        return {
            keys[version.key]: item.answered_at.astimezone(zone).strftime("%H:%M:%S")
            for item, version in slot_rows(attempt)
            if item.answered_at
        }


def mark(examination) -> Decimal:
    with opened(examination.folder, examination.database_url):
        return db.session.scalar(select(Attempt.mark))
