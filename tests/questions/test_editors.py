"""Authoring forms: what a form shows, sent back unchanged, is the same spec."""

from __future__ import annotations

import copy

import pytest
from flask import render_template
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from academy.questions.forms import nested
from academy.questions.registry import CORE_TYPES, exercise_type
from academy.questions.services import checked_spec
from tests.questions.form_reader import Fields
from tests.questions.specs import ALL, PLACING_CATEGORIES, PLACING_PICTURE, VARIANTS, both

KINDS = [kind.kind for kind in CORE_TYPES]


def shown(app, kind: str, spec: dict, errors: dict | None = None) -> str:
    with app.test_request_context():
        return render_template(
            exercise_type(kind).editor, spec=spec, errors=errors or {}, languages=("vi", "en", "de")
        )


@pytest.mark.parametrize(
    "kind, given",
    [*ALL.items(), ("placing", PLACING_CATEGORIES), ("placing", PLACING_PICTURE)],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_form_sent_back_unchanged_gives_the_same_spec(app, kind, given):
    spec = checked_spec(kind, copy.deepcopy(given))
    form = Fields(shown(app, kind, spec)).values
    again = checked_spec(kind, exercise_type(kind).read_editor(form))
    # the form names the rule that holds by default
    again.pop("credit", None)
    assert without_empty(again) == without_empty(spec)


@pytest.mark.parametrize("name", VARIANTS)
def test_richer_forms_survive_their_form_too(app, name):
    kind, raw = VARIANTS[name]
    spec = checked_spec(kind, copy.deepcopy(raw))
    again = checked_spec(kind, exercise_type(kind).read_editor(Fields(shown(app, kind, spec)).values))
    again["credit"] = spec.get("credit")
    assert without_empty(again) == without_empty(spec | {"credit": spec.get("credit")})


def without_empty(value):
    if isinstance(value, dict):
        return {name: without_empty(inner) for name, inner in value.items() if inner not in ([], {}, "")}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_shows_rows_to_fill_and_gives_next_to_nothing(app, kind):
    form = Fields(shown(app, kind, {}))
    assert {"text.vi", "text.en", "explanation.vi"} <= form.names
    spec = exercise_type(kind).read_editor(form.values)
    # what a form offers to begin with: rules, a way of working, the default rubric
    offered = {
        "credit",
        "accents",
        "tolerance",
        "gaps",
        "mode",
        "rubric",
        "rubric_shown",
        "formats",
        "max_files",
        "max_megabytes",
    }
    assert set(spec) <= offered


@pytest.mark.parametrize("kind", KINDS)
def test_faults_stand_at_their_fields(app, kind):
    page = shown(app, kind, {}, {"text.en": ["FAULT-EN"]})
    assert "FAULT-EN" in page and 'aria-invalid="true"' in page


def test_rows_keep_their_order_and_lose_blanks():
    form = MultiDict(
        {
            "options.10.text.vi": "mười", "options.2.text.vi": "hai", "options.3.id": "c", "options.3.correct": "true",
            "options.2.text.en": "  ", "other": "x", "accept.vi.lines": " a \n\n b ", "text.vi": "?",
        }
    )  # fmt: skip
    assert nested(form, ("options", "accept", "text")) == {
        "options": [{"text": {"vi": "hai"}}, {"text": {"vi": "mười"}}],
        "accept": {"vi": ["a", "b"]},
        "text": {"vi": "?"},
    }


@pytest.mark.parametrize(
    "name",
    [
        "text.vi.x.y",
        "text",
        "options",
        "options.0",
        "options.x.id",
        "text..",
        "options." + "0." * 50 + "x",
        ".text",
        "gaps.0.options.0.text.vi.q",
        "options." + "9" * 5000 + ".text.vi",
    ],
)
def test_hostile_names_do_no_harm(name):
    for names in ([name, "text.vi"], ["text.vi", name]):
        assert isinstance(nested(MultiDict(dict.fromkeys(names, "value")), ("text", "options", "gaps")), dict)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        "text",
        "text.0",
        "text.x",
        "explanation",
        "options",
        "options.0",
        "options.x",
        "options.0.text",
        "options.0.id.x",
        "accept",
        "accept.vi",
        "accept.0",
        "pairs",
        "rows.0",
        "rows.0.correct",
        "regions",
        "regions.0.coords",
        "places.0.accept",
        "rubric.criteria",
        "formats",
        "picture",
        "pairs.0.left",
        "distractors",
        "distractors.x",
        "steps",
        "steps.0",
        "gaps",
        "gaps.0.options",
        "gaps.0.accept",
        "answer.x",
        "credit.0",
    ],
)
def test_a_form_with_names_of_its_own_making_is_refused_and_shown_again(app, kind, name):
    spec = exercise_type(kind).read_editor(MultiDict({name: "value", "text.vi": "Câu hỏi"}))
    if kind == "extended":  # asks for nothing but its text: what came besides has found no way in
        assert checked_spec(kind, spec) == {"text": {"vi": "Câu hỏi"}, "rubric_shown": "never"}
        return
    with pytest.raises(Invalid) as refusal:
        checked_spec(kind, spec)
    assert "Câu hỏi" in shown(app, kind, spec, refusal.value.errors)


def test_distractors_survive(app):
    spec = checked_spec("matching", ALL["matching"] | {"distractors": [both("Xã"), both("Phường")]})
    again = exercise_type("matching").read_editor(Fields(shown(app, "matching", spec)).values)
    assert checked_spec("matching", again)["distractors"] == spec["distractors"]
