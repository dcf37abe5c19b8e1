"""Why a class cannot be changed."""

from __future__ import annotations

from academy.kernel.errors import Conflict, NotFound


class ClassNotFound(NotFound):
    """No such class, or the reader may not know of it."""

    default_rule = "class.not-found"


class ClassClosed(Conflict):
    """The class was closed: its roster and dates stand."""

    default_rule = "class.closed"
