"""Jobs of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.audit.services import note_verification
from academy.kernel.jobs import Progress, job


@job("audit.verify")
def verify(_progress: Progress, *, by: str) -> Mapping[str, Any]:
    """Check the whole chain of the journal."""
    verdict = note_verification(by)
    return {"url": "/admin/audit", "entries": verdict.entries, "broken_at": verdict.broken_at}
