"""Moodle XML as Moodle writes it, and what cannot be had from it."""

from __future__ import annotations

import base64

import pytest

from academy.kernel.safe_xml import XmlRefused
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.moodle_writing import write_moodle_xml
from academy.questions.exchange.moodle_xml import read_moodle_xml
from academy.questions.exchange.neutral import Question
from tests.questions.exchange.banks import spec_of

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000020000000308060000009d74661a")


def one(kind: str, inner: str, text: str = "Hỏi?") -> Question:
    xml = (
        f'<quiz><question type="{kind}"><name><text>Tên</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>{inner}</question></quiz>'
    )
    [question] = read_moodle_xml(xml.encode()).questions
    return question


def answer(text: str, fraction: str, feedback: str = "", more: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}'
        f'<feedback format="html"><text><![CDATA[{feedback}]]></text></feedback></answer>'
    )


def codes(question: Question) -> set[str]:
    _kind, _spec, notes = to_spec(question, "vi")
    return {note.code for note in (*question.notes, *notes)}


def test_a_whole_question_with_all_that_goes_with_it(app):
    data = base64.b64encode(PNG).decode()
    xml = f"""<?xml version="1.0"?>
<quiz><question type="category"><category><text>$course$/top/Chương 1/A//B</text></category></question>
<!-- question: 7 -->
<question type="multichoice"><name><text> Thẩm
 quyền </text></name>
<questiontext format="html"><text><![CDATA[<p>Ai <b>ký</b>?</p><p><img src="@@PLUGINFILE@@/s%C6%A1%20%C4%91%E1%BB%93.png" alt="Sơ đồ"></p>]]></text>
<file name="sơ đồ.png" path="/" encoding="base64">{data}</file></questiontext>
<generalfeedback format="html"><text>Xem luật.</text></generalfeedback><defaultgrade>2.0</defaultgrade>
<hidden>1</hidden><idnumber>CAU-7</idnumber><single>true</single><shuffleanswers>1</shuffleanswers>
<correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
<incorrectfeedback format="html"><text>Đọc lại.</text></incorrectfeedback>
{answer("Chủ tịch", "100", "Đúng")}{answer("Văn thư", "0")}
<tags><tag><text>luật</text></tag><tag><text>academy.outcome=o2</text></tag></tags></question></quiz>"""
    [question] = read_moodle_xml(xml.encode()).questions
    assert (question.name, question.key, question.category) == ("Thẩm quyền", "CAU-7", "Chương 1/A/B")
    assert question.tags == ("luật",) and question.settings == {"outcome": "o2"} and question.line == 4
    assert question.files == {"sơ đồ.png": PNG} and "![Sơ đồ](<@@PLUGINFILE@@/" in question.text
    assert question.explanation == "Xem luật.\n\nĐọc lại."
    assert codes(question) == {"hidden", "points"}
    kind, spec = spec_of(question)
    assert kind == "single" and spec["options"][0]["feedback"] == {"vi": "Đúng"}


def test_fractions_that_are_a_rule_of_ours_and_those_that_are_none(app):
    fair = answer("a", "50") + answer("b", "50") + answer("c", "-50") + answer("d", "-50")
    thirds = "".join(answer(letter, "33.33333") for letter in "abc") + answer("d", "-100")
    kept = answer("a", "50") + answer("b", "50") + answer("c", "0")
    for inner, expected in ((fair, set()), (thirds, set()), (kept, set())):
        question = one("multichoice", f"<single>false</single>{inner}")
        assert codes(question) == expected and spec_of(question)[0] == "multiple"
    part = one("multichoice", f"<single>true</single>{answer('a', '100')}{answer('b', '50')}")
    assert codes(part) == set() and spec_of(part)[1]["credit"] == "weighted"
    two = one(
        "multichoice", f"<single>true</single>{answer('a', '100')}{answer('b', '100')}{answer('c', '0')}"
    )
    assert [row["weight"] for row in spec_of(two)[1]["options"]] == ["100", "100", "0"]
    with pytest.raises(Unmappable) as refusal:
        to_spec(one("multichoice", f"<single>true</single>{answer('a', '90')}{answer('c', '0')}"), "vi")
    assert refusal.value.note.code == "no_right"


def test_short_answers_with_wildcards_capitals_and_parts_of_the_mark(app):
    inner = "<usecase>1</usecase>" + answer("Hà Nội", "100") + answer("Th*ng Long", "100") + answer("HN", "50") + answer("*", "0", "sai") + answer(r"5\*3", "100")  # fmt: skip
    question = one("shortanswer", inner)
    assert codes(question) == {"case", "patterns", "partial_answers", "wrong_answers"}
    assert spec_of(question)[1]["accept"] == {"vi": ["Hà Nội", "5*3"]}
    with pytest.raises(Unmappable):
        to_spec(one("shortanswer", answer("*", "100")), "vi")


def test_numbers_with_units(app):
    units = "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
    question = one("numerical", answer("3.50", "100", "", "<tolerance>0.5</tolerance>") + units)
    assert [(unit.name, unit.factor) for unit in question.body.units] == [("m", "1"), ("cm", "0.01")]
    _kind, spec = spec_of(question)
    assert (spec["answer"], spec["tolerance"]) == ("3.5", "0.5") and not codes(question)
    assert spec["units"] == [{"name": "m", "factor": "1"}, {"name": "cm", "factor": "0.01"}]


def test_truth_matching_and_order(app):
    truth = one("truefalse", answer("true", "0", "không phải") + answer("false", "100", "phải"))
    assert (truth.body.answer, truth.body.on_true, truth.body.on_false) == (False, "không phải", "phải")
    rows = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
        for left, right in (("a", "1"), ("b", "2"), ("", "3"))
    )
    assert spec_of(one("matching", rows))[1]["distractors"] == [{"vi": "3"}]
    steps = "<gradingtype>ABSOLUTE_POSITION</gradingtype>" + "".join(
        f'<answer fraction="{n}.0"><text>{text}</text></answer>' for n, text in enumerate(("x", "y", "z"), 1)
    )
    assert spec_of(one("ordering", steps))[1]["credit"] == "positions"


def test_gaps_in_a_text(app):
    text = (
        "<p>Nộp trong {1:NUMERICAL:=5:0~%50%6:1#gần} ngày tại {1:MCS:=một cửa#tốt~phòng \\} họp~%0%kho} "
        "ở {:SA:=Hà Nội~=Thăng Long} &amp; {2:SHORTANSWER_C:=x}.</p>"
    )
    question = one("cloze", "", text)
    kind, spec = spec_of(question)
    assert kind == "cloze" and spec["text"]["vi"] == "Nộp trong {1} ngày tại {2} ở {3} & {4}."
    assert [option["text"]["vi"] for option in spec["gaps"][1]["options"]] == [
        "một cửa",
        "phòng } họp",
        "kho",
    ]
    assert spec["gaps"][2]["accept"] == {"vi": ["Hà Nội", "Thăng Long"]}
    assert "case" in codes(question) and "gap_weights" not in codes(question)
    with pytest.raises(Unmappable):
        to_spec(one("cloze", "", "{1:MULTIRESPONSE:=a~b}"), "vi")
    with pytest.raises(Unmappable):
        to_spec(one("cloze", "", "a {1:SA:=b"), "vi")


def test_signs_of_a_gap_may_stand_in_its_answers(app):
    _kind, spec = spec_of(one("cloze", "", r"<p>Viết {1:SA:=a\~b \# c#tốt~=d\}e}.</p>"))
    assert spec["gaps"][0]["accept"] == {"vi": ["a~b # c", "d}e"]}


@pytest.mark.parametrize(("kind", "tag"), [("ddwtos", "dragbox"), ("gapselect", "selectoption")])
def test_words_put_into_a_text(app, kind, tag):
    choices = "".join(f"<{tag}><text>{word}</text><group>1</group></{tag}>" for word in ("soạn", "ký", "đốt"))
    question = one(kind, choices, "<p>Trước [[1]], sau [[2]].</p>")
    found, spec = spec_of(question)
    assert found in ("cloze", "placing")
    if found == "cloze":
        assert spec["text"]["vi"].endswith("Trước {1}, sau {2}.")
        assert [option["correct"] for option in spec["gaps"][1]["options"]] == [False, True, False]
    with pytest.raises(Unmappable):
        to_spec(one(kind, choices, "<p>[[9]]</p>"), "vi")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("description", "description"),
        ("calculated", "missing_part"),
        ("calculatedmulti", "dynamic"),
        ("random", "dynamic"),
        ("ddmarker", "missing_part"),
        ("gapfill", "kind_unknown"),
    ],
)
def test_what_cannot_come_in_says_why(app, kind, code):
    with pytest.raises(Unmappable) as refusal:
        to_spec(one(kind, answer("1", "100")), "vi")
    assert refusal.value.note.code == code


def test_numbers_that_are_none_refuse_their_question_alone(app):
    good = '<question type="truefalse"><questiontext><text>x</text></questiontext><answer fraction="100"><text>true</text></answer></question>'
    bad = '<question type="numerical"><questiontext><text>x</text></questiontext><answer fraction="100"><text>1e999999999</text></answer></question>'
    worse = '<question type="multichoice"><questiontext><text>x</text></questiontext><answer fraction="viel"><text>a</text></answer></question>'
    graded = '<question type="essay"><questiontext><text>x</text></questiontext><defaultgrade>NaN</defaultgrade></question>'
    questions = read_moodle_xml(f"<quiz>{bad}{good}{worse}{graded}</quiz>".encode()).questions
    assert len(questions) == 4 and spec_of(questions[1])[0] == "truefalse"
    for index in (0, 2):
        assert questions[index].body.why.code == "syntax"


def test_hostile_files_are_refused_whole():
    with pytest.raises(XmlRefused):
        read_moodle_xml(b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>')
    assert read_moodle_xml(b"<html/>").questions == ()


def test_what_is_written_is_xml_that_moodle_knows(app):
    question = one(
        "multichoice",
        "<single>true</single>" + answer("a &lt; b", "100") + answer("c", "0"),
        "<p>]]&gt; &amp; x</p>",
    )
    data = write_moodle_xml([question]).data
    assert b"CDATA" not in data and data == write_moodle_xml([question]).data
    [again] = read_moodle_xml(data).questions
    assert (again.text, again.body) == (question.text, question.body)
