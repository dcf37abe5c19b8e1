"""Work of the bank that no request waits for."""

from __future__ import annotations

from typing import Any

from academy.kernel.jobs import Progress, job
from academy.questions import services


@job("questions.index")
def index(progress: Progress) -> dict[str, Any]:
    """Give cards to items that have none."""
    return {"items": services.index_items()}
