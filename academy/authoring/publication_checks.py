"""What higher slices have against publishing a course: they register themselves at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from academy.authoring.views import StudioCourse

_EXTENSION = "academy_publication_checks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One thing that keeps a course from being published, with the page on which it is put right."""

    message: Any
    remedy: Any
    endpoint: str
    values: dict[str, Any]


Check = Callable[[StudioCourse], Iterable[Objection]]


def register_publication_check(app: Flask, check: Check) -> None:
    """Let ``check(studio)`` name what keeps a course from being published."""
    app.extensions.setdefault(_EXTENSION, []).append(check)


def objections_to(studio: StudioCourse) -> Iterator[Objection]:
    """What the registered checks say of a course, in their order."""
    for check in current_app.extensions.get(_EXTENSION, ()):
        yield from check(studio)
