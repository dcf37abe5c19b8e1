"""How demo learners answer: from what a solution shows, right or not, never through a back door."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from academy.questions.queries import VersionRow, present_item, solution_of


def draw_answer(random: Random, version: VersionRow, seed: int, skill: float) -> Any:
    """An answer that is right with the probability ``skill``; None for kinds whose answers are not known here."""
    view = present_item(version, seed, "vi")["body"]
    solution = solution_of(version, seed, "vi")
    make = _MAKERS.get(version.kind)
    return make(random, view, solution, random.random() < skill) if make else None


def _single(random: Random, view: Mapping, solution: Mapping, right: bool) -> str:
    correct = set(solution["correct"])
    names = [option["id"] for option in view["options"]]
    return random.choice([name for name in names if (name in correct) == right])


def _multiple(random: Random, view: Mapping, solution: Mapping, right: bool) -> list[str]:
    correct = list(solution["correct"])
    return correct if right or len(correct) == 1 else correct[:-1]


def _truefalse(random: Random, view: Mapping, solution: Mapping, right: bool) -> bool:
    return solution["answer"] if right else not solution["answer"]


def _short(random: Random, view: Mapping, solution: Mapping, right: bool) -> str:
    return solution["accept"][0] if right else "không rõ"


def _numeric(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, str]:
    unit = {"unit": solution["unit"]} if view.get("unit_asked") else {}
    return {"number": str(solution["answer"]) if right else "0.125"} | unit


def _matching(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, str]:
    pairs = dict(solution["pairs"])
    if not right:
        first, second, *_rest = pairs
        pairs[first], pairs[second] = pairs[second], pairs[first]
    return pairs


def _ordering(random: Random, view: Mapping, solution: Mapping, right: bool) -> list[str]:
    order = list(solution["order"])
    return order if right else order[1:] + order[:1]


def _cloze(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, Any]:
    """A gap with options, or from the bank, is answered by the id whose text is the right one."""
    answer = {}
    for segment in view["segments"]:
        gap = segment.get("gap")
        if gap is None:
            continue
        expected = solution["gaps"][gap]
        texts = expected if isinstance(expected, list) else [expected]
        if segment.get("numeric"):
            answer[gap] = {"number": solution["numbers"][gap] if right else "0.125"}
            continue
        options = segment.get("options") or (view["bank"] if segment.get("from_bank") else None)
        if options is None:
            answer[gap] = texts[0] if right else "không rõ"
            continue
        matching = [option["id"] for option in options if (option["text"] in texts) == right]
        answer[gap] = random.choice(matching or [options[0]["id"]])
    return answer


def _matrix(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, list[str]]:
    rows = {row: list(columns) for row, columns in solution["rows"].items()}
    if not right:
        row = random.choice(sorted(rows))
        rows[row] = [next(one["id"] for one in view["columns"] if one["id"] not in rows[row])]
    return rows


def _hotspot(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, Any]:
    regions = solution["regions"] if right or len(solution["regions"]) == 1 else solution["regions"][:-1]
    if view["mode"] == "regions":
        return {"regions": [region["id"] for region in regions]}
    return {"points": [region["middle"] for region in regions]}


def _placing(random: Random, view: Mapping, solution: Mapping, right: bool) -> dict[str, str]:
    placed = {slot: wanted[0] for slot, wanted in solution["slots"].items() if wanted}
    if not right:
        placed.pop(random.choice(sorted(placed)))
    return placed


def _extended(random: Random, view: Mapping, solution: Mapping, right: bool) -> str:
    sentence = "Sự việc đã rõ, căn cứ nêu trong bài học; tôi cân nhắc hai cách và đề xuất cách ít ảnh hưởng đến người dân."
    return " ".join([sentence] * (8 if right else 2))


_MAKERS = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": _truefalse,
    "short": _short,
    "numeric": _numeric,
    "calculated": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "matrix": _matrix,
    "hotspot": _hotspot,
    "placing": _placing,
    "extended": _extended,
}
