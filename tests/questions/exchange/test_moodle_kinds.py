"""Calculated questions, pictures, tables and files as Moodle writes them."""

from __future__ import annotations

import base64

import pytest

from academy.kernel.safe_xml import parse_xml
from academy.questions.exchange.mapping import to_spec
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.moodle_writing import write_moodle_xml
from academy.questions.exchange.moodle_xml import read_moodle_xml
from academy.questions.exchange.neutral import Essay, Groups, Handed, Labels, Pairs, Spots, Table
from academy.questions.registry import exercise_type
from tests.questions.exchange.banks import SVG, asked, item, spec_of
from tests.questions.exchange.test_moodle_xml import PNG, answer, codes, one
from tests.questions.specs import ALL, both

PLAN = f'<file name="plan.svg" path="/" encoding="base64">{base64.b64encode(SVG).decode()}</file>'


def dataset(
    name: str, low: str, high: str, decimals: str, items: tuple[str, ...], distribution: str = "uniform"
) -> str:
    rows = "".join(
        f"<dataset_item><number>{n}</number><value>{value}</value></dataset_item>"
        for n, value in enumerate(items, 1)
    )
    return (
        f"<dataset_definition><status><text>private</text></status><name><text>{name}</text></name>"
        f"<type>calculated</type><distribution><text>{distribution}</text></distribution>"
        f"<minimum><text>{low}</text></minimum><maximum><text>{high}</text></maximum>"
        f"<decimals><text>{decimals}</text></decimals><itemcount>{len(items)}</itemcount>"
        f"<dataset_items>{rows}</dataset_items></dataset_definition>"
    )


def calculated(
    formula: str,
    text: str = "{Dài} × {e}?",
    *,
    tolerance: tuple[str, str] = ("0.01", "1"),
    length: tuple[str, str] = ("1", "2"),
    more: str = "",
    sets: str = "",
) -> str:
    right = (
        f'<answer fraction="100"><text>{formula}</text><tolerance>{tolerance[0]}</tolerance>'
        f"<tolerancetype>{tolerance[1]}</tolerancetype><correctanswerformat>{length[0]}</correctanswerformat>"
        f"<correctanswerlength>{length[1]}</correctanswerlength><feedback><text></text></feedback></answer>"
    )
    sets = sets or dataset("Dài", "1.0", "10.0", "1", ("2.5", "7")) + dataset("e", "1", "9", "0", ("3", "8"))
    return one("calculated", f"{right}{more}<dataset_definitions>{sets}</dataset_definitions>", text)


def test_a_calculated_question_of_moodle(app):
    solved = '<generalfeedback format="html"><text><![CDATA[<p>{Dài} nhân {e} là {={Dài}*{e}}</p>]]></text></generalfeedback>'
    question = calculated("{Dài} * pow({e}, 2) + log(10)", more=solved)
    kind, spec = spec_of(question)
    assert kind == "calculated"
    assert spec["parameters"] == [
        {"name": "d_i", "min": "1", "max": "10", "step": "0.1"},
        {"name": "v_e", "min": "1", "max": "9", "step": "1"},
    ]
    assert spec["formula"] == "d_i * v_e ^ 2 + ln(10)"
    assert spec["text"]["vi"] == "{d_i} × {v_e}?"
    assert spec["explanation"]["vi"] == "{d_i} nhân {v_e} là {= d_i * v_e}"
    assert (spec["tolerance"], spec["tolerance_as"], spec["decimals"]) == ("1", "percent", 2)
    assert codes(question) == {"datasets", "rounding"}


@pytest.mark.parametrize(
    ("formula", "code", "named"),
    [
        ("sinh({e})", "formula_function", "sinh"),
        ("fmod({e}, 2)", "formula_function", "fmod"),
        ("system(1)", "formula_function", "system"),
        ("{e} % 2", "formula_sign", "%"),
        ("{e} ^ 2", "formula_sign", "^"),
        ("{e} == 2", "formula_sign", "="),
        ("{x} + 1", "missing_part", "{x}"),
        ("(" * 40 + "1" + ")" * 40, "syntax", "((…))"),
    ],
)
def test_what_a_formula_has_that_is_not_known_here_is_named(app, formula, code, named):
    with pytest.raises(Unmappable) as refusal:
        to_spec(calculated(formula), "vi")
    assert refusal.value.note.code == code
    assert named in refusal.value.note.params.values()


def test_steps_belong_into_the_worked_solution(app):
    with pytest.raises(Unmappable) as refusal:
        to_spec(calculated("{e}", "Tính {={e}*2} từ {e}."), "vi")
    assert refusal.value.note.code == "step_in_text"


def test_values_that_no_range_gives_are_listed_and_tolerances_told(app):
    odd = dataset("e", "1", "9", "0", ("2.5", "8", "8"))
    question = calculated("{e}", "{e}?", sets=odd, tolerance=("0.2", "3"), length=("2", "3"))
    _kind, spec = spec_of(question)
    assert spec["parameters"] == [{"name": "v_e", "values": ["2.5", "8"]}]
    assert {"geometric", "figures_shown", "datasets"} <= codes(question)
    figures = calculated("{e}", "{e}?", sets=odd, tolerance=("0", "2"), length=("2", "3"))
    assert spec_of(figures)[1]["tolerance_as"] == "figures" and "figures_here" in codes(figures)


def test_what_an_author_wrote_here_counts_only_where_it_says_what_the_file_says(app):
    data = write_moodle_xml([asked(item("k", "calculated", ALL["calculated"]))]).data.decode()
    assert 'academy-formula="n * a"' in data and "<text>{n} * {a}</text>" in data
    [question] = read_moodle_xml(
        data.replace("<text>{n} * {a}</text>", "<text>{n} + {a}</text>").encode()
    ).questions
    assert question.body.formula == "n + a"
    [question] = read_moodle_xml(
        data.replace('academy-values="25 40 62.5"', 'academy-values="1 2"').encode()
    ).questions
    assert question.body.parameters[1].values != ("1", "2")


def test_the_sets_that_moodle_gets_differ_and_keep_to_the_ranges(app):
    spec = {
        "text": both("{a} và {b}"),
        "parameters": [{"name": "a", "min": "0", "max": "3"}, {"name": "b", "min": "1", "max": "3"}],
        "formula": "sqrt(b) / (a + 1)",
        "decimals": 3,
    }
    root = parse_xml(write_moodle_xml([asked(item("k", "calculated", spec))]).data)
    sets = [
        [value.words() for value in definition.iter() if value.name == "value"]
        for definition in root.iter()
        if definition.name == "dataset_definition"
    ]
    pairs = list(zip(*sets, strict=True))
    assert len(set(pairs)) == len(pairs) > 5
    assert {a for a, _b in pairs} <= set("0123") and {b for _a, b in pairs} <= set("123")


# --- pictures -------------------------------------------------------------------------------------


def drop(number: int, shape: str, coords: str, choice: int) -> str:
    return f"<drop><no>{number}</no><shape>{shape}</shape><coords>{coords}</coords><choice>{choice}</choice></drop>"


def test_one_marker_for_all_places_is_a_question_of_places(app):
    drag = "<drag><no>1</no><text>X</text><noofdrags>2</noofdrags></drag>"
    drops = (
        drop(1, "rectangle", "10,20;30,40", 1)
        + drop(2, "polygon", "1,1;50,1;1,50", 1)
        + drop(3, "circle", "5,5;3", 0)
    )
    question = one("ddmarker", PLAN + drag + drops)
    body = question.body
    assert isinstance(body, Spots) and (body.picture.width, body.picture.height) == (800, 600)
    assert [(region.shape, region.coords, region.right) for region in body.regions] == [
        ("rect", (10, 20, 30, 40), True),
        ("polygon", (1, 1, 50, 1, 1, 50), True),
        ("circle", (5, 5, 3), False),
    ]
    assert body.rule == "each_part" and body.most is None
    assert codes(question) == {"picture_alt", "region_names"}
    kind, spec, _notes = to_spec(question, "vi")
    assert kind == "hotspot" and [region["name"]["vi"] for region in spec["regions"]] == ["1", "2", "3"]


def test_several_markers_are_labels_whose_places_are_drawn_here(app):
    drags = "".join(
        f"<drag><no>{n}</no><text>{word}</text></drag>" for n, word in ((1, "bếp"), (2, "kho"), (3, "hiên"))
    )
    question = one(
        "ddmarker", PLAN + drags + drop(1, "circle", "50,50;20", 2) + drop(2, "rectangle", "1,1;9,9", 1)
    )
    body = question.body
    assert isinstance(body, Labels) and body.entries == ("bếp", "kho", "hiên") and not body.reuse
    assert body.places == (((30, 30, 40, 40), (1,)), ((1, 1, 9, 9), (0,)))
    assert {"shape_box", "zones_shown", "picture_alt"} == codes(question)


def test_texts_and_pictures_dragged_onto_a_picture(app):
    icon = f'<file name="icon.png" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    drags = f"<drag><no>1</no><text>cửa</text><draggroup>1</draggroup></drag><drag><no>2</no><text>biển</text><draggroup>2</draggroup>{icon}</drag>"
    drops = "".join(
        f"<drop><text></text><no>{n}</no><choice>{n}</choice><xleft>{n}0.4</xleft><ytop>5</ytop></drop>"
        for n in (1, 2)
    )
    question = one("ddimageortext", PLAN + drags + drops)
    body = question.body
    assert isinstance(body, Labels) and body.entries[1] == "![biển](<@@PLUGINFILE@@/icon.png>)"
    assert [coords[:2] for coords, _right in body.places] == [(10, 5), (20, 5)]
    assert set(question.files) == {"plan.svg", "icon.png"}
    assert codes(question) == {"label_groups", "place_size_here", "picture_alt"}


@pytest.mark.parametrize(
    "inner", ["", PLAN, PLAN.replace("base64.", "") + "<drag><no>1</no><text>x</text></drag>"]
)
def test_a_picture_question_without_its_parts_is_refused(app, inner):
    with pytest.raises(Unmappable) as refusal:
        to_spec(one("ddimageortext", inner), "vi")
    assert refusal.value.note.code == "missing_part"


# --- tables, sorting, files -----------------------------------------------------------------------


def test_the_plugin_for_tables(app):
    text = "<shorttext>{}</shorttext><description format='html'><text>{}</text></description>"
    rows = "".join(
        f"<row>{text.format(word, more)}<feedback format='html'><text>{said}</text></feedback></row>"
        for word, more, said in (("Luật", "của Quốc hội", ""), ("Thông tư", "", "Xem Điều 4"))
    )
    columns = "".join(f"<col>{text.format(word, '')}</col>" for word in ("đúng", "sai"))
    weights = "".join(
        f"<weights-of-row><weight-of-col>{a}</weight-of-col><weight-of-col>{b}</weight-of-col></weights-of-row>"
        for a, b in ((1, 0), (1, 1))
    )
    question = one(
        "matrix", f"<grademethod>kprime</grademethod><multiple>1</multiple>{rows}{columns}{weights}"
    )
    assert question.body == Table(
        rows=("Luật: của Quốc hội", "Thông tư"),
        columns=("đúng", "sai"),
        right=((0,), (0, 1)),
        several=True,
        rule="all_or_nothing",
    )
    assert question.explanation == "Xem Điều 4" and codes(question) == {"feedback_joined"}
    with pytest.raises(Unmappable):
        to_spec(one("matrix", rows + columns), "vi")


def test_a_table_that_became_pairs_is_a_table_again_only_by_its_tags(app):
    data = write_moodle_xml([asked(item("k", "matrix", ALL["matrix"]))]).data
    assert b'type="matching"' in data
    [table] = read_moodle_xml(data).questions
    assert isinstance(table.body, Table) and table.body.columns == ("Quốc hội", "Chính phủ")
    [pairs] = read_moodle_xml(data.replace(b"academy.kind=matrix", b"x")).questions
    assert isinstance(pairs.body, Pairs)
    [pairs] = read_moodle_xml(data.replace(b"academy.order=1.2", b"academy.order=1.9")).questions
    assert isinstance(pairs.body, Pairs)


def test_what_belongs_nowhere_is_matched_with_a_dash(app):
    spec = ALL["placing"] | {
        "mode": "categories",
        "passage": None,
        "places": [
            {"id": "1", "text": both("–"), "accept": ["y"]},
            {"id": "2", "text": both("Trung ương"), "accept": ["x"]},
        ],
    }
    written = write_moodle_xml(
        [asked(item("k", "placing", {k: v for k, v in spec.items() if v is not None}))]
    )
    assert {note.code for note in written.notes["k"]} == {"as_matching", "nowhere"}
    [question] = read_moodle_xml(written.data).questions
    assert question.body == Groups(
        entries=("Quốc hội", "Chính phủ", "Ủy ban"),
        groups=("–", "Trung ương"),
        right=(1, 0, None),
        rule="each_part",
    )


def test_essays_whose_answer_is_a_file(app):
    inner = "<responseformat>{}</responseformat><attachments>{}</attachments><maxbytes>{}</maxbytes><filetypeslist>{}</filetypeslist>"
    question = one("essay", inner.format("noinline", "2", 1048577, ".pdf, image/png, archive"))
    assert question.body == Handed(formats=("pdf", "png"), max_files=2, max_megabytes=2)
    assert codes(question) == {"files_formats"}
    question = one("essay", inner.format("editor", "-1", 0, ""))
    assert isinstance(question.body, Handed) and question.body.max_files == 10
    assert codes(question) == {"text_beside_files", "files_number", "files_size", "files_formats"}
    assert isinstance(one("essay", inner.format("editor", "0", 0, "")).body, Essay)


def test_the_rubric_is_a_table_for_whoever_marks(app):
    data = write_moodle_xml([asked(item("k", "extended", ALL["extended"]))]).data.decode()
    assert "academy-rubric academy-shown-after" in data and "Lập luận" in data
    [question] = read_moodle_xml(data.encode()).questions
    assert question.body.rubric.criteria[0].levels[1].points == "2.5"
    edited = data.replace("&lt;/th&gt;", "&lt;br&gt;&lt;/th&gt;")  # as an editor might leave it
    [question] = read_moodle_xml(edited.encode()).questions
    assert [criterion.text for criterion in question.body.rubric.criteria] == ["Lập luận", "Ngôn ngữ"]
    [foreign] = read_moodle_xml(data.replace("academy-rubric", "x").encode()).questions
    assert foreign.body.rubric is None and "Lập luận" in foreign.body.model


def test_two_right_options_of_a_gap_are_refused(app):
    with pytest.raises(Unmappable) as refusal:
        to_spec(one("cloze", "", "Ai? {1:MULTICHOICE:=Quốc hội~=Chính phủ~Ủy ban}"), "vi")
    assert refusal.value.note.code == "two_right"


def test_units_that_must_be_given(app):
    units = "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>"
    inner = answer("2", "100", more="<tolerance>0</tolerance>") + units
    strict = one("numerical", f"{inner}<unitgradingtype>1</unitgradingtype><unitpenalty>0.25</unitpenalty>")
    spec = spec_of(strict)[1]
    assert (spec["unit"], spec["unit_penalty"], spec["units"][0]["name"]) == ("required", "0.25", "m")
    grade = exercise_type("numeric").grade(spec, {"number": "2"}, 1)
    assert str(grade.score) == "0.7500"
    assert spec_of(one("numerical", inner))[1]["unit"] == "m"
