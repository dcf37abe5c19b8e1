"""Storing answers: log and current state in one transaction, then the acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.queries import VersionRow, check_answer, read_answer
from academy.quizzes.models import AnswerLog, Attempt, AttemptItem
from academy.quizzes.opening import open_attempt, slot_of
from academy.quizzes.seat import NOWHERE, Seat
from academy.quizzes.slot_queries import slot_rows
from academy.quizzes.uploads import with_own_files

__all__ = ["FormAnswer", "StoredAnswer", "save_answer", "save_form", "save_form_answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """The acknowledgement: the sequence that stands in the database, and since when.

    ``accepted`` is False if what stands there is another answer than the one that was sent: a newer one,
    or one that another device had stored under the same sequence.
    """

    slot: int
    stored_sequence: int
    stored_at: datetime | None
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAnswer:
    """What a page sent for one slot; ``based_on`` is the sequence the page had shown."""

    slot: int
    based_on: int | None = None


def save_answer(
    actor: Actor,
    attempt_id: int,
    slot: int,
    sequence: int,
    answer: Any,
    *,
    seat: Seat = NOWHERE,
    typed_at: datetime | None = None,
) -> StoredAnswer:
    """Store the answer of a slot under the client's sequence number.

    Doing it again changes nothing; neither does a sequence that is not higher than the stored one:
    the reply then names what is stored.

    Args:
        sequence: from 1, counted by the client for each slot.
        answer: as JSON, None to take the answer back.
        typed_at: when, as the page says by the academy's clock; needed while the attempt is paused.

    Raises:
        NotFound: there is no such attempt of the actor, or no such slot.
        AttemptClosed: it was submitted, or the deadline and its grace are over; nothing was stored.
        OtherDevice, WrongPlace: it is not to be written from this seat; nothing was stored.
        AttemptPaused: it was not typed before the pause; nothing was stored.
        Invalid: the answer does not fit the item; nothing was stored.
    """
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat, typed_at=typed_at)
        item, version = slot_of(attempt.id, slot)
        return _store(work, item, version, sequence, answer, _claimed(attempt, typed_at))


def save_form_answer(
    actor: Actor,
    attempt_id: int,
    slot: int,
    sequence: int,
    form: Any,
    name: str,
    *,
    seat: Seat = NOWHERE,
    typed_at: datetime | None = None,
) -> StoredAnswer:
    """Like :func:`save_answer`, with the answer as the fields ``name…`` of a form."""
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat, typed_at=typed_at)
        item, version = slot_of(attempt.id, slot)
        answer = read_answer(version, form, name)
        return _store(work, item, version, sequence, answer, _claimed(attempt, typed_at))


def save_form(
    actor: Actor,
    attempt_id: int,
    form: Any,
    answers: Mapping[str, FormAnswer],
    *,
    seat: Seat = NOWHERE,
    yields: bool = False,
) -> dict[int, Invalid]:
    """Store the answers of a page that was sent as a plain form, each as the next of its slot.

    An answer the page only repeats is not stored again. If another device has stored a newer answer
    since the page was shown, and the page's own was not changed on it, the newer one stays.

    Args:
        form: the submitted fields.
        answers: field prefix → the slot it is for.
        yields: answers give way to whatever has been stored since the page was shown, changed on it or not.

    Returns:
        Slots whose answers could not be read, with the reason; all others are stored.

    Raises:
        NotFound: there is no such attempt of the actor.
        AttemptClosed: it was submitted, or its time is over; nothing was stored.
        OtherDevice, WrongPlace: it is not to be written from this seat; nothing was stored.
        AttemptPaused: its clock stands still; nothing was stored.
    """
    refused: dict[int, Invalid] = {}
    with unit_of_work() as work:
        attempt = open_attempt(work, actor, attempt_id, seat)
        by_slot = {sent.slot: (name, sent) for name, sent in answers.items()}
        for item, version in slot_rows(attempt.id, by_slot):
            name, sent = by_slot[item.slot]
            try:
                answer = with_own_files(
                    work, item, version, check_answer(version, read_answer(version, form, name))
                )
            except Invalid as refusal:
                refused[item.slot] = refusal
                continue
            outdated = sent.based_on is not None and sent.based_on < item.stored_sequence
            if yields and outdated or answer == item.answer:
                continue
            if not (outdated and _is_repeated(work, item, sent, answer)):
                write_answer(work, item, item.stored_sequence + 1, answer)
    return refused


def _store(
    work: UnitOfWork,
    item: AttemptItem,
    version: VersionRow,
    sequence: int,
    answer: Any,
    typed_at: datetime | None,
) -> StoredAnswer:
    checked = with_own_files(work, item, version, check_answer(version, answer))
    if sequence > item.stored_sequence:
        write_answer(work, item, sequence, checked, typed_at)
    return StoredAnswer(
        slot=item.slot,
        stored_sequence=item.stored_sequence,
        stored_at=item.answered_at,
        accepted=item.answer == checked,
    )


def _claimed(attempt: Attempt, typed_at: datetime | None) -> datetime | None:
    """When an answer was typed, where that is kept: once the attempt has been paused."""
    return typed_at if attempt.paused_until is not None else None


def write_answer(
    work: UnitOfWork, item: AttemptItem, sequence: int, answer: Any, typed_at: datetime | None = None
) -> None:
    """Put a checked answer into the current state and the log, for services of this slice; both or neither."""
    now = clock.now()
    state = {"stored_sequence": sequence, "answer": answer, "answered_at": now}
    place = {"attempt_id": item.attempt_id, "slot": item.slot}
    # a save is what comes most often, under a lock: plain statements cost less than a flush finds out about them
    connection = work.session.connection()
    connection.execute(_STATE, {"of": item.attempt_id, "at_slot": item.slot, **state})
    connection.execute(
        insert(_LOG), {**place, "sequence": sequence, "answer": answer, "at": now, "typed_at": typed_at}
    )
    for name, value in state.items():
        set_committed_value(item, name, value)


_LOG = AnswerLog.__table__
_ITEM = AttemptItem.__table__
_STATE = (
    update(_ITEM)
    .where(_ITEM.c.attempt_id == bindparam("of"), _ITEM.c.slot == bindparam("at_slot"))
    .values({name: bindparam(name) for name in ("stored_sequence", "answer", "answered_at")})
)


def _is_repeated(work: UnitOfWork, item: AttemptItem, sent: FormAnswer, answer: Any) -> bool:
    """Whether the page only repeats the answer that it was shown."""
    shown = work.session.scalar(
        select(AnswerLog.answer).where(
            AnswerLog.attempt_id == item.attempt_id,
            AnswerLog.slot == item.slot,
            AnswerLog.sequence == sent.based_on,
        )
    )
    return shown == answer
