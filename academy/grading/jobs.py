"""Work that a release of marks starts."""

from __future__ import annotations

from academy.grading import services
from academy.kernel.jobs import Progress, job


@job("grading.release")
def release(progress: Progress, *, release_id: int) -> None:
    """Carry released marks to their attempts; stopped half-way, it goes on."""
    for done, total in services.apply_release(release_id):
        progress.set(done, total)
