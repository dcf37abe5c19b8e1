"""Giving a third mark to somebody else."""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.services import record
from academy.grading.allotting import can_take, markers_of, open_thirds, seated_at
from academy.grading.models import MarkingScheme
from academy.grading.moderating import led_answer
from academy.grading.queries import find_scheme
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["give_third"]


def give_third(actor: Actor, answer_id: int, account: int | None) -> None:
    """Give the third mark that an answer waits for to another marker, or open it for whoever may claim it.

    Args:
        account: the marker; None: whoever claims it first.

    Raises:
        NotFound, Forbidden: the actor does not lead its marking, or wrote the answer.
        Conflict: it waits for no third mark, or is released.
        Invalid: that marker may not mark it; ``errors`` for ``account``.
    """
    with unit_of_work() as work:
        answer = led_answer(work, actor, answer_id)
        scheme = find_scheme(answer.quiz_id)
        # as claims do, so that nobody gives away what somebody takes
        work.session.execute(select(MarkingScheme.id).where(MarkingScheme.id == scheme.id).with_for_update())
        found = open_thirds(answer.quiz_id, answer_id)
        if not found:
            raise Conflict(
                _l("This answer waits for no third mark."),
                rule="marking.no_third",
                next_step=_l("It was given in the meantime, or the two marks came together."),
            )
        seat, person_id, unit_id = found[0]
        before = seat.marker_id
        if account == before:
            return
        if account is not None:
            marker = markers_of(answer.quiz_id, scheme).get(account)
            seated = seated_at([answer_id])[answer_id]
            if marker is None or not can_take(
                marker, scheme, person_id=person_id, unit_id=unit_id, seated=seated
            ):
                message = _l("This person may not give the third mark: choose one of those named.")
                raise Invalid(message, rule="marking.third", errors={"account": [message]})
        seat.marker_id = account
        work.session.flush()
        record(
            actor, "marking.third", "marking_answer", answer_id, details={"before": before, "after": account}
        )
