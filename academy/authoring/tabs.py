"""The pages of one course in the studio: those of this slice, and what higher slices add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

_EXTENSION = "academy_studio_tabs"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; ``endpoint`` takes the address of the course as ``course``."""

    order: int
    label: Any
    endpoint: str


def add_tab(app: Flask, *, label: Any, endpoint: str, order: int) -> None:
    """Give every course of the studio one more page."""
    tabs = app.extensions.setdefault(_EXTENSION, [])
    tabs.append(Tab(order, label, endpoint))
    tabs.sort(key=lambda tab: tab.order)


def tabs_of(course: str) -> list[tuple[Any, str, bool]]:
    """The tabs of a course as the macro draws them: label, address, whether it is the present page."""
    found = []
    for tab in current_app.extensions.get(_EXTENSION, ()):
        url = url_for(tab.endpoint, course=course)
        found.append((tab.label, url, request.path == url))
    return found
