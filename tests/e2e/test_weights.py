"""What a lesson costs a phone on a weak link, and what a second page costs."""

from __future__ import annotations

import pytest

from tests.e2e.browsing import PHONE, submit
from tests.e2e.places import BEGUN, CITY, DATA, ENGLISH, READING

ENROLL = "form[action$='/enrollment']"
KILOBYTE = 1000
LESSON_COLD = 150 * KILOBYTE
# the heaviest of each course
LESSONS = [
    f"{READING}/lessons/01-doc-van-kien",
    f"{DATA}/lessons/03-sql-tong-hop",
    f"{ENGLISH}/lessons/03-tai-bo-phan-mot-cua",
    f"{CITY}/lessons/05-khung-hoang-ngap-lut",
]


def weigh(page, address: str) -> dict[str, int]:
    """Bytes that came over the wire for a page, by address."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    names: dict[str, str] = {}
    weights: dict[str, int] = {}
    wire.on(
        "Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]})
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: weights.update({names[event["requestId"]]: int(event["encodedDataLength"])}),
    )
    page.goto(address, wait_until="networkidle")
    # what is loaded lazily counts, too: somebody reads to the end
    page.evaluate("() => window.scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    page.wait_for_load_state("networkidle")
    wire.detach()
    return weights


def table(weights: dict[str, int]) -> str:
    rows = sorted(weights.items(), key=lambda row: -row[1])
    return "\n".join(
        [f"{size:>8} {address}" for address, size in rows] + [f"{sum(weights.values()):>8} together"]
    )


@pytest.mark.parametrize("address", LESSONS, ids=lambda address: address.split("/")[2])
def test_a_lesson_opened_for_the_first_time_is_light(browsers, address):
    page = browsers.signed_in(BEGUN, PHONE)
    page.goto(address.split("/lessons/")[0])
    if page.locator(ENROLL).count():
        submit(page, ENROLL)
    weights = weigh(browsers.signed_in(BEGUN, PHONE), address)
    assert len(weights) > 3
    print(table(weights))
    assert sum(weights.values()) < LESSON_COLD, table(weights)


def test_the_second_lesson_fetches_little_but_itself(browsers):
    page = browsers.signed_in(BEGUN, PHONE)
    weigh(page, LESSONS[0])
    weights = weigh(page, f"{READING}/lessons/03-chinh-quyen-hai-cap")
    assert sum(weights.values()) < 60 * KILOBYTE, table(weights)
