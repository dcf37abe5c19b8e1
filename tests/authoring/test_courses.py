"""Courses in the studio: begun by a title, put in order, described, seen by their authors only."""

from __future__ import annotations

import pytest

from academy.authoring import queries, services
from academy.authoring.errors import DraftConflict, DraftNotFound, NotWrittenHere
from academy.catalog import services as catalog
from academy.catalog.models import Course
from academy.catalog.queries import find_course
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden, Invalid, NotFound
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.queries import find_item
from academy.questions.services import save_item
from academy.quizzes.queries import quizzes_of_course
from academy.quizzes.services import save_quiz
from tests.authoring.conftest import text
from tests.factories import create_actor, sign_in


def slugs(studio) -> list[str]:
    return [row.slug for row in studio.course().lessons]


def settings(**changes):
    return {"title": {"vi": "Tên"}, "level": "basic"} | changes


def test_a_title_is_enough(desk):
    answer = desk.post("/studio/courses", {"title": "  Tiếp   công dân "})
    assert answer.status_code == 303
    page = desk.client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Tiếp công dân" in page.get_data(as_text=True)
    course = find_course("tiep-cong-dan")
    assert (course.state, course.origin, course.version_id) == ("draft", "studio", None)


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_course_without_a_fit_title_is_refused_and_the_words_stay(desk, title):
    answer = desk.post("/studio/courses", {"title": title})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'aria-invalid="true"' in page and (not title.strip() or title in page)


def test_lessons_are_added_moved_taken_out_and_put_back(studio):
    two, three = (
        services.add_lesson(studio.author, studio.slug, title=title) for title in ("Bài hai", "Bài ba")
    )
    services.move_lesson(studio.author, studio.slug, three, by=-1)
    assert slugs(studio) == [studio.lesson, three, two]
    services.move_lesson(studio.author, studio.slug, studio.lesson, by=-1)
    services.move_lesson(studio.author, studio.slug, two, by=1)
    assert slugs(studio) == [studio.lesson, three, two]
    services.remove_lesson(studio.author, studio.slug, studio.lesson)
    assert slugs(studio) == [three, two]
    assert [row.slug for row in studio.course().removed] == [studio.lesson]
    with pytest.raises(DraftNotFound):
        studio.save(text(), 1)
    services.put_lesson_back(studio.author, studio.slug, studio.lesson)
    assert slugs(studio) == [three, two, studio.lesson]
    assert studio.draft().text.title == "Bài một"


def test_lessons_of_one_name_have_addresses_of_their_own(studio):
    assert services.add_lesson(studio.author, studio.slug, title="Bài một") == "bai-mot-2"
    services.remove_lesson(studio.author, studio.slug, "bai-mot-2")
    assert services.add_lesson(studio.author, studio.slug, title="bài MỘT") == "bai-mot-3"


def test_the_outline_page_moves_by_plain_buttons(desk):
    desk.post("/lessons", {"title": "Bài hai"})
    desk.post("/outline", {"lesson": "bai-hai", "act": "up"})
    assert slugs(desk.studio) == ["bai-hai", desk.studio.lesson]
    assert desk.post("/outline", {"lesson": "bai-hai", "act": "explode"}).status_code == 422
    assert desk.post("/outline", {"lesson": "no-such", "act": "down"}).status_code == 404


def test_time_and_outcomes_of_a_lesson(desk):
    studio = desk.studio
    outcomes = [{"id": "o1", "text": {"vi": "Đọc được"}, "bloom": "apply"}]
    services.update_settings(studio.author, studio.slug, settings(outcomes=outcomes), base_version=1)
    desk.post(f"/lessons/{studio.lesson}/plan", {"minutes": "25", "outcomes": ["o1"]})
    row = studio.course().lessons[0]
    assert (row.minutes, row.outcomes) == (25, ("o1",))
    assert desk.post(f"/lessons/{studio.lesson}/plan", {"minutes": "0"}).status_code == 422
    assert (
        desk.post(f"/lessons/{studio.lesson}/plan", {"minutes": "1", "outcomes": ["o9"]}).status_code == 422
    )
    services.update_settings(studio.author, studio.slug, settings(outcomes=[]), base_version=2)
    assert studio.course().lessons[0].outcomes == ()


def test_settings_by_the_form(desk):
    form = {
        "title.vi": "Tên mới", "title.en": "New title", "summary.vi": "Tóm tắt", "level": "advanced", "periods": "6",
        "outcomes.0.text.vi": "Đọc", "outcomes.0.bloom": "apply", "outcomes.1.bloom": "create",
        "completion.lessons": "all", "completion.exercises": "none", "visibility": "restricted", "base": "1",
    }  # fmt: skip
    assert desk.post("/settings", form).status_code == 303
    shown = desk.studio.course()
    assert shown.title == {"vi": "Tên mới", "en": "New title"}
    assert shown.description["outcomes"] == [{"id": "o1", "text": {"vi": "Đọc"}, "bloom": "apply"}]
    assert (shown.description["level"], shown.description["periods"]) == ("advanced", 6)
    assert shown.description["completion"]["exercises"] == "none"
    assert shown.course.visibility == "restricted"


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("title.vi", "", "title"),
        ("title.vi", "x" * 300, "title"),
        ("level", "hard", "level"),
        ("periods", "many", "periods"),
        ("prerequisites", "no-such-course", "prerequisites"),
        ("topics", "no-such-topic", "topics"),
        ("visibility", "secret", "visibility"),
        ("completion.quiz", "final", "completion.quiz"),
    ],
)
def test_faulty_settings_change_nothing_keep_what_was_typed_and_name_the_field(desk, field, value, place):
    form = {"title.vi": "Tên", "level": "basic", "visibility": "public", "summary.vi": "ĐÃ GÕ", "base": "1"}
    answer = desk.post("/settings", form | {field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "ĐÃ GÕ" in page and f'href="#f-{place}"' in page
    assert desk.studio.course().version == 1


@pytest.mark.parametrize(
    "name", ["title", "title.0", "summary", "outcomes", "outcomes.x", "outcomes.0", "outcomes.0.id.x", "outcomes.0.text", "completion", "completion.0", "completion.lessons.x", "completion.quiz.x"]
)
def test_invented_fields_are_no_fault_of_the_server(desk, name):
    answer = desk.post("/settings", {name: "1", "outcomes.1.text.vi": "ĐÃ GÕ", "base": "1", "level": "basic"})
    assert answer.status_code == 422 and "ĐÃ GÕ" in answer.get_data(as_text=True)


def test_settings_do_not_overwrite_somebody_elses(desk):
    studio = desk.studio
    services.update_settings(studio.author, studio.slug, settings(), base_version=1)
    answer = desk.post(
        "/settings", {"title.vi": "Của tôi", "level": "basic", "visibility": "public", "base": "1"}
    )
    assert answer.status_code == 409 and "Của tôi" in answer.get_data(as_text=True)
    assert studio.course().title == {"vi": "Tên"}
    with pytest.raises(DraftConflict):
        services.update_settings(studio.author, studio.slug, settings(), base_version=7)


def test_a_course_cannot_need_itself(studio):
    with pytest.raises(Invalid) as refusal:
        services.update_settings(
            studio.author, studio.slug, settings(prerequisites=[studio.slug]), base_version=1
        )
    assert "prerequisites" in refusal.value.errors


# --- rights ---------------------------------------------------------------------------------------


def test_another_instructor_neither_sees_nor_changes_a_draft(studio, client):
    other = create_actor(Role.INSTRUCTOR, unit=studio.unit)
    for act in (
        lambda: queries.get_studio_course(other, studio.slug),
        lambda: services.add_lesson(other, studio.slug, title="x"),
        lambda: services.publish(other, studio.slug),
        lambda: services.save_draft(other, studio.slug, studio.lesson, "vi", text(), base_version=1),
        lambda: services.upload_media(other, studio.slug, "x.svg", b"<svg/>"),
        lambda: services.copy_course(other, studio.slug),
    ):
        with pytest.raises(NotFound):
            act()
    sign_in(client, other)
    assert client.get(studio.url()).status_code == 404
    assert studio.slug not in client.get("/studio").get_data(as_text=True)


def test_another_instructor_may_not_change_a_published_course(studio, client):
    studio.write()
    services.publish(studio.author, studio.slug)
    other = create_actor(Role.INSTRUCTOR, unit=studio.unit)
    with pytest.raises(Forbidden):
        services.save_draft(other, studio.slug, studio.lesson, "vi", text(body="x"), base_version=2)
    token = sign_in(client, other)
    for rest in ("", "/settings", "/publish", "/questions", "/media", f"/lessons/{studio.lesson}"):
        assert client.get(studio.url(rest)).status_code == 403, rest
    assert client.post(studio.url("/publish"), data={"csrf_token": token}).status_code == 403


def test_an_administrator_of_the_unit_may_and_one_of_another_unit_may_not(studio):
    near = create_actor(Role.ADMINISTRATOR, unit=studio.unit)
    far = create_actor(Role.ADMINISTRATOR)
    assert queries.get_studio_course(near, studio.slug).slug == studio.slug
    assert [row.slug for row in queries.list_courses(near).items] == [studio.slug]
    with pytest.raises(NotFound):
        queries.get_studio_course(far, studio.slug)
    assert queries.list_courses(far).items == []


def test_learners_find_no_studio(studio, client):
    sign_in(client, create_actor(Role.LEARNER))
    assert client.get("/studio").status_code == 403
    assert client.get(studio.url()).status_code == 403
    assert 'href="/studio"' not in client.get("/courses").get_data(as_text=True)


# --- courses that come from elsewhere -------------------------------------------------------------


@pytest.fixture
def from_content(studio):
    """A published course as the content folder would bring it."""
    system = Actor.system()
    course = catalog.create_course(
        system, title={"vi": "Từ tệp"}, slug="tu-tep", owner_unit_path=studio.unit.path
    )
    catalog.publish_lesson_version(
        system, course.id, "bai", {"vi": "---\ntitle: Bài\n---\n\n## Một\n\nĐoạn.\n"}
    )
    catalog.set_instructors(system, course.id, [studio.author.account_id])
    catalog.publish_course(system, course.id)
    with unit_of_work() as work:
        work.session.get(Course, course.id).origin = "content"
    return course.slug


def test_courses_of_the_content_folder_are_read_only_and_say_why(desk, from_content):
    page = desk.get(f"/studio/courses/{from_content}").get_data(as_text=True)
    assert "content folder" in page and f"{from_content}/copy" in page
    with pytest.raises(NotWrittenHere):
        services.add_lesson(desk.studio.author, from_content, title="x")
    with pytest.raises(NotWrittenHere):
        services.publish(desk.studio.author, from_content)
    assert desk.get(f"/studio/courses/{from_content}/lessons/bai").status_code == 404
    for rest in ("settings", "questions", "media", "publish"):
        assert desk.get(f"/studio/courses/{from_content}/{rest}").status_code == 200


def test_a_copy_has_lessons_questions_files_and_quizzes_of_its_own(desk, from_content):
    system, source = Actor.system(), find_course(from_content)
    truth = {"text": {"vi": "Đúng?", "en": "True?"}, "answer": True}
    save_item(system, source.id, "bai-1", "truefalse", truth, lesson="bai", outcome="")
    quiz = {"title": {"vi": "Cuối khóa", "en": "Final"}, "draw": [{"count": 1}]}
    save_quiz(system, source.id, "final", quiz)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>'
    catalog.store_media(system, source.id, "figures/a.svg", svg)

    answer = desk.post(f"/studio/courses/{from_content}/copy")
    assert answer.status_code == 303
    slug = answer.headers["Location"].rpartition("/")[2]
    copy = queries.get_studio_course(desk.studio.author, slug)
    assert copy.id != source.id and copy.is_editable and copy.course.state == "draft"
    assert [row.slug for row in copy.lessons] == ["bai"]
    draft = queries.get_draft(desk.studio.author, slug, "bai", "vi")
    assert draft.text.title == "Bài" and draft.text.body.startswith("## Một")
    assert find_item(copy.id, "bai-1").version.spec == find_item(source.id, "bai-1").version.spec
    assert [row.slug for row in quizzes_of_course(copy.id)] == ["final"]
    assert copy.description["quizzes"] == ["final"]
    services.publish(desk.studio.author, slug)
    assert find_course(from_content).number == 1


def test_a_studio_course_published_elsewhere_gets_a_working_copy(studio):
    system = Actor.system()
    course = catalog.create_course(system, title={"vi": "Cũ"}, slug="cu", owner_unit_path=studio.unit.path)
    catalog.publish_lesson_version(
        system, course.id, "bai", {"vi": "---\ntitle: Bài\n---\n\n## Một {#mot}\n\nĐoạn.\n"}
    )
    catalog.set_instructors(system, course.id, [studio.author.account_id])
    catalog.publish_course(system, course.id)
    services.add_lesson(studio.author, "cu", title="Bài mới")
    shown = queries.get_studio_course(studio.author, "cu")
    assert [(row.slug, row.state) for row in shown.lessons] == [("bai", "published"), ("bai-moi", "new")]


# --- hostile input and cost -----------------------------------------------------------------------


def test_titles_are_only_text(desk):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    desk.post("/studio/courses", {"title": evil})
    services.add_lesson(desk.studio.author, desk.studio.slug, title=evil)
    for page in (desk.client.get("/studio"), desk.get(), desk.get("/publish"), desk.get("/questions")):
        html = page.get_data(as_text=True)
        assert "<script>alert" not in html and "<img src=x" not in html


def test_lists_and_courses_cost_the_same_for_many_as_for_few(desk, count_queries):
    def costs() -> list[int]:
        found = []
        for address in (
            "/studio",
            desk.studio.url(),
            desk.studio.url("/questions"),
            desk.studio.url("/publish"),
        ):
            with count_queries() as queries_made:
                assert desk.client.get(address).status_code == 200
            found.append(len(queries_made))
        return found

    few = costs()
    for number in range(8):
        services.create_course(desk.studio.author, title=f"Khóa {number}")
        services.add_lesson(desk.studio.author, desk.studio.slug, title=f"Bài {number}")
    assert costs() == few
    assert few[0] <= 3 and max(few[1:3]) <= 8 and few[3] <= 12


def test_the_list_pages_by_last_change(desk):
    for number in range(45):
        services.create_course(desk.studio.author, title=f"Khóa {number:02}")
    first = queries.list_courses(desk.studio.author, limit=40)
    rest = queries.list_courses(desk.studio.author, limit=40, cursor=first.next_cursor)
    names = [row.slug for row in (*first.items, *rest.items)]
    assert len(names) == len(set(names)) == 46 and rest.next_cursor is None
    assert names[0] == "khoa-44"
