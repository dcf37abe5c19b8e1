"""What slices above add to the page of a result: the band of the mark, an appeal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, current_app

from academy.kernel.actor import Actor
from academy.quizzes.results import Result
from academy.quizzes.views import AttemptView

_EXTENSION = "academy_result_parts"

Context = Callable[[Actor, AttemptView, Result | None], Mapping[str, Any] | None]
"""What the template of a part needs, or None where the part has nothing to say to this reader."""


def add_result_part(app: Flask, template: str, context: Context) -> None:
    """Show ``template`` on the page of every result; its context stands in ``part``."""
    app.extensions.setdefault(_EXTENSION, []).append((template, context))


def result_parts(
    actor: Actor, view: AttemptView, result: Result | None
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Template and context of every part that has something to say."""
    for template, context in current_app.extensions.get(_EXTENSION, ()):
        part = context(actor, view, result)
        if part is not None:
            yield template, part
