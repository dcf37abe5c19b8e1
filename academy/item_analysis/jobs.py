"""Analysis by itself every night, and when somebody asks."""

from __future__ import annotations

from typing import Any

from academy.item_analysis import services
from academy.kernel.jobs import Progress, job


@job("item_analysis.quiz")
def analyse(progress: Progress, *, quiz_id: int) -> dict[str, Any]:
    """Compute one quiz's figures anew."""
    return {"attempts": services.analyse_quiz(quiz_id, progress.set)}


@job("item_analysis.nightly")
def nightly(progress: Progress) -> dict[str, Any]:
    """Compute the figures of every quiz that has been sat lately."""
    due = services.due_quizzes()
    for number, quiz_id in enumerate(due):
        progress.set(number, len(due))
        services.analyse_quiz(quiz_id)
    return {"quizzes": len(due)}
