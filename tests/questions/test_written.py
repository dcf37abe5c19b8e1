"""Texts and files that people grade, and the rubrics they are graded by."""

from __future__ import annotations

import copy
import io
import unicodedata
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from academy.questions.file_formats import FORMATS, file_name, format_of
from academy.questions.rubric import DEFAULT_RUBRIC, RubricSchema, best_points, rubric_score
from academy.questions.types.extended import Extended, count_words
from academy.questions.types.filed import Filed
from academy.sdk import RubricSchema as FacadeRubricSchema
from tests.questions.specs import EXTENDED, FILED, RUBRIC

TEXT, FILE = Extended(), Filed()
pytestmark = pytest.mark.usefixtures("app")


def rubric(**changes) -> dict:
    return RubricSchema().load(copy.deepcopy(RUBRIC) | changes)


# --- rubrics -------------------------------------------------------------------------------------


def test_the_score_is_the_points_chosen_by_the_most_that_can_be_had():
    assert best_points(rubric()) == 4
    assert rubric_score(rubric(), {"c1": "high", "c2": "high"}) == 1
    assert rubric_score(rubric(), {"c1": "low", "c2": "low"}) == Decimal("0.25")
    assert rubric_score(rubric(), {"c1": "high", "c2": "low"}) == Decimal("0.875")


@given(st.lists(st.decimals(0, 20, places=2), min_size=2, max_size=6), st.data())
def test_every_choice_gives_a_score_from_nothing_to_all(points, data):
    if not any(points):
        return
    levels = [{"id": f"l{n}", "text": {"vi": "x"}, "points": str(worth)} for n, worth in enumerate(points)]
    loaded = RubricSchema().load({"criteria": [{"id": "c", "text": {"vi": "x"}, "levels": levels}]})
    chosen = data.draw(st.integers(0, len(points) - 1))
    score = rubric_score(loaded, {"c": f"l{chosen}"})
    assert 0 <= score <= 1 and (score == 1) == (points[chosen] == max(points) or score == 1)
    assert abs(score - points[chosen] / max(points)) <= Decimal("0.00005")


@pytest.mark.parametrize(
    ("levels", "where"),
    [
        ({"c1": "high"}, "c2"),
        ({"c1": "high", "c2": "none"}, "c2"),
        ({"c1": "low", "c2": "low", "c3": "x"}, "c3"),
        ({}, "c1"),
    ],
)
def test_a_missing_or_foreign_choice_is_named(levels, where):
    with pytest.raises(Invalid) as refusal:
        rubric_score(rubric(), levels)
    assert where in refusal.value.errors


@pytest.mark.parametrize(
    "change",
    [
        lambda spec: spec["criteria"].clear(),
        lambda spec: spec["criteria"][0]["levels"].pop(),
        lambda spec: spec["criteria"][0]["levels"][0].update(points="-1"),
        lambda spec: spec["criteria"][0]["levels"][1].update(points="0"),
        lambda spec: spec["criteria"][0]["levels"][1].update(id="low"),
        lambda spec: spec["criteria"][1].update(id="c1"),
        lambda spec: spec["criteria"][0]["levels"][0].update(points=1.5),
        lambda spec: spec["criteria"].extend({**spec["criteria"][0], "id": f"x{n}"} for n in range(11)),
        lambda spec: spec["criteria"][0].pop("text"),
    ],
)
def test_rubrics_that_cannot_be_used_are_refused(change):
    spec = copy.deepcopy(RUBRIC)
    change(spec)
    with pytest.raises(ValidationError):
        RubricSchema().load(spec)


def test_the_default_is_five_criteria_of_four_levels_and_modules_get_it_too():
    loaded = FacadeRubricSchema().load(copy.deepcopy(dict(DEFAULT_RUBRIC)))
    assert [len(criterion["levels"]) for criterion in loaded["criteria"]] == [4] * 5
    assert {lang for criterion in loaded["criteria"] for lang in criterion["text"]} == {"vi", "en", "de"}


# --- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number"),
    [("", 0), ("học viên", 2), ("  Ủy ban   nhân dân. ", 4), ("97,4 % của 126", 3), ("– … !", 0), ("it's e-mail", 2), ("một\nhai\tba", 3),
     (unicodedata.normalize("NFC", "đạo đức"), 2)],
)  # fmt: skip
def test_words_stand_between_spaces_and_in_vietnamese_each_syllable_counts(words, number):
    assert count_words(words) == number


def test_a_text_waits_for_a_person_whatever_its_length_and_none_is_worth_nothing():
    spec = TEXT.spec_schema().load(copy.deepcopy(EXTENDED))
    for written in ("Một", "từ " * 500):
        grade = TEXT.grade(spec, TEXT.check_answer(spec, written), 1)
        assert grade.pending and grade.details == {"words": count_words(written)}
    assert TEXT.read_form(MultiDict({"s1": " \n "}), "s1") is None
    for wrong in ("", "  ", "x" * 50_001, 7, ["x"], {"text": "x"}):
        with pytest.raises(Invalid):
            TEXT.check_answer(spec, wrong)


def test_paragraphs_stay_and_hidden_characters_go():
    spec = TEXT.spec_schema().load(copy.deepcopy(EXTENDED))
    assert TEXT.check_answer(spec, "Một.\r\n\r\nHai\u202e.\u200b") == "Một.\n\nHai."


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(ValidationError):
        TEXT.spec_schema().load(copy.deepcopy(EXTENDED) | {"words": {"min": 10, "max": 5}})


def test_a_rubric_is_never_shown_where_there_is_none():
    spec = copy.deepcopy(EXTENDED) | {"rubric_shown": "before"}
    del spec["rubric"]
    loaded = TEXT.spec_schema().load(spec)
    assert "rubric" not in TEXT.present(loaded, 1, "vi") and "rubric" not in TEXT.solution(loaded, 1, "vi")


def test_the_form_takes_a_decimal_comma_and_lets_go_of_emptied_criteria():
    form = MultiDict({
        "text.vi": "Viết.", "rubric_shown": "after",
        "rubric.criteria.0.id": "a", "rubric.criteria.0.text.vi": "Rõ", "rubric.criteria.0.levels.0.id": "a", "rubric.criteria.0.levels.0.points": "0",
        "rubric.criteria.0.levels.0.text.vi": "không", "rubric.criteria.0.levels.1.id": "b", "rubric.criteria.0.levels.1.points": "2,5",
        "rubric.criteria.0.levels.1.text.vi": "có", "rubric.criteria.1.id": "b", "rubric.criteria.1.levels.0.points": "1",
    })  # fmt: skip
    spec = TEXT.spec_schema().load(TEXT.read_editor(form))
    assert [row["id"] for row in spec["rubric"]["criteria"]] == ["a"] and best_points(
        spec["rubric"]
    ) == Decimal("2.5")
    only_empty = MultiDict(
        {"text.vi": "Viết.", "rubric.criteria.0.id": "a", "rubric.criteria.0.levels.0.points": "1"}
    )
    assert "rubric" not in TEXT.read_editor(only_empty)


def test_on_paper_there_are_lines_to_write_on_and_the_rubric_for_the_marker():
    sheet = TEXT.print(TEXT.spec_schema().load(copy.deepcopy(EXTENDED)), 1, "vi")
    assert sheet.lines == 20 and sheet.key[0] == "MODEL-ANSWER" and "2.5: Tốt" in sheet.key[1]
    assert FILE.print(FILE.spec_schema().load(copy.deepcopy(FILED)), 1, "vi").hint


# --- files ---------------------------------------------------------------------------------------

PDF = "0" * 64 + ".pdf"


def test_files_are_named_by_content_within_the_limits():
    spec = FILE.spec_schema().load(copy.deepcopy(FILED))
    answer = FILE.read_form(MultiDict([("s1.file", f"{PDF} báo cáo quý 1.pdf")]), "s1")
    assert answer == {"files": [{"key": PDF, "name": "báo cáo quý 1.pdf"}]}
    assert FILE.grade(spec, FILE.check_answer(spec, answer), 1).pending
    many = {"files": [{"key": f"{n}" * 64 + ".pdf"} for n in range(3)]}
    for wrong in (many, {"files": []}, {"files": [{"key": "../../x"}]}, {"files": [{"key": "0" * 64 + ".png"}]},
                  {"files": [{"key": PDF, "owner": 1}]}, {"files": [PDF]}, PDF, {"files": [{"key": PDF, "name": "x" * 300}]}):  # fmt: skip
        with pytest.raises(Invalid):
            FILE.check_answer(spec, wrong)


def archive(*names: str, mimetype: bytes | None = None) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        if mimetype is not None:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "<x/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...", "pdf"),
        (b"\n\n%PDF-1.4", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (b"RIFF....WEBPVP8 ", "webp"),
        (archive("[Content_Types].xml", "word/document.xml"), "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (archive("content.xml", mimetype=b"application/vnd.oasis.opendocument.text"), "odt"),
        ("Báo cáo\r\nquý 1".encode(), "txt"),
        ("Báo cáo".encode("utf-16"), "txt"),
        # what its name would have hidden
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (archive("evil.exe"), None),
        (archive("content.xml", mimetype=b"application/zip"), None),
        (b"PK\x03\x04 no archive", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF\x02\x01", None),
        (b"", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"caf\xe9", None),
    ],
)
def test_a_file_is_what_its_content_says(data, kind):
    assert format_of(data) == kind


@given(st.binary(max_size=300))
def test_no_bytes_break_the_sniffing(data):
    for head in (b"", b"PK\x03\x04", b"RIFF", b"%PDF-"):
        assert format_of(head + data) in (None, *FORMATS)


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("Báo cáo.PDF", "pdf", "Báo cáo.pdf"),
        ("C:\\Users\\x\\ảnh.jpeg", "jpg", "ảnh.jpeg"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("invoice.pdf.exe", "pdf", "invoice.pdf.pdf"),
        ("\u202efdp.exe", "pdf", "fdp.pdf"),
        ("", "docx", "file.docx"),
        ("...", "txt", "file.txt"),
        ("a" * 400 + ".pdf", "pdf", "a" * 120 + ".pdf"),
        ('x"; y.pdf', "pdf", "x_; y.pdf"),
    ],
)
def test_names_are_made_harmless_and_end_as_what_they_are(name, kind, safe):
    assert file_name(name, kind) == safe


def test_a_file_in_a_lesson_and_unknown_formats_are_refused():
    assert FILE.for_quizzes_only
    for formats in ([], ["exe"], ["pdf", "pdf"]):
        with pytest.raises(ValidationError):
            FILE.spec_schema().load(copy.deepcopy(FILED) | {"formats": formats})
