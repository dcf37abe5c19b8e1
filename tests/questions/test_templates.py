"""What learners see of the core kinds in each state: plain forms, results, nothing given away."""

from __future__ import annotations

import copy
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from flask import render_template

from academy.plugins.contract import Grade
from academy.questions.registry import CORE_TYPES
from tests.questions.form_reader import Fields
from tests.questions.specs import ALL, VARIANTS

TYPES = {kind.kind: kind for kind in CORE_TYPES}
# pictures, placing, tables and what people grade are looked at in test_template_states
ELSEWHERE = {"matrix", "hotspot", "placing", "extended", "file"}
SPECS = {kind: (kind, spec) for kind, spec in ALL.items() if kind not in ELSEWHERE} | VARIANTS
every_spec = pytest.mark.parametrize("name", SPECS)


def loaded(name: str) -> tuple:
    kind, spec = SPECS[name]
    return TYPES[kind], TYPES[kind].spec_schema().load(copy.deepcopy(spec))


def page(app, kind, spec, *, lang: str = "vi", answer=None, result=None, readonly: bool = False) -> str:
    with app.test_request_context():
        return render_template(
            kind.template,
            view=kind.present(spec, 5, lang),
            name="s1",
            lang=lang,
            answer=answer,
            result=result,
            readonly=readonly,
            item={"id": 1, "key": "k", "kind": kind.kind},
            course="x",
        )


class Labels(HTMLParser):
    """Whether every field has a name for those who cannot see, and no id stands twice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict] = []
        self.depth = 0
        self.feed(html)

    def handle_starttag(self, tag, pairs):
        found = dict(pairs)
        assert not [name for name in found if name == "style" or name.startswith("on")], "no inline style or handler"
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "label":
            self.labelled.add(found.get("for", ""))
            self.depth += 1
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.fields.append(found | {"inside": self.depth > 0})

    def handle_endtag(self, tag):
        self.depth -= tag == "label"


def answers(name: str, kind, spec) -> list:
    """The right answer, and one that is wrong in part or whole, in their normal form."""
    key, view = kind.solution(spec, 5, "vi"), kind.present(spec, 5, "vi")
    match kind.kind:
        case "single":
            wrong = next(one["id"] for one in view["options"] if one["id"] not in key["correct"])
            given = [key["correct"][0], wrong]
        case "multiple":
            given = [key["correct"], [one["id"] for one in view["options"]], key["correct"][:1]]
        case "truefalse":
            given = [True, False]
        case "short":
            given = [key["accept"][0], "khác"]
        case "numeric" | "calculated":
            unit = {"unit": key["unit"]} if view.get("unit_asked") else {}
            given = [{"number": key["answer"]} | unit, {"number": "-7.25"}]
        case "matching":
            given = [key["pairs"], dict(list(key["pairs"].items())[:1])]
        case "ordering":
            given = [key["order"], key["order"][::-1]]
        case "cloze" if name == "cloze-mixed":
            bank = {one["text"]: one["id"] for one in view["bank"]}
            given = [{"1": bank["Chính phủ"], "3": {"number": "15"}, "4": {"number": "97.4"}}, {"1": bank["Quốc hội"], "4": {"number": "1.5"}}]
        case "cloze":
            given = [{"2": "ký"}, {"2": "khác"}]
    return [kind.check_answer(spec, one) for one in given]


@every_spec
@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_every_field_has_a_name_to_hear_and_a_name_to_send(app, name, lang):
    kind, spec = loaded(name)
    labels = Labels(page(app, kind, spec, lang=lang))
    assert labels.fields and len(labels.ids) == len(set(labels.ids))
    for found in labels.fields:
        assert found["name"] == "s1" or found["name"].startswith("s1.")
        assert found["inside"] or found.get("aria-label") or found.get("id") in labels.labelled, found


@every_spec
def test_a_form_sent_back_unchanged_gives_the_stored_answer(app, name):
    kind, spec = loaded(name)
    for lang in ("vi", "en", "de"):
        for answer in answers(name, kind, spec):
            given = kind.read_form(Fields(page(app, kind, spec, lang=lang, answer=answer)).values, "s1")
            assert kind.check_answer(spec, given) == answer


@every_spec
def test_nothing_of_the_key_stands_on_the_page_before_release(app, name):
    kind, spec = loaded(name)
    for lang in ("vi", "en"):
        html = page(app, kind, spec, lang=lang)
        for secret in ("EXPLANATION", "FEEDBACK", "33.33", "97.4", "97,4", "2500", 'class="verdict"', "formula", "n * a"):
            assert secret not in html, secret


@every_spec
def test_results_show_in_every_state_what_is_released_and_no_more(app, name):
    kind, spec = loaded(name)
    solution = kind.solution(spec, 5, "vi")
    for answer in (None, *answers(name, kind, spec)):
        graded = kind.grade(spec, answer, 5)
        full = page(app, kind, spec, answer=answer, readonly=True, result={"grade": graded, "solution": solution})
        assert 'class="verdict"' in full and "None" not in full
        for remark in graded.feedback:
            assert remark.text["vi"] in full
        for shown in (Grade(score=graded.score), Grade(score=Decimal(0), pending=True), None):
            for released in ({"explanation": "E"}, {}):
                html = page(app, kind, spec, answer=answer, readonly=True, result={"grade": shown, "solution": released})
                assert "FEEDBACK" not in html and "Right answer" not in html


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        ("weighted-single", 0, ["+100%", "+40%", "−100%"]),
        ("weighted-multiple", 1, ["+33,3%", "−50%"]),
        ("numeric-units", 0, ["Right answer:", "2500", "(± 1%)", "Also:", "5000", "+50%"]),
        ("cloze-mixed", 1, ["Chính phủ", "97,4 (± 5 %)"]),
        ("calculated", 1, ["EXPLANATION", "(± 0,5)"]),
    ],
)
def test_results_tell_weights_tolerances_and_the_worked_solution(app, name, at, words):
    kind, spec = loaded(name)
    answer = answers(name, kind, spec)[at]
    result = {"grade": kind.grade(spec, answer, 5), "solution": kind.solution(spec, 5, "vi")}
    html = page(app, kind, spec, answer=answer, readonly=True, result=result)
    for word in words:
        assert word in html, word


def test_a_part_earned_is_said_to_be_a_part(app):
    kind, spec = loaded("weighted-single")
    half = next(one["id"] for one in kind.present(spec, 5, "vi")["options"] if one["text"] == "Hỏi cấp trên")
    result = {"grade": kind.grade(spec, half, 5), "solution": kind.solution(spec, 5, "vi")}
    assert "Partly right" in page(app, kind, spec, answer=half, readonly=True, result=result)


def test_what_could_not_be_read_comes_back_as_it_was_typed(app):
    kind, spec = loaded("numeric-units")
    html = page(app, kind, spec, answer={"value": "so um 2", "unit": "Meilen", "lang": "vi"})
    assert 'value="so um 2"' in html and 'value="Meilen"' in html
    kind, spec = loaded("cloze-mixed")
    assert 'value="vielleicht 3"' in page(app, kind, spec, answer={"3": "vielleicht 3", "lang": "vi"})


def test_learners_hear_how_to_round_and_that_options_weigh(app):
    assert "Round to 1 decimal place." in page(app, *loaded("calculated"))
    assert "some cost points" in page(app, *loaded("weighted-single"))
