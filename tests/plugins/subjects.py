"""What the contract tests run over: every installed module and the sample, with their kinds of exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from academy.plugins.contract import CourseModule, ExerciseType
from academy.plugins.manager import discover
from tests.plugins.examples import ANSWERS, specs_of
from tests.sample_module import plugin as sample

PLUGINS = {plugin.academy_course_module().slug: plugin for plugin in (*discover(), sample)}
MODULES: dict[str, CourseModule] = {slug: plugin.academy_course_module() for slug, plugin in PLUGINS.items()}
TYPES: dict[str, ExerciseType] = {
    kind.kind: kind for module in MODULES.values() for kind in module.exercise_types
}

every_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
every_type = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)


@cache
def examples(kind: ExerciseType) -> list[tuple[Mapping[str, Any], list[Any]]]:
    """Loaded specs with answers in their normal form."""
    found = []
    for _key, raw in specs_of(kind.kind):
        spec = kind.spec_schema().load(raw)
        given = ANSWERS[kind.kind](spec, kind.solution(spec, 1, "vi"))
        found.append((spec, [kind.check_answer(spec, answer) for answer in given]))
    return found


def shown_on_purpose(spec: Mapping[str, Any], lang: str) -> str:
    """What an item shows on purpose: the text that is read, the sentence that is counted."""
    document = spec.get("document") or {}
    return f"{document.get(lang) or document.get('vi', '')}\n{spec.get('sentence', '')}"


def sentences(data: Any) -> Iterator[str]:
    """Texts of more than one word inside a solution."""
    if isinstance(data, str):
        if " " in data.strip() and len(data) > 8:
            yield data
    elif isinstance(data, Mapping):
        for inner in data.values():
            yield from sentences(inner)
    elif isinstance(data, list | tuple):
        for inner in data:
            yield from sentences(inner)
