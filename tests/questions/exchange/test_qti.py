"""QTI items of others, packages, and the quizzes of Common Cartridges."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from academy.config import PROJECT_ROOT
from academy.kernel.safe_archive import ArchiveRefused, new_archive, open_archive
from academy.kernel.safe_xml import parse_xml
from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.neutral import (
    Essay,
    Handed,
    Number,
    Question,
    Refused,
    Table,
    Truth,
    Typed,
    Words,
)
from academy.questions.exchange.qti_package import read_package
from academy.questions.file_formats import FORMATS as FILE_FORMATS
from tests.questions.exchange.banks import questions, spec_of
from tests.questions.specs import ALL

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000020000000308060000009d74661a")
CARTRIDGES = (
    Path(os.environ.get("ACADEMY_FIXTURES") or PROJECT_ROOT / ".." / "shared" / "fixtures")
    / "common-cartridge"
)


def item2(declared: str, body: str, processing: str = "", name: str = "X1") -> str:
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="{name}" title="T" '
        f'adaptive="false" timeDependent="false">{declared}<itemBody>{body}</itemBody>{processing}</assessmentItem>'
    )


def right(
    *values: str,
    cardinality: str = "single",
    base: str = "identifier",
    name: str = "RESPONSE",
    mapping: str = "",
) -> str:
    inner = "".join(f"<value>{value}</value>" for value in values)
    return f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}"><correctResponse>{inner}</correctResponse>{mapping}</responseDeclaration>'


def one(xml: str) -> Question:
    [question] = read_package(xml.encode()).questions
    return question


def package(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with new_archive(out) as bundle:
        for name, data in files.items():
            bundle.add(name, data.encode() if isinstance(data, str) else data)
    return out.getvalue()


def choices(*names: str) -> str:
    return "".join(f'<simpleChoice identifier="{name}">{name}</simpleChoice>' for name in names)


MATCH = (
    '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>'
)
MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response"/>'


def test_choices(app):
    body = f'<p>Đọc <b>kỹ</b>.</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Chọn</prompt>{choices("A", "B")}</choiceInteraction>'
    question = one(item2(right("B"), body, MATCH))
    assert question.text == "Đọc **kỹ**.\n\nChọn" and question.key == "X1"
    assert [row["correct"] for row in spec_of(question)[1]["options"]] == [False, True]
    many = body.replace('maxChoices="1"', 'maxChoices="0"').replace(choices("A", "B"), choices("A", "B", "C"))
    kind, spec = spec_of(one(item2(right("A", "B", cardinality="multiple"), many, MATCH)))
    assert (kind, spec["credit"]) == ("multiple", "all_or_nothing")
    mapping = '<mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="2"/><mapEntry mapKey="B" mappedValue="2"/><mapEntry mapKey="C" mappedValue="-4"/></mapping>'
    mapped = one(item2(right("A", "B", cardinality="multiple", mapping=mapping), many, MAP))
    assert [float(option.weight) for option in mapped.body.options] == [50, 50, -100]
    truth = body.replace(choices("A", "B"), choices("true", "false"))
    assert one(item2(right("true"), truth, MATCH)).body == Truth(answer=True)


def test_version_3_of_the_same():
    xml = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i3" title="T" time-dependent="false">
<qti-response-declaration identifier="R" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><qti-choice-interaction response-identifier="R" max-choices="1"><qti-prompt>Chọn</qti-prompt>
<qti-simple-choice identifier="A">một<qti-feedback-inline identifier="A" outcome-identifier="F" show-hide="show">đúng</qti-feedback-inline></qti-simple-choice>
<qti-simple-choice identifier="B">hai</qti-simple-choice></qti-choice-interaction></qti-item-body></qti-assessment-item>"""
    body = one(xml).body
    assert [(option.text, float(option.weight), option.feedback) for option in body.options] == [
        ("một", 100, "đúng"),
        ("hai", 0, ""),
    ]


def test_fields_for_words_and_numbers(app):
    field = '<p>Thủ đô: <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    mapping = '<mapping defaultValue="0"><mapEntry mapKey="Hà Nội" mappedValue="1" caseSensitive="true"/><mapEntry mapKey="HN" mappedValue="0.5"/></mapping>'
    typed = one(item2(right("Hà Nội", base="string", mapping=mapping), field, MAP))
    assert isinstance(typed.body, Typed) and typed.text == "Thủ đô:" and typed.body.case
    assert spec_of(typed)[1]["accept"] == {"vi": ["Hà Nội"]}
    equal = '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.5 0.5"><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>'
    number = one(item2(right("3.5", base="float"), field.replace("</p>", " km.</p>"), equal))
    assert isinstance(number.body, Number) and number.body.answers[0].tolerance == "0.5"
    assert number.text == "Thủ đô: _____ km."


def test_gaps_order_and_pairs(app):
    gaps = '<p>a <inlineChoiceInteraction responseIdentifier="G1"><inlineChoice identifier="x">một</inlineChoice><inlineChoice identifier="y">hai</inlineChoice></inlineChoiceInteraction> b <textEntryInteraction responseIdentifier="G2"/>.</p>'
    kind, spec = spec_of(one(item2(right("y", name="G1") + right("ba", base="string", name="G2"), gaps)))
    assert kind == "cloze" and spec["text"]["vi"] == "a {1} b {2}."
    assert [option["correct"] for option in spec["gaps"][0]["options"]] == [False, True]
    order = f'<orderInteraction responseIdentifier="RESPONSE"><prompt>Xếp</prompt>{choices("c", "a", "b")}</orderInteraction>'
    _kind, spec = spec_of(one(item2(right("a", "b", "c", cardinality="ordered"), order, MATCH)))
    assert [step["text"]["vi"] for step in spec["steps"]] == ["a", "b", "c"]


def match(rows: str, columns: str, more: str = "") -> str:
    sides = "".join(
        "<simpleMatchSet>" + "".join(f'<simpleAssociableChoice identifier="{n}" matchMax="1">{n}</simpleAssociableChoice>' for n in side) + "</simpleMatchSet>"
        for side in (rows, columns)
    )  # fmt: skip
    return f'<matchInteraction responseIdentifier="RESPONSE"{more}><prompt>Ghép</prompt>{sides}</matchInteraction>'


def test_pairs_and_tables(app):
    declared = right("a x", "b y", cardinality="multiple", base="directedPair")
    kind, spec = spec_of(one(item2(declared, match("ab", "xyz"), MAP)))
    assert kind == "matching" and spec["distractors"] == [{"vi": "z"}]
    table = one(item2(declared, match("ab", "xy", ' class="qti-match-tabular"'), MAP))
    assert table.body == Table(rows=("a", "b"), columns=("x", "y"), right=((0,), (1,)))
    assert spec_of(table)[0] in ("matching", "matrix")
    several = one(
        item2(right("a x", "a y", "b y", cardinality="multiple", base="directedPair"), match("ab", "xy"), MAP)
    )
    assert several.body.several and several.body.right == ((0, 1), (1,))


def test_words_put_into_gaps(app):
    body = '<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Điền</prompt><gapText identifier="W1" matchMax="1">soạn</gapText><gapText identifier="W2" matchMax="1">ký</gapText><p>Trước <gap identifier="G1"/>, sau <gap identifier="G2"/>.</p></gapMatchInteraction>'
    question = one(item2(right("W1 G1", "W2 G2", cardinality="multiple", base="directedPair"), body, MATCH))
    assert question.body == Words(
        passage="Trước {1}, sau {2}.",
        entries=("soạn", "ký"),
        gaps=(("1", (0,)), ("2", (1,))),
        rule="all_or_nothing",
    )
    assert question.text == "Điền" and spec_of(question)[0] in ("cloze", "placing")


def test_what_people_mark_and_what_is_refused(app):
    essay = one(
        item2(
            right(base="string"),
            '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Viết</prompt></extendedTextInteraction>',
        )
    )
    assert essay.body == Essay() and essay.text == "Viết"
    upload = one(
        item2(right(base="file"), '<p>Nộp tệp</p><uploadInteraction responseIdentifier="RESPONSE"/>')
    )
    assert upload.body == Handed(formats=tuple(FILE_FORMATS), max_files=1, max_megabytes=20)
    assert {note.code for note in upload.notes} == {"files_formats", "files_size"}
    drawing = one(item2(right(base="file"), '<p>Vẽ</p><drawingInteraction responseIdentifier="RESPONSE"/>'))
    assert drawing.body == Essay() and drawing.notes[0].code == "by_hand"
    for body, code in (
        ('<p>x</p><customInteraction responseIdentifier="RESPONSE"/>', "kind_unknown"),
        ("<p>chỉ đọc</p>", "description"),
        (f'<choiceInteraction responseIdentifier="R">{choices("A")}</choiceInteraction>' * 2, "kind_unknown"),
    ):
        with pytest.raises(Unmappable) as refusal:
            to_spec(one(item2(right("A"), body)), "vi")
        assert refusal.value.note.code == code
    template = item2(
        '<templateDeclaration identifier="N" cardinality="single" baseType="integer"/>' + right("A"),
        "<p>x</p>",
    )
    assert one(template).body.why.code == "dynamic"


def test_packages_with_pictures_and_keywords(app):
    body = f'<p><img src="../img/s%C6%A1.png" alt="Sơ đồ"/></p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{choices("A", "B")}</choiceInteraction>'
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
        '<resource identifier="R" type="imsqti_item_xmlv2p2" href="items/a.xml"><metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><keyword><string>luật</string></keyword></general></lom></metadata><file href="items/a.xml"/></resource>'
        '<resource identifier="W" type="webcontent" href="img/sơ.png"/>'
        '<resource identifier="B" type="imsqti_item_xmlv2p2" href="items/b.xml"/></resources></manifest>'
    )
    files = {
        "imsmanifest.xml": manifest,
        "items/a.xml": item2(right("A"), body, MATCH),
        "img/sơ.png": PNG,
        "items/b.xml": "<broken",
    }
    first, second = read_package(package(files)).questions
    assert first.files == {"img/sơ.png": PNG} and "![Sơ đồ](<@@PLUGINFILE@@/img/sơ.png>)" in first.text
    assert first.tags == ("luật",) and first.file == "items/a.xml"
    assert isinstance(second.body, Refused) and (second.file, second.body.why.code) == (
        "items/b.xml",
        "syntax",
    )
    with pytest.raises(ArchiveRefused):
        read_package(package({"../evil.xml": "<x/>"}))


@pytest.mark.parametrize(("form", "version"), [("qti30", "qti-"), ("qti22", "")])
def test_written_packages_are_whole(app, form, version):
    archive = open_archive(FORMATS[form].write(questions(), "vi").data)
    assert list(archive)[0] == "imsmanifest.xml" and len(archive) == 1 + len(ALL) + 1
    hrefs = [e.get("href") for e in parse_xml(archive.read("imsmanifest.xml")).iter() if e.name == "resource"]
    for href in hrefs:
        root = parse_xml(archive.read(href))
        assert root.name == (f"{version}assessment-item" if version else "assessmentItem")
        names = {element.name for element in root.iter()}
        assert any(name.startswith("qti-") for name in names) == bool(version)


QUIZ = """<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="A" title="Bài kiểm tra"><section ident="S">{}</section></assessment></questestinterop>"""


def item12(kind: str, presentation: str, conditions: str) -> str:
    return (
        f'<item ident="I1" title="T"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>'
        f'<presentation><material><mattext texttype="text/html">&lt;p&gt;Hỏi &lt;b&gt;gì&lt;/b&gt;?&lt;/p&gt;</mattext></material>{presentation}</presentation>'
        f"<resprocessing>{conditions}</resprocessing></item>"
    )


def labels(*names: str) -> str:
    rows = "".join(
        f'<response_label ident="{n}"><material><mattext texttype="text/plain">{n}</mattext></material></response_label>'
        for n in names
    )
    return f"<render_choice>{rows}</render_choice>"


def scores(*names: str, tag: str = "varequal") -> str:
    tests = "".join(f'<{tag} respident="R">{name}</{tag}>' for name in names)
    return f'<respcondition continue="No"><conditionvar><and>{tests}<not><varequal respident="R">zzz</varequal></not></and></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>'


def test_quizzes_of_common_cartridges(app):
    single = item12(
        "cc.multiple_choice.v0p1",
        f'<response_lid ident="R" rcardinality="Single">{labels("a", "b")}</response_lid>',
        scores("b"),
    )
    many = item12(
        "cc.multiple_response.v0p1",
        f'<response_lid ident="R" rcardinality="Multiple">{labels("a", "b", "c")}</response_lid>',
        scores("a", "b"),
    )
    truth = item12(
        "cc.true_false.v0p1",
        f'<response_lid ident="R" rcardinality="Single">{labels("True", "False")}</response_lid>',
        scores("False"),
    )
    words = item12("cc.fib.v0p1", '<response_str ident="R"><render_fib/></response_str>', scores("Hà Nội"))
    essay = item12("cc.essay.v0p1", '<response_str ident="R"><render_fib/></response_str>', "")
    found = read_package(QUIZ.format(single + many + truth + words + essay).encode()).questions
    assert [type(question.body).__name__ for question in found] == [
        "Choice",
        "Choice",
        "Truth",
        "Typed",
        "Essay",
    ]
    assert {question.text for question in found} == {"Hỏi **gì**?"} and found[0].category == "Bài kiểm tra"
    assert spec_of(found[1])[1]["credit"] == "all_or_nothing" and found[2].body == Truth(answer=False)


@pytest.mark.skipif(
    not CARTRIDGES.is_dir(), reason="the cartridges are not beside this checkout (ACADEMY_FIXTURES)"
)
def test_cartridges_without_questions_have_none():
    for path in CARTRIDGES.glob("*.imscc"):
        assert read_package(path.read_bytes()).questions == ()
