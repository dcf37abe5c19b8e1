"""Pictures, tables, files and template processing in QTI of others."""

from __future__ import annotations

import pytest

from academy.kernel.safe_archive import open_archive
from academy.kernel.safe_xml import parse_xml
from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.neutral import Groups, Handed, Labels, Question, Spots
from academy.questions.exchange.qti_package import read_package
from tests.questions.exchange.banks import SVG, asked, item, spec_of
from tests.questions.exchange.test_qti import MAP, MATCH, item2, match, package, right
from tests.questions.specs import ALL, VARIANTS

PLAN = '<object type="image/svg+xml" data="plan.svg" width="400" height="300">Sơ đồ</object>'


def one(declared: str, body: str, processing: str = "") -> Question:
    [question] = read_package(
        package({"a.xml": item2(declared, body, processing), "plan.svg": SVG})
    ).questions
    return question


def codes(question: Question) -> set[str]:
    _kind, _spec, notes = to_spec(question, "vi")
    return {note.code for note in (*question.notes, *notes)}


def areas(*entries: tuple[str, str, str], other: str = "0") -> str:
    rows = "".join(f'<areaMapEntry shape="{s}" coords="{c}" mappedValue="{v}"/>' for s, c, v in entries)
    return f'<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="point"><areaMapping defaultValue="{other}">{rows}</areaMapping></responseDeclaration>'


def test_points_on_a_picture(app):
    declared = areas(
        ("rect", "10,20,110,70", "1"), ("circle", "200,100,25", "0.5"), ("poly", "0,0,9,0,0,9", "0")
    )
    body = f'<selectPointInteraction responseIdentifier="RESPONSE" maxChoices="0"><prompt>Chỉ</prompt>{PLAN}</selectPointInteraction>'
    question = one(declared, body)
    assert question.text == "Chỉ" and question.files == {"plan.svg": SVG}
    spots = question.body
    assert isinstance(spots, Spots) and (spots.picture.width, spots.picture.height, spots.picture.alt) == (
        400,
        300,
        "Sơ đồ",
    )
    assert [(r.shape, r.coords) for r in spots.regions] == [
        ("rect", (10, 20, 100, 50)),
        ("circle", (200, 100, 25)),
    ]
    assert spots.rule == "each_part" and codes(question) == {"region_names"}
    assert spec_of(question)[0] == "hotspot"
    assert one(areas(("rect", "10,20,110,70", "1"), other="-1"), body).body.rule == ""
    with pytest.raises(Unmappable):
        to_spec(one(areas(("ellipse", "1,1,2,3", "1")), body), "vi")
    with pytest.raises(Unmappable) as refusal:
        to_spec(one(declared, body.replace("plan.svg", "gone.svg")), "vi")
    assert refusal.value.note.code == "missing_part"


def test_regions_to_be_chosen(app):
    choices = "".join(
        f'<hotspotChoice identifier="{name}" shape="circle" coords="{x},50,8" hotspotLabel="Quầy {name}"/>'
        for name, x in (("A", 10), ("B", 90))
    )
    body = f'<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Chọn</prompt>{PLAN}{choices}</hotspotInteraction>'
    kind, spec = spec_of(one(right("B"), body, MATCH))
    assert (kind, spec["mode"], spec["credit"]) == ("hotspot", "regions", "all_or_nothing")
    assert [(r["name"]["vi"], r["correct"]) for r in spec["regions"]] == [("Quầy A", False), ("Quầy B", True)]


def test_labels_on_a_picture(app):
    declared = right("W1 H1", "W2 H2", cardinality="multiple", base="directedPair")
    body = f"""<graphicGapMatchInteraction responseIdentifier="RESPONSE"><prompt>Đặt</prompt>{PLAN}
<gapText identifier="W1" matchMax="1">bếp</gapText><gapImg identifier="W2" matchMax="1">{PLAN}</gapImg>
<associableHotspot identifier="H1" shape="rect" coords="10,10,60,40" matchMax="1"/>
<associableHotspot identifier="H2" shape="poly" coords="100,100,150,100,100,160" matchMax="1"/></graphicGapMatchInteraction>"""
    question = one(declared, body, MAP)
    labels = question.body
    assert isinstance(labels, Labels)
    assert labels.entries == ("bếp", "![Sơ đồ](<@@PLUGINFILE@@/plan.svg>)")
    assert labels.places == (((10, 10, 50, 30), (0,)), ((100, 100, 50, 60), (1,)))
    assert codes(question) == {"shape_box"}


def test_entries_of_which_some_belong_nowhere_are_sorted(app):
    question = one(right("a x", cardinality="multiple", base="directedPair"), match("ab", "xy"), MAP)
    assert question.body == Groups(entries=("a", "b"), groups=("x", "y"), right=(0, None))


def test_a_table_whose_wrong_cells_cost_something(app):
    mapping = '<mapping defaultValue="-1"><mapEntry mapKey="a x" mappedValue="1"/></mapping>'
    declared = right("a x", "b y", cardinality="multiple", base="directedPair", mapping=mapping)
    table = one(declared, match("ab", "xy", ' class="qti-match-tabular"'), MAP)
    assert table.body.rule == "right_minus_wrong"


def test_a_file_to_be_handed_in(app):
    body = '<uploadInteraction responseIdentifier="RESPONSE" type="application/pdf image/*"><prompt>Nộp</prompt></uploadInteraction>'
    question = one(right(base="file"), body)
    assert question.body == Handed(formats=("pdf", "jpg", "png", "webp"), max_files=1, max_megabytes=20)
    assert codes(question) == {"files_size"}


# --- template processing --------------------------------------------------------------------------


def templated(
    rules: str,
    correct: str,
    text: str = '<p><printedVariable identifier="N"/> + 1 = <textEntryInteraction responseIdentifier="RESPONSE"/></p>',
    near: str = "",
    claim: str = "",
) -> Question:
    names = "".join(
        f'<templateDeclaration identifier="{n}" cardinality="single" baseType="float"/>'
        for n in ("N", "M", "SUM")
    )
    told = f'<setCorrectResponse identifier="RESPONSE">{correct}</setCorrectResponse>' if correct else ""
    declared = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="float"/>'
    return one(f"{declared}{names}{claim}<templateProcessing>{rules}{told}</templateProcessing>", text, near)


def put(name: str, inner: str) -> str:
    return f'<setTemplateValue identifier="{name}">{inner}</setTemplateValue>'


def value(number: str) -> str:
    return f'<baseValue baseType="float">{number}</baseValue>'


N = put("N", '<randomInteger min="2" max="20" step="3"/>')


def test_values_are_drawn_and_computed(app):
    rules = (
        N
        + put("M", '<randomFloat min="0" max="2"/>')
        + put(
            "SUM",
            f'<sum><variable identifier="N"/><product>{value("-2")}<variable identifier="M"/></product></sum>',
        )
    )
    shown = '<p><printedVariable identifier="N"/> + 1 = <printedVariable identifier="M"/> <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    told = '<roundTo roundingMode="decimalPlaces" figures="3"><variable identifier="SUM"/></roundTo>'
    question = templated(rules, told, shown)
    kind, spec = spec_of(question)
    assert kind == "calculated" and spec["formula"] == "n + -2 * m" and spec["decimals"] == 3
    assert spec["parameters"] == [
        {"name": "n", "min": "2", "max": "20", "step": "3"},
        {"name": "m", "min": "0", "max": "2", "step": "0.01"},
    ]
    assert spec["text"]["vi"].startswith("{n} + 1 =") and codes(question) >= {"float_steps", "rounding"}


def test_the_right_answer_may_stand_in_the_condition(app):
    near = f'<responseProcessing><responseCondition><responseIf><equal toleranceMode="relative" tolerance="5 5"><variable identifier="RESPONSE"/><product><variable identifier="N"/>{value("2")}</product></equal></responseIf></responseCondition></responseProcessing>'
    _kind, spec = spec_of(templated(N, "", near=near))
    assert (spec["formula"], spec["tolerance"], spec["tolerance_as"]) == ("n * 2", "5", "percent")


@pytest.mark.parametrize(
    ("rules", "correct", "named"),
    [
        (N, '<mathOperator name="atan2"><variable identifier="N"/><variable identifier="N"/></mathOperator>', "mathOperator atan2"),
        (N, f'<gcd><variable identifier="N"/>{value("4")}</gcd>', "gcd"),
        (N + "<templateConstraint/>", '<variable identifier="N"/>', "templateConstraint"),
        (N, '<variable identifier="X"/>', "variable X"),
        (put("N", "<random><variable identifier='L'/></random>"), '<variable identifier="N"/>', "random"),
    ],
)  # fmt: skip
def test_what_is_not_known_here_is_named(app, rules, correct, named):
    with pytest.raises(Unmappable) as refusal:
        to_spec(templated(rules, correct), "vi")
    assert (refusal.value.note.code, refusal.value.note.params["name"]) == ("expression", named)


def test_templates_of_other_questions_and_without_chance_are_refused(app):
    for question in (
        templated(put("N", value("2")), '<variable identifier="N"/>'),
        templated(N, '<variable identifier="N"/>', "<p>x</p>"),
    ):
        with pytest.raises(Unmappable) as refusal:
            to_spec(question, "vi")
        assert refusal.value.note.code == "dynamic"


def test_what_an_author_wrote_here_counts_only_where_the_expressions_say_it(app):
    archive = open_archive(
        FORMATS["qti22"].write([asked(item("k", "calculated", ALL["calculated"]))], "vi").data
    )
    [path] = [name for name in archive if name.startswith("items/")]
    text = archive.read(path).decode()
    assert "<value>n * a</value>" in text
    [question] = read_package(
        text.replace("<product><variable", "<sum><variable").replace("</product>", "</sum>").encode()
    ).questions
    assert question.body.formula == "n + a"


def test_a_function_without_an_expression_is_left_out_and_told(app):
    spec = ALL["calculated"] | {"formula": "round(n * a, n - n)"}
    written = FORMATS["qti30"].write([asked(item("k", "calculated", spec))], "vi")
    assert [(note.code, note.params["name"]) for note in written.notes["k"]] == [("format_function", "round")]
    assert read_package(written.data).questions == ()


@pytest.mark.parametrize("form", ["qti30", "qti22"])
def test_every_variable_of_an_item_is_declared_once(app, form):
    for key, (kind, spec) in {**{name: (name, spec) for name, spec in ALL.items()}, **VARIANTS}.items():
        archive = open_archive(FORMATS[form].write([asked(item("k", kind, spec))], "vi").data)
        [path] = [name for name in archive if name.startswith("items/")]
        elements = list(parse_xml(archive.read(path)).iter())
        declared = [e.get("identifier") for e in elements if e.name.endswith(("eclaration", "-declaration"))]
        assert len(set(declared)) == len(declared), key
        used = {
            e.get("identifier")
            for e in elements
            if e.name.removeprefix("qti-")
            in ("variable", "printedVariable", "printed-variable", "setTemplateValue", "set-template-value")
        }
        assert used <= set(declared), key
