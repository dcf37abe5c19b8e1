"""What studying refuses."""

from __future__ import annotations

from academy.kernel.errors import Conflict


class NotEnrolled(Conflict):
    """Evidence is recorded for learners of the course only."""

    default_rule = "progress.enrollment"
