"""Answers carried from one version of an item to another: the same choice, or none at all."""

from __future__ import annotations

import copy

import pytest

from academy.questions.carrying import CannotCarry, carry_answer, rename, renamed
from academy.questions.queries import VersionRow
from academy.questions.registry import exercise_type
from tests.questions.specs import ALL, both
from tests.questions.test_types import right_answer


def version(kind: str, spec: dict, number: int = 1) -> VersionRow:
    loaded = exercise_type(kind).spec_schema().load(spec)
    return VersionRow(id=number, item_id=1, key="k", kind=kind, outcome="o1", number=number, hash=f"{kind}{number}", spec=loaded)


def edited(kind: str, change) -> VersionRow:
    spec = copy.deepcopy(ALL[kind])
    change(spec)
    return version(kind, spec, 2)


def answered(old: VersionRow):
    return old.type.check_answer(old.spec, right_answer(old.kind, old.spec))


MISPRINTS = {
    "single": lambda spec: spec["options"][0].update(text=both("Thủ tướng Chính phủ")),
    "multiple": lambda spec: spec["options"][1].update(text=both("Nghị định của Chính phủ")),
    "matching": lambda spec: [spec["pairs"][0].update(left=both("Luật mới")), spec["pairs"][1].update(right=both("CP"))],
    "ordering": lambda spec: spec["steps"][2].update(text=both("Ký tên")),
    "cloze": lambda spec: spec["gaps"][0]["options"][0].update(text=both("soạn thảo")),
}


@pytest.mark.parametrize("kind", ALL)
def test_an_unchanged_text_keeps_every_answer(app, kind):
    old = version(kind, ALL[kind])
    new = edited(kind, lambda spec: spec.update(explanation=both("Lời giải khác")))
    assert carry_answer(old, new, answered(old)) == answered(old)
    assert carry_answer(old, new, None) is None


@pytest.mark.parametrize("kind", MISPRINTS)
def test_a_corrected_misprint_is_the_same_choice(app, kind):
    old, new = version(kind, ALL[kind]), edited(kind, MISPRINTS[kind])
    carried = carry_answer(old, new, answered(old))
    assert carried != answered(old)
    assert new.type.grade(new.spec, carried, 7).score == 1


def test_what_is_gone_is_not_guessed(app):
    old = version("single", ALL["single"])
    gone = edited("single", lambda spec: spec["options"].__delitem__(2))
    third = old.type.present(old.spec, 0, "vi")["options"][2]["id"]
    with pytest.raises(CannotCarry) as refusal:
        carry_answer(old, gone, third)
    assert refusal.value.rule == "answer.carry"


def test_another_kind_takes_no_answer(app):
    with pytest.raises(CannotCarry):
        carry_answer(version("truefalse", ALL["truefalse"]), version("short", ALL["short"], 2), True)


def test_an_id_that_took_over_another_ones_text_is_not_followed(app):
    """``a`` reads now what ``b`` read before: who chose the old ``a`` did not choose that."""
    old = version("single", ALL["single"])

    def change(spec):
        spec["options"][0]["text"], spec["options"][1]["text"] = spec["options"][1]["text"], both("Quốc hội")

    names = renamed(old, edited("single", change))
    first, second = (one["id"] for one in old.type.present(old.spec, 0, "vi")["options"][:2])
    assert first not in names and names[second] == second


def test_two_right_sides_that_were_one_are_not_told_apart(app):
    shared = copy.deepcopy(ALL["matching"])
    shared["pairs"][1]["right"] = shared["pairs"][0]["right"]
    old = version("matching", shared)

    def change(spec):
        spec["pairs"][0]["right"], spec["pairs"][1]["right"] = both("Mới một"), both("Mới hai")

    with pytest.raises(CannotCarry):
        carry_answer(old, edited("matching", change), answered(old))


def test_names_are_replaced_wherever_they_stand():
    assert rename({"a": ["b", {"c": "a"}], "n": 1}, {"a": "x", "b": "y"}) == {"x": ["y", {"c": "x"}], "n": 1}
