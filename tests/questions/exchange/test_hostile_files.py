"""Files made to break their reader: the question is refused by name, and the rest of the file is read."""

from __future__ import annotations

import pytest

from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.neutral import Labels
from academy.questions.exchange.rubric_table import taken_out
from tests.questions.exchange.banks import asked, item
from tests.questions.exchange.test_moodle_kinds import PLAN, calculated, dataset, drop
from tests.questions.exchange.test_moodle_xml import answer, one
from tests.questions.exchange.test_qti import right
from tests.questions.exchange.test_qti_kinds import PLAN as OBJECT
from tests.questions.exchange.test_qti_kinds import N, put, templated, value
from tests.questions.exchange.test_qti_kinds import one as qti
from tests.questions.specs import ALL

UNITS = "<units{own}><unit{mine}><multiplier>{by}</multiplier><unit_name>m</unit_name></unit></units>"


def units(by: str = "1", own: str = "", mine: str = "", penalty: str = "0.1") -> str:
    return (
        answer("2", "100", more="<tolerance>0</tolerance>")
        + UNITS.format(by=by, own=own, mine=mine)
        + f"<unitgradingtype>1</unitgradingtype><unitpenalty>{penalty}</unitpenalty>"
    )


def refused(question) -> str:
    with pytest.raises(Unmappable) as refusal:
        to_spec(question, "vi")
    return refusal.value.note.code


@pytest.mark.parametrize(
    "element",
    [
        "<sum>" + value("1") * 5000 + "</sum>",
        '<roundTo roundingMode="significantFigures" figures="2"/>',
    ],
)
def test_expressions_without_end_or_content(app, element):
    assert refused(templated(N, element)) in ("large_formula", "expression")


def test_values_that_double_again_and_again(app):
    twice = [
        put(f"T{n}", f'<sum><variable identifier="{of}"/><variable identifier="{of}"/></sum>')
        for n, of in enumerate(["N", *(f"T{n}" for n in range(60))])
    ]
    assert refused(templated(N + "".join(twice), '<variable identifier="T60"/>')) == "large_formula"
    many = "".join(put(f"T{n}", value("1")) for n in range(200))
    assert refused(templated(N + many, '<variable identifier="N"/>')) == "large_formula"


def test_remainders_of_remainders_are_not_written_where_there_is_no_sign_for_them(app):
    spec = ALL["calculated"] | {"formula": "n" + " % a" * 40}
    for form in ("moodle", "qti22"):
        written = FORMATS[form].write(
            [asked(item("k", "calculated", spec)), asked(item("l", "single", ALL["single"]))], "vi"
        )
        assert [note.code for note in written.notes["k"]] == ["large_formula"]
        assert [question.key for question in FORMATS[form].read(written.data, "vi").questions] == ["l"]


@pytest.mark.parametrize(
    "near",
    [
        '<equalRounded roundingMode="decimalPlaces" figures="9e29">',
        '<equalRounded roundingMode="significantFigures" figures="x">',
    ],
)
def test_roundings_that_are_none(app, near):
    end = near[1:].split()[0]
    said = f'<responseProcessing><responseCondition><responseIf>{near}<variable identifier="RESPONSE"/><variable identifier="N"/></{end}></responseIf></responseCondition></responseProcessing>'
    assert refused(templated(N, "", near=said)) == "syntax"


@pytest.mark.parametrize("told", ["a b", "1 2 0", "0 1e30 1e-30"])
def test_ranges_that_only_claim_to_be_ours(app, told):
    steps = f'<sum>{value("1")}<product><randomInteger min="0" max="3"/>{value("2")}</product></sum>'
    claim = f'<templateDeclaration identifier="ACADEMY_range_N" cardinality="single" baseType="string"><defaultValue><value>{told}</value></defaultValue></templateDeclaration>'
    question = templated(put("N", steps), '<variable identifier="N"/>', claim=claim)
    assert to_spec(question, "vi")[1]["parameters"] == [{"name": "n", "min": "1", "max": "7", "step": "2"}]


def test_claims_of_ranges_penalties_and_decimals_in_moodle(app):
    plain = dataset("e", "1", "9", "0", ("3", "1e30"))
    claimed = plain.replace("<dataset_definition>", '<dataset_definition academy-range="0 1e30 1e-30">')
    assert to_spec(calculated("{e}", "{e}?", sets=claimed), "vi")[1]["parameters"][0]["values"][0] == "3"
    assert to_spec(one("numerical", units(own=' academy-penalty="x"')), "vi")[1]["unit_penalty"] == "0.1"


def test_units_too_small_to_be_told(app):
    assert refused(one("numerical", units(by="1e-25"))) == "syntax"


@pytest.mark.parametrize(("shape", "coords"), [("circle", "5"), ("rectangle", "1,1"), ("polygon", "")])
def test_shapes_without_corners(app, shape, coords):
    drags = "".join(f"<drag><no>{n}</no><text>{n}</text></drag>" for n in (1, 2))
    assert refused(one("ddmarker", PLAN + drags + drop(1, shape, coords, 2))) == "syntax"
    kept = one("ddmarker", PLAN + drags + drop(1, "circle", "50,50;20", 2))
    assert isinstance(kept.body, Labels)


@pytest.mark.parametrize(("shape", "coords"), [("circle", "5"), ("rect", "1,1"), ("poly", "5")])
def test_places_without_corners_in_qti(app, shape, coords):
    declared = right("W1 H1", cardinality="multiple", base="directedPair")
    body = (
        f'<graphicGapMatchInteraction responseIdentifier="RESPONSE">{OBJECT}<gapText identifier="W1" matchMax="1">x</gapText>'
        f'<associableHotspot identifier="H1" shape="{shape}" coords="{coords}" matchMax="1"/></graphicGapMatchInteraction>'
    )
    assert refused(qti(declared, body)) == "syntax"


def test_signs_of_places_that_are_none(app):
    text = "<p>{e} &#xE105; &#xF8FF;</p>"
    _kind, spec, _notes = to_spec(calculated("{e}", text, sets=dataset("e", "1", "9", "0", ("3",))), "vi")
    assert spec["text"]["vi"].count("{v_e}") == 1


@pytest.mark.parametrize(
    "text",
    [
        '<table class="academy-rubric">' * 30_000,
        "<table " + "academy-rubric " * 60_000,
        " " * 300_000,
    ],
    ids=["tables", "classes", "blanks"],
)
def test_texts_that_begin_something_again_and_again(app, text):
    assert taken_out(text, str)[0] is None
