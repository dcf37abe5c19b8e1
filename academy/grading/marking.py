"""Marking: taking the next answer, storing a mark, undoing it, and what the marks then make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import delete, func, select

from academy.audit.services import record
from academy.grading.allotting import assign_thirds
from academy.grading.deciding import TEN, decide
from academy.grading.models import (
    FINAL,
    MODERATION,
    SECOND,
    THIRD,
    WAITING,
    MarkerPhrase,
    MarkingAnswer,
    MarkingScheme,
    MarkingSeat,
    plain,
)
from academy.grading.policies import can_mark
from academy.grading.queries import find_scheme, has_left, next_of
from academy.grading.scheme import Scheme
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import insert_if_absent
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.queries import get_item_version
from academy.questions.rubric import rubric_score
from academy.quizzes.marks import FOUR_PLACES

__all__ = [
    "Mark",
    "forget_phrase",
    "next_seat",
    "save_mark",
    "score_of",
    "settle",
    "undo_mark",
    "with_phrases",
]

MOST_PHRASES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a marker gives: ``levels`` by criterion where the question has a rubric, else ``points`` from 0 to 10."""

    levels: Mapping[str, str] | None = None
    points: Decimal | None = None
    comments: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    flagged: bool = False


def next_seat(actor: Actor, quiz_id: int) -> int | None:
    """The next answer for the actor to mark, claimed for them if need be; None when nothing is left.

    Raises:
        NotFound: the quiz has no marking scheme.
        Forbidden: the scheme does not name the actor.
    """
    scheme = scheme_for(actor, quiz_id)
    found = next_of(actor, quiz_id, scheme, claim=False)
    if found is not None:
        return found
    with unit_of_work() as work:
        # claims at one quiz go one after the other: no answer is taken twice
        work.session.execute(select(MarkingScheme.id).where(MarkingScheme.id == scheme.id).with_for_update())
        seat_id = next_of(actor, quiz_id, scheme, claim=True) if has_left(actor, quiz_id, scheme) else None
        if seat_id is not None:
            work.session.get(MarkingSeat, seat_id, populate_existing=True).marker_id = actor.account_id
        return seat_id


def save_mark(actor: Actor, seat_id: int, mark: Mark, *, phrase: str = "") -> datetime:
    """Store a mark, or store it anew as long as the marks are not released.

    Args:
        phrase: kept among the actor's own phrases, if any.

    Returns:
        When it was stored.

    Raises:
        NotFound: there is no such answer for the actor.
        Forbidden: the scheme no longer names the actor.
        Conflict: it is released, or a moderator has decided.
        Invalid: a level or the points are missing; ``errors`` by ``level.<criterion>`` or ``points``.
    """
    with unit_of_work() as work:
        seat, answer = _own(work, actor, seat_id)
        seat.levels, seat.score = score_of(answer.item_version_id, mark)
        seat.comments, seat.comment = words_of(mark, seat.levels)
        seat.flagged = mark.flagged
        seat.stored_at = clock.now()
        if _words(phrase):
            _keep_phrase(work, actor, _words(phrase)[:500])
        settle(work, answer)
        return seat.stored_at


def undo_mark(actor: Actor, seat_id: int) -> None:
    """Take a stored mark back: the answer waits for the actor again.

    Raises:
        NotFound, Forbidden, Conflict: as for :func:`save_mark`.
    """
    with unit_of_work() as work:
        seat, answer = _own(work, actor, seat_id)
        if seat.stored_at is None:
            return
        details = {"answer": answer.id, "score": plain(seat.score)}
        record(actor, "marking.undo", "marking_answer", answer.id, details=details)
        seat.levels = seat.score = seat.stored_at = seat.comments = None
        seat.flagged, seat.comment = False, ""
        settle(work, answer)


def with_phrases(mark: Mark, phrases: Sequence[str]) -> Mark:
    """The mark with phrases of the marker's own below what they wrote."""
    return replace(mark, comment="\n".join(filter(None, (mark.comment.strip(), *phrases))))


def forget_phrase(actor: Actor, phrase_id: int) -> None:
    """Take a phrase out of the actor's own."""
    with unit_of_work() as work:
        work.session.execute(
            delete(MarkerPhrase).where(
                MarkerPhrase.id == phrase_id, MarkerPhrase.account_id == actor.account_id
            )
        )


def scheme_for(actor: Actor, quiz_id: int) -> Scheme:
    """The scheme of a quiz that the actor marks by.

    Raises:
        NotFound, Forbidden: as for :func:`next_seat`.
    """
    scheme = find_scheme(quiz_id)
    if scheme is None:
        raise NotFound(_l("This quiz is not marked by people."))
    require(actor, can_mark, scheme.markers)
    return scheme


def score_of(version_id: int, mark: Mark) -> tuple[dict[str, str] | None, Decimal]:
    """The chosen levels, if the question has a rubric, and the score from 0 to 1.

    Raises:
        Invalid: as for :func:`save_mark`.
    """
    rubric = get_item_version(version_id).spec.get("rubric")
    if not rubric:
        if mark.points is None or not 0 <= mark.points <= TEN:
            message = _l("Give a number from 0 to 10 with at most two decimals.")
            raise Invalid(message, rule="marking.points", errors={"points": [message]})
        return None, (mark.points / TEN).quantize(FOUR_PLACES, ROUND_HALF_UP)
    levels = dict(mark.levels or {})
    try:
        return levels, rubric_score(rubric, levels)
    except Invalid as fault:
        errors = {f"level.{name}": texts for name, texts in fault.errors.items()}
        raise Invalid(fault.message, rule="marking.levels", errors=errors) from fault


def settle(work: UnitOfWork, answer: MarkingAnswer) -> None:
    """Decide an answer anew from its marks; a third mark is asked for, and given to somebody, or no longer, as they lie."""
    work.session.flush()
    seats = {
        seat.role: seat
        for seat in work.session.scalars(select(MarkingSeat).where(MarkingSeat.answer_id == answer.id))
    }
    scheme = find_scheme(answer.quiz_id)
    marks = {role: seat.score for role, seat in seats.items() if seat.score is not None}
    decision = decide(marks, double=SECOND in seats, distance=scheme.distance, third_rule=scheme.third_rule)
    if decision.needs_third and THIRD not in seats:
        work.session.add(MarkingSeat(answer_id=answer.id, quiz_id=answer.quiz_id, role=THIRD))
        work.session.flush()
        assign_thirds(work, answer.quiz_id, scheme, answer_id=answer.id)
    elif THIRD in seats and THIRD not in marks and not decision.needs_third and decision.score is not None:
        work.session.delete(seats[THIRD])
    answer.state = WAITING if decision.score is None else FINAL
    answer.score, answer.how = decision.score, decision.how
    answer.flagged = any(seat.flagged for seat in seats.values() if seat.score is not None)
    work.session.flush()


def locked_answer(work: UnitOfWork, answer_id: int) -> MarkingAnswer | None:
    """The answer as it is now, held until the transaction ends."""
    return work.session.scalar(
        select(MarkingAnswer)
        .where(MarkingAnswer.id == answer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def require_unreleased(answer: MarkingAnswer) -> None:
    """
    Raises:
        Conflict: the learner knows the mark, or is about to.
    """
    if answer.release_id is not None:
        raise Conflict(
            _l("The marks of this answer are released."),
            rule="marking.released",
            next_step=_l("A released mark is changed by a proposal that somebody else approves."),
        )


def _own(work: UnitOfWork, actor: Actor, seat_id: int) -> tuple[MarkingSeat, MarkingAnswer]:
    seat = work.session.get(MarkingSeat, seat_id, populate_existing=True)
    if (
        seat is None
        or actor.account_id is None
        or seat.marker_id != actor.account_id
        or seat.role == MODERATION
    ):
        raise NotFound(_l("There is no such answer to mark."))
    answer = locked_answer(work, seat.answer_id)
    scheme_for(actor, answer.quiz_id)
    require_unreleased(answer)
    if answer.how == MODERATION:
        raise Conflict(
            _l("A moderator has marked this answer; marks before that stay as they are."),
            rule="marking.moderated",
        )
    return seat, answer


def words_of(mark: Mark, levels: Mapping[str, str] | None) -> tuple[dict[str, str], str]:
    """The comments on the criteria that the question has, and the one on the whole, as they are stored."""
    texts = {name: _words(mark.comments.get(name, "")) for name in levels or ()}
    return {name: words for name, words in texts.items() if words}, _words(mark.comment)


def _words(text: Any) -> str:
    return clean(text, multiline=True).strip()[:4000]


def _keep_phrase(work: UnitOfWork, actor: Actor, phrase: str) -> None:
    count = select(func.count()).where(MarkerPhrase.account_id == actor.account_id)
    if work.session.scalar(count) < MOST_PHRASES:
        insert_if_absent(work.session, MarkerPhrase, account_id=actor.account_id, text=phrase)
