"""Moderation: looking again at marks before they are released."""

from __future__ import annotations

from sqlalchemy import select, update

from academy.audit.services import record
from academy.grading.marking import Mark, locked_answer, require_unreleased, score_of, settle, words_of
from academy.grading.models import MODERATION, MarkingAnswer, MarkingSeat, plain
from academy.grading.overview_queries import get_led_quiz
from academy.grading.reasons import checked_reason
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Forbidden, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["confirm_marks", "led_answer", "moderate"]


def moderate(actor: Actor, answer_id: int, mark: Mark, *, reason: str) -> None:
    """Give an answer the mark that counts, whatever the others are; the reason goes into the journal.

    Raises:
        NotFound, Forbidden: the actor does not lead its marking, or wrote the answer.
        Conflict: it is released, or the actor is one of its markers.
        Invalid: no reason, or a level or the points are missing.
    """
    reason = checked_reason(reason)
    with unit_of_work() as work:
        answer = led_answer(work, actor, answer_id)
        seats = list(work.session.scalars(select(MarkingSeat).where(MarkingSeat.answer_id == answer_id)))
        seat = next((one for one in seats if one.role == MODERATION), None)
        if any(one.marker_id == actor.account_id for one in seats if one is not seat and one.stored_at):
            raise Conflict(
                _l("You marked this answer yourself; somebody else has to moderate it."),
                rule="marking.moderator",
            )
        for one in seats:  # what nobody has marked yet need not be marked any more
            if one is not seat and one.stored_at is None:
                work.session.delete(one)
        work.session.flush()
        if seat is None:
            seat = MarkingSeat(answer_id=answer_id, quiz_id=answer.quiz_id, role=MODERATION)
            work.session.add(seat)
        before = answer.score
        seat.levels, seat.score = score_of(answer.item_version_id, mark)
        seat.marker_id, seat.stored_at = actor.account_id, clock.now()
        seat.comments, seat.comment = words_of(mark, seat.levels)
        settle(work, answer)
        _clear_flags(work, answer)
        details = {"before": plain(before), "after": plain(answer.score), "reason": reason}
        record(actor, "marking.moderate", "marking_answer", answer_id, details=details)


def confirm_marks(actor: Actor, answer_id: int) -> None:
    """Say that the marks of a flagged answer stand as they are.

    Raises:
        NotFound, Forbidden, Conflict: as for :func:`moderate`.
    """
    with unit_of_work() as work:
        answer = led_answer(work, actor, answer_id)
        if answer.flagged:
            _clear_flags(work, answer)
            record(
                actor, "marking.confirm", "marking_answer", answer_id, details={"score": plain(answer.score)}
            )


def led_answer(work: UnitOfWork, actor: Actor, answer_id: int) -> MarkingAnswer:
    """An answer whose marking the actor leads, held until the transaction ends.

    Raises:
        NotFound, Forbidden, Conflict: as for :func:`moderate`.
    """
    answer = locked_answer(work, answer_id)
    if answer is None:
        raise NotFound(_l("There is no such answer to mark."))
    get_led_quiz(actor, answer.quiz_id)
    if actor.person_id is not None and answer.person_id == actor.person_id:
        raise Forbidden(_l("Nobody marks an answer of their own."), rule="marking.own")
    require_unreleased(answer)
    return answer


def _clear_flags(work: UnitOfWork, answer: MarkingAnswer) -> None:
    work.session.execute(update(MarkingSeat).where(MarkingSeat.answer_id == answer.id).values(flagged=False))
    answer.flagged = False
