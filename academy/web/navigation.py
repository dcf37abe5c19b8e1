"""The main menu: slices add entries, and readers see those whose right they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

from academy.kernel.actor import Actor
from academy.kernel.http import current_actor
from academy.kernel.rights import Right


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu, as the layout draws it."""

    label: Any
    url: str
    icon: str
    current: bool


def add_entry(
    app: Flask, *, label: Any, endpoint: str, icon: str, order: int, prefix: str = "", menu: str = "main"
) -> None:
    """Add a page to a menu (``"main"`` or ``"account"``).

    It is current on every address that starts with ``prefix`` or, without one, its own.
    """
    entries = app.extensions.setdefault("academy_navigation", {}).setdefault(menu, [])
    entries.append((order, label, endpoint, icon, prefix))
    entries.sort(key=lambda entry: entry[0])


def navigation(menu: str = "main") -> list[Entry]:
    """The entries of a menu that this reader may open."""
    actor = current_actor()
    rights: dict[str, Right] = current_app.extensions["academy_rights"]
    found = []
    for _order, label, endpoint, icon, prefix in current_app.extensions.get("academy_navigation", {}).get(menu, ()):
        if not _may_open(actor, rights[endpoint]):
            continue
        url = url_for(endpoint)
        inside = prefix or url
        current = request.path == url or (inside != "/" and request.path.startswith(inside))
        found.append(Entry(label, url, icon, current))
    return found


def _may_open(actor: Actor, right: Right) -> bool:
    if right.name == "public":
        return True
    return actor.is_authenticated and (right.permission is None or actor.may(right.permission))
