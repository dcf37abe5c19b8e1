"""Work that follows the closing of a round."""

from __future__ import annotations

from typing import Any

from academy.contests import services
from academy.kernel.jobs import Progress, job


@job("contests.close")
def close(progress: Progress, *, round_id: int) -> dict[str, Any]:
    """Collect a round's entries and compute its board; again and again it comes to the same."""
    return {"result": services.close_when_due(round_id)}
