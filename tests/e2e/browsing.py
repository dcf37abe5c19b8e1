"""Browser profiles as people have them, and the few things everybody does with a page."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from academy.demo.city import PASSWORD

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
HANOI = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# for machines that are busy with something else; nothing gets slower by it
PATIENCE = 30_000


class Browsers:
    """Opens profiles and notes every error of a console, every error of a script, every foreign address."""

    def __init__(self, address: str, chromium: Any, sign_ins: dict[str, dict]) -> None:
        self.address = address
        self.faults: list[str] = []
        self.outage = False
        self._chromium = chromium
        self._sign_ins = sign_ins
        self._open: list[Any] = []

    def anonymous(self, device: dict = PHONE, **options: Any) -> Any:
        """A page in a fresh profile."""
        context = self._chromium.new_context(base_url=self.address, **(HANOI | device | options))
        context.set_default_timeout(PATIENCE)
        context.on("request", self._see_request)
        context.on("page", self._watch)
        self._open.append(context)
        return context.new_page()

    def signed_in(self, username: str, device: dict = PHONE, **options: Any) -> Any:
        """A page in a fresh profile in which somebody has signed in before."""
        if username not in self._sign_ins:
            page = self.anonymous(device)
            sign_in(page, username)
            self._sign_ins[username] = page.context.storage_state()
            page.context.close()
        return self.anonymous(device, storage_state=self._sign_ins[username], **options)

    def close(self) -> None:
        for context in self._open:
            context.close()

    def _watch(self, page: Any) -> None:
        page.on("console", lambda message: self._see_console(page, message))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))

    def _see_console(self, page: Any, message: Any) -> None:
        if message.type != "error" or self.outage:
            return
        # that the page itself is a 404 or a 422 is what its test is about
        if message.location.get("url") == page.url and "Failed to load resource" in message.text:
            return
        self.faults.append(f"{page.url}: {message.text} ({message.location.get('url')})")

    def _see_request(self, request: Any) -> None:
        found = urlsplit(request.url)
        if found.scheme in ("http", "https") and f"{found.scheme}://{found.netloc}" != self.address:
            self.faults.append(f"{request.frame.url} asked another host: {request.url}")


def sign_in(page: Any, username: str, password: str = PASSWORD) -> None:
    """Fill in the form of the sign-in page and wait for what follows."""
    page.goto("/login")
    page.fill("#f-username", username)
    page.fill("#f-password", password)
    submit(page, "main form")


def submit(page: Any, form: str, button: str = "button") -> None:
    """Press a button of a form and wait for the page that follows; outside ``main`` nothing is pressed."""
    with page.expect_navigation():
        page.locator(f"{form} {button}").first.click()


def open_until(page: Any, address: str, selector: str) -> None:
    """Open an address again and again until it shows what a job or another page has yet to bring there."""
    end = time.monotonic() + PATIENCE / 1000
    page.goto(address)
    while not page.locator(selector).count():
        assert time.monotonic() < end, f"{address} never showed {selector}"
        page.wait_for_timeout(100)
        page.goto(address)


def path_of(page: Any) -> str:
    return urlsplit(page.url).path


def hrefs(page: Any, selector: str) -> list[str]:
    """Addresses of links, in the order of the page."""
    return page.locator(selector).evaluate_all("links => links.map(link => link.getAttribute('href'))")


# One answer to whatever an exercise asks: an option, the options in turn, a word, a number.
_FILL = """(box, turn) => {
  const change = (field) => { for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true})); };
  const places = new Map();
  let select = turn;
  for (const field of box.querySelectorAll("input, select, textarea")) {
    if (field.disabled || field.readOnly || field.type === "hidden") continue;
    if (field.type === "radio" || field.type === "checkbox") {
      const place = places.get(field.name) || 0;
      places.set(field.name, place + 1);
      if (field.checked === (place === turn)) continue;
      field.checked = place === turn;
    } else if (field.tagName === "SELECT") {
      const options = [...field.options].filter((option) => option.value);
      field.value = options[select++ % options.length].value;
    } else if (field.inputMode === "decimal" || field.type === "number") field.value = String(12 + turn);
    else if (field.name) field.value = field.closest("[data-kind$='sql']") ? "SELECT 1" : ["công vụ", "nhân dân"][turn];
    change(field);
  }
}"""


def answer(box: Any, turn: int = 0) -> None:
    """Give some answer to the exercise in ``box``, right or wrong, as a hand on the fields would.

    Args:
        turn: 0 for one answer, 1 for another.
    """
    box.evaluate(_FILL, turn)


def values(box: Any) -> list[str]:
    """What the fields of an exercise hold, in order; to compare what was given with what is there later."""
    return box.evaluate(
        """(box) => [...box.querySelectorAll("input, select, textarea")].filter((field) => field.name && field.type !== "hidden")
        .map((field) => field.name + "=" + ("radio checkbox".includes(field.type) ? `${field.value}:${field.checked}` : field.value))"""
    )
