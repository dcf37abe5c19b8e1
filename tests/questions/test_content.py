"""Questions from the content folder: every fault with its line, nothing changed by a second sync."""

from __future__ import annotations

import pytest

from academy.catalog.content import content_check
from academy.catalog.content_parts import content_parts
from academy.catalog.queries import find_course
from academy.catalog.services import sync_content
from academy.kernel.actor import Actor
from academy.questions import queries
from tests.questions.folder import replace, write_folder


@pytest.fixture
def course(app, tmp_path):
    return write_folder(tmp_path / "content")


@pytest.fixture
def check(app, course):
    def run() -> list[tuple[str, int, str]]:
        root = course.parents[1]
        faults = content_check(root, content_parts(app))
        return [(fault.path.rpartition("/")[2], fault.line, f"{fault.message} → {fault.remedy}") for fault in faults]

    return run


@pytest.fixture
def sync(app, course):
    return lambda: sync_content(Actor.system(), course.parents[1], content_parts(app))


def test_a_sound_folder_has_no_fault(check):
    assert check() == []


@pytest.mark.parametrize(
    "old, new, line, words",
    [
        ("kind: truefalse", "kind: riddle", 2, "no kind of question “riddle”"),
        ("outcome: o2", "outcome: o9", 10, "no outcome “o9”"),
        ("    answer: true\n", "", 5, "answer"),
        ("answer: true", "answer: vielleicht", 7, "true or false"),
        ("correct: true", "correct: false", 15, "exactly one"),
        ("{vi: Chính phủ, en: Government}", "{vi: Chính phủ}", 17, "missing in this language"),
        ("{vi: Chính phủ, en: Government}", "{vi: Quốc hội, en: Government}", 15, "read the same"),
        ("difficulty: 3", "difficulty: 9", 11, "difficulty"),
        ("key: luat-2", "key: luat-1", 8, "used twice"),
        ("key: luat-2", "key: Luật 2", 8, "small letters"),
        ("  use: [pool]", "  use: []", 12, "lesson, pool, or both"),
        ("  use: [pool]", "  use: [lesson]", 12, "neither in a lesson nor in the pool"),
        ("  use: [lesson, pool]", "  use: [pool]", 4, "only for quizzes"),
        ("    text: {vi: Luật cao", "    txt: {vi: Luật cao", 6, "txt"),
        ("- key: luat-1", "luat-1", 2, "YAML"),
    ],
)
def test_each_fault_is_named_with_its_line(course, check, old, new, line, words):
    replace(course / "questions" / "01-luat.yaml", old, new)
    found = [fault for fault in check() if fault[0] == "01-luat.yaml"]
    assert any(words in fault[2] for fault in found), found
    assert line in {fault[1] for fault in found if words in fault[2]}, found


def test_a_lesson_that_names_an_unknown_exercise_is_told_so_at_its_line(course, check):
    replace(course / "01-luat.vi.md", "exercise:luat-1", "exercise:luat-7")
    faults = [fault for fault in check() if fault[0] == "01-luat.vi.md"]
    assert any("no exercise “luat-7”" in fault[2] and fault[1] == 8 for fault in faults), faults


def test_questions_of_a_lesson_that_does_not_exist(course, check):
    (course / "questions" / "01-luat.yaml").rename(course / "questions" / "09-khac.yaml")
    faults = check()
    assert any("no lesson “09-khac”" in fault[2] for fault in faults)
    assert any("belongs to the lesson “09-khac”" in fault[2] for fault in faults)


def items():
    course = find_course("van-ban")
    return {row.key: row for row in queries.items_of_course(course.id, retired=True)}


def test_sync_brings_them_in_and_a_second_one_changes_nothing(sync):
    sync()
    first = items()
    assert {key: (row.kind, row.outcome, row.difficulty) for key, row in first.items()} == {
        "luat-1": ("truefalse", "o1", 2),
        "luat-2": ("single", "o2", 3),
    }
    assert [row.key for row in queries.items_of_lesson(first["luat-1"].course_id, "01-luat")] == ["luat-1"]
    sync()
    assert items() == first


def test_sync_makes_a_new_version_of_what_changed_and_keeps_the_old_one(course, sync):
    sync()
    before = items()
    replace(course / "questions" / "01-luat.yaml", "Quốc hội", "Quốc Hội")
    replace(course / "questions" / "01-luat.yaml", "difficulty: 3", "difficulty: 2")
    sync()
    after = items()
    assert after["luat-1"] == before["luat-1"]
    assert (after["luat-2"].version.number, after["luat-2"].difficulty) == (2, 2)
    old = queries.get_item_version(before["luat-2"].version.id)
    assert old.spec["options"][0]["text"]["vi"] == "Quốc hội"


def test_sync_retires_what_is_gone_and_takes_it_back(course, sync):
    sync()
    file = course / "questions" / "01-luat.yaml"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[: whole.index("- key: luat-2")], encoding="utf-8")
    replace(course / "quizzes" / "final.yaml", "  - {outcome: o2, kinds: [single], difficulty: [2, 3], count: 1, weight: \"2\"}\n", "")
    # a quiz that completes the course has to test every outcome
    replace(course / "course.yaml", "quiz: final", "quiz: null")
    sync()
    gone = items()["luat-2"]
    assert gone.state == "retired"
    assert [row.key for row in queries.pool(gone.course_id)] == ["luat-1"]
    file.write_text(whole, encoding="utf-8")
    sync()
    assert items()["luat-2"].state == "active" and items()["luat-2"].version == gone.version


RICHER = """\
- key: tinh-1
  kind: calculated
  outcome: o2
  use: [pool]
  spec:
    text: {vi: "{a} xã, mỗi xã {b} hồ sơ?", en: "{a} communes of {b} files?"}
    parameters:
      - {name: a, min: "2", max: "9"}
      - {name: b, values: ["10", "20.5"]}
    formula: a * b
    explanation: {vi: "{a} × {b} = {answer}", en: "{a} × {b} = {answer}"}
- key: can-nhac
  kind: single
  outcome: o1
  use: [pool]
  spec:
    text: {vi: "Làm gì?", en: "What to do?"}
    credit: weighted
    options:
      - {id: a, text: {vi: Một, en: One}, weight: "100"}
      - {id: b, text: {vi: Hai, en: Two}, weight: "-50"}
- key: dien-1
  kind: cloze
  outcome: o1
  use: [pool]
  spec:
    text: {vi: "{1} và {2}", en: "{1} and {2}"}
    bank:
      - {id: a, text: {vi: Một, en: One}}
      - {id: b, text: {vi: Hai, en: Two}}
    gaps:
      - {id: "1", word: a}
      - id: "2"
        number: {answer: "5", tolerance: "10", tolerance_as: percent}
- key: so-1
  kind: numeric
  outcome: o1
  use: [pool]
  spec:
    text: {vi: "Bao xa?", en: "How far?"}
    answers:
      - {answer: "5000"}
    units:
      - {name: m, factor: "1"}
      - {name: km, factor: "1000"}
    unit: required
"""


@pytest.fixture
def richer(course):
    file = course / "questions" / "01-luat.yaml"
    file.write_text(file.read_text(encoding="utf-8") + RICHER, encoding="utf-8")
    return file


def test_calculated_weighted_and_mixed_questions_come_from_files(richer, check, sync):
    assert check() == []
    sync()
    assert {"tinh-1", "can-nhac", "dien-1", "so-1"} <= set(items())
    first = items()
    sync()
    assert items() == first


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("formula: a * b", "formula: a * b +", "formula:", "breaks off"),
        ("formula: a * b", "formula: a / (b - 10)", "formula:", "division by zero"),
        ("formula: a * b", "formula: __import__('os')", "formula:", "no place in a formula"),
        ('min: "2", max: "9"', 'min: "9", max: "2"', "{name: a, min", "smaller than the smallest"),
        ('{b} hồ sơ?"', 'hồ sơ?"', "text: {vi: \"{a} xã", "write {b}"),
        ('"{a} × {b} = {answer}", en', '"{a} × {q} = {answer}", en', "explanation:", "no parameter “q”"),
        ('weight: "100"', 'weight: "90"', "options:", "must be worth 100 percent"),
        ('weight: "-50"', "correct: false", "options:", "needs its percentage"),
        ("credit: weighted", "credit: guessed", "credit:", "credit"),
        ("word: a", "word: z", '- {id: "1", word', "no entry “z”"),
        ('answer: "5", tolerance: "10"', 'answer: "0", tolerance: "10"', "number: {answer", "A percentage of 0"),
        ('{name: m, factor: "1"}', '{name: m, factor: "10"}', "units:", "must have the factor 1"),
        ("unit: required", "unit: miles", "unit: miles", "list units and say"),
    ],
)
def test_each_fault_of_a_richer_question_is_named_with_its_line(richer, check, old, new, at, words):
    replace(richer, old, new)
    text = richer.read_text(encoding="utf-8")
    found = [fault for fault in check() if words in fault[2]]
    assert found, check()
    lines = text.splitlines()
    assert any(at.strip() in lines[fault[1] - 1] or new in lines[fault[1] - 1] for fault in found), [
        (fault[1], lines[fault[1] - 1]) for fault in found
    ]


ON_PICTURE = """\
- key: hinh-1
  kind: hotspot
  outcome: o1
  use: [pool]
  spec:
    text: {vi: Chỉ quầy số 1., en: Show counter 1.}
    picture:
      path: media/so-do.svg
      width: 80
      height: 60
      alt: {vi: Sơ đồ, en: Plan}
    regions:
      - {id: a, name: {vi: Quầy 1, en: Counter 1}, shape: rect, coords: [10, 10, 20, 20], correct: true}
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 60" role="img" aria-labelledby="t d"><title id="t">a</title><desc id="d">b</desc></svg>'


@pytest.fixture
def on_picture(course):
    """The folder with a question on a picture that is there."""
    (course / "media").mkdir(exist_ok=True)
    (course / "media" / "so-do.svg").write_text(SVG.format(80), encoding="utf-8")
    file = course / "questions" / "01-luat.yaml"
    file.write_text(file.read_text(encoding="utf-8") + ON_PICTURE, encoding="utf-8")
    return file


def test_pictures_are_found_and_measured(on_picture, course, check):
    assert check() == []
    (course / "media" / "so-do.svg").write_text(SVG.format(90), encoding="utf-8")
    ((name, line, words),) = check()
    assert (name, line) == ("01-luat.yaml", 26) and "is 90 × 60 → write its width and height" in words
    (course / "media" / "so-do.svg").unlink()
    ((_name, line, words),) = check()
    assert line == 25 and "There is no file “media/so-do.svg”" in words


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("coords: [10, 10, 20, 20]", "coords: [10, 10, 90, 20]", 30, "out of the picture"),
        ("coords: [10, 10, 20, 20]", "coords: [10, x, 9, 20]", 30, "whole numbers"),
        ("      alt: {vi: Sơ đồ, en: Plan}\n", "", 24, "Describe the picture"),
        (", correct: true}", "}", 29, "No right answer"),
    ],
)
def test_faults_of_a_picture_question_name_their_lines(on_picture, check, old, new, line, words):
    start = on_picture.read_text(encoding="utf-8").index("key: hinh-1")
    text = on_picture.read_text(encoding="utf-8")
    on_picture.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")
    found = check()
    assert [one for one in found if one[1] == line and words in one[2]], found


def test_a_question_that_takes_files_cannot_stand_in_a_lesson(course, check):
    file = course / "questions" / "01-luat.yaml"
    text = file.read_text(encoding="utf-8")
    spec = "    text: {vi: Nộp., en: Hand in.}\n    formats: [pdf]\n"
    file.write_text(text + "- key: nop\n  kind: file\n  outcome: o1\n  use: [lesson, pool]\n  spec:\n" + spec, encoding="utf-8")
    assert [one for one in check() if "cannot stand in a lesson → write use: [pool]" in one[2]]
