"""Whatever the code enters in the journal has words for its readers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import academy
import courses
from academy.audit.wording import ACT_NAMES, OBJECT_NAMES, act_name, actor_name, object_name


def recorded(position: int) -> set[str]:
    """The texts that the code passes to ``record`` as this argument."""
    return {
        call.args[position].value
        for call in calls_of("record")
        if len(call.args) > position and isinstance(call.args[position], ast.Constant)
    }


def calls_of(name: str) -> Iterator[ast.Call]:
    for package in (academy, courses):
        for folder in package.__path__:
            for source in Path(folder).rglob("*.py"):
                for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                        yield node


def test_every_recorded_act_has_words():
    acts = recorded(1)
    assert len(acts) > 40
    assert sorted(acts - set(ACT_NAMES)) == []


def test_every_kind_of_object_has_words():
    kinds = recorded(2)
    assert len(kinds) > 10
    assert sorted(kinds - set(OBJECT_NAMES)) == []


def test_an_unknown_act_or_object_is_shown_by_its_name():
    assert act_name("module.thing") == "module.thing"
    assert object_name("thing") == "thing"


def test_the_academy_itself_has_a_name_people_understand(app):
    assert str(actor_name("system")) == "The academy itself"
    assert actor_name("Lê Thị Thu Hà") == "Lê Thị Thu Hà"
