"""What an author types is stored, acknowledged, and never lost."""

from __future__ import annotations

import json

import pytest

from academy.authoring import services
from academy.authoring.errors import DraftConflict, DraftNotFound
from academy.authoring.lesson_source import from_fields, from_source
from academy.catalog.services import set_instructors
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.errors import Invalid
from tests.authoring.conftest import BODY, text
from tests.factories import create_actor, sign_in
from tests.questions.form_reader import Fields


@pytest.fixture
def colleague(studio):
    """A second author of the same course."""
    other = create_actor(Role.INSTRUCTOR, unit=studio.unit, full_name="Phạm Văn Đồng Nghiệp")
    set_instructors(studio.author, studio.course().id, [studio.author.account_id, other.account_id])
    return other


# --- storing --------------------------------------------------------------------------------------


def test_each_change_is_a_version_and_the_same_text_again_is_none(studio):
    first = studio.write()
    assert (first.version, first.changed) == (2, True)
    # the reply was lost: the same text comes again, on the old version
    again = studio.save(text(), 1)
    assert (again.version, again.changed) == (2, False)
    assert studio.write(body="khác").version == 3


def test_of_two_texts_that_collide_both_are_kept(studio, colleague):
    base = studio.draft().version
    studio.save(text(body="của đồng nghiệp"), base, actor=colleague)
    with pytest.raises(DraftConflict) as refusal:
        studio.save(text(body="của tôi"), base)
    assert refusal.value.next_step
    assert studio.draft().text.body == "của đồng nghiệp"
    kept = studio.revisions()[0]
    assert kept.kind == "conflicting" and kept.by_name == "Lê Thị Giảng"
    services.restore_revision(studio.author, studio.slug, studio.lesson, "vi", kept.id)
    assert studio.draft().text.body == "của tôi"


def test_a_minute_of_writing_is_one_revision_and_another_person_begins_his_own(studio, colleague):
    with clock.frozen("2026-11-02T01:00:00Z"):
        studio.write(body="một")
    with clock.frozen("2026-11-02T01:00:30Z"):
        studio.write(body="một hai")
    with clock.frozen("2026-11-02T01:00:40Z"):
        studio.save(text(body="người khác"), actor=colleague)
    with clock.frozen("2026-11-02T01:02:00Z"):
        studio.write(body="sau")
    found = [(row.version, row.by_name) for row in studio.revisions()]
    assert found[:3] == [(5, "Lê Thị Giảng"), (4, "Phạm Văn Đồng Nghiệp"), (3, "Lê Thị Giảng")]


def test_restoring_makes_a_new_version_and_keeps_what_stood(studio):
    with clock.frozen("2026-11-02T01:00:00Z"):
        studio.write(body="đầu", objectives="Nêu được\nVận dụng")
    old = studio.revisions()[0]
    with clock.frozen("2026-11-02T01:05:00Z"):
        studio.write(body="cuối")
    with clock.frozen("2026-11-02T01:06:00Z"):
        done = services.restore_revision(studio.author, studio.slug, studio.lesson, "vi", old.id)
    assert done.version == 4 and studio.draft().text.front["objectives"] == ["Nêu được", "Vận dụng"]
    assert [row.kind for row in studio.revisions()][:2] == ["restored", "saved"]
    assert not services.restore_revision(studio.author, studio.slug, studio.lesson, "vi", old.id).changed


def test_a_revision_of_another_lesson_is_none_of_this_one(studio):
    studio.write()
    revision = studio.revisions()[0].id
    other = services.add_lesson(studio.author, studio.slug, title="Bài hai")
    with pytest.raises(DraftNotFound):
        services.restore_revision(studio.author, studio.slug, other, "vi", revision)


def test_languages_have_texts_of_their_own(studio):
    studio.write(body="tiếng Việt")
    studio.save(text(title="Lesson one", body="English"), 0, lang="en")
    assert studio.draft("vi").text.body == "tiếng Việt"
    assert studio.course().lessons[0].title == {"vi": "Bài một", "en": "Lesson one"}
    with pytest.raises(Invalid):
        studio.save(text(), 0, lang="fr")


def test_text_is_stored_composed_and_without_what_no_database_holds(studio):
    studio.write(body="Tie\u0302\u0301ng\r\nVie\u0323\u0302t\x00")
    assert studio.draft().text.body == "Tiếng\nViệt"


@pytest.mark.parametrize(
    "fields", [{"body": "x" * 200_001}, {"title": "x" * 201}, {"objectives": "x\n" * 101}]
)
def test_more_than_fits_is_refused_at_its_field(studio, fields):
    with pytest.raises(Invalid) as refusal:
        studio.write(**fields)
    assert set(refusal.value.errors) == set(fields)


def test_a_form_shown_and_sent_back_is_the_same_text():
    source = text(
        objectives="a\nb",
        glossary="hiệu lực: giá trị: thi hành\nkhông nghĩa: x",
        sources="[[171/2025/NĐ-CP]]",
    )
    assert from_fields(source.fields()) == source
    assert from_source(source.source).front == source.front


@pytest.mark.parametrize(
    "source",
    ["no head", "---\ntitle: [\n---\nx", "---\n- a\n---\nx", "---\nobjectives: x\n---\nx", "---\ntitle: x"],
)
def test_a_file_with_an_unreadable_head_is_refused(source):
    with pytest.raises(Invalid):
        from_source(source)


# --- the API that autosave speaks -----------------------------------------------------------------


@pytest.fixture
def put(desk):
    def send(body: dict, etag: str | None = None, url: str | None = None):
        headers = {"X-CSRFToken": desk.token} | ({"If-Match": etag} if etag else {})
        return desk.client.put(url or desk.studio.draft_url, json=body, headers=headers)

    return send


def test_autosave_is_acknowledged_with_version_and_time(put, studio):
    answer = put({"version": 1, "title": "Bài một", "body": BODY}, '"1"')
    assert answer.status_code == 200 and answer.get_json()["version"] == 2
    assert answer.get_json()["stored_at"].startswith("20")
    assert studio.draft().text.body == BODY


def test_autosave_takes_a_whole_file_and_gives_it_back(put, desk):
    source = "---\ntitle: Tệp\nobjectives:\n- a\n---\n\n## Một\n\nĐoạn.\n"
    assert put({"version": 1, "source": source}).status_code == 200
    found = desk.client.get(desk.studio.draft_url).get_json()
    assert found["source"] == source and found["version"] == 2


def test_a_language_without_a_draft_is_not_found(put, desk):
    assert desk.client.get(desk.studio.draft_url.replace("/vi", "/de")).status_code == 404
    assert put({"version": 0, "body": "x"}, url=desk.studio.draft_url.replace("/vi", "/fr")).status_code == 404


@pytest.mark.parametrize(("etag", "status"), [(None, 409), ('"1"', 412)])
def test_autosave_on_an_old_version_is_refused_and_kept(put, studio, etag, status):
    studio.write(body="mới hơn")
    answer = put({"version": 1, "title": "Bài một", "body": "cũ"}, etag)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json" and "2" in answer.get_json()["detail"]
    assert [row.kind for row in studio.revisions()][0] == "conflicting"
    assert studio.draft().text.body == "mới hơn"


def test_etag_and_version_must_agree(put, studio):
    assert put({"version": 1, "body": "x"}, '"9"').status_code == 412
    assert studio.draft().version == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"version": 1}, {"version": "1", "body": "x"}, {"version": 1, "body": "x", "source": "y"}, {"version": -1, "body": "x"}, {"version": 1, "body": 7}, {"version": 1, "body": "x", "evil": 1}],
)  # fmt: skip
def test_malformed_bodies_are_named(put, studio, body):
    assert put(body).status_code == 422
    assert studio.draft().version == 1


def test_autosave_is_for_the_authors_only(studio, client):
    body = {"version": 1, "body": "x"}
    assert client.put(studio.draft_url, json=body).status_code in (400, 401, 403)
    token = sign_in(client, create_actor(Role.LEARNER))
    assert client.put(studio.draft_url, json=body, headers={"X-CSRFToken": token}).status_code == 403
    token = sign_in(client, create_actor(Role.INSTRUCTOR))
    assert client.put(studio.draft_url, json=body, headers={"X-CSRFToken": token}).status_code == 404
    assert studio.draft().version == 1


def test_preview_shows_and_stores_nothing(desk):
    url = desk.studio.draft_url.replace("/drafts/vi", "/preview")
    body = {
        "lang": "vi",
        "title": "T",
        "body": "## Một\n\n**đậm** <script>alert(1)</script>\n\n[[exercise:none]]",
    }
    answer = desk.client.post(url, json=body, headers={"X-CSRFToken": desk.token}).get_json()
    assert "<strong>đậm</strong>" in answer["html"] and "<script>" not in answer["html"]
    assert any(fault["line"] == 5 for fault in answer["faults"])
    assert desk.studio.draft().version == 1


# --- the page, without scripts --------------------------------------------------------------------


def form_of(page) -> dict:
    values = Fields(page.get_data(as_text=True)).values
    return {name: values[name] for name in ("title", "summary", "objectives", "glossary", "sources", "body")}


def test_the_page_stores_by_its_button_and_stays(desk):
    url = f"/lessons/{desk.studio.lesson}"
    form = form_of(desk.get(url)) | {"body": BODY, "objectives": "Nêu được\r\nVận dụng"}
    answer = desk.post(f"{url}?lang=vi&base=1", form)
    assert answer.status_code == 303
    assert desk.studio.draft().text.front["objectives"] == ["Nêu được", "Vận dụng"]
    assert form_of(desk.get(url))["body"].replace("\r\n", "\n") == BODY


def test_the_preview_button_shows_the_typed_text_and_stores_nothing(desk):
    form = {"title": "Bài một", "body": "## Đang gõ\n\nchưa lưu", "act": "preview"}
    page = desk.post(f"/lessons/{desk.studio.lesson}?lang=vi&base=1", form).get_data(as_text=True)
    assert page.count("chưa lưu") == 2 and desk.studio.draft().version == 1


def test_a_collision_keeps_what_was_typed_and_a_second_store_decides(desk):
    desk.studio.write(body="của người khác")
    url = f"/lessons/{desk.studio.lesson}"
    answer = desk.post(f"{url}?lang=vi&base=1", {"title": "Bài một", "body": "của tôi"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "của tôi" in page and "/history" in page
    assert "base=2" in page
    assert desk.post(f"{url}?lang=vi&base=2", {"title": "Bài một", "body": "của tôi"}).status_code == 303
    assert desk.studio.draft().text.body == "của tôi"


def test_what_was_typed_comes_back_if_the_lesson_was_taken_out_meanwhile(desk):
    studio = desk.studio
    services.remove_lesson(studio.author, studio.slug, studio.lesson)
    answer = desk.post(f"/lessons/{studio.lesson}?lang=vi&base=1", {"title": "Bài một", "body": "công của tôi"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404 and "công của tôi" in page and "notice-error" in page
    services.put_lesson_back(studio.author, studio.slug, studio.lesson)
    assert desk.post(f"/lessons/{studio.lesson}?lang=vi&base=1", {"title": "Bài một", "body": "công của tôi"}).status_code == 303


def test_too_long_a_text_comes_back_with_the_rule(desk):
    answer = desk.post(f"/lessons/{desk.studio.lesson}?lang=vi&base=1", {"title": "x" * 201, "body": "giữ"})
    assert answer.status_code == 422 and "giữ" in answer.get_data(as_text=True)
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_history_shows_the_difference_and_restores(desk):
    studio = desk.studio
    with clock.frozen("2026-11-02T01:00:00Z"):
        studio.write(body="dòng cũ")
    old = studio.revisions()[0].id
    with clock.frozen("2026-11-02T01:05:00Z"):
        studio.write(body="dòng mới <script>alert(1)</script>")
    url = f"/lessons/{studio.lesson}/history"
    page = desk.get(f"{url}?lang=vi&revision={old}").get_data(as_text=True)
    assert "<del>" in page and "dòng cũ" in page and "<script>alert" not in page
    assert desk.post(url, {"lang": "vi", "revision": str(old)}).status_code == 303
    assert studio.draft().text.body == "dòng cũ"
    assert desk.get(f"{url}?lang=vi&revision=999999").status_code == 404


def test_markdown_of_authors_does_no_harm(desk):
    evil = "## <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n</textarea><script>alert(2)</script>"
    desk.studio.write(body=evil, title="</title><script>alert(3)</script>")
    page = desk.get(f"/lessons/{desk.studio.lesson}").get_data(as_text=True)
    for bad in ("<script>alert", "<img src=x", 'href="javascript:', "</textarea><script"):
        assert bad not in page


def test_the_editor_costs_the_same_however_much_there_is(desk, count_queries):
    def cost() -> int:
        with count_queries() as made:
            assert desk.get(f"/lessons/{desk.studio.lesson}").status_code == 200
        return len(made)

    few = cost()
    for number in range(6):
        services.add_lesson(desk.studio.author, desk.studio.slug, title=f"Bài {number}")
        desk.studio.write(body=f"{number}")
    assert cost() == few <= 14


def test_storing_costs_a_known_number_of_statements(put, count_queries):
    put({"version": 1, "body": "một"})
    with count_queries() as made:
        assert put({"version": 2, "body": "hai"}).status_code == 200
    assert len(made) <= 14, json.dumps(made.statements, indent=1)
