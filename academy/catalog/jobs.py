"""Background work of the catalog."""

from __future__ import annotations

from academy.catalog.services import refresh_renderings
from academy.kernel.actor import Actor
from academy.kernel.jobs import Progress, job


@job("catalog.refresh_renderings")
def refresh(_progress: Progress) -> dict[str, int]:
    """Set right the marks of validity in lessons whose documents began or ceased to be in force."""
    return {"rendered": refresh_renderings(Actor.system())}
