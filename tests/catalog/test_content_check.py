"""Every kind of fault in a content folder is named with its file and line."""

from __future__ import annotations

import pytest

from academy.catalog.content import content_check, read_content
from academy.catalog.content_parts import Changes, content_parts, register_content_part
from academy.catalog.yaml_marks import Fault, load_yaml

COURSE = "political_theory/doc-van-kien"


def faults(content) -> list[str]:
    return [f"{fault.path}:{fault.line}: {fault.message}" for fault in content_check(content.root)]


def test_a_sound_folder_has_no_faults(content):
    assert faults(content) == []
    course = read_content(content.root).courses[0]
    assert (course.module, course.slug, course.languages) == (
        "political_theory",
        "doc-van-kien",
        ("vi", "en"),
    )
    assert [(ref.key, ref.lang, ref.line) for ref in course.exercise_references] == [
        ("hieu-luc-1", "vi", 20),
        ("hieu-luc-1", "en", 13),
    ]


def test_a_missing_content_folder_is_one_fault(tmp_path):
    assert len(content_check(tmp_path / "nowhere")) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("level: basic", "level: easy", 4, "level has a value that is not allowed"),
        ("periods: 4", "periods: four", 5, "periods: Not a valid integer"),
        ("periods: 4\n", "", 1, "periods is missing"),
        ("quizzes: [final]", "quizzes: [final]\nprice: 5", 16, "price is not a key known here"),
        ("id: doc-van-kien", "id: khac", 1, "The id “khac” is not the name of the folder"),
        ("topics: [official-documents]", "topics: [cooking]", 7, "There is no topic “cooking”"),
        ("bloom: apply", "bloom: guess", 9, "outcomes.1.bloom has a value that is not allowed"),
        ("minutes: 20, outcomes: [o1]", "minutes: 20, outcomes: [o7]", 14, "outline.2.outcomes: There is no outcome “o7”"),
        ("{vi: Đọc văn kiện, en:", "{en:", 2, "title: The text in “vi” is missing"),
        ("title: {vi: Đọc văn kiện", "title: {fr: Lire, vi: Đọc", 2, "title: “fr” is no language of the academy (vi, en, de)"),
        ("quiz: final}", "quiz: middle}", 11, "completion.quiz: The quiz “middle” is not listed under quizzes"),
        ("lessons: all", "lessons: most", 11, "completion.lessons: Write all, none, or a number"),
        ("prerequisites: []", "prerequisites: [khong-co]", 10, "There is no course “khong-co”"),
        ("prerequisites: []", "prerequisites: [doc-van-kien]", 10, "prerequisites: The course names itself as its prerequisite"),
        ("languages: [vi, en]", "languages: [vi, en, vi]", 6, "languages.3: “vi” stands here twice"),
        ("level: basic", "level: basic\nlevel: basic", 5, "The key “level” stands here twice"),
        ("level: basic", "level: [basic", 5, "This is not valid YAML"),
    ],
)  # fmt: skip
def test_faults_of_the_course_file(content, old, new, line, message):
    content.replace("course.yaml", old, new)
    found = faults(content)
    assert any(fault.startswith(f"{COURSE}/course.yaml:{line}: {message}") for fault in found), found


def test_aliases_are_refused_before_they_multiply(content):
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nid: *c\n"
    content.write("course.yaml", bomb)
    assert any("alias" in fault for fault in faults(content))


def test_yaml_dates_that_do_not_exist_are_faults_with_a_line():
    file = load_yaml("a: 1\nb: 2025-02-30\n", "x.yaml")
    assert [(fault.line, "2025-02-30" in fault.message) for fault in file.faults] == [(2, True)]


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "message"),
    [
        ("01-hieu-luc.vi.md", "{#ngay}", "", 14, "The heading “Ngày có hiệu lực” has no id"),
        ("01-hieu-luc.vi.md", "so-do.svg", "khong.svg", 18, "The file “figures/khong.svg” is not there"),
        ("01-hieu-luc.vi.md", "[[171/2025/NĐ-CP#d5.k2]]", "[[17/2025/NĐ-CP]]", 16, "The document “17/2025/NĐ-CP” is not in the register"),
        ("01-hieu-luc.vi.md", "Nghị định [[171/2025/NĐ-CP]]", "Nghị định [[1/1999/QĐ]]", 9, "The document “1/1999/QĐ” is not in the register"),
        ("01-hieu-luc.vi.md", "objectives:", "goals:", 4, "goals is not a key known here"),
        ("01-hieu-luc.vi.md", "title: Hiệu lực của văn bản\n", "", 2, "title is missing"),
        ("01-hieu-luc.vi.md", "---\n\nMở đầu", "\nMở đầu", 1, "The front matter is not closed"),
        ("01-hieu-luc.vi.md", "Đoạn cuối.", "Đoạn <u>cuối</u>.", 22, "“<u>” is HTML, which lessons do not use"),
        ("01-hieu-luc.vi.md", "Đoạn cuối.", "Đoạn $x^2^3$.", 22, "Mathematics:"),
        ("01-hieu-luc.en.md", "{#ngay}", "{#date}", 7, "The ids of the headings differ from those in “vi”: missing ngay; only here date"),
        ("01-hieu-luc.en.md", "Last paragraph.", "Last.\n\nOne more.", 7, "The section “ngay” has 4 blocks, in “vi” it has 3"),
        ("01-hieu-luc.en.md", "[[exercise:hieu-luc-1]]", "[[exercise:khac]]", 13, "The exercises differ from those in “vi” (hieu-luc-1)"),
        ("02-trich-dan.vi.md", "](01-hieu-luc#ngay)", "](07-none)", 7, "The link “07-none” leads to no lesson"),
        ("02-trich-dan.vi.md", "Xem ", "[[exercise:hieu-luc-1]]\n\nXem ", 7, "The exercise “hieu-luc-1” stands in the lesson “01-hieu-luc” already"),
    ],
)  # fmt: skip
def test_faults_of_lessons(content, name, old, new, line, message):
    content.replace(name, old, new)
    found = faults(content)
    assert any(fault.startswith(f"{COURSE}/{name}:{line}: {message}") for fault in found), found


def test_missing_stray_and_misnamed_lessons(content):
    content.remove("02-trich-dan.en.md")
    content.write("03-thua.vi.md", "---\ntitle: x\n---\n\nx\n")
    content.write("Notes.md", "x")
    assert faults(content) == [
        f"{COURSE}/03-thua.vi.md:1: The course does not contain this text",
        f"{COURSE}/Notes.md:1: This is not the name of a lesson",
        f"{COURSE}/course.yaml:14: The lesson “02-trich-dan” has no text in “en”",
    ]


def test_a_text_that_is_not_utf8_names_the_line(content):
    content.write("02-trich-dan.vi.md", b"---\ntitle: x\n---\n\nxin ch" + b"\xe0o\n")
    assert f"{COURSE}/02-trich-dan.vi.md:5: The file is not in UTF-8" in faults(content)


def test_decomposed_letters_are_read_as_composed(content):
    import unicodedata

    for path in ("01-hieu-luc.vi.md", "course.yaml", "/political_theory/legal.yaml"):
        content.write(path, unicodedata.normalize("NFD", content.read(path)))
    assert faults(content) == []
    text = read_content(content.root).courses[0].lessons[0].texts["vi"]
    assert text.title == "Hiệu lực của văn bản"
    assert unicodedata.is_normalized("NFC", text.rendered.plain)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_do_not_matter(content, line_end):
    for name in ("01-hieu-luc.vi.md", "course.yaml"):
        content.write(name, content.read(name).replace("\n", line_end))
    assert faults(content) == []


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<script>alert(1)</script>", "The SVG contains <script>"),
        ('<rect onclick="x()"/>', "The SVG has an event attribute (onclick)"),
        ('<image href="https://example.org/x.png"/>', "<image> refers to something outside"),
        ('<a href="javascript:alert(1)"><rect/></a>', "<a> refers to something outside"),
        (
            "<style>@import url(https://example.org/x.css);</style>",
            "The SVG's style refers to something outside",
        ),
        ('<rect fill="url(https://example.org#a)"/>', "The attribute fill refers to something outside"),
        ("<foreignObject/>", "The SVG contains <foreignObject>"),
    ],
)
def test_svg_that_could_do_something_is_refused(content, inside, message):
    content.replace("figures/so-do.svg", "  <rect ", f"  {inside}\n  <rect ")
    found = faults(content)
    assert any(fault.startswith(f"{COURSE}/figures/so-do.svg:3: {message}") for fault in found), found


def test_svg_may_refer_to_itself(content):
    content.replace(
        "figures/so-do.svg", "  <rect ", '  <g id="a"/><use href="#a"/><rect fill="url(#a)"/>\n  <rect '
    )
    assert faults(content) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', "This SVG cannot be read safely"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "The SVG has no viewBox"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "The viewBox “0 0 0 9” has no sensible size"),
        (b"<svg", "This SVG is not well-formed XML"),
        (b"<html/>", "The root is not an SVG element"),
        (b"x" * 300_000, "The file has 292 KB, at most 200 KB are allowed"),
    ],
)  # fmt: skip
def test_svg_that_cannot_be_shown(content, data, message):
    content.write("figures/so-do.svg", data)
    assert any(fault.startswith(f"{COURSE}/figures/so-do.svg:1: {message}") for fault in faults(content))


def test_pictures_are_what_their_name_says(content):
    content.write("figures/x.png", b"GIF89a")
    content.write("figures/y.jpg", b"\xff\xd8\xff")
    assert faults(content) == [
        f"{COURSE}/figures/x.png:1: This is not a PNG picture",
        f"{COURSE}/figures/y.jpg:1: This is not a JPG picture",
    ]


def test_the_picture_of_the_texts_language_is_chosen(content):
    svg = content.read("figures/so-do.svg")
    content.write("figures/so-do.en.svg", svg.replace("Sơ đồ", "Diagram"))
    course = read_content(content.root).courses[0]
    vi, en = (course.lessons[0].texts[lang].rendered.media for lang in ("vi", "en"))
    assert vi != en
    assert en[0].startswith("/courses/doc-van-kien/media/so-do-en.")
    assert vi[0].endswith(".svg")


@pytest.mark.parametrize("name", ["figures/xấu.svg", "figures/two words.svg"])
def test_names_of_files(content, name):
    content.write(name, content.read("figures/so-do.svg"))
    assert len(faults(content)) == 1


def test_legal_documents(content):
    path = "political_theory/legal.yaml"
    content.replace(f"/{path}", "issued: 2017-09-01", "issued: last year")
    found = faults(content)
    assert f"{path}:14: 2.issued: Write a date as year-month-day without quotes: 2025-06-30" in found


def test_a_replaced_document_cannot_be_in_force(content):
    content.replace("/political_theory/legal.yaml", "status: replaced", "status: in_force")
    assert faults(content) == [
        "political_theory/legal.yaml:1: “171/2025/NĐ-CP” replaces “101/2017/NĐ-CP”, which is marked as in force"
    ]


def test_modules_may_repeat_a_document_but_not_contradict(content):
    legal = content.read("/political_theory/legal.yaml")
    content.write("/smart_city/legal.yaml", legal)
    assert faults(content) == []
    content.write("/smart_city/legal.yaml", legal.replace("Chính phủ", "Quốc hội").replace("NĐ-CP", "ND-CP"))
    assert faults(content)[0].startswith(
        "smart_city/legal.yaml:1: “171/2025/ND-CP” differs from the entry in political_theory/legal.yaml:1"
    )
    content.write("/smart_city/legal.yaml", legal + legal)
    assert len([fault for fault in faults(content) if "stands here twice" in fault]) == 2


def test_topics(content):
    content.replace("/topics.yaml", "slug: smart-city, parent: null", "slug: smart-city, parent: nothing")
    assert faults(content) == ["topics.yaml:3: There is no topic “nothing”"]
    content.replace("/topics.yaml", "parent: nothing", "parent: smart-city")
    assert faults(content) == ["topics.yaml:3: Topics contain each other: smart-city → smart-city"]


def test_prerequisites_may_not_run_in_a_circle(content):
    content.add_course("hai", prerequisites="prerequisites: [ba]")
    content.add_course("ba", prerequisites="prerequisites: [hai]")
    assert faults(content) == [
        "political_theory/ba/course.yaml:10: The prerequisites run in a circle: ba → hai → ba"
    ]


def test_a_course_id_in_two_modules(content):
    content.write("/smart_city/doc-van-kien/course.yaml", content.read("course.yaml"))
    assert any(
        fault.startswith(
            "smart_city/doc-van-kien/course.yaml:1: “doc-van-kien” is the id of political_theory"
        )
        for fault in faults(content)
    )


def test_a_folder_without_course_file(content):
    content.write("/smart_city/rong/figures/x.txt", "x")
    assert faults(content) == ["smart_city/rong/course.yaml:1: The course has no course.yaml"]


class Part:
    """A higher slice's part: knows one exercise."""

    name = "exercises"

    def check(self, folder):
        return [
            Fault(ref.path, ref.line, f"There is no exercise “{ref.key}”", "write it")
            for ref in folder.exercise_references
            if ref.key != "khac"
        ]

    def sync(self, actor, course_id, folder):
        return Changes()


def test_parts_of_higher_slices_are_asked_too(content):
    found = content_check(content.root, [Part()])
    assert [str(fault) for fault in found] == [
        f"{COURSE}/01-hieu-luc.en.md:13: There is no exercise “hieu-luc-1” → write it",
        f"{COURSE}/01-hieu-luc.vi.md:20: There is no exercise “hieu-luc-1” → write it",
    ]


def test_parts_are_registered_with_the_application():
    class App:
        extensions: dict = {}

    part = Part()
    register_content_part(App, part)
    assert content_parts(App) == (part,)
