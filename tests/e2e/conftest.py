"""One served demo academy and one Chromium for all journeys; every profile is watched for faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browsing import ARGUMENTS, Browsers
from tests.e2e.running import Academy
from tests.tools import find

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def academy(tmp_path_factory) -> Iterator[Academy]:
    """The demo academy, served until the last journey has ended."""
    served = Academy(tmp_path_factory.mktemp("academy") / "instance")
    served.fill()
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="package")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    program = find("chromium")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(program), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sign_ins() -> dict[str, dict]:
    """Sessions by user name: people of the demo sign in once for all tests that do not try signing in."""
    return {}


@pytest.fixture
def browsers(academy: Academy, chromium, sign_ins) -> Iterator[Browsers]:
    """Profiles to open; at the end they are closed, and nothing may have gone wrong in any of them."""
    opened = Browsers(academy.address, chromium, sign_ins)
    yield opened
    opened.close()
    assert not opened.faults, "\n".join(opened.faults)
