"""Why somebody cannot be enrolled."""

from __future__ import annotations

from academy.kernel.errors import Conflict


class CannotEnroll(Conflict):
    """An obstacle stands in the way; the message names it."""

    default_rule = "enrollment.obstacle"
