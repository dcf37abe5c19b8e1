"""Jobs of the register."""

from __future__ import annotations

from typing import Any

from academy.certificates import services
from academy.kernel.i18n import _n
from academy.kernel.jobs import Progress, job


@job("certificates.issue")
def issue(progress: Progress, *, proposal_id: int) -> dict[str, Any]:
    issued = services.issue(proposal_id, report=progress.set)
    return {
        "message": _n("%(num)s document was issued.", "%(num)s documents were issued.", issued),
        "url": f"/admin/proposals/{proposal_id}",
    }


@job("certificates.export")
def export(progress: Progress, *, export_id: int) -> dict[str, Any]:
    made = services.make_export(export_id, report=progress.set)
    return {
        "message": _n("%(num)s row of the register.", "%(num)s rows of the register.", made.rows),
        "url": f"/admin/exports/{export_id}/file",
    }
