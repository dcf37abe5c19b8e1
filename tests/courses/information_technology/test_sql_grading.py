"""Grading of queries: by what they give, on two data sets, with remarks that teach."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from flask import render_template
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from academy.config import PROJECT_ROOT
from academy.kernel.errors import Invalid
from courses.information_technology.comparison import difference
from courses.information_technology.sql import SqlExercise, SqlSpec
from courses.information_technology.sql_words import code
from tests.questions.form_reader import Fields

SQL = SqlExercise()
LANGUAGES = {"vi", "en", "de"}


def written_items():
    for path in sorted((PROJECT_ROOT / "content" / "information_technology").glob("*/questions/*.yaml")):
        for item in yaml.safe_load(path.read_text()):
            if item["kind"] == SQL.kind:
                yield pytest.param(item["spec"], id=item["key"])


@pytest.fixture(scope="module")
def spec():
    return {
        "prompt": {"vi": "Đất đai chưa trả", "en": "Open land dossiers"},
        "tables": "CREATE TABLE dossier (\n id TEXT, -- mã / code\n field TEXT, -- LAND, CIVIL\n done TEXT, -- ngày trả / day; NULL = chưa / open\n fee REAL\n);",
        "rows": "INSERT INTO dossier VALUES ('H1','LAND',NULL,1.5),('H2','CIVIL',NULL,2),('H3','LAND','2025-08-01',3),('H4','LAND',NULL,4);",
        "hidden_rows": "INSERT INTO dossier VALUES ('K1','LAND',NULL,1),('K2','LAND','2025-08-01',3);",
        "solution": "SELECT id, fee FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id",
        "ordered": True,
    }  # fmt: skip


@pytest.fixture(scope="module")
def two_words(spec):
    return {**spec, "credit": "all_or_nothing"}


def graded(spec, query):
    return SQL.grade(spec, SQL.check_answer(spec, query), 1)


@pytest.mark.parametrize("written", list(written_items()))
def test_every_exercise_in_the_content_is_sound(app, written):
    spec = SqlSpec().load(written)
    grade = SQL.grade(spec, SQL.check_answer(spec, spec["solution"]), 7)
    assert grade.score == 1
    assert grade.details["verdict"] == "right"
    for lang in ("vi", "en"):
        view = SQL.present(spec, 7, lang)
        shown = str(view)
        assert spec["solution"].strip() not in shown
        assert "hidden" not in shown and "'K01'" not in shown
        assert all(column["note"] for table in view["tables"] for column in table["columns"])


@pytest.mark.parametrize(
    "query, score, verdict",
    [
        ("SELECT id, fee FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY 1", 1, "right"),
        ("select d.id as ma, d.fee * 1.0 from dossier d where not (field <> 'LAND' or done is not null) order by id;", 1, "right"),
        ("SELECT id, fee FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id DESC", "0.5", "order"),
        ("SELECT id, fee FROM dossier WHERE id IN ('H1', 'H4') ORDER BY id", "0.5", "shown_only"),
        ("SELECT id, fee FROM dossier WHERE id IN ('H4', 'H1') ORDER BY id DESC", 0, "wrong"),
        ("VALUES ('H1', 1.5), ('H4', 4.0)", 0, "constant"),
        ("SELECT id, fee FROM dossier WHERE field = 'LAND' AND done = NULL ORDER BY id", 0, "wrong"),
        ("SELECT id FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id", 0, "wrong"),
        ("SELECT id, fee || '' FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id", 0, "wrong"),
        ("SELEC id", 0, "error"),
    ],
)  # fmt: skip
def test_scores(spec, two_words, query, score, verdict):
    grade = graded(spec, query)
    assert (grade.score, grade.details["verdict"]) == (Decimal(score), verdict)
    assert graded(two_words, query).score == (1 if verdict == "right" else 0)
    assert not grade.pending
    assert grade.feedback and all(set(remark.text) == LANGUAGES for remark in grade.feedback)


def test_the_order_does_not_count_unless_asked_for(spec):
    free = {**spec, "ordered": False}
    grade = graded(free, "SELECT id, fee FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id DESC")
    assert grade.score == 1


def test_nothing_answered_earns_nothing(spec):
    assert SQL.grade(spec, None, 1).score == 0


@pytest.mark.parametrize(
    "query, words",
    [
        ("SELECT id, fee FROM dossier", ["Rows in your result: 4", "there should be: 2", "Too many rows"]),
        ("SELECT id, fee FROM dossier WHERE id = 'H1'", ["Rows in your result: 1", "Too few rows"]),
        ("SELECT id FROM dossier", ["Columns in your result: 1", "asked for: 2"]),
        ("SELECT id, fee + 1 FROM dossier WHERE field = 'LAND' AND done IS NULL ORDER BY id", ["Row 1 is `'H1', 2.5`", "`'H1', 1.5`"]),
        ("SELECT id, '1' FROM dossier WHERE id < 'H3' ORDER BY id", ["Row 1 is `'H1', '1'`"]),
        ("SELECT id,\n fee FROM FROM dossier", ["line 2, column 11", "`FROM`"]),
        ("SELECT id, fee, FROM dossier", ["comma just before"]),
        ("SELECT id FROM dossier WHERE AND id", ["condition is missing after `WHERE`"]),
        ("SELECT idd FROM dossier", ["no column `idd`", "`id`, `field`", "Did you mean `id`?"]),
        ("SELECT id FROM dossier WHERE field = LAND", ["no column `LAND`", "`'LAND'`"]),
        ("SELECT id FROM dossier WHERE field = ‘LAND’", ["straight single quotes"]),
        ("SELECT id FROM dosier", ["no table `dosier`", "Did you mean `dossier`?"]),
        ("SELECT id FROM dossier WHERE count(*) > 1", ["`count`", "HAVING"]),
        ("SELECT (1", ["stops half-way"]),
        ("SELECT a.id FROM dossier a JOIN dossier b ON fee = 1", ["Several tables", "`d.fee`"]),
        ("SELECT 'abc", ["quotation mark"]),
        ("SELECT foo(1)", ["no function `foo`"]),
        ("SELECT round() FROM dossier", ["number of arguments"]),
        ("SELECT printf('%d', 1)", ["`PRINTF`", "ROUND"]),
        ("SELECT * FROM sqlite_master", ["`sqlite_master` cannot be read", "`dossier`"]),
        ("DELETE FROM dossier", ["only read"]),
        ("SELECT 1; SELECT 2", ["one statement"]),
        ("SELECT date('now')", ["certain day"]),
        ("SELECT * FROM dossier a, dossier b, dossier c, dossier d, dossier e", ["more than 1,000 rows"]),
        ("SELECT id, fee FROM dossier UNION SELECT id FROM dossier", ["SQLite says"]),
    ],
)  # fmt: skip
def test_remarks_teach(spec, query, words):
    said = " ".join(remark.text["en"] for remark in graded(spec, query).feedback)
    assert [word for word in words if word not in said] == [], said


def test_hidden_rows_are_never_told(spec):
    grade = graded(spec, "SELECT id, fee FROM dossier WHERE id IN ('H1', 'H4') ORDER BY id")
    assert "K1" not in str(grade)


def test_evidence_is_json_and_short(spec):
    import json

    wide = {**spec, "rows": spec["rows"].replace("'H2'", "'" + "x" * 3000 + "'")}
    grade = graded(wide, "SELECT id, 9e999, x'00', NULL FROM dossier a, (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9))")  # fmt: skip
    assert len(json.dumps(grade.details, allow_nan=False)) < 20_000
    assert len(grade.details["result"]["rows"]) == 30
    assert grade.details["result"]["count"] == 36


def test_a_query_is_graded_alike_every_time(spec):
    query = "SELECT id, fee FROM dossier WHERE field = 'LAND'"
    assert graded(spec, query) == graded(spec, query)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"solution": "SELECT nothing FROM dossier"}, "solution"),
        ({"solution": "DELETE FROM dossier"}, "solution"),
        ({"solution": "SELECT id, fee FROM dossier"}, "solution"),  # ordered, but no ORDER BY
        ({"solution": "SELECT id FROM dossier WHERE id = 'Q' ORDER BY id"}, "rows"),
        ({"solution": "SELECT max(field) FROM dossier ORDER BY 1"}, "hidden_rows"),
        ({"rows": "INSERT INTO other VALUES (1)"}, "rows"),
        ({"hidden_rows": "INSERT INTO dossier VALUES (1)"}, "hidden_rows"),
        ({"hidden_rows": None}, "hidden_rows"),
        ({"tables": "CREATE TABLE"}, "tables"),
        ({"prompt": {"en": "English only"}}, "prompt"),
        ({"credit": "generous"}, "credit"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_faults_of_authors_are_named_by_field(app, spec, change, field):
    with pytest.raises(ValidationError) as refused:
        SqlSpec().load({**spec, **change})
    assert field in refused.value.messages


@pytest.mark.parametrize("answer", [None, 5, ["SELECT 1"], "", "  \n", "x" * 4001, "a\x00b", "\ud800"])
def test_what_is_no_query_is_refused(spec, answer):
    with pytest.raises(Invalid):
        SQL.check_answer(spec, answer)


def test_an_answer_has_one_normal_form(spec):
    assert SQL.check_answer(spec, " SELECT\u00a01,\r\n'hòa' \n") == "SELECT 1,\n'hòa'"


def test_the_form_of_an_author_gives_the_spec_back(app, spec):
    form = {name: value for name, value in spec.items() if isinstance(value, str)}
    form |= {
        "prompt.vi": "Đất đai chưa trả",
        "prompt.en": "Open land dossiers",
        "ordered": "1",
        "hint.vi": "",
    }
    assert SqlSpec().load(SQL.read_editor(form)) == SqlSpec().load(spec)


def editor(app, given, errors=None):
    with app.test_request_context():
        return render_template(SQL.editor, spec=given, errors=errors or {}, languages=("vi", "en", "de"))


def test_the_authoring_form_sent_back_unchanged_gives_the_same_spec(app, spec):
    written = SqlSpec().load({**spec, "hint": {"vi": "Gợi ý", "en": "Hint"}, "credit": "all_or_nothing"})
    assert SqlSpec().load(SQL.read_editor(Fields(editor(app, written)).values)) == written


def test_an_empty_authoring_form_can_be_filled_and_shows_faults(app):
    fields = Fields(editor(app, {}))
    assert {
        "prompt.vi",
        "tables",
        "rows",
        "hidden_rows",
        "solution",
        "ordered",
        "credit",
        "hint.de",
    } <= fields.names
    assert SQL.read_editor(fields.values) == {"ordered": False, "credit": "half_when_near"}
    assert "FAULT-A" in editor(app, {}, {"hidden_rows": ["FAULT-A"]})


def test_notes_follow_the_readers_language(spec):
    def notes(lang):
        return [column["note"] for column in SQL.present(spec, 1, lang)["tables"][0]["columns"]]

    assert notes("vi") == ["mã", "LAND, CIVIL", "ngày trả; NULL = chưa", ""]
    assert notes("en") == ["code", "LAND, CIVIL", "day; NULL = open", ""]


values = st.one_of(
    st.none(), st.integers(-3, 3), st.sampled_from(["a", "b", "1"]), st.floats(-5, 5, allow_nan=False)
)
tables = st.lists(st.tuples(values, values), max_size=8)


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_shuffled_result_equals_itself_where_order_is_free(rows, chance):
    mixed = [tuple(float(value) if isinstance(value, int) else value for value in row) for row in rows]
    chance.shuffle(mixed)
    assert difference(mixed, rows, columns=(2, 2), ordered=False) is None
    assert difference(rows, rows, columns=(2, 2), ordered=True) is None


@given(tables.filter(bool), st.data())
@settings(max_examples=60, deadline=None)
def test_one_changed_value_is_noticed(rows, data):
    number = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows]
    changed[number] = ("changed", changed[number][1])
    assert difference(changed, rows, columns=(2, 2), ordered=False).kind == "values"


@pytest.mark.parametrize(
    "one, other, same",
    [(5, 5.0, True), (1e12, 1e12 + 1e-1, True), (0.1 + 0.2, 0.3, True), (1.0, 1.00001, False), ("5", 5, False),
     (None, None, True), (None, 0, False), ("a", "A", False), (None, "", False)],
)  # fmt: skip
def test_equal_values(one, other, same):
    assert (difference([(one,)], [(other,)], columns=(1, 1), ordered=False) is None) is same


def test_columns_count_even_without_rows():
    assert difference([], [], columns=(1, 2), ordered=False).kind == "columns"


@pytest.mark.parametrize("text", ["`", "a`b", "``x", "", "[[x]] $y$ <b>"])
def test_code_spans_survive_any_text(app, text):
    from academy.catalog.markdown import render_inline

    shown = str(render_inline(code(text), "en"))
    assert "<b>" not in shown
    assert not text or shown.startswith("<code>") and shown.endswith("</code>")
