"""From a published course to a result, through the outbox, for whoever may see it."""

import shutil

import pytest

from academy.catalog.services import (
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
    set_visibility,
    withdraw_course,
)
from academy.kernel import clock, jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.questions.services import retire_item, save_item
from academy.search import services
from academy.search.engine import engine
from academy.search.queries import search, suggest
from tests.factories import create_actor, create_unit, sign_in

LESSON = """---
title: {title}
summary: Tóm tắt ngắn.
---
## Mở đầu {{#mo-dau}}

Một đoạn không nói gì.

## Nội dung {{#noi-dung}}

{text}
"""


def write_course(actor, title, *lessons, slug=None, visibility="public", lang="vi"):
    """Publish a course with lessons ``(title, text)``; its slug."""
    course = create_course(actor, title=title, slug=slug)
    if visibility != "public":
        set_visibility(actor, course.id, visibility)
    plans = []
    for number, (lesson, text) in enumerate(lessons, start=1):
        publish_lesson_version(
            actor, course.id, f"{number:02}-bai", {lang: LESSON.format(title=lesson, text=text)}
        )
        plans.append(OutlinePlan(lesson=f"{number:02}-bai"))
    return publish_course(actor, course.id, outline=plans)


def lessons(actor, text, **named):
    return [
        (item.course, item.lesson) for item in search(actor, text, **named).items if item.kind == "lesson"
    ]


ANYBODY = Actor.anonymous()


def test_a_published_lesson_is_found_at_its_passage(author):
    course = write_course(
        author, "Văn thư", ("Đóng dấu", "Dấu giáp lai đóng vào khoảng giữa mép phải văn bản.")
    )
    assert search(ANYBODY, "giáp lai").degraded
    jobs.run_all()
    engine().refresh()
    results = search(ANYBODY, "dau giap lai")
    item = next(item for item in results.items if item.kind == "lesson")
    assert (item.course, item.lesson, item.anchor, item.lang) == (course.slug, "01-bai", "noi-dung-1", "vi")
    assert item.url == f"/courses/{course.slug}/lessons/01-bai?lang=vi#noi-dung-1"
    assert ("Dấu giáp lai", True) in item.snippet
    assert not results.degraded
    assert [item.kind for item in search(ANYBODY, "văn thư").items][0] == "course"


def test_a_new_version_replaces_the_old_and_a_withdrawn_course_disappears(author):
    course = write_course(author, "Văn thư", ("Đóng dấu", "Dấu giáp lai."), ("Lưu hồ sơ", "Hồ sơ giấy."))
    jobs.run_all()
    publish_lesson_version(
        author, course.id, "01-bai", {"vi": LESSON.format(title="Đóng dấu", text="Dấu treo.")}
    )
    publish_course(author, course.id, outline=[OutlinePlan(lesson="01-bai")])
    jobs.run_all()
    engine().refresh()
    assert lessons(ANYBODY, '"giáp lai"') == []
    assert lessons(ANYBODY, "dấu treo") == [(course.slug, "01-bai")]
    assert lessons(ANYBODY, "hồ sơ giấy") == []
    withdraw_course(author, course.id)
    assert lessons(ANYBODY, "dấu treo") == []  # at once, before the index knows
    jobs.run_all()
    engine().refresh()
    assert search(ANYBODY, "dấu treo").total == 0
    assert engine().health().documents == 0


def test_restricted_courses_are_found_by_their_people_only(author):
    ours, theirs = create_unit("Phường A"), create_unit("Phường B")
    writer = create_actor(Role.INSTRUCTOR, unit=ours)
    colleague, stranger = create_actor(Role.LEARNER, unit=ours), create_actor(Role.LEARNER, unit=theirs)
    course = write_course(writer, "Nội bộ", ("Quy trình riêng", "Mật khẩu két sắt."), visibility="restricted")
    jobs.run_all()
    engine().refresh()
    for actor in (writer, colleague, Actor.system()):
        assert lessons(actor, "két sắt") == [(course.slug, "01-bai")]
    for actor in (stranger, author, ANYBODY):
        results = search(actor, "két sắt")
        assert (results.total, list(results.items)) == (0, [])
        assert not any(results.facets.values())
        assert suggest(actor, "quy tr") == []
        assert search(actor, "kets").suggestion is None
    assert [item.title for item in suggest(colleague, "quy tr")] == ["Quy trình riêng"]
    set_visibility(writer, course.id, "public")
    jobs.run_all()
    engine().refresh()
    assert lessons(ANYBODY, "két sắt") == [(course.slug, "01-bai")]


def test_a_course_that_was_closed_a_moment_ago_is_not_shown(author):
    course = write_course(author, "Kho", ("Kho tàng", "Từ rất riêng."))
    jobs.run_all()
    engine().refresh()
    assert lessons(ANYBODY, "từ rất riêng")
    set_visibility(author, course.id, "restricted")
    assert lessons(ANYBODY, "từ rất riêng") == []


@pytest.mark.parametrize("act", ["restrict", "withdraw"])
def test_nothing_counts_or_suggests_what_was_closed_a_moment_ago(author, act):
    write_course(author, "Văn thư", ("Kho chung", "Chữ chung."))
    course = write_course(author, "Kho", ("Kho tàng", "Từ rất riêng."))
    jobs.run_all()
    engine().refresh()
    assert search(ANYBODY, "kho").total == 3
    if act == "restrict":
        set_visibility(author, course.id, "restricted")
    else:
        withdraw_course(author, course.id)
    results = search(ANYBODY, "kho")
    assert results.total == len(results.items) == 1
    assert course.slug not in results.facets["course"]
    assert [item.title for item in suggest(ANYBODY, "kho")] == ["Kho chung"]
    assert search(ANYBODY, "riengg").suggestion is None


def test_exercises_are_found_as_long_as_the_lesson_shows_them(author):
    course = write_course(author, "Văn thư", ("Đóng dấu", "Chữ.\n\n[[exercise:dau-1]]"))

    def put(words, **use):
        spec = {"text": {"vi": words, "en": words}, "answer": True}
        saved = save_item(author, course.id, "dau-1", "truefalse", spec, lesson="01-bai", outcome="", **use)
        jobs.run_all()
        engine().refresh()
        return saved.item_id

    item = put("Giáp lai là gì")
    assert lessons(ANYBODY, "giáp lai") == [(course.slug, "01-bai")]
    put("Triện đỏ là gì")
    assert lessons(ANYBODY, "giáp lai") == [] and lessons(ANYBODY, "triện đỏ")
    put("Triện đỏ là gì", use_lesson=False)
    assert lessons(ANYBODY, "triện đỏ") == [], "a question kept for quizzes is no text of the lesson"
    put("Triện đỏ là gì")
    assert lessons(ANYBODY, "triện đỏ")
    retire_item(author, item)
    jobs.run_all()
    engine().refresh()
    assert lessons(ANYBODY, "triện đỏ") == []


def test_indexing_again_changes_nothing(author):
    write_course(author, "Văn thư", ("Đóng dấu", "Dấu giáp lai."))
    jobs.run_all()
    before = engine().health()
    assert services.index_pending() == {"changes": 0, "documents": 0}
    assert services.count_pending() == 0
    assert engine().health() == before


def test_rows_that_commit_late_are_not_lost(author):
    """A transaction with a lower number may commit after one with a higher number was indexed."""
    write_course(author, "Một", ("Bài một", "Chữ một."))
    jobs.run_all()
    applied = engine().applied()
    assert applied.position == 0 and len(applied.recent) >= 1
    with clock.frozen(clock.now() + 2 * services.SETTLED):
        write_course(author, "Hai", ("Bài hai", "Chữ hai."))
        services.index_pending()
        later = engine().applied()
    assert later.position == max(applied.recent)
    assert len(later.recent) >= 1 and min(later.recent) > later.position


def test_old_rows_are_forgotten_but_never_the_last(author, session):
    from academy.search.models import SearchOutbox

    write_course(author, "Một", ("Bài một", "Chữ một."))
    jobs.run_all()
    with clock.frozen(clock.now() + 2 * services.KEPT):
        write_course(author, "Hai", ("Bài hai", "Chữ hai."))
        services.index_pending()
    with clock.frozen(clock.now() + 4 * services.KEPT):
        write_course(author, "Ba", ("Bài ba", "Chữ ba."))
        services.index_pending()
        left = [row.seq for row in session.query(SearchOutbox)]
        assert min(left) == engine().applied().position
    engine().refresh()
    assert search(ANYBODY, "chữ").total == 3


def test_without_an_index_titles_are_searched_and_one_rebuild_is_asked_for(author, session):
    course = write_course(author, "Văn thư", ("Đóng dấu đúng chỗ", "Dấu giáp lai."))
    write_course(author, "Kín", ("Đóng dấu mật", "Chữ."), visibility="restricted")
    jobs.run_all()
    shutil.rmtree(engine().generations.root)
    engine().refresh()
    for _again in range(3):
        results = search(ANYBODY, "dong DAU")
        assert results.degraded
        assert [(item.course, item.lesson) for item in results.items] == [(course.slug, "01-bai")]
        assert ("Đóng dấu", True) in results.items[0].title
    assert search(ANYBODY, "giáp lai").total == 0
    assert suggest(ANYBODY, "đóng") == []
    waiting = [job.kind for job in session.query(jobs.Job).filter_by(state="waiting")]
    assert waiting == ["search.rebuild"]
    jobs.run_all()
    engine().refresh()
    assert lessons(ANYBODY, "giáp lai") == [(course.slug, "01-bai")]
    assert services.repair() == {"documents": 0}  # another one asked for finds nothing to do


def test_a_query_costs_few_statements(author, count_queries):
    write_course(author, "Văn thư", *[(f"Đóng dấu {n}", f"Dấu giáp lai số {n}.") for n in range(6)])
    jobs.run_all()
    engine().refresh()
    search(ANYBODY, "giáp lai")
    for actor in (ANYBODY, author):
        with count_queries() as statements:
            assert search(actor, "giáp lai").total == 6
        assert len(statements) <= 3


def test_paging_through_the_results(author):
    write_course(author, "Văn thư", *[(f"Đóng dấu {n}", f"Dấu giáp lai số {n}.") for n in range(7)])
    jobs.run_all()
    engine().refresh()
    seen, cursor = [], None
    while True:
        results = search(ANYBODY, '"giáp lai"', limit=3, cursor=cursor)
        seen += [item.lesson for item in results.items]
        cursor = results.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == results.total == 7


# --- API and page -----------------------------------------------------------------------------------


@pytest.fixture
def published(author):
    first = write_course(
        author,
        "Văn thư",
        ("Đóng dấu", "Dấu giáp lai `<b>đóng</b>` & `<script>alert(1)</script>` ở mép phải."),
        slug="van-thu",
    )
    write_course(author, "Records", ("Sealing", "The seal goes across the edge."), slug="records", lang="en")
    jobs.run_all()
    engine().refresh()
    return first


def test_the_api_answers_as_described(published, client):
    answer = client.get("/api/v1/search", query_string={"q": "dau giap lai", "limit": 5})
    assert answer.status_code == 200
    found = answer.get_json()
    assert {"total", "items", "facets", "suggestion"} <= set(found)
    item = found["items"][0]
    assert {"course", "lesson", "anchor", "title", "snippet", "score", "lang"} <= set(item)
    assert (item["course"], item["lesson"], item["anchor"]) == ("van-thu", "01-bai", "noi-dung-1")
    assert item["snippet"].startswith("<mark>Dấu giáp lai</mark>")
    assert "<script" not in item["snippet"] and "<b>" not in item["snippet"]
    assert found["facets"]["course"] == {"van-thu": 1}
    assert found["total"] == 1 and found["degraded"] is False


def test_the_api_narrows(published, client):
    def total(**query):
        return client.get("/api/v1/search", query_string=query).get_json()["total"]

    assert total(q="seal") == 1
    assert total(q="seal", lang="en") == 1
    assert total(q="seal", lang="vi") == 0
    assert total(q="seal", course="records") == 1
    assert total(q="seal", course="van-thu") == 0
    assert total(q="seal", module="nothing") == 0
    assert total(q="") == total() == 0


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "51"}, {"limit": "x"}, {"q": "x" * 5000}])
def test_wrong_parameters_are_named(published, client, query):
    answer = client.get("/api/v1/search", query_string={"q": "seal"} | query)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == set(query)


@pytest.mark.parametrize(
    "text", ["%", "'; DROP TABLE course; --", "((((", '"""', "-" * 300, "title:", "a" * 300, "𝕏 🙂"]
)
def test_no_text_is_an_error(published, client, text):
    assert client.get("/api/v1/search", query_string={"q": text}).status_code == 200
    assert client.get("/search", query_string={"q": text}).status_code == 200


def test_suggestions(published, client):
    found = client.get("/api/v1/search/suggestions", query_string={"q": "đóng d"}).get_json()
    assert found["items"] == [
        {
            "title": "Đóng dấu",
            "url": "/courses/van-thu/lessons/01-bai?lang=vi",
            "lang": "vi",
            "course": "van-thu",
        }
    ]


def test_the_page_marks_and_escapes(published, client):
    page = client.get("/search", query_string={"q": "giáp lai"}).get_data(as_text=True)
    assert "<mark>giáp lai</mark>" in page
    landing = 'href="/courses/van-thu/lessons/01-bai?lang=vi#noi-dung-1:~:text='
    assert landing in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    typed = client.get("/search", query_string={"q": '"><img src=x>'}).get_data(as_text=True)
    assert "<img src=x>" not in typed


def test_the_page_helps_when_nothing_is_found(published, client):
    page = client.get("/search", query_string={"q": "zzzzzz", "course": "van-thu"}).get_data(as_text=True)
    assert "/search?q=zzzzzz" in page and "/courses" in page
    assert client.get("/search").status_code == 200


def test_the_page_says_how_a_query_was_read(published, client):
    page = client.get("/search", query_string={"q": "giaps lai"}).get_data(as_text=True)
    assert "<strong>giáp lai</strong>" in page


def test_the_page_says_when_only_titles_are_searched(published, client):
    shutil.rmtree(engine().generations.root)
    engine().refresh()
    answer = client.get("/search", query_string={"q": "đóng dấu"})
    assert answer.status_code == 200
    assert "notice-warning" in answer.get_data(as_text=True)
    assert client.get("/api/v1/search", query_string={"q": "đóng dấu"}).get_json()["degraded"] is True


def test_signed_in_people_search_too(published, client, author):
    sign_in(client, author)
    assert client.get("/api/v1/search", query_string={"q": "seal"}).get_json()["total"] == 1


def test_the_command(published, app):
    from academy.search.cli import group

    runner = app.test_cli_runner()
    status = runner.invoke(group, ["status"])
    assert status.exit_code == 0 and "up to date" in status.output
    explained = runner.invoke(group, ["explain", "giap lai"])
    assert "_giap_lai" in explained.output and "lesson:" in explained.output
    shutil.rmtree(engine().generations.root)
    engine().refresh()
    assert runner.invoke(group, ["status"]).exit_code == 1
    assert runner.invoke(group, ["explain", "x"]).exit_code == 1
    rebuilt = runner.invoke(group, ["rebuild"])
    assert rebuilt.exit_code == 0 and "documents" in rebuilt.output
    assert runner.invoke(group, ["status"]).exit_code == 0
