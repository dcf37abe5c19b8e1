"""Whatever the code enters in the journal has words for its readers."""

from __future__ import annotations

import re
from pathlib import Path

import academy
from academy.audit.wording import ACT_NAMES, act_name, actor_name

ACT = re.compile(r"""\brecord\(\s*[^,"]+,\s*\n?\s*"([a-z_]+(?:\.[a-z_]+)+)\"""")


def recorded_acts() -> set[str]:
    sources = Path(academy.__file__).parent.rglob("*.py")
    return {act for source in sources for act in ACT.findall(source.read_text(encoding="utf-8"))}


def test_every_recorded_act_has_words():
    acts = recorded_acts()
    assert len(acts) > 40
    assert sorted(acts - set(ACT_NAMES)) == []


def test_an_unknown_act_is_shown_by_its_name():
    assert act_name("module.thing") == "module.thing"


def test_the_academy_itself_has_a_name_people_understand(app):
    assert str(actor_name("system")) == "The academy itself"
    assert actor_name("Lê Thị Thu Hà") == "Lê Thị Thu Hà"
