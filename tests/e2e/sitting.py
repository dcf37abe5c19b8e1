"""What everybody does who sits a quiz, or writes, in a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.browsing import PATIENCE, hrefs, submit

SAVES = re.compile(r"/api/v1/attempts/\d+/answers/\d+$")
STATE = re.compile(r"/api/v1/attempts/\d+/clock$")

# as when somebody turns to another window of the browser, or back
HIDE, SHOW = (
    f"""() => {{ Object.defineProperty(document, "visibilityState", {{configurable: true, value: "{state}"}});
  document.dispatchEvent(new Event("visibilitychange")); }}"""
    for state in ("hidden", "visible")
)


def start_final_quiz(page: Any, course: str) -> int:
    """Enroll if need be and start the course's first quiz; the number of questions on the paper."""
    page.goto(f"/courses/{course}")
    if page.locator("form[action$='/enrollment']").count():
        submit(page, "form[action$='/enrollment']")
    page.goto(hrefs(page, "main a[href^='/quizzes/']")[0])
    submit(page, "form[action$='/attempts']")
    page.wait_for_selector("form[data-attempt]")
    return page.locator("[data-slot]").count()


def slot(page: Any, number: int) -> Any:
    """The fields of a question."""
    return page.locator(f'[data-slot="{number}"]')


def chip(page: Any, number: int, state: str) -> Any:
    """What the page says of an answer, once it says ``state``."""
    return page.locator(f'[data-saved="{number}"][data-state="{state}"]')


def until(page: Any, condition: Callable[[], Any]) -> None:
    """Let the browser go on until ``condition`` holds."""
    end = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        page.wait_for_timeout(20)
