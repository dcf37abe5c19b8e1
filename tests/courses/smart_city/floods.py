"""A small flood for tests, and the floods of the content."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from academy.config import PROJECT_ROOT

WRITTEN = {
    item["key"]: item["spec"]
    for path in sorted((PROJECT_ROOT / "content" / "smart_city").glob("*/questions/*.yaml"))
    for item in yaml.safe_load(path.read_text())
    if item["kind"] == "smart_city:flood"
}


def spec(**changes: Any) -> dict[str, Any]:
    """The first flood of the content, with other values at dotted paths (dots as double underscores)."""
    changed = copy.deepcopy(WRITTEN["ngap-phuong-ven-song"])
    for path, value in changes.items():
        place = changed
        *parents, last = path.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = value
    return changed


def turns(*changes: dict[str, Any], of: int = 6) -> list[dict[str, Any]]:
    """A plan of ``of`` turns; the first ones as given, the others with nothing."""
    return [*changes, *({} for _turn in range(of - len(changes)))]
