"""Who is affected by a new version: counted by a higher slice, which registers itself at start."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

_EXTENSION = "academy_course_audience"


def register_audience(app: Flask, count: Callable[[int], int]) -> None:
    """Let ``count(course_id)`` say how many people are studying a course now."""
    app.extensions[_EXTENSION] = count


def people_studying(course_id: int) -> int | None:
    """How many people are studying a course now; None if nobody counts them."""
    count = current_app.extensions.get(_EXTENSION)
    return count(course_id) if count else None
