"""What an examination uses stands still while it is sat: said by a higher slice, which registers itself at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from academy.kernel import clock
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l, localized

_EXTENSION = "academy_course_freeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """An examination that keeps its course from being changed, and until when."""

    title: Mapping[str, str]
    until: datetime


class Frozen(Conflict):
    """An examination is being sat, or will be soon, that uses what was to be changed."""

    default_rule = "exam.frozen"


def register_freeze(app: Flask, find: Callable[[int], Freeze | None]) -> None:
    """Let ``find(course_id)`` name the examination that freezes a course now."""
    app.extensions[_EXTENSION] = find


def freeze_of(course_id: int) -> Freeze | None:
    """The examination that freezes a course now; None if nothing does."""
    find = current_app.extensions.get(_EXTENSION)
    return find(course_id) if find else None


def require_not_frozen(course_id: int) -> None:
    """Go on only if no examination needs the course to stay as it is.

    Raises:
        Frozen: one does; names it, until when, and who can lift it.
    """
    freeze = freeze_of(course_id)
    if freeze is not None:
        raise Frozen(
            _l(
                "The examination “%(title)s” is under way or about to begin: until %(when)s its questions, its rules "
                "and the publication of its course cannot be changed.",
                title=localized(freeze.title),
                when=clock.local(freeze.until).strftime("%d/%m/%Y %H:%M"),
            ),
            next_step=_l(
                "Change it afterwards. If it cannot wait, an administrator can lift this in the examination room, "
                "with a reason."
            ),
        )
