"""How static files travel: small, once, and the same for everybody."""

from __future__ import annotations

import gzip

import pytest

from academy.web import stylesheet
from tests.factories import create_actor, sign_in

SHEET = "/static/css/academy.css"


@pytest.fixture
def fetch(client):
    """Ask for a file and close it: (address, **headers with _ for -) -> response whose data is read."""

    def ask(address, **headers):
        with client.get(
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        ) as answer:
            answer.get_data()
            return answer

    return ask


def test_a_sheet_travels_compressed_and_arrives_whole(fetch):
    for _first_and_kept in range(2):
        answer = fetch(SHEET, Accept_Encoding="gzip, br")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"  # no cookie has a say in it
        assert len(answer.data) < 11_000
        assert gzip.decompress(answer.data) == stylesheet.SHEET.read_bytes()


def test_who_cannot_unpack_gets_the_plain_file(fetch):
    for accepted in ("", "identity", "gzip;q=0"):
        answer = fetch(SHEET, Accept_Encoding=accepted)
        assert "Content-Encoding" not in answer.headers
        assert answer.data == stylesheet.SHEET.read_bytes()


def test_a_known_version_is_not_sent_again(fetch):
    tag = fetch(SHEET, Accept_Encoding="gzip").headers["ETag"]
    again = fetch(SHEET, Accept_Encoding="gzip", If_None_Match=tag)
    assert again.status_code == 304
    assert again.data == b""


def test_faces_are_compressed_already(fetch):
    answer = fetch("/static/fonts/be-vietnam-pro-400.woff2", Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.data[:4] == b"wOF2"


@pytest.mark.parametrize("path", ["css/academy.css", "js/app.js", "vendor/htmx.min.js"])
def test_an_address_with_a_hash_is_kept_for_a_year(app, fetch, path):
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"](path)
    assert "immutable" in fetch(address).headers["Cache-Control"]


def test_what_a_lesson_needs_from_a_cold_cache_stays_light(fetch):
    faces = [
        "be-vietnam-pro-400",
        "be-vietnam-pro-600",
        "academy-serif-400",
        "academy-serif-600",
        "academy-serif-400-italic",
    ]
    paths = ["css/academy.css", "js/app.js", "js/evidence.js", "vendor/htmx.min.js", "img/mark.svg"]
    paths += [f"fonts/{face}.woff2" for face in faces]
    sizes = {path: len(fetch(f"/static/{path}", Accept_Encoding="gzip").data) for path in paths}
    # the page itself may take 30 KB beside these
    assert sum(sizes.values()) < 120_000, sizes


def test_faces_are_preloaded_under_the_address_that_the_sheet_asks_for(app):
    sheet = stylesheet.SHEET.read_text(encoding="utf-8")
    with app.test_request_context():
        for face in ("be-vietnam-pro-400", "academy-serif-400"):
            address = app.jinja_env.globals["static_url"](f"fonts/{face}.woff2")
            assert address.removeprefix("/static/") in sheet


@pytest.fixture
def page(client):
    def ask(address, accepted="gzip"):
        return client.get(address, headers={"Accept-Encoding": accepted})

    return ask


def test_pages_travel_compressed(page):
    packed, plain = page("/gallery"), page("/gallery", "identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data).decode().endswith("</html>\n") == plain.text.endswith("</html>\n")


def test_pages_that_may_echo_what_was_asked_are_not_compressed(page):
    """A secret and a guess in one compressed page betray by its length whether they are alike (BREACH)."""
    assert "Content-Encoding" not in page("/gallery?q=guess").headers


def test_one_cached_copy_serves_everybody(client, fetch):
    sign_in(client, create_actor())
    for address in (SHEET, "/static/fonts/be-vietnam-pro-400.woff2", "/modules/smart_city/static/flood.js"):
        answer = fetch(address)
        assert answer.status_code == 200
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers
