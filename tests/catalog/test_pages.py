"""The catalog's pages, its JSON and its command."""

from __future__ import annotations

import pytest

from academy.catalog import queries, services
from academy.catalog.cli import group
from academy.kernel.actor import Actor

SYSTEM = Actor.system()


@pytest.fixture
def shelf(app, content):
    content.add_course(
        "do-thi", title="title: {vi: Đô thị thông minh, en: Smart city}", topics="topics: [smart-city]"
    )
    content.add_course(
        "nang-cao", title="title: {vi: Áp dụng văn kiện, en: Applying}", level="level: advanced"
    )
    assert services.sync_content(SYSTEM, content.root).faults == []
    return content


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_catalog_page(client, shelf):
    html = page(client, "/courses")
    assert 'href="/courses/do-thi"' in html
    assert "Đọc đúng và trích dẫn đúng." in html
    assert "/courses?level=advanced" in html
    assert "style=" not in html


def test_chips_add_and_take_back_conditions(client, shelf):
    html = page(client, "/courses?level=advanced&q=van")
    assert 'href="/courses/nang-cao"' in html and 'href="/courses/do-thi"' not in html
    assert 'href="/courses?q=van" aria-current="true"' in html
    assert '<input type="hidden" name="level" value="advanced">' in html
    assert "/courses?level=advanced&amp;q=van&amp;topic=official-documents" in html or "topic" in html


def test_empty_results_offer_a_way_on(client, shelf):
    html = page(client, "/courses?q=khongcogi")
    assert 'href="/courses"' in html


def test_a_damaged_cursor_is_refused_with_a_reason(client, shelf):
    page(client, "/courses?cursor=x", status=404)


def test_what_readers_type_is_only_text(client, shelf):
    attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for url in (f"/courses?q={attack}", f"/courses?topic={attack}", f"/legal?q={attack}"):
        assert "<script>alert" not in page(client, url)


@pytest.mark.parametrize(
    ("url", "most"),
    [("/courses", 3), ("/courses?level=basic&q=a", 3), ("/legal", 1), ("/legal/171-2025-nd-cp", 3)],
)
def test_queries_of_pages_for_visitors(client, shelf, count_queries, url, most):
    page(client, url)
    with count_queries() as seen:
        page(client, url)
    assert len(seen) <= most, seen.statements


def test_register_of_documents(client, shelf):
    html = page(client, "/legal")
    assert html.index("171/2025/NĐ-CP") < html.index("101/2017/NĐ-CP")
    for q in ("171/2025", "171/2025/nd-cp", "dao tao cong chuc", "ĐÀO TẠO"):
        assert 'href="/legal/171-2025-nd-cp"' in page(client, f"/legal?q={q}")
    assert 'href="/legal/171-2025-nd-cp"' not in page(client, "/legal?q=999/2025")


def test_entry_of_a_replaced_document(client, shelf):
    html = page(client, "/legal/101-2017-nd-cp")
    assert 'href="/legal/171-2025-nd-cp"' in html
    assert 'href="/courses/doc-van-kien/lessons/01-hieu-luc#ngay-1"' in html
    newer = page(client, "/legal/171-2025-nd-cp")
    assert "khoản 2 Điều 5" in newer
    page(client, "/legal/no-such", status=404)


def test_lessons_a_reader_may_not_see_are_not_named(client, shelf):
    for slug in ("doc-van-kien", "do-thi", "nang-cao"):
        services.set_visibility(SYSTEM, queries.find_course(slug).id, "restricted")
    assert "/lessons/" not in page(client, "/legal/171-2025-nd-cp")
    assert 'href="/courses/do-thi"' not in page(client, "/courses")


def test_files_of_lessons(client, shelf):
    text = queries.get_lesson(SYSTEM, "doc-van-kien", "01-hieu-luc", "vi").text
    url = text.html.split('src="')[1].split('"')[0]
    answer = client.get(url, buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (
        client.get(url, headers={"If-None-Match": answer.headers["ETag"]}, buffered=True).status_code == 304
    )
    assert client.get(url, headers={"Range": "bytes=0-3"}, buffered=True).status_code == 206
    services.set_visibility(SYSTEM, text_course(), "restricted")
    assert client.get(url).status_code == 404
    for wrong in ("/courses/doc-van-kien/media/none.svg", "/courses/none/media/x.svg", f"{url}%00"):
        assert client.get(wrong).status_code in (400, 404)


def text_course() -> int:
    return queries.find_course("doc-van-kien").id


def test_documents_are_downloaded_and_never_shown(client, shelf):
    media = services.store_media(SYSTEM, text_course(), "files/so-lieu.csv", b"a,b\n1,2\n")
    answer = client.get(media.url, buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "text/csv"


def test_json_list(client, shelf):
    first = client.get("/api/v1/courses?limit=2").get_json()
    assert [item["slug"] for item in first["items"]] == ["nang-cao", "doc-van-kien"]
    second = client.get(f"/api/v1/courses?limit=2&cursor={first['next_cursor']}").get_json()
    assert [item["slug"] for item in second["items"]] == ["do-thi"]
    assert second["next_cursor"] is None
    assert first["items"][1]["title"]["de"] == "Dokumente lesen"
    assert {value["value"]: value["count"] for value in first["facets"]["level"]} == {
        "basic": 2,
        "advanced": 1,
    }
    narrowed = client.get("/api/v1/courses?level=advanced").get_json()
    assert [item["slug"] for item in narrowed["items"]] == ["nang-cao"]


@pytest.mark.parametrize(
    "query", ["level=easy", "language=xx", "limit=0", "limit=x"]
)
def test_json_refuses_what_it_does_not_know(client, shelf, query):
    answer = client.get(f"/api/v1/courses?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert list(answer.get_json()["errors"]) == [query.split("=")[0]]


@pytest.mark.parametrize("cursor", ["x", "e30"])
def test_json_knows_no_page_at_a_damaged_cursor(client, shelf, cursor):
    answer = client.get(f"/api/v1/courses?cursor={cursor}")
    assert answer.status_code == 404
    assert answer.get_json()["type"] == "urn:academy:problem:paging.cursor"


def test_check_command(app, content):
    runner = app.test_cli_runner()
    content.replace("01-hieu-luc.vi.md", "{#ngay}", "")
    broken = runner.invoke(group, ["check", str(content.root)])
    assert broken.exit_code == 1
    assert (
        "political_theory/doc-van-kien/01-hieu-luc.vi.md:14: The heading “Ngày có hiệu lực” has no id → "
        "add one, the same in every language: {#ngay-co-hieu-luc}"
    ) in broken.output


def test_sync_command_says_what_it_did(app, content, monkeypatch):
    monkeypatch.setattr("academy.catalog.cli.content_parts", lambda _app: ())
    runner = app.test_cli_runner()
    first = runner.invoke(group, ["sync", str(content.root)])
    assert first.exit_code == 0, first.output
    assert "doc-van-kien: version 1" in first.output
    second = runner.invoke(group, ["sync", str(content.root)])
    assert second.output == "1 courses unchanged\n"
    sound = runner.invoke(group, ["check", str(content.root)])
    assert (sound.exit_code, sound.output) == (0, "The content is sound.\n")


def test_cards_name_languages_and_the_foot_leads_to_legal_documents(client, shelf):
    html = page(client, "/courses")
    assert '<span lang="vi">Tiếng Việt</span>' in html
    assert 'href="/legal"' in html
