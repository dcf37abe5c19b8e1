"""Quizzes whose rules were announced to everybody: said by a higher slice, which registers itself at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from academy.quizzes.errors import Promised

__all__ = ["Promise", "promise_of", "register_promise", "require_kept"]

_EXTENSION = "academy_quiz_promise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Why the rules of a quiz stay as they are for now, and what can be done instead."""

    message: Any
    next_step: Any


def register_promise(app: Flask, find: Callable[[int], Promise | None]) -> None:
    """Let ``find(quiz_id)`` say whether the rules of a quiz were announced and still hold."""
    app.extensions[_EXTENSION] = find


def promise_of(quiz_id: int) -> Promise | None:
    """What keeps the rules of a quiz as they are now; None if nothing does."""
    find = current_app.extensions.get(_EXTENSION)
    return find(quiz_id) if find else None


def require_kept(
    quiz_id: int, before: Mapping[str, Any], after: Mapping[str, Any] | None, *, may_close_later: bool = False
) -> None:
    """Go on only if a change of a quiz breaks nothing that was announced.

    Args:
        before, after: settings as they are stored; ``after`` is None where the quiz is taken out of its course.
        may_close_later: a later closing, and nothing else, is no breach: it is on its way to the announced round.

    Raises:
        Promised: it breaks a promise; says which, and what can be done instead.
    """
    promise = promise_of(quiz_id)
    if promise is None or (may_close_later and after is not None and _only_closes_later(before, after)):
        return
    raise Promised(promise.message, next_step=promise.next_step)


def _only_closes_later(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    old, new = before["window"]["closes"], after["window"]["closes"]
    same = before | {"window": before["window"] | {"closes": new}} == after
    return same and bool(old and new) and datetime.fromisoformat(new) > datetime.fromisoformat(old)
