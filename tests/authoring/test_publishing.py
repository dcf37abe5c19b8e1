"""From draft to what learners see: checks, review, immutable versions."""

from __future__ import annotations

import pytest

from academy.audit.models import AuditEntry
from academy.authoring import queries, services
from academy.authoring.checking import line_diff, plan_publication, words_changed
from academy.authoring.errors import DraftConflict, NotReady, ReviewState
from academy.catalog.models import LessonText
from academy.catalog.queries import find_course, get_course, get_lesson
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Invalid
from tests.authoring.conftest import BODY, text
from tests.factories import create_actor, sign_in

TRUTH = {"text": {"vi": "Đúng?", "en": "True?"}, "answer": True}


def publish(studio):
    return services.publish(studio.author, studio.slug)


def plan(studio):
    return plan_publication(studio.author, studio.slug)


def test_learners_see_a_lesson_once_it_is_published_and_not_before(studio, client):
    studio.write()
    address = f"/courses/{studio.slug}/lessons/{studio.lesson}"
    assert client.get(address).status_code == 404
    assert publish(studio).number == 1
    page = client.get(address).get_data(as_text=True)
    assert "Một đoạn văn." in page and 'id="mo-dau"' in page
    studio.write(body="## Mở đầu\n\nChưa công bố.")
    assert "Chưa công bố" not in client.get(address).get_data(as_text=True)


def test_publishing_makes_new_versions_and_leaves_the_old_ones(studio):
    studio.write()
    publish(studio)
    before = get_lesson(Actor.system(), studio.slug, studio.lesson)
    studio.write(body="## Mở đầu\n\nĐoạn mới.")
    done = publish(studio)
    assert (done.number, done.changed) == (2, True)
    now = get_lesson(Actor.system(), studio.slug, studio.lesson)
    assert now.text.lesson_version_id != before.text.lesson_version_id
    pinned = get_lesson(Actor.system(), studio.slug, studio.lesson, version=1)
    assert pinned.text.html == before.text.html and "Một đoạn văn." in pinned.text.html
    again = publish(studio)
    assert (again.number, again.changed) == (2, False)


def test_ids_of_headings_stay_when_their_words_change(studio):
    studio.write(body="## Mở đầu\n\nMột.")
    publish(studio)
    assert studio.draft().text.body.startswith("## Mở đầu {#mo-dau}")
    studio.write(body=studio.draft().text.body.replace("Mở đầu {", "Dẫn nhập {"))
    publish(studio)
    heading = get_lesson(Actor.system(), studio.slug, studio.lesson).text.headings[0]
    assert (heading.id, heading.text) == ("mo-dau", "Dẫn nhập")
    assert studio.course().lessons[0].state == "published"
    assert studio.revisions()[0].kind == "published"


def test_the_order_of_lessons_is_that_of_the_outline(studio):
    studio.write()
    two = services.add_lesson(studio.author, studio.slug, title="Bài hai")
    services.save_draft(studio.author, studio.slug, two, "vi", text("Bài hai"), base_version=1)
    services.move_lesson(studio.author, studio.slug, two, by=-1)
    publish(studio)
    assert [entry.slug for entry in find_course(studio.slug).outline] == [two, studio.lesson]
    services.remove_lesson(studio.author, studio.slug, two)
    publish(studio)
    assert [entry.slug for entry in find_course(studio.slug).outline] == [studio.lesson]
    assert find_course(studio.slug).number == 2


def test_lessons_may_link_to_lessons_that_are_published_with_them(studio):
    two = services.add_lesson(studio.author, studio.slug, title="Bài hai")
    studio.write(body=f"Xem [bài sau]({two}).")
    services.save_draft(studio.author, studio.slug, two, "vi", text("Bài hai"), base_version=1)
    assert plan(studio).problems == ()
    publish(studio)


# --- what is missing ------------------------------------------------------------------------------


def problems(studio) -> str:
    return " | ".join(f"{p.lesson}:{p.lang}:{p.line} {p.message}" for p in plan(studio).problems)


def test_a_course_needs_a_lesson(studio):
    services.remove_lesson(studio.author, studio.slug, studio.lesson)
    assert "no lesson" in problems(studio)
    with pytest.raises(NotReady):
        publish(studio)


def test_a_lesson_needs_a_text(studio):
    assert f"{studio.lesson}:vi:None" in problems(studio) and "no text" in problems(studio)


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("## Một\n\n![](figures/none.svg)", 3, ""),
        ("Đoạn.\n\n[[exercise:none]]", 3, "none"),
        ("Đoạn.\n\n::: sing\nx\n:::", 3, "sing"),
        ("\n\nĐoạn.\n\n[x](no-such-lesson)", 5, ""),
    ],
)
def test_faults_name_the_line_of_the_text(studio, body, line, words):
    studio.write(body=body)
    found = plan(studio).problems
    assert [problem.line for problem in found] == [line] and words in str(found[0].message)
    with pytest.raises(NotReady) as refusal:
        publish(studio)
    assert list(refusal.value.errors) == [f"{studio.lesson}/vi:{line}"]


def test_translations_must_have_the_same_headings(studio):
    studio.write(body="## Một\n\nĐoạn.\n\n## Hai\n\nĐoạn.")
    studio.save(text("One", "## One\n\nText."), 0, lang="en")
    assert f"{studio.lesson}:en" in problems(studio)
    # a translation with no text yet is not in the way
    studio.save(text("One", ""), lang="en")
    assert problems(studio) == ""


def test_a_course_needs_a_vietnamese_title(app):
    author = create_actor(Role.INSTRUCTOR)
    slug = services.create_course(author, title="Only English", lang="en")
    lesson = services.add_lesson(author, slug, title="One", lang="en")
    services.save_draft(author, slug, lesson, "en", text("One"), base_version=1)
    (problem,) = plan_publication(author, slug).problems
    assert problem.place == "settings" and "Vietnamese" in str(problem.message)


def test_an_exercise_must_belong_to_the_lesson(studio):
    place = services.QuestionPlace(lesson=studio.lesson)
    key, _saved = services.add_question(studio.author, studio.slug, "truefalse", TRUTH, place)
    studio.write(body=f"Đoạn.\n\n[[exercise:{key}]]")
    assert plan(studio).is_ready
    services.retire_question(studio.author, studio.slug, key)
    assert key in problems(studio)
    services.restore_question(studio.author, studio.slug, key)
    assert plan(studio).is_ready


def test_the_page_leads_to_what_is_missing_and_publishes_nothing(desk):
    answer = desk.post("/publish")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and f"/lessons/{desk.studio.lesson}?lang=vi" in page
    assert find_course(desk.studio.slug).version_id is None


# --- what would change ----------------------------------------------------------------------------


def test_the_plan_tells_what_changes_and_whom_it_touches(studio):
    studio.write()
    publish(studio)
    enroll(create_actor(Role.LEARNER), studio.slug)
    assert plan(studio).lessons == () and not plan(studio).changes_anything and plan(studio).people == 1
    studio.write(body=studio.draft().text.body.replace("Một đoạn văn.", "Một đoạn văn dài hơn."))
    services.add_lesson(studio.author, studio.slug, title="Bài hai")
    current = studio.course()
    settings = dict(current.description) | {"title": {"vi": "Tên mới"}}
    wanted = {name: settings[name] for name in ("title", "level")}
    services.update_settings(studio.author, studio.slug, wanted, base_version=current.version)
    found = plan(studio)
    assert found.fields == ("title",)
    assert [(change.kind, change.added, change.removed) for change in found.lessons] == [
        ("changed", 3, 1),
        ("added", 0, 0),
    ]
    assert ("+", "Một đoạn văn dài hơn.") in found.lessons[0].diff["vi"]


def test_what_has_changed_since_the_page_was_made_is_not_published_unseen(desk):
    desk.studio.write()
    seen = plan(desk.studio).state
    desk.studio.write(body="Thay đổi sau.")
    assert desk.post("/publish", {"state": seen}).status_code == 409
    with pytest.raises(DraftConflict):
        services.publish(desk.studio.author, desk.studio.slug, state=seen)
    assert desk.post("/publish", {"state": plan(desk.studio).state}).status_code == 303
    assert find_course(desk.studio.slug).number == 1


def test_differences():
    assert words_changed("a b c", "a x c d") == (2, 1)
    lines = line_diff("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\nfünf\n6")
    assert lines == [("…", ""), (" ", "4"), ("-", "5"), ("+", "fünf"), (" ", "6")]
    assert line_diff("x", "x") == []


# --- review ---------------------------------------------------------------------------------------


def test_handed_in_given_back_with_a_note_and_published(studio, client):
    studio.write()
    services.submit(studio.author, studio.slug, message="Xin xem giúp")
    with pytest.raises(ReviewState):
        services.submit(studio.author, studio.slug)
    reader = create_actor(Role.ADMINISTRATOR, unit=studio.unit, full_name="Trần Quản Trị")
    with pytest.raises(Invalid):
        services.return_course(reader, studio.slug, note=" ")
    token = sign_in(client, reader)
    assert "Xin xem giúp" in client.get(studio.url("/publish")).get_data(as_text=True)
    answer = client.post(
        studio.url("/review"), data={"csrf_token": token, "act": "return", "note": "Thiếu <b>ví dụ</b>"}
    )
    assert answer.status_code == 303
    page = client.get(studio.url("/publish")).get_data(as_text=True)
    assert "Thiếu &lt;b&gt;ví dụ" in page and "Trần Quản Trị" in page
    services.submit(studio.author, studio.slug)
    services.publish(reader, studio.slug)
    assert studio.course().review.state == "published"


def test_who_handed_in_may_take_back_and_nothing_waits_twice(studio):
    studio.write()
    with pytest.raises(ReviewState):
        services.return_course(studio.author, studio.slug, note="x")
    services.submit(studio.author, studio.slug)
    assert queries.list_courses(studio.author).items[0].waiting
    services.return_course(studio.author, studio.slug, note="")
    assert not queries.list_courses(studio.author).items[0].waiting


def test_only_what_is_ready_is_handed_in(studio):
    with pytest.raises(NotReady):
        services.submit(studio.author, studio.slug)


def test_withdrawn_and_offered_again(desk):
    desk.studio.write()
    publish(desk.studio)
    assert desk.post("/withdrawal", {"reason": "lỗi thời"}).status_code == 303
    assert find_course(desk.studio.slug).state == "withdrawn"
    page = desk.get("/publish").get_data(as_text=True)
    assert 'name="state"' in page
    desk.post("/publish", {"state": plan(desk.studio).state})
    assert get_course(Actor.anonymous(), desk.studio.slug).state == "published"


# --- the journal ----------------------------------------------------------------------------------


def test_acts_are_in_the_journal_and_hold_no_text(studio, session):
    studio.write(body=BODY)
    services.submit(studio.author, studio.slug)
    publish(studio)
    entries = session.query(AuditEntry).filter(AuditEntry.account_id == studio.author.account_id).all()
    acts = [entry.act for entry in entries]
    for act in (
        "catalog.course.create",
        "authoring.lesson.add",
        "authoring.course.submit",
        "authoring.course.publish",
    ):
        assert act in acts
    assert not any("Một đoạn văn" in str(entry.details) for entry in entries)


def test_nothing_published_is_ever_changed(studio, session):
    studio.write()
    publish(studio)
    first = {row.id: row.source for row in session.query(LessonText)}
    studio.write(body="Khác.")
    publish(studio)
    session.expire_all()
    assert {row.id: row.source for row in session.query(LessonText) if row.id in first} == first
