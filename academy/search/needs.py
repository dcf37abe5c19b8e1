"""Training needs: somebody looked for what no lesson teaches, says so, and gets an answer."""

from __future__ import annotations

from sqlalchemy import select, update

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, Unauthenticated
from academy.kernel.i18n import _l
from academy.kernel.text import clean, fold, tokens
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Unit
from academy.search.errors import NeedNotFound
from academy.search.models import ANSWERED, DECLINED, OPEN, PLANNED, TrainingNeed
from academy.search.need_queries import get_need
from academy.search.policies import can_answer_need, needs_answered_by
from academy.search.query import parse

__all__ = ["MAX_OPEN", "answer_need", "file_need"]

MAX_NOTE = 1000
MAX_OPEN = 50  # of one account
DECISIONS = (PLANNED, ANSWERED, DECLINED)


def file_need(actor: Actor, text: str, note: str = "") -> int:
    """Tell the training administrators of one's unit what was looked for in vain; the id of the need.

    Told again while it is open, the same need keeps its place and takes the new note.

    Raises:
        Unauthenticated
        Invalid: nothing was looked for, or the note is too long.
        Conflict: the person has told so many needs that wait for an answer.
    """
    if actor.account_id is None:
        raise Unauthenticated(_l("Please sign in first."))
    query, note = parse(text).text, clean(note, multiline=True)
    key = need_key(query)
    _check(key, note)
    with unit_of_work() as work:
        own = select(TrainingNeed).where(
            TrainingNeed.account_id == actor.account_id, TrainingNeed.state == OPEN
        )
        rows = work.session.scalars(own).all()
        row = next((one for one in rows if one.key == key), None)
        if row is not None:
            row.note = note or row.note
            return row.id
        if len(rows) >= MAX_OPEN:
            raise Conflict(
                _l(
                    "%(num)s training needs of yours are waiting for an answer, which is the most.",
                    num=MAX_OPEN,
                ),
                rule="search.needs_open",
                next_step=_l("The training officers of your unit can answer them."),
            )
        row = TrainingNeed(
            account_id=actor.account_id, unit_id=_unit_of(actor), query=query, key=key, note=note
        )
        work.session.add(row)
        work.session.flush()
        record(actor, "training_need.file", "training_need", row.id, details={"query": query})
        return row.id


def answer_need(actor: Actor, need_id: int, decision: str, answer: str = "") -> int:
    """Answer a need and all open ones of the same words that the actor may answer; how many these are.

    Args:
        decision: ``planned``, ``answered`` or ``declined``.
        answer: what those who asked will read; it may be left out only where something is planned.

    Raises:
        Forbidden, NeedNotFound
        Invalid: no such decision, or the answer is missing or too long.
    """
    need = get_need(actor, need_id)
    require(actor, can_answer_need, need)
    text = clean(answer, multiline=True)
    errors = {}
    if decision not in DECISIONS:
        errors["decision"] = [_l("Choose one of the answers.")]
    if len(text) > MAX_NOTE:
        errors["answer"] = [_l("At most %(num)s characters.", num=MAX_NOTE)]
    if not text and decision in (ANSWERED, DECLINED):
        errors["answer"] = [_l("Say in a sentence where it is taught, or why it will not be.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="search.need_answer", errors=errors)
    with unit_of_work() as work:
        open_ones = (
            select(TrainingNeed.id)
            .outerjoin(Unit, Unit.id == TrainingNeed.unit_id)
            .where(
                TrainingNeed.key == need.key,
                TrainingNeed.state.in_((OPEN, PLANNED)),
                needs_answered_by(actor),
            )
        )
        ids = work.session.scalars(open_ones).all()
        if not ids:
            raise NeedNotFound
        work.session.execute(
            update(TrainingNeed)
            .where(TrainingNeed.id.in_(ids))
            .values(state=decision, answer=text, decided_at=clock.now(), decided_by=actor.account_id)
        )
        details = {"query": need.query, "decision": decision, "needs": len(ids)}
        record(actor, "training_need.answer", "training_need", need_id, details=details)
        return len(ids)


def need_key(query: str) -> str:
    """Equal for needs that are counted together: the same words, whatever their marks, case and signs between."""
    return " ".join(fold(token.word) for token in tokens(query))[:256]


def _check(key: str, note: str) -> None:
    errors = {}
    if not key:
        errors["q"] = [_l("Say in a few words what you looked for.")]
    if len(note) > MAX_NOTE:
        errors["note"] = [_l("At most %(num)s characters.", num=MAX_NOTE)]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="search.need", errors=errors)


def _unit_of(actor: Actor) -> int | None:
    """The unit the person works in."""
    if not actor.unit_path:
        return None
    return db.session.scalar(select(Unit.id).where(Unit.path == actor.unit_path))
