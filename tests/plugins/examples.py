"""For every kind of exercise that a course module brings: specs and answers to try it with.

Whoever adds a kind adds its examples here; the contract test fails for a kind without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from academy.config import PROJECT_ROOT

SAMPLE_SPEC = {
    "text": {"vi": "Câu này có mấy từ?", "en": "How many words has this sentence?"},
    "sentence": "Học, học nữa, học mãi.",
    "explanation": {"vi": "Đếm từng tiếng.", "en": "Count every syllable."},
}


@lru_cache(maxsize=1)
def _content_items() -> list[Mapping[str, Any]]:
    items: list[Mapping[str, Any]] = []
    for path in sorted(Path(PROJECT_ROOT / "content").glob("*/*/questions/*.yaml")):
        items += yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return items


def specs_of(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Key and spec, as authors wrote them, of every item of a kind."""
    if kind == "sample_module:counting":
        yield "sample", SAMPLE_SPEC
    for item in _content_items():
        if item["kind"] == kind:
            yield item["key"], item["spec"]


def _highlighted(spec: Mapping[str, Any], solution: Mapping[str, Any]) -> Iterator[Any]:
    """The right passages of the Vietnamese document, and others that begin and end inside sentences."""
    passages = next(one for one in solution["passages"] if one["lang"] == "vi")
    yield {"document": passages["document"], "ranges": passages["ranges"]}
    yield {"document": passages["document"], "ranges": [[0, 12], [20, 31]]}


ANSWERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Any]]] = {
    "sample_module:counting": lambda spec, solution: iter((solution["words"], 0)),
    "foreign_languages:dictation": lambda spec, solution: iter(
        (solution["transcript"], "The wether is nice too day", solution["transcript"][:20])
    ),
    "political_theory:close_reading": _highlighted,
    "information_technology:sql": lambda spec, solution: iter(
        (spec["solution"], "SELECT 1", "SELECT * FROM nowhere")
    ),
    "smart_city:flood": lambda spec, solution: iter(
        (
            {
                "turns": [{"pumps": 1, "inform": True, "reason": "Nước đang dâng"}]
                + [{}] * (spec["turns"] - 1)
            },
            {"turns": [{"reason": "Chưa cần làm gì"}] * spec["turns"]},
        )
    ),
}
"""Answers by kind, from a spec as loaded and its solution; no other earns more than the first."""
