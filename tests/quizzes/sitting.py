"""What a learner does, in few words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import unit_of_work
from academy.quizzes import queries, services
from academy.quizzes.views import AttemptSlot, AttemptView


def run_jobs() -> None:
    """Run the due jobs of this slice; those that others put into the outbox are none of its tests' matter."""
    with unit_of_work() as work:
        work.session.execute(delete(jobs.Job).where(jobs.Job.kind.not_like("quizzes.%")))
    jobs.run_all()


def view(actor: Actor, attempt_id: int) -> AttemptView:
    return queries.get_attempt(actor, attempt_id)


def right_answer(slot: AttemptSlot) -> Any:
    """The right answer to a drawn single-choice item, as the page would send it."""
    return slot.version.type.solution(slot.version.spec, slot.seed, "vi")["correct"][0]


def wrong_answer(slot: AttemptSlot) -> Any:
    shown = slot.version.type.present(slot.version.spec, slot.seed, "vi")["options"]
    return next(one["id"] for one in shown if one["id"] != right_answer(slot))


def sit(actor: Actor, quiz_id: int, *, right: int | None = None) -> AttemptView:
    """A whole attempt with the first ``right`` items answered rightly (all by default), the others wrongly."""
    attempt_id = services.start_attempt(actor, quiz_id)
    slots = view(actor, attempt_id).slots
    for slot in slots:
        good = right is None or slot.slot <= right
        services.save_answer(actor, attempt_id, slot.slot, 1, (right_answer if good else wrong_answer)(slot))
    services.submit_attempt(actor, attempt_id)
    return view(actor, attempt_id)
