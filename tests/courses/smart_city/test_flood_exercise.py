"""Floods as exercises: nothing is betrayed, plans are checked by rule, authors' faults are named."""

from __future__ import annotations

import copy
import json
import time
from decimal import Decimal

import pytest
from flask import render_template, session
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import Invalid
from courses.smart_city.flood import FloodExercise, digest_of
from courses.smart_city.flood_model import Flood, rain_of
from courses.smart_city.flood_spec import FloodSpec
from tests.courses.smart_city.floods import WRITTEN, spec, turns
from tests.questions.form_reader import Fields

FLOODS = FloodExercise()
REASON = {"reason": "Nước 12, mưa mạnh ở lượt 3, xin sớm vì đến chậm"}


def plan(*changes):
    return {"turns": turns(*changes)}


def graded(plan_given, seed=3):
    return FLOODS.grade(spec(), FLOODS.check_answer(spec(), plan_given), seed)


@pytest.mark.parametrize("key", WRITTEN)
def test_the_floods_of_the_content_are_sound_and_examined_quickly(app, key):
    began = time.process_time()
    loaded = FloodSpec().load(WRITTEN[key])
    assert time.process_time() - began < 1
    assert Flood.of(loaded) == Flood.of(WRITTEN[key])
    json.dumps(loaded)


@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_nothing_shown_depends_on_the_rain(app, lang):
    written = FloodSpec().load(spec())
    views = [FLOODS.present(written, seed, lang) for seed in (1, 2, 99)]
    assert views[0] == views[1] == views[2]
    shown = json.dumps(views[0])
    assert "sigma" not in shown and "bases" not in shown and "extra" not in shown
    for rain in rain_of(Flood.of(written), 1):
        assert str(round(rain, 1)) not in shown
    assert written["debrief"]["vi"] not in shown
    assert [turn["heavier"] for turn in views[0]["turns"]] == [False, False, True, True, False, False]


def test_a_plan_is_graded_with_its_parts(app):
    grade = graded(plan({"pumps": 2, "inform": True, "request": True, **REASON}, {"pumps": 2}, {"pumps": 2}))
    parts = {part: Decimal(points) for part, points in grade.details["parts"].items()}
    assert sum(parts.values()) == Decimal(grade.details["total"]) == grade.score * 100
    assert parts["reasons"] == Decimal("2.50")  # one of six turns
    assert grade.details["turns"][0]["reason_counts"] is True
    assert grade.details["turns"][1]["reason_counts"] is False
    assert [turn["city_pumps"] for turn in grade.details["turns"]] == [0, 0, 2, 2, 2, 2]
    assert len(grade.details["ways"]) == 12
    assert all(set(remark.text) == {"vi", "en", "de"} for remark in grade.feedback)
    json.dumps(grade.details, allow_nan=False)


def test_the_same_plan_gets_the_same_points_and_another_rain_others():
    chosen = plan({"pumps": 4, **REASON})
    assert graded(chosen, 5) == graded(chosen, 5)
    assert graded(chosen, 5).details["total"] != graded(chosen, 6).details["total"]


def test_doing_nothing_on_purpose_is_an_answer_and_the_worst(app):
    idle = graded(plan(REASON))
    helped = graded(plan({"pumps": 2, "request": True, **REASON}, {"pumps": 2}, {"pumps": 2}))
    assert Decimal(idle.details["parts"]["affected"]) == 0
    assert idle.score < helped.score
    assert FLOODS.grade(spec(), None, 3).score == 0


def test_a_late_or_missing_request_is_pointed_at():
    def said(grade):
        return " ".join(remark.text["en"] for remark in grade.feedback)

    assert "was not requested" in said(graded(plan(REASON)))
    assert "requested in turn 3 arrives in turn 5" in said(graded(plan({}, {}, {"request": True})))
    assert "request" not in said(graded(plan({"request": True})))


@pytest.mark.parametrize(
    "given, words",
    [
        (plan({"pumps": 5}), "Turn 1: there are 4 pumps, 5 were chosen"),
        (plan({}, {"evacuate": 30}), "Turn 2: 30 % is no step"),
        (plan({"evacuate": 50}, {"evacuate": 25}), "Turn 2: 50 % of homes are evacuated already"),
        (plan({"request": True}, {}, {"request": True}), "Turn 3: support was requested in turn 1"),
        (plan(*[{"pumps": 4, "inform": True, "evacuate": 50}] * 6), "Turn 6 costs 9 points; only 1 of the budget"),
        (plan({"reason": "x" * 301}), "Turn 1: the reason may have 300 characters"),
        (plan({"pumps": "2"}), "Turn 1: pumps and evacuation are whole numbers"),
        (plan({"pumps": True}), "Turn 1: pumps and evacuation are whole numbers"),
        (plan({"pumps": 1.5}), "Turn 1: pumps and evacuation are whole numbers"),
        (plan({"inform": "yes"}), "Turn 1: this is not a decision"),
        (plan({"bribe": 1}), "Turn 1: this is not a decision"),
        (plan([]), "Turn 1: this is not a decision"),
        ({"turns": turns(of=5)}, "each of the 6 turns"),
        ({"turns": "six"}, "each of the 6 turns"),
        ({}, "each of the 6 turns"),
        ([], "each of the 6 turns"),
        ({"turns": turns(), "seed": 4}, "each of the 6 turns"),
    ],
)  # fmt: skip
def test_what_the_rules_do_not_allow_is_said_with_turn_and_numbers(app, given, words):
    with pytest.raises(Invalid) as refused:
        FLOODS.check_answer(spec(), given)
    with app.test_request_context():
        session["locale"] = "en"
        assert words in str(refused.value.message)


def test_an_answer_has_one_normal_form():
    answer = FLOODS.check_answer(spec(), plan({"evacuate": 25, "reason": "  nước  lên "}, {"pumps": 1}))
    first, second = answer["turns"][:2]
    assert first == {"pumps": 0, "inform": False, "evacuate": 25, "request": False, "reason": "nước lên"}
    assert (second["pumps"], second["evacuate"]) == (1, 25)
    assert FLOODS.check_answer(spec(), answer) == answer


def test_a_plain_form_is_read():
    blank = {f"s2.{turn}.{field}": "" for turn in range(1, 7) for field in ("pumps", "evacuate", "reason")}
    assert FLOODS.read_form(MultiDict(blank), "s2") is None
    assert FLOODS.read_form(MultiDict({"other": "1"}), "s2") is None
    filled = blank | {
        "s2.1.pumps": "3",
        "s2.1.request": "1",
        "s2.4.evacuate": "25",
        "s2.6.reason": " vì nước lên ",
    }
    answer = FLOODS.read_form(MultiDict(filled), "s2")
    assert answer["turns"] == [
        {"pumps": 3, "request": True}, {}, {}, {"evacuate": 25}, {}, {"reason": "vì nước lên"},
    ]  # fmt: skip
    assert FLOODS.check_answer(spec(), answer)["turns"][5]["evacuate"] == 25


def test_numbers_that_are_none_are_refused_not_misread(app):
    form = MultiDict({"s2.1.pumps": "²", "s2.1.evacuate": "99999999", "s2.1.reason": ""})
    form.update({f"s2.{turn}.pumps": "" for turn in range(2, 7)})
    with pytest.raises(Invalid):
        FLOODS.check_answer(spec(), FLOODS.read_form(form, "s2"))


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"weights__affected": 41}, "weights"),
        ({"evacuation_steps": [25, 50]}, "evacuation_steps"),
        ({"evacuation_steps": [0, 50, 25]}, "evacuation_steps"),
        ({"informed_factor": "1.2"}, "informed_factor"),
        ({"trust__start": "101"}, "trust"),
        ({"rain__surge__turns": [7]}, "rain"),
        ({"rain__sigma": "much"}, "rain"),
        ({"request_delay": 6}, "request_delay"),
        ({"budget": 10}, "budget"),
        ({"turns": 1}, "turns"),
        ({"households": 0}, "households"),
        ({"brief": {"en": "English only"}}, "brief"),
        ({"rubric": []}, "rubric"),
        ({"surprise": 1}, "surprise"),
        ({"curve__middle": "500"}, "_schema"),  # no flood ever
        ({"curve__middle": "500", "curve__spread": "0.1"}, "_schema"),  # a curve too steep for exp
        ({"pump_effect": "0.1", "informed_factor": "1", "evacuation_steps": [0, 5]}, "_schema"),  # nothing helps
        ({"costs": {"pump": 0, "inform": 0, "evacuate": 0, "request": 0}}, "_schema"),  # one way wins
        ({"pump_effect": "0.1", "costs__pump": 11, "budget": 60, "weights": {"affected": 10, "trust": 10, "cost": 80, "reasons": 0}}, "_schema"),  # idling pays
    ],
)  # fmt: skip
def test_faults_of_authors_are_named(app, changes, field):
    with pytest.raises(ValidationError) as refused:
        FloodSpec().load(spec(**changes))
    assert field in refused.value.messages


def test_the_form_of_an_author_gives_the_spec_back(app):
    written = FloodSpec().load(spec())
    form: dict[str, str] = {}

    def flatten(value, path):
        if isinstance(value, dict):
            for name, inner in value.items():
                flatten(inner, f"{path}.{name}" if path else name)
        elif path == "rubric":
            for index, line in enumerate(value):
                flatten(line, f"rubric.{index}")
        else:
            form[path] = " ".join(map(str, value)) if isinstance(value, list) else str(value)

    flatten(written, "")
    assert FloodSpec().load(FLOODS.read_editor(MultiDict(form))) == written


def editor(app, given, errors=None):
    with app.test_request_context():
        return render_template(FLOODS.editor, spec=given, errors=errors or {}, languages=("vi", "en", "de"))


def test_the_authoring_form_sent_back_unchanged_gives_the_same_spec(app):
    written = FloodSpec().load(spec())
    fields = Fields(editor(app, written))
    assert FloodSpec().load(FLOODS.read_editor(fields.values)) == written


def test_an_empty_authoring_form_can_be_filled_and_shows_faults(app):
    fields = Fields(editor(app, {}))
    assert FLOODS.read_editor(fields.values) == {}
    assert {
        "brief.vi",
        "rain.bases",
        "costs.pump",
        "weights.reasons",
        "rubric.0.en",
        "debrief.de",
    } <= fields.names
    page = editor(app, {}, {"_schema": ["FAULT-A"], "rain": ["FAULT-B"], "costs.pump": ["FAULT-C"]})
    assert all(fault in page for fault in ("FAULT-A", "FAULT-B", "FAULT-C"))


def test_a_flood_is_named_by_what_it_is(app):
    written = FloodSpec().load(spec())
    assert digest_of(written) == digest_of(copy.deepcopy(written)) != digest_of(written | {"budget": 71})
    assert FLOODS.present(written, 1, "vi")["title"] == "Phường Ven Sông"
    titled = written | {"title": {"vi": "Ngập", "en": "A flood"}}
    assert FLOODS.present(titled, 1, "en")["title"] == "A flood"


def test_the_commentary_comes_with_the_solution_only():
    assert FLOODS.solution(spec(), 1, "en")["debrief"].startswith("We ran the model")
    assert FLOODS.text(spec(), "en") == spec()["brief"]["en"]
