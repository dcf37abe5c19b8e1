"""The content folder becomes versions: only what changed, and nothing on a second run."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from academy.catalog import queries
from academy.catalog.cli import report_lines
from academy.catalog.content import Changes, Fault
from academy.catalog.events import CoursePublished, LessonPublished
from academy.catalog.models import (
    Citation,
    CourseFacet,
    CourseVersion,
    Lesson,
    LessonText,
    LessonVersion,
    Media,
)
from academy.catalog.services import publish_lesson_version, refresh_renderings, sync_content
from academy.catalog.views import CourseFilters
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import AcademyError, Forbidden
from academy.kernel.events import subscriptions
from academy.kernel.storage import storage
from tests.factories import create_actor

SYSTEM = Actor.system()


def sync(content, parts=()):
    report = sync_content(SYSTEM, content.root, parts)
    assert report.faults == []
    return report


def lesson(slug="01-hieu-luc", lang="vi", **named):
    return queries.get_lesson(SYSTEM, "doc-van-kien", slug, lang, **named)


@pytest.fixture
def heard(app):
    """Events of the catalog since the test began."""
    events: list = []
    registry = subscriptions()
    kinds = (CoursePublished, LessonPublished)
    for kind in kinds:
        registry.add(kind, events.append, atomic=True)
    yield events
    for kind in kinds:
        registry._atomic[kind].remove(events.append)


def test_first_sync_publishes_everything(app, content, heard):
    report = sync(content)
    assert report.topics == Changes(added=3)
    assert report.documents == Changes(added=2)
    (course,) = report.courses
    assert (course.slug, course.version) == ("doc-van-kien", 1)
    assert course.lessons == Changes(added=2)
    assert course.media == Changes(added=1)
    assert [type(event).__name__ for event in heard] == [
        "LessonPublished",
        "LessonPublished",
        "CoursePublished",
    ]
    assert len(heard[-1].lesson_version_ids) == 2


def test_second_sync_changes_nothing(session, content, heard, count_queries):
    sync(content)
    before = {
        table: session.execute(text(f"SELECT * FROM {table}")).all()
        for table in ("lesson_text", "course", "media")
    }
    heard.clear()
    with count_queries() as queries_run:
        report = sync(content)
    assert not report.any
    assert report_lines(report) == ["1 courses unchanged"]
    assert heard == []
    assert not [sql for sql in queries_run.statements if not sql.startswith("SELECT")]
    for table, rows in before.items():
        assert session.execute(text(f"SELECT * FROM {table}")).all() == rows


def test_a_changed_lesson_alone_gets_a_new_version(session, content, heard):
    sync(content)
    first = lesson()
    content.replace("01-hieu-luc.vi.md", "Mở đầu.", "Mở đầu mới.")
    heard.clear()
    report = sync(content)
    assert report.courses[0].lessons == Changes(changed=1, unchanged=1)
    assert report.courses[0].version == 2
    course = queries.find_course("doc-van-kien")
    assert [entry.number for entry in course.outline] == [2, 1]
    published = heard[-1]
    assert published.lesson_version_ids == (course.outline[0].lesson_version_id,)
    assert published.removed_lesson_ids == ()
    assert "Mở đầu mới" in lesson().text.html
    # who is bound to the first version reads what it said
    old = lesson(version=1)
    assert old.text == first.text
    assert old.entry.number == 1
    assert old.entry.lesson_id == lesson().entry.lesson_id


def test_old_versions_never_change(session, content):
    sync(content)

    def rows(table):
        ids = "course_version_id <= 1" if table == "course_version_lesson" else "id <= 2"
        return session.execute(text(f"SELECT * FROM {table} WHERE {ids}")).all()

    first = {table: rows(table) for table in ("lesson_version", "lesson_text", "course_version_lesson")}
    version = session.execute(text("SELECT * FROM course_version WHERE number = 1")).one()
    content.replace("01-hieu-luc.en.md", "Introduction.", "A new introduction.")
    content.replace("course.yaml", "periods: 4", "periods: 6")
    sync(content)
    for table, before in first.items():
        assert rows(table) == before
    assert session.execute(text("SELECT * FROM course_version WHERE number = 1")).one() == version
    assert queries.find_course("doc-van-kien").periods == 6


def test_a_changed_picture_makes_a_new_version_of_the_lesson_that_shows_it(session, content):
    sync(content)
    old_url = lesson().text.html.split('src="')[1].split('"')[0]
    content.replace("figures/so-do.svg", "Sơ đồ", "Sơ đồ mới")
    report = sync(content)
    assert report.courses[0].media == Changes(changed=1)
    assert report.courses[0].lessons == Changes(changed=1, unchanged=1)
    assert old_url not in lesson().text.html
    assert old_url in lesson(version=1).text.html
    assert len(session.scalars(select(Media)).all()) == 2


def test_a_lesson_taken_out_leaves_the_course_but_stays_for_old_readers(content, heard, app):
    sync(content)
    gone = lesson("02-trich-dan")
    content.replace("course.yaml", "  - {lesson: 02-trich-dan, minutes: 20, outcomes: [o1]}\n", "")
    content.remove("02-trich-dan.vi.md")
    content.remove("02-trich-dan.en.md")
    sync(content)
    assert heard[-1].removed_lesson_ids == (gone.entry.lesson_id,)
    with pytest.raises(AcademyError):
        lesson("02-trich-dan")
    assert lesson("02-trich-dan", version=1).text == gone.text


def test_other_minutes_and_order_make_a_new_course_version(content, app):
    sync(content)
    content.replace(
        "course.yaml",
        "  - {lesson: 01-hieu-luc, minutes: 25, outcomes: [o1]}\n  - {lesson: 02-trich-dan, minutes: 20, outcomes: [o1]}\n",
        "  - {lesson: 02-trich-dan, minutes: 20, outcomes: [o1]}\n  - {lesson: 01-hieu-luc, minutes: 30, outcomes: [o1]}\n",
    )
    sync(content)
    course = queries.find_course("doc-van-kien")
    assert [(entry.slug, entry.minutes) for entry in course.outline] == [
        ("02-trich-dan", 20),
        ("01-hieu-luc", 30),
    ]
    assert course.minutes == 50
    assert course.neighbours("02-trich-dan") == (None, course.outline[1])
    assert course.neighbours("01-hieu-luc") == (course.outline[0], None)
    assert course.neighbours("no") == (None, None)


def test_text_of_a_lesson(content, app):
    sync(content)
    view = lesson()
    assert view.text.title == "Hiệu lực của văn bản"
    assert view.text.front_html["objectives"] == ["Nêu được ngày <strong>có hiệu lực</strong>"]
    assert 'href="/legal/171-2025-nd-cp"' in view.text.front_html["sources"][0]
    assert [kind for kind, _ in view.text.segments] == ["html", "exercise", "html"]
    assert view.text.exercises == ("hieu-luc-1",)
    assert view.entry.exercises == ["hieu-luc-1"]
    assert view.languages == ("vi", "en")
    assert lesson(lang="en").text.title == "Validity of a document"
    assert lesson(lang="de").text.lang == "vi"
    ids = [[block.id for block in lesson(lang=lang).text.blocks] for lang in ("vi", "en")]
    assert ids[0] == ids[1]


def test_citations_are_found_with_and_without_accents(session, content):
    sync(content)
    assert queries.find_legal_document("171/2025/ND-CP").number == "171/2025/NĐ-CP"
    assert queries.find_legal_document("171/2025/nđ–cp").slug == "171-2025-nd-cp"
    assert queries.find_legal_document("1/1/X") is None
    cited = queries.get_legal_document(Actor.anonymous(), "101-2017-nd-cp").cited_by
    assert [(c.course, c.lesson, c.article, c.url) for c in cited] == [
        ("doc-van-kien", "01-hieu-luc", "", "/courses/doc-van-kien/lessons/01-hieu-luc#ngay-1")
    ]
    assert cited[0].title == {"vi": "Hiệu lực của văn bản", "en": "Validity of a document"}
    newer = queries.get_legal_document(Actor.anonymous(), "171-2025-nd-cp")
    assert [citation.article for citation in newer.cited_by] == ["", "d5.k2"]
    assert [row.number for row in newer.replaces] == ["101/2017/NĐ-CP"]


def test_when_a_document_is_replaced_texts_show_it_without_a_new_version(session, content):
    content.replace("/political_theory/legal.yaml", "replaces: [101/2017/NĐ-CP]", "replaces: []")
    content.replace("/political_theory/legal.yaml", "until: 2025-06-30", "until: null")
    content.replace("/political_theory/legal.yaml", "status: replaced", "status: in_force")
    sync(content)
    assert "đã được thay thế" not in lesson().text.html
    content.replace(
        "/political_theory/legal.yaml",
        "replaces: []\n  status: in_force\n- ",
        "replaces: [101/2017/NĐ-CP]\n  status: in_force\n- ",
    )
    content.replace(
        "/political_theory/legal.yaml", "replaces: []\n  status: in_force", "replaces: []\n  status: replaced"
    )
    report = sync(content)
    assert report.documents == Changes(changed=2)
    assert report.rendered == 2
    assert "đã được thay thế" in lesson().text.html
    assert "replaced" in lesson(lang="en").text.html
    assert queries.find_course("doc-van-kien").number == 1
    assert not sync(content).any


def test_validity_follows_the_calendar(session, content):
    content.replace(
        "/political_theory/legal.yaml",
        "effective: 2025-07-01\n  until: null",
        "effective: 2025-07-01\n  until: 2027-01-31",
    )
    with clock.frozen("2027-01-31T03:00:00Z"):
        sync(content)
        assert refresh_renderings(SYSTEM) == 0
        assert queries.list_review_due(SYSTEM)[0].document.number == "101/2017/NĐ-CP"
        assert len(queries.list_review_due(SYSTEM)) == 1
    with clock.frozen("2027-01-31T17:30:00Z"):  # 1 February in Hanoi
        assert refresh_renderings(SYSTEM) == 2
        assert "hết hiệu lực" in lesson().text.html
        assert refresh_renderings(SYSTEM) == 0
        due = queries.list_review_due(SYSTEM)
        assert [(row.document.number, row.replaced_by) for row in due] == [
            ("101/2017/NĐ-CP", ("171/2025/NĐ-CP",)),
            ("171/2025/NĐ-CP", ()),
        ]
        assert queries.find_legal_document("171/2025/NĐ-CP").validity == "expired"


def test_a_course_with_faults_is_left_as_it_is_and_the_others_go_on(content, app):
    content.add_course("hai")
    sync(content)
    content.replace("01-hieu-luc.vi.md", "Mở đầu.", "Mở đầu <b>mới</b>.")
    content.write("../hai/02-trich-dan.vi.md", content.read("02-trich-dan.vi.md").replace("Xem", "Hãy xem"))
    report = sync_content(SYSTEM, content.root)
    assert [fault.path.rsplit("/", 1)[1] for fault in report.faults] == ["01-hieu-luc.vi.md"]
    assert [course.slug for course in report.courses if course.any] == ["hai"]
    assert queries.find_course("doc-van-kien").number == 1
    assert queries.find_course("hai").number == 2


def test_faults_in_shared_files_stop_everything(content, app):
    content.write("/topics.yaml", "- {slug: x}\n")
    report = sync_content(SYSTEM, content.root)
    assert report.faults and not report.any
    assert queries.find_course("doc-van-kien") is None


def test_courses_come_after_those_they_need(content, app):
    content.add_course("a-dau-tien", prerequisites="prerequisites: [doc-van-kien]")
    report = sync(content)
    assert [course.slug for course in report.courses] == ["doc-van-kien", "a-dau-tien"]
    assert queries.find_course("a-dau-tien").prerequisites == ("doc-van-kien",)


def test_a_removed_course_is_named_but_not_withdrawn(content, app):
    import shutil

    content.add_course("hai")
    sync(content)
    shutil.rmtree(content.course.parent / "hai")
    report = sync(content)
    assert report.notes == ["hai is no longer in the content folder; withdraw it if it shall not be offered."]
    assert queries.find_course("hai").state == "published"


def test_work_in_the_studio_stays_until_the_file_changes(content, app):
    sync(content)
    course = queries.find_course("doc-van-kien")
    sources = queries.get_lesson_sources(SYSTEM, "doc-van-kien", "01-hieu-luc")
    edited = {
        lang: source.replace("Mở đầu.", "Sửa trong phòng biên soạn.") for lang, source in sources.items()
    }
    publish_lesson_version(SYSTEM, course.id, "01-hieu-luc", edited, minutes=25)
    assert not sync(content).any
    content.replace("02-trich-dan.vi.md", "Xem", "Hãy xem")
    sync(content)
    assert "Sửa trong phòng biên soạn" in lesson().text.html
    content.replace("01-hieu-luc.vi.md", "Mở đầu.", "Từ tệp.")
    sync(content)
    assert "Từ tệp" in lesson().text.html


def test_topics_that_move_are_found_under_their_new_parent(session, content):
    sync(content)
    found = lambda topic: queries.list_courses(SYSTEM, CourseFilters(topic=topic)).page.items  # noqa: E731
    assert len(found("official-documents")) == len(found("public-administration")) == 1
    content.replace(
        "/topics.yaml",
        "slug: official-documents, parent: public-administration",
        "slug: official-documents, parent: smart-city",
    )
    report = sync(content)
    assert report.topics == Changes(changed=1, unchanged=2)
    assert (len(found("public-administration")), len(found("smart-city"))) == (0, 1)
    assert not sync(content).any


def test_only_administrators_sync(content, app):
    with pytest.raises(Forbidden):
        sync_content(create_actor(), content.root)


class Part:
    """A part of a higher slice that writes, and may refuse."""

    name = "notes"

    def __init__(self, refuse=False):
        self.refuse = refuse
        self.seen: list[int] = []

    def check(self, folder):
        return []

    def sync(self, actor, course_id, folder):
        self.seen.append(course_id)
        if self.refuse:
            raise AcademyError("the part refuses")
        return Changes(added=1, notes=("a note",))


def test_parts_share_the_courses_transaction(content, session):
    part = Part(refuse=True)
    report = sync_content(SYSTEM, content.root, [part])
    assert [str(fault) for fault in report.faults] == [
        "political_theory/doc-van-kien/course.yaml:1: the part refuses → correct it and sync again"
    ]
    assert queries.find_course("doc-van-kien") is None
    part.refuse = False
    report = sync_content(SYSTEM, content.root, [part])
    assert report.courses[0].parts == {"notes": Changes(added=1, notes=("a note",))}
    assert "  a note" in report_lines(report)
    assert queries.find_course("doc-van-kien").id == part.seen[-1]


def test_a_part_that_finds_faults_keeps_the_course_back(content, app):
    class Finding(Part):
        def check(self, folder):
            return [Fault("x.yaml", 3, "wrong", "right")]

    report = sync_content(SYSTEM, content.root, [Finding()])
    assert [str(fault) for fault in report.faults] == ["x.yaml:3: wrong → right"]
    assert queries.find_course("doc-van-kien") is None


def test_media_lie_in_storage(content, session):
    sync(content)
    media = session.scalars(select(Media)).one()
    assert storage().read(media.storage_key) == content.read("figures/so-do.svg").encode()
    assert (media.width, media.height, media.mime) == (360, 180, "image/svg+xml")
    found = queries.find_media(media.course_id, "figures/so-do.svg", "en")
    assert found.url == f"/courses/doc-van-kien/media/{media.name}"
    assert queries.find_media(media.course_id, "../x.svg") is None


@pytest.mark.parametrize("model", [Lesson, LessonVersion, LessonText, CourseVersion, Citation, CourseFacet])
def test_the_database_itself_refuses_doubles(content, session, model):
    sync(content)
    row = session.scalars(select(model)).first()
    values = {c.name: getattr(row, c.name) for c in model.__table__.columns if c.name != "id"}
    with pytest.raises(IntegrityError):
        session.execute(model.__table__.insert().values(**values))
        session.flush()
    session.rollback()
