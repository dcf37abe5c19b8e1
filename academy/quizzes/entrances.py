"""Quizzes whose attempts are started elsewhere: said by a higher slice, which registers itself at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

_EXTENSION = "academy_quiz_entrance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where the attempts of a quiz are started: why, and the path of the page."""

    message: Any
    path: str


def register_entrance(app: Flask, find: Callable[[int], Entrance | None]) -> None:
    """Let ``find(quiz_id)`` name the only place where attempts of a quiz are started now."""
    app.extensions[_EXTENSION] = find


def entrance_of(quiz_id: int) -> Entrance | None:
    """The only place where attempts of a quiz are started now; None: its own page."""
    find = current_app.extensions.get(_EXTENSION)
    return find(quiz_id) if find else None
