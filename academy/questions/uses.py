"""Where an item is used: told by the slices that use it, which register themselves at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from academy.questions.queries import ItemRow

_EXTENSION = "academy_item_uses"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUse:
    """One use. ``endpoint`` with ``values`` leads to it, if it has a page; ``breaks`` says what retiring the item would
    break there, empty if nothing.
    """

    text: Any
    breaks: Any = ""
    endpoint: str = ""
    values: dict[str, Any] | None = None


def register_item_uses(app: Flask, uses: Callable[[ItemRow], Iterable[ItemUse]]) -> None:
    """Let ``uses(item)`` tell where an item is used."""
    app.extensions.setdefault(_EXTENSION, []).append(uses)


def uses_of(item: ItemRow) -> list[ItemUse]:
    """Every use that the registered slices know of."""
    return [use for tell in current_app.extensions.get(_EXTENSION, ()) for use in tell(item)]
