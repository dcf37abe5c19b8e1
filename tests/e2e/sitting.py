"""What everybody does who sits a quiz in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.e2e.browsing import hrefs, submit

SAVES = re.compile(r"/api/v1/attempts/\d+/answers/\d+$")
STATE = re.compile(r"/api/v1/attempts/\d+$")


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
    """Let the browser go on until ``condition`` holds; five seconds at most."""
    for _wait in range(250):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen")
