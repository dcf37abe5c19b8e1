"""What is searched beside the running text of lessons, and where each answer opens."""

import pytest

from academy.catalog.glossary_queries import list_terms
from academy.catalog.media_queries import list_media
from academy.catalog.services import (
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
    set_visibility,
    store_media,
    withdraw_course,
)
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.questions.services import save_item
from academy.search.engine import engine
from academy.search.queries import search, suggest
from tests.catalog.office import docx, pdf, pptx, xlsx
from tests.factories import create_actor, create_unit, sign_in

ANYBODY = Actor.anonymous()
FIGURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><path d="M0 0h9"/></svg>'
SAID = "WEBVTT\n\n00:05.000 --> 00:09.000\nMời bác ngồi.\n\n01:23.000 --> 01:27.000\nBiên lai màu hồng giao cho công dân.\n"
LESSON = """---
title: Tiếp dân ở quầy
summary: Gọi là lời tóm lược.
objectives: [Nêu được mục tiêu riêng]
glossary:
  - {term: Một cửa liên thông, text: Nhiều cơ quan cùng giải quyết qua một đầu mối.}
  - {term: Chữ ký số, text: "Dấu điện tử [[171/2025/NĐ-CP]] của người ký."}
attachments:
  - {file: media/huong-dan.pdf, title: Sổ tay quầy}
---
Đoạn mở không tên.

## Giấy tờ {#giay-to}

![Sơ đồ ô vuông](figures/so-do.svg "Hình một: đường vòng quanh quầy")

| Loại | Thời hạn |
| --- | --- |
| Trích lục | Hai buổi chiều |

- Mục liệt kê thứ nhất

::: warning Coi chừng kẻ gian
Nhắc người dân giữ ví.
:::

[[exercise:on-tap]]

## Nghe {#nghe}

![Đoạn ghi âm](media/quay.mp3)

Xem [bảng giá](media/gia.xlsx) và [bài nói](media/noi.pptx).
"""


@pytest.fixture
def author(app, fresh_index):
    return create_actor(Role.INSTRUCTOR, Role.ADMINISTRATOR, unit=create_unit())


@pytest.fixture
def course(author):
    """A course whose one lesson has everything beside it, indexed."""
    course = create_course(author, title="Nghiệp vụ tiếp dân")
    for path, data in (
        ("figures/so-do.svg", FIGURE),
        ("media/quay.mp3", b"ID3 no sound"),
        ("media/quay.vi.vtt", SAID.encode()),
        ("media/huong-dan.pdf", pdf("Opening hours of counters", "Refund within ten days")),
        ("media/gia.xlsx", xlsx({"Lệ phí": [["Bản sao", "hai nghìn đồng"]]})),
        ("media/noi.pptx", pptx("Lời chào", "Trang chiếu kết thúc")),
        ("media/thua.docx", docx("Tệp này không bài nào dùng: vô chủ.")),
    ):
        store_media(author, course.id, path, data)
    options = [
        {
            "id": "a",
            "text": {"vi": "Văn thư cơ quan"},
            "correct": True,
            "feedback": {"vi": "Lời phản hồi kín"},
        },
        {"id": "b", "text": {"vi": "Bảo vệ"}},
    ]
    spec = {"text": {"vi": "Ai giữ con dấu nổi?"}, "options": options}
    save_item(author, course.id, "on-tap", "single", spec, lesson="01-quay", outcome="")
    publish_lesson_version(author, course.id, "01-quay", {"vi": LESSON.replace("[[171/2025/NĐ-CP]]", "")})
    publish_course(author, course.id, outline=[OutlinePlan(lesson="01-quay")])
    jobs.run_all()
    engine().refresh()
    return course


def first(text, kind="lesson", actor=ANYBODY):
    return next((item for item in search(actor, text).items if item.kind == kind), None)


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("loi tom luoc", ""),
        ("mục tiêu riêng", ""),
        ("doan mo khong ten", "intro-1"),
        ("giấy tờ", "giay-to"),
        ("sơ đồ ô vuông", "giay-to-1"),
        ("đường vòng quanh quầy", "giay-to-1"),
        ("hai buoi chieu", "giay-to-2"),
        ("mục liệt kê", "giay-to-3"),
        ("coi chừng kẻ gian", "giay-to-4"),
        ("giữ ví", "giay-to-4"),
        ("con dấu nổi", "exercise-on-tap"),
        ("văn thư cơ quan", "exercise-on-tap"),
        ("nhiều cơ quan cùng giải quyết", "term-mot-cua-lien-thong"),
    ],
)
def test_every_part_of_a_lesson_is_found_at_its_place(course, client, text, anchor):
    item = first(text)
    assert item is not None and item.anchor == anchor
    assert any(is_hit for _text, is_hit in item.snippet)
    if anchor:
        assert f'id="{anchor}"' in client.get(item.url).get_data(as_text=True)


def test_what_only_graders_know_is_not_found(course):
    assert search(ANYBODY, '"phản hồi kín"').total == 0


def test_a_recording_answers_with_the_second(course, client):
    item = first("bien lai mau hong", "recording")
    assert (item.plain_title, item.anchor, item.second) == ("Đoạn ghi âm", "nghe-1", 5)
    assert item.url == f"/courses/{course.slug}/lessons/01-quay?lang=vi&t=5#nghe-1"
    assert "<audio" in client.get(item.url).get_data(as_text=True).partition('id="nghe-1"')[2][:300]
    said = client.get("/api/v1/search?q=biên lai màu hồng").get_json()["items"][0]
    assert said["kind"] == "recording"
    assert (said["anchor"], said["second"], said["page"]) == ("nghe-1", 5, None)


def test_documents_answer_with_lesson_place_and_page(course, client):
    item = first("refund within ten days", "file")
    assert (item.plain_title, item.anchor, item.page) == ("Sổ tay quầy", "file-1", 2)
    assert item.url == f"/courses/{course.slug}/lessons/01-quay?lang=vi#file-1"
    page = client.get(item.url).get_data(as_text=True)
    assert 'id="file-1"' in page and "Sổ tay quầy" in page
    prices, talk = first("hai nghìn đồng", "file"), first("trang chiếu kết thúc", "file")
    assert (prices.plain_title, prices.anchor, prices.page) == ("bảng giá", "nghe-2", 1)
    assert (talk.plain_title, talk.anchor, talk.page) == ("bài nói", "nghe-2", 2)
    assert first("vô chủ", "file") is None  # no lesson shows it
    shown = client.get("/search?q=refund within ten days").get_data(as_text=True)
    assert "page 2" in shown


def test_a_file_is_read_once_and_its_text_follows_the_lesson(author, course, session):
    other = create_course(author, title="Khóa khác")
    data = pdf("Opening hours of counters", "Refund within ten days")
    store_media(author, other.id, "media/ban-sao.pdf", data)
    assert list_media(other.id)[0].text == "read"  # known from the other course
    assert jobs.run_all() == 0
    publish_lesson_version(
        author, other.id, "01-khac", {"vi": "---\ntitle: Khác\n---\nTải [về](media/ban-sao.pdf).\n"}
    )
    publish_course(author, other.id, outline=[OutlinePlan(lesson="01-khac")])
    jobs.run_all()
    engine().refresh()
    found = [item.course for item in search(ANYBODY, "refund within").items if item.kind == "file"]
    assert sorted(found) == sorted([course.slug, other.slug])
    store_media(author, other.id, "media/ban-sao.pdf", pdf("Nothing of the kind"))
    publish_lesson_version(
        author, other.id, "01-khac", {"vi": "---\ntitle: Khác\n---\nTải [về](media/ban-sao.pdf) nhé.\n"}
    )
    publish_course(author, other.id)
    jobs.run_all()
    engine().refresh()
    found = [item.course for item in search(ANYBODY, "refund within").items if item.kind == "file"]
    assert found == [course.slug]


def test_what_cannot_be_read_is_told_to_the_author(author, course, client):
    store_media(author, course.id, "media/scan.pdf", pdf(""))
    store_media(author, course.id, "media/hong.docx", b"PK\x03\x04 torn")
    assert {file.path: file.text for file in list_media(course.id)}["media/scan.pdf"] == "waiting"
    jobs.run_all()
    told = {file.path: file.text for file in list_media(course.id)}
    assert (told["media/scan.pdf"], told["media/hong.docx"], told["media/huong-dan.pdf"]) == (
        "empty",
        "damaged",
        "read",
    )
    assert (told["media/quay.mp3"], told["figures/so-do.svg"]) == ("", "")
    sign_in(client, author)
    page = client.get(f"/studio/courses/{course.slug}/media").get_data(as_text=True)
    assert "It holds no text" in page and "It cannot be read" in page


def test_terms_are_hits_of_their_own_and_have_a_page(course, client, count_queries):
    item = first("mot cua lien thong", "term")
    assert item.url == f"/courses/{course.slug}/lessons/01-quay?lang=vi#term-mot-cua-lien-thong"
    assert [found.title for found in suggest(ANYBODY, "một cửa li")] == ["Một cửa liên thông"]
    with count_queries() as queries:
        terms = list_terms(ANYBODY, "vi").items
    assert len(queries) == 1
    assert [term.term for term in terms] == ["Chữ ký số", "Một cửa liên thông"]
    page = client.get("/glossary?lang=vi").get_data(as_text=True)
    assert page.index("Chữ ký số") < page.index("Một cửa liên thông")
    assert item.url.replace("&", "&amp;") in page
    assert "Một cửa" in client.get(f"/glossary?lang=vi&course={course.slug}&q=mot cua").get_data(as_text=True)
    assert "Một cửa" not in client.get("/glossary?lang=vi&module=smart_city").get_data(as_text=True)
    lesson = client.get(item.url).get_data(as_text=True)
    assert 'id="term-mot-cua-lien-thong"' in lesson and f"/glossary?course={course.slug}" in lesson


def test_terms_and_files_of_a_course_are_seen_by_those_who_see_it(author, course, client):
    set_visibility(author, course.id, "restricted")
    for indexed in (False, True):  # at once, and when the index has come after
        assert first("một cửa liên thông", "term") is None
        assert first("refund within ten days", "file") is None
        assert first("refund within ten days", "file", author) is not None
        assert list_terms(ANYBODY, "vi").items == []
        assert "Một cửa" not in client.get("/glossary?lang=vi").get_data(as_text=True)
        if not indexed:
            jobs.run_all()
            engine().refresh()
    withdraw_course(author, course.id)
    assert list_terms(author, "vi").items == []


def test_a_long_file_is_found_once_by_its_title_and_page_by_page_by_its_text(author, fresh_index):
    course = create_course(author, title="Khóa có sách")
    pages = [
        f"Page {number}: " + "filler words without end. " * 30 + f"marker{number}xyz." for number in range(60)
    ]
    store_media(author, course.id, "media/sach.pdf", pdf(*pages))
    text = "---\ntitle: Bài\nattachments: [{file: media/sach.pdf, title: Sổ tay nghiệp vụ}]\n---\nĐọc sách.\n"
    publish_lesson_version(author, course.id, "01-bai", {"vi": text})
    publish_course(author, course.id, outline=[OutlinePlan(lesson="01-bai")])
    jobs.run_all()
    engine().refresh()
    by_title = [item for item in search(ANYBODY, "so tay nghiep vu").items if item.kind == "file"]
    assert [item.plain_title for item in by_title] == ["Sổ tay nghiệp vụ"]
    assert [found.title for found in suggest(ANYBODY, "sổ tay")] == ["Sổ tay nghiệp vụ"]
    for number in (0, 30, 59):
        item = first(f"marker{number}xyz", "file")
        assert (item.plain_title, item.page, item.anchor) == ("Sổ tay nghiệp vụ", number + 1, "file-1")
