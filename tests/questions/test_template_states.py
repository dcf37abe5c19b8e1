"""What learners see of every kind, in every state: before, with an answer, refused, graded, released or not."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from flask import render_template

from academy.plugins.contract import Grade
from academy.questions.registry import CORE_TYPES
from tests.plugins.test_exercise_templates import _parsed
from tests.questions.specs import ALL, HOTSPOT, PICTURE, PLACING_CATEGORIES, PLACING_PICTURE
from tests.questions.test_types import right_answer

TYPES = {kind.kind: kind for kind in CORE_TYPES}
REGIONS = copy.deepcopy(HOTSPOT) | {"mode": "regions", "most": 2}
MATRIX_MANY = copy.deepcopy(ALL["matrix"]) | {"mode": "several"}
EXAMPLES = [
    *ALL.items(),
    ("hotspot", REGIONS),
    ("placing", PLACING_CATEGORIES),
    ("placing", PLACING_PICTURE),
    ("matrix", MATRIX_MANY),
    ("extended", ALL["extended"] | {"rubric_shown": "before"}),
]
FILES = {"at": "/attempts/1/files/", "upload": "/api/v1/attempts/1/answers/1/files"}
each_example = pytest.mark.parametrize(
    ("kind", "given"), EXAMPLES, ids=[f"{number}-{kind}" for number, (kind, _spec) in enumerate(EXAMPLES)]
)


def answer_to(kind: str, spec: dict):
    if kind == "hotspot" and spec["mode"] == "regions":
        return {"regions": sorted(region["id"] for region in TYPES[kind].solution(spec, 1, "vi")["regions"])}
    return TYPES[kind].check_answer(spec, right_answer(kind, spec))


def shown(app, kind: str, spec: dict, **context) -> str:
    with app.test_request_context("/attempts/1"):
        return render_template(
            TYPES[kind].template,
            **{
                "view": TYPES[kind].present(spec, 5, "vi"), "name": "s1", "lang": "vi", "course": "x", "files": FILES,
                "item": {"id": 1, "key": "k", "kind": kind}, "answer": None, "readonly": False, "result": None,
            } | context,
        )  # fmt: skip


@each_example
def test_every_state_is_a_sound_page(app, kind, given):
    spec = TYPES[kind].spec_schema().load(copy.deepcopy(given))
    answer, solution = answer_to(kind, spec), TYPES[kind].solution(spec, 5, "vi")
    for readonly in (False, True):
        for one in (None, answer):
            parsed = _parsed(shown(app, kind, spec, answer=one, readonly=readonly))
            assert all(name.startswith("s1") for name in parsed.names)
            assert readonly or parsed.names
            assert "{{" not in shown(app, kind, spec, answer=one, readonly=readonly)
    for one in (None, answer):
        grade = TYPES[kind].grade(spec, one, 5)
        for released in (solution, {"explanation": "x"}, {}):
            for told in (grade, Grade(score=grade.score), Grade(score=Decimal(0), pending=True), None):
                result = {"grade": told, "solution": released}
                _parsed(shown(app, kind, spec, answer=one, readonly=True, result=result))


@each_example
def test_a_form_without_scripts_sent_back_is_the_same_answer(app, kind, given):
    spec = TYPES[kind].spec_schema().load(copy.deepcopy(given))
    answer = answer_to(kind, spec)
    form = _parsed(shown(app, kind, spec, answer=answer)).fields
    again = TYPES[kind].check_answer(spec, TYPES[kind].read_form(form, "s1"))
    if kind == "file":  # how large a file is, the academy knows
        answer = {"files": [{name: one[name] for name in ("key", "name")} for one in answer["files"]]}
    assert again == answer


@each_example
def test_nothing_secret_stands_on_the_page_of_a_paper(app, kind, given):
    spec = TYPES[kind].spec_schema().load(copy.deepcopy(given))
    page = shown(app, kind, spec)
    secrets = ["EXPLANATION", "FEEDBACK", "MODEL-ANSWER"]
    if not (kind == "hotspot" and spec["mode"] == "regions"):
        secrets.append("REGION-")
    if spec.get("rubric_shown") == "before":
        assert "Lập luận" in page
    else:
        secrets.append("Lập luận")
    assert not [secret for secret in secrets if secret in page]


def test_what_was_typed_and_refused_comes_back(app):
    spec = TYPES["hotspot"].spec_schema().load(copy.deepcopy(HOTSPOT))
    page = shown(app, "hotspot", spec, answer={"points": [[12, "giữa"]]})
    assert 'value="12"' in page and 'value="giữa"' in page


def test_a_chosen_level_is_told_with_the_rubric_only_when_the_rubric_is(app):
    spec = TYPES["extended"].spec_schema().load(copy.deepcopy(ALL["extended"]))
    grade = Grade(score=Decimal("0.5"), details={"levels": {"c1": "high", "c2": "low"}})
    page = shown(
        app,
        "extended",
        spec,
        answer="Vì dân",
        readonly=True,
        result={"grade": grade, "solution": TYPES["extended"].solution(spec, 1, "vi")},
    )
    assert page.count("rubric-reached") == 2 and "MODEL-ANSWER" in page
    silent = spec | {"rubric_shown": "never"}
    page = shown(
        app,
        "extended",
        silent,
        answer="Vì dân",
        readonly=True,
        result={"grade": grade, "solution": TYPES["extended"].solution(silent, 1, "vi")},
    )
    assert "rubric-reached" not in page and "Lập luận" not in page


def test_a_picture_that_is_missing_is_said(app):
    spec = TYPES["hotspot"].spec_schema().load(copy.deepcopy(HOTSPOT))
    assert "notice-warning" in shown(app, "hotspot", spec) and PICTURE["path"] not in shown(
        app, "hotspot", spec
    )
