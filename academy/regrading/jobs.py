"""Previews and regrades, which a request does not wait for."""

from __future__ import annotations

from typing import Any

from academy.kernel.jobs import Progress, job
from academy.regrading import services


@job("regrading.prepare")
def prepare(progress: Progress, *, regrade_id: int) -> dict[str, Any]:
    """Find out what a regrade would change."""
    return {"lines": services.prepare_regrade(regrade_id, progress.set)}


@job("regrading.apply")
def apply(progress: Progress, *, regrade_id: int) -> dict[str, Any]:
    """Carry out an approved regrade; started again, it goes on where it stopped."""
    return {"changed": services.apply_regrade(regrade_id, progress.set)}
