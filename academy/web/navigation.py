"""The main menu: slices add entries, and readers see those whose right they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request

from academy.kernel.actor import Actor
from academy.kernel.http import current_actor, page_url
from academy.kernel.rights import Right


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a menu, as pages draw it; ``note`` is a sentence for menus that have room for one."""

    label: Any
    url: str
    icon: str
    current: bool
    note: Any = ""


def add_entry(
    app: Flask,
    *,
    label: Any,
    endpoint: str,
    icon: str,
    order: int,
    prefix: str = "",
    menu: str = "main",
    note: Any = "",
    shown: Callable[[Actor], bool] | None = None,
) -> None:
    """Add a page to a menu (``"main"``, ``"account"``, or, drawn as tiles, ``"work"`` and ``"admin"``).

    It is current on every address that starts with ``prefix`` or, without one, its own. Readers see it who
    hold the right of its route and, if given, for whom ``shown`` is true.
    """
    entries = app.extensions.setdefault("academy_navigation", {}).setdefault(menu, [])
    entries.append((order, label, endpoint, icon, prefix, note, shown))
    entries.sort(key=lambda entry: entry[0])


def navigation(menu: str = "main") -> list[Entry]:
    """The entries of a menu that this reader may open."""
    actor = current_actor()
    rights: dict[str, Right] = current_app.extensions["academy_rights"]
    found = []
    entries = current_app.extensions.get("academy_navigation", {}).get(menu, ())
    for _order, label, endpoint, icon, prefix, note, shown in entries:
        if not _may_open(actor, rights[endpoint]) or (shown is not None and not shown(actor)):
            continue
        url = page_url(endpoint)
        inside = prefix or url
        current = request.path == url or (inside != "/" and request.path.startswith(inside))
        found.append(Entry(label, url, icon, current, note))
    return found


def _may_open(actor: Actor, right: Right) -> bool:
    if right.name == "public":
        return True
    return actor.is_authenticated and (right.permission is None or actor.may(right.permission))
