"""Courses from the studio: creating, publishing, withdrawing; who sees what; how many queries it takes."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.catalog import queries, services
from academy.catalog.course_rows import _TEXTS, _VERSIONS
from academy.catalog.errors import ContentFaulty, CourseNotFound, LessonNotFound, NothingToPublish, SlugTaken
from academy.catalog.models import Course
from academy.catalog.policies import can_edit_course, can_see_course, courses_edited_by, courses_visible_to
from academy.catalog.services import CourseDescription, OutlinePlan
from academy.catalog.views import CourseFilters
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden, Invalid, NotFound, Unauthenticated
from academy.kernel.unit_of_work import unit_of_work
from academy.kernel.version_cache import VersionCache
from tests.factories import create_actor, create_unit

SYSTEM = Actor.system()

VI = "---\ntitle: Bài một\n---\n\n## Mở đầu\n\nNội dung.\n"
EN = "---\ntitle: Lesson one\n---\n\n## Introduction\n\nContent.\n"


@pytest.fixture
def instructor(app):
    return create_actor(Role.INSTRUCTOR)


def published(actor=SYSTEM, title="Một khóa học", **named):
    course = services.create_course(actor, title=title, **named)
    services.publish_lesson_version(actor, course.id, "01-mot", {"vi": VI, "en": EN})
    return services.publish_course(actor, course.id)


# --- creating ---


def test_a_title_is_enough(instructor):
    course = services.create_course(instructor, title="  Đạo đức   công vụ ")
    assert (course.slug, course.state, course.title) == (
        "dao-duc-cong-vu",
        "draft",
        {"vi": "Đạo đức công vụ"},
    )
    assert course.instructor_ids == {instructor.account_id}
    assert course.owner_unit_path == instructor.unit_path
    assert (course.version_id, course.outline, course.minutes) == (None, (), 0)
    assert services.create_course(instructor, title="Đạo đức công vụ").slug == "dao-duc-cong-vu-2"


def test_what_cannot_be_a_course(instructor):
    for title in ("", "   ", {"fr": "Cours"}, "x" * 201):
        with pytest.raises(Invalid):
            services.create_course(instructor, title=title)
    with pytest.raises(Invalid):
        services.create_course(instructor, title="x", slug="Có Dấu")
    services.create_course(instructor, title="x", slug="mot")
    with pytest.raises(SlugTaken):
        services.create_course(instructor, title="y", slug="mot")


def test_learners_and_visitors_create_nothing(app):
    with pytest.raises(Forbidden):
        services.create_course(create_actor(Role.LEARNER), title="x")
    with pytest.raises(Unauthenticated):
        services.create_course(Actor.anonymous(), title="x")


def test_courses_belong_where_their_author_may_write(app):
    city = create_unit()
    ward = create_unit("Phường A", parent=city)
    author = create_actor(Role.INSTRUCTOR, unit=ward)
    assert services.create_course(author, title="x").owner_unit_path == ward.path
    for elsewhere in ("", city.path, create_unit("Phường B", parent=city).path):
        with pytest.raises(Forbidden):
            services.create_course(author, title="x", owner_unit_path=elsewhere)


# --- publishing ---


def test_publishing_a_first_course(instructor, session):
    course = published(instructor)
    assert (course.state, course.number, course.languages) == ("published", 1, ("vi", "en"))
    (entry,) = course.outline
    assert entry.title == {"vi": "Bài một", "en": "Lesson one"}
    assert (entry.minutes, entry.number, course.periods) == (1, 1, 1)
    lesson = queries.get_lesson(Actor.anonymous(), course.slug, "01-mot", "en")
    assert [block.id for block in lesson.text.blocks] == ["mo-dau", "mo-dau-1"]
    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()
    assert acts[-3:] == ["catalog.course.create", "catalog.lesson.publish", "catalog.course.publish"]


def test_publishing_again_without_change_gives_the_same_versions(instructor, session):
    course = published(instructor)
    first = course.outline[0].lesson_version_id
    assert services.publish_lesson_version(instructor, course.id, "01-mot", {"vi": VI, "en": EN}) == first
    assert services.publish_course(instructor, course.id).version_id == course.version_id


def test_readers_see_a_new_lesson_version_only_when_the_course_is_published(instructor):
    course = published(instructor)
    changed = {"vi": VI.replace("Nội dung", "Nội dung mới"), "en": EN}
    newer = services.publish_lesson_version(instructor, course.id, "01-mot", changed)
    assert newer != course.outline[0].lesson_version_id
    shown = lambda: queries.get_lesson(SYSTEM, course.slug, "01-mot", "vi").text.html  # noqa: E731
    assert "Nội dung mới" not in shown()
    again = services.publish_course(instructor, course.id)
    assert again.number == 2
    assert "Nội dung mới" in shown()


def test_description_and_outline(instructor, app):
    course = published(instructor)
    services.publish_lesson_version(instructor, course.id, "02-hai", {"vi": VI})
    view = services.publish_course(
        instructor,
        course.id,
        description=CourseDescription(
            title={"vi": "Tên mới", "de": "Neuer Name"},
            summary={"vi": "Tóm tắt"},
            level="advanced",
            periods=7,
            languages=["vi"],
            outcomes=[{"id": "o1", "text": {"vi": "Làm được"}, "bloom": "apply"}],
        ),
        outline=[OutlinePlan(lesson="02-hai", minutes=9, outcomes=["o1"]), OutlinePlan(lesson="01-mot")],
    )
    assert (view.title["de"], view.level, view.periods) == ("Neuer Name", "advanced", 7)
    assert [(entry.slug, entry.minutes) for entry in view.outline] == [("02-hai", 9), ("01-mot", 1)]
    kept = services.publish_course(instructor, course.id)
    assert kept == view


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"level": "hard"}, "level"),
        ({"topics": ["no-such-topic"]}, "topics"),
        ({"prerequisites": ["no-such-course"]}, "prerequisites"),
        ({"title": {}}, "title"),
        ({"languages": ["xx"]}, "languages"),
        ({"completion": {"lessons": "some"}}, "completion"),
        ({"outcomes": [{"id": "o1"}]}, "outcomes"),
    ],
)
def test_descriptions_that_break_a_rule(instructor, changes, field):
    course = published(instructor)
    with pytest.raises(ContentFaulty) as refused:
        services.publish_course(
            instructor, course.id, description=CourseDescription(**({"title": {"vi": "x"}} | changes))
        )
    assert field in refused.value.errors
    assert queries.find_course(course.slug).number == 1


def test_prerequisites_cannot_close_a_circle(instructor):
    one, two = published(instructor, "Một"), published(instructor, "Hai")
    needs = lambda course, other: services.publish_course(  # noqa: E731
        instructor, course.id, description=CourseDescription(title=course.title, prerequisites=[other.slug])
    )
    assert needs(one, two).prerequisites == ("hai",)
    with pytest.raises(ContentFaulty):
        needs(two, one)


def test_a_course_without_lessons_cannot_be_published(instructor):
    course = services.create_course(instructor, title="Rỗng")
    with pytest.raises(NothingToPublish):
        services.publish_course(instructor, course.id)
    services.publish_lesson_version(instructor, course.id, "01-mot", {"vi": VI})
    with pytest.raises(ContentFaulty):
        services.publish_course(instructor, course.id, outline=[OutlinePlan(lesson="02-khong")])


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({"vi": VI + "\n<b>x</b>\n"}, "vi:9"),
        ({"vi": "## Không có đầu"}, "vi:1"),
        ({"vi": VI, "en": EN + "\n## More\n\nx\n"}, "en:9"),
        ({"vi": VI + "\n[[1/2/X]]\n"}, "vi:9"),
        ({"vi": VI + "\n![x](figures/none.svg)\n"}, "vi:9"),
    ],
)
def test_texts_that_cannot_be_published_name_language_and_line(instructor, texts, place):
    course = services.create_course(instructor, title="x")
    with pytest.raises(ContentFaulty) as refused:
        services.publish_lesson_version(instructor, course.id, "01-mot", texts)
    assert place in refused.value.errors


def test_headings_get_ids_that_all_languages_share(instructor):
    course = services.create_course(instructor, title="x")
    vi = VI + "\n## Phần hai {#hai}\n\n```\n## không phải tiêu đề\n```\n\n## Mở đầu\n\nx\n"
    en = EN + "\n## Part two\n\n```\n## no heading\n```\n\n## Introduction\n\nx\n"
    services.publish_lesson_version(instructor, course.id, "01-mot", {"en": en, "vi": vi})
    course = services.publish_course(instructor, course.id)
    for lang in ("vi", "en"):
        text = queries.get_lesson(SYSTEM, course.slug, "01-mot", lang).text
        assert [heading.id for heading in text.headings] in (
            ["mo-dau", "hai", "mo-dau-2"],
            ["introduction", "hai", "introduction-2"],
        )
    sources = queries.get_lesson_sources(instructor, course.slug, "01-mot")
    assert sources["vi"].count("{#") == sources["en"].count("{#") == 3


def test_pictures_from_the_studio(instructor, app):
    course = services.create_course(instructor, title="x")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"/>'
    media = services.store_media(instructor, course.id, "figures/a.svg", svg)
    assert services.store_media(instructor, course.id, "figures/a.svg", svg) == media
    preview = services.render_preview(VI + "\n![Hình](figures/a.svg)\n", "vi", course)
    assert media.url in preview.rendered.html
    assert preview.faults == ()
    for path, data in (("figures/a.svg", b"<svg"), ("../a.svg", svg), ("a.exe", b"MZ"), ("/etc/a.svg", svg)):
        with pytest.raises(ContentFaulty):
            services.store_media(instructor, course.id, path, data)


def test_a_preview_names_faults_and_writes_nothing(instructor, count_queries):
    with count_queries() as seen:
        preview = services.render_preview("---\ntitle: x\n---\n\n## Y\n\n<b>x</b> [[1/2/Z]]\n", "vi")
    assert preview.rendered.headings[0].id == "y"
    assert {fault.line for fault in preview.faults} == {7}
    assert all(sql.startswith("SELECT") for sql in seen.statements)


def test_withdrawing_and_offering_again(instructor):
    course = published(instructor)
    services.withdraw_course(instructor, course.id, reason="Cũ")
    for get in (
        lambda: queries.get_course(Actor.anonymous(), course.slug),
        lambda: queries.get_lesson(Actor.anonymous(), course.slug, "01-mot"),
    ):
        with pytest.raises(CourseNotFound):
            get()
    admitted = queries.get_lesson(Actor.anonymous(), course.slug, "01-mot", admitted=True)
    assert admitted.course.state == "withdrawn"
    assert queries.list_courses(instructor).page.items == []
    assert services.publish_course(instructor, course.id).number == course.number
    assert queries.get_course(Actor.anonymous(), course.slug).state == "published"


def test_only_those_who_may_change_a_course(instructor):
    course = published(instructor)
    other = create_actor(Role.INSTRUCTOR)
    for act in (
        lambda actor: services.publish_lesson_version(actor, course.id, "01-mot", {"vi": VI}),
        lambda actor: services.publish_course(actor, course.id),
        lambda actor: services.withdraw_course(actor, course.id),
        lambda actor: services.set_visibility(actor, course.id, "restricted"),
        lambda actor: services.set_instructors(actor, course.id, [other.account_id]),
        lambda actor: services.store_media(actor, course.id, "a.svg", b"<svg/>"),
        lambda actor: queries.get_lesson_sources(actor, course.slug, "01-mot"),
    ):
        for actor in (other, create_actor(Role.LEARNER)):
            with pytest.raises(Forbidden):
                act(actor)
        with pytest.raises(Unauthenticated):
            act(Actor.anonymous())
    draft = services.create_course(instructor, title="Nháp")
    with pytest.raises(CourseNotFound):
        services.publish_course(other, draft.id)


def test_instructors(instructor):
    course = published(instructor)
    other = create_actor(Role.INSTRUCTOR)
    services.set_instructors(instructor, course.id, [instructor.account_id, other.account_id])
    assert queries.list_instructors(course.id) == tuple(sorted((instructor.account_id, other.account_id)))
    assert services.publish_course(other, course.id).number == 1
    with pytest.raises(Forbidden):
        services.set_instructors(other, course.id, [])
    with pytest.raises(Invalid):
        services.set_instructors(other, course.id, [10**9])
    assert [card.slug for card in queries.list_own_courses(other)] == [course.slug]


# --- who sees what ---


def test_what_one_sees_and_what_lists_show_is_the_same(session):
    city = create_unit()
    ward, other = create_unit("Phường A", parent=city), create_unit("Phường B", parent=city)
    actors = [
        Actor.anonymous(),
        SYSTEM,
        create_actor(unit=city),
        create_actor(unit=ward),
        *(create_actor(role, unit=unit) for role in Role for unit in (city, ward, other)),
        create_actor(Role.ADMINISTRATOR, unit=create_unit("Phòng", parent=ward)),
    ]
    teacher = actors[3]
    count = 0
    for state, visibility, owner in product(
        ("draft", "published", "withdrawn"), ("public", "restricted"), ("", city.path, ward.path, other.path)
    ):
        for taught in (False, True):
            count += 1
            view = services.create_course(SYSTEM, title=f"Khóa {count}", owner_unit_path=owner)
            with unit_of_work() as work:
                course = work.session.get(Course, view.id)
                course.state, course.visibility = state, visibility
            if taught:
                services.set_instructors(SYSTEM, view.id, [teacher.account_id])
    ids = session.scalars(select(Course.id)).all()
    views = [queries.find_course_by_id(number) for number in ids]
    for rule, twin in ((can_see_course, courses_visible_to), (can_edit_course, courses_edited_by)):
        for actor in actors:
            listed = set(session.scalars(select(Course.id).where(twin(actor))))
            assert listed == {view.id for view in views if rule(actor, view)}, (rule, actor)
    seen = {actor.username: sum(can_see_course(actor, view) for view in views) for actor in actors[:4]}
    assert seen[""] == 8
    assert seen["system"] == len(views)
    # of the ward: public ones, restricted ones of city and ward, and what he teaches himself
    assert sum(can_see_course(teacher, view) for view in views) > sum(
        can_see_course(actors[2], view) for view in views
    )


def test_a_hidden_course_is_not_found_in_any_way(instructor):
    draft = services.create_course(instructor, title="Nháp")
    for slug in (draft.slug, "no-such-course"):
        with pytest.raises(CourseNotFound):
            queries.get_course(create_actor(), slug)
        with pytest.raises(LessonNotFound):
            queries.get_lesson(create_actor(), slug, "01-mot")
    assert queries.get_course(instructor, draft.slug).state == "draft"


# --- lists and facets ---


@pytest.fixture
def shelf(app, content):
    """Four published courses in different corners of the facets."""
    content.add_course(
        "do-thi", title="title: {vi: Đô thị thông minh, en: Smart city}", topics="topics: [smart-city]"
    )
    content.add_course(
        "nang-cao", title="title: {vi: Áp dụng văn kiện, en: Applying}", level="level: advanced"
    )
    content.add_course("tieng-anh", title="title: {vi: Tiếng Anh, en: English}", languages="languages: [en]")
    for name in ("01-hieu-luc.vi.md", "02-trich-dan.vi.md"):
        (content.course.parent / "tieng-anh" / name).unlink()
    assert services.sync_content(SYSTEM, content.root).faults == []


def slugs(**filters):
    return [
        card.slug for card in queries.list_courses(Actor.anonymous(), CourseFilters(**filters)).page.items
    ]


def test_the_catalog_is_in_vietnamese_order(shelf):
    assert slugs() == ["nang-cao", "doc-van-kien", "do-thi", "tieng-anh"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"level": "advanced"}, ["nang-cao"]),
        ({"language": "vi"}, ["nang-cao", "doc-van-kien", "do-thi"]),
        ({"topic": "public-administration"}, ["nang-cao", "doc-van-kien", "tieng-anh"]),
        ({"topic": "smart-city", "level": "advanced"}, []),
        ({"q": "do thi"}, ["do-thi"]),
        ({"q": "ĐÔ THỊ"}, ["do-thi"]),
        ({"q": "thi do"}, ["do-thi"]),
        ({"q": "english"}, ["tieng-anh"]),
        ({"q": "100%"}, []),
        ({"q": "_"}, []),
        ({"module": "smart_city"}, []),
    ],
)
def test_narrowing_the_catalog(shelf, filters, expected):
    assert slugs(**filters) == expected


def test_facets_count_what_choosing_them_would_leave(shelf):
    def counts(facet, **filters):
        facets = queries.list_courses(Actor.anonymous(), CourseFilters(**filters)).facets
        return {value.value: value.count for value in facets[facet]}

    assert counts("level") == {"basic": 3, "advanced": 1}
    assert counts("topic") == {"official-documents": 3, "public-administration": 3, "smart-city": 1}
    assert counts("level", level="advanced") == {"basic": 3, "advanced": 1}
    assert counts("level", topic="smart-city") == {"basic": 1}
    assert counts("language", q="tieng") == {"en": 1}
    facets = queries.list_courses(Actor.anonymous(), CourseFilters(level="basic")).facets
    assert [value.value for value in facets["level"] if value.current] == ["basic"]
    assert [value.value for value in facets["level"]] == ["basic", "advanced"]
    for level, count in counts("level").items():
        assert len(slugs(level=level)) == count


def test_pages_of_the_catalog_join_without_gap_or_double(shelf):
    seen, cursor = [], None
    while True:
        page = queries.list_courses(Actor.anonymous(), limit=1, cursor=cursor).page
        seen += [card.slug for card in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == slugs()
    with pytest.raises(NotFound):
        queries.list_courses(Actor.anonymous(), cursor="nonsense")


def test_cards_by_id_for_other_lists(shelf):
    view = queries.find_course("do-thi")
    cards = queries.list_courses_by_id([view.id, view.id, 10**9])
    assert list(cards) == [view.id]
    assert (cards[view.id].lessons, cards[view.id].minutes) == (2, 45)
    assert queries.list_courses_by_id([]) == {}


def test_texts_for_the_search_index(shelf):
    first = queries.list_published_texts(limit=3)
    rest = queries.list_published_texts(after=first[-1].text_id)
    texts = first + rest
    assert len(texts) == 14
    assert [text.text_id for text in texts] == sorted(text.text_id for text in texts)
    course = queries.find_course("do-thi")
    own = queries.list_published_texts(course_id=course.id)
    assert {(text.course, text.lang) for text in own} == {("do-thi", "vi"), ("do-thi", "en")}
    assert own[0].topics == ["smart-city"]
    assert own[0].blocks[0].text
    services.withdraw_course(SYSTEM, course.id)
    assert queries.list_published_texts(course_id=course.id) == []


# --- queries ---


def test_queries_do_not_grow_with_the_content(shelf, count_queries):
    actor = create_actor(Role.LEARNER)
    budget = {
        "course": (lambda: queries.get_course(actor, "doc-van-kien"), 1),
        "list": (lambda: queries.list_courses(actor, CourseFilters(q="a", level="basic")), 3),
        "lesson": (lambda: queries.get_lesson(actor, "doc-van-kien", "01-hieu-luc"), 1),
        "document": (lambda: queries.get_legal_document(actor, "171-2025-nd-cp"), 3),
        "documents": (lambda: queries.list_legal_documents("nghi dinh"), 1),
    }
    for name, (read, most) in budget.items():
        read()
        with count_queries() as seen:
            read()
        assert len(seen) == most, name


def test_a_lesson_not_in_memory_takes_three_queries(shelf, count_queries):
    for cache in (_VERSIONS, _TEXTS):
        cache._values.clear()
    with count_queries() as seen:
        queries.get_lesson(SYSTEM, "doc-van-kien", "01-hieu-luc")
    assert len(seen) == 3


def test_the_cache_is_bounded_and_drops_what_was_not_used():
    cache = VersionCache(2)
    made = []

    def make(value):
        def now():
            made.append(value)
            return value

        return now

    for key in ("a", "b", "a", "c", "a", "b"):
        assert cache.get_or_make(key, make(key)) == key
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
