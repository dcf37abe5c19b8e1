"""Work that follows an attempt without its learner."""

from __future__ import annotations

from typing import Any

from academy.kernel.i18n import _n
from academy.kernel.jobs import Progress, job
from academy.quizzes import services


@job("quizzes.expire")
def expire(progress: Progress, *, attempt_id: int) -> dict[str, Any]:
    """Close an attempt at the end of its time; nothing to do if its learner has."""
    return {"closed": services.expire_attempt(attempt_id)}


@job("quizzes.expire_overdue")
def expire_overdue(progress: Progress) -> dict[str, Any]:
    """Close whatever is overdue, should the job of its own have been lost."""
    return {"closed": services.expire_overdue()}


@job("quizzes.tidy_uploads")
def tidy_uploads(progress: Progress) -> dict[str, Any]:
    """Forget uploaded files that no answer has named."""
    return dict(services.tidy_uploads())


@job("quizzes.grade_pending")
def grade_pending(progress: Progress, *, attempt_id: int) -> None:
    """Grade what waits; tried again, later and later, while a grader fails."""
    services.grade_pending(attempt_id)


@job("quizzes.tend_examinations")
def tend_examinations(progress: Progress) -> dict[str, Any]:
    """Seal the examinations of the next day that nobody has sealed; reveal the seeds of those that are over."""
    return services.tend_examinations()


@job("quizzes.print")
def print_papers(progress: Progress, *, batch_id: int) -> dict[str, Any]:
    """Set the variants of a batch and bundle them with their keys."""
    made = services.make_print(batch_id, report=progress.set)
    return {
        "message": _n("%(num)s paper with its key.", "%(num)s papers with their keys.", made),
        "url": f"/studio/papers/{batch_id}/file",
    }
