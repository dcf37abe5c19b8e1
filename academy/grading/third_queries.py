"""Reads of third marks that are still to be given: by whom, and who else could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.grading.allotting import can_take, markers_of, seated_at
from academy.grading.deciding import TEN
from academy.grading.models import FIRST, SECOND, THIRD, MarkingAnswer, MarkingSeat
from academy.grading.overview_queries import get_led_quiz
from academy.grading.queries import find_scheme
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person
from academy.questions.models import Item

__all__ = ["Candidate", "ThirdRow", "find_third", "list_thirds"]

THIRDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may give a third mark; ``waiting``: answers at any quiz that they have not marked yet."""

    account: int
    name: str
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdRow:
    """A third mark that is to be given; without ``marker_id`` whoever may take it can claim it.

    ``distance`` of the two marks, in points of ten. ``candidates``: who may give it instead, those with the least
    to do first.
    """

    answer_id: int
    item_key: str
    marker_id: int | None
    marker: str
    distance: Decimal
    candidates: Sequence[Candidate]


def list_thirds(actor: Actor, quiz_id: int, *, cursor: str | None = None, limit: int = THIRDS) -> Page:
    """The third marks of a quiz that are still to be given, a page of :class:`ThirdRow`; constantly many queries.

    Raises:
        NotFound, Forbidden: the actor does not lead the marking of such a quiz.
    """
    get_led_quiz(actor, quiz_id)
    statement = _open_thirds().where(MarkingSeat.quiz_id == quiz_id)
    page = keyset(statement, [MarkingAnswer.id], cursor, limit)
    return Page(_rows(actor, quiz_id, page.items), page.next_cursor)


def find_third(actor: Actor, quiz_id: int, answer_id: int) -> ThirdRow | None:
    """The third mark that an answer of a quiz waits for, for who leads its marking; None if it waits for none."""
    row = db.session.execute(_open_thirds().where(MarkingAnswer.id == answer_id)).first()
    return _rows(actor, quiz_id, [row])[0] if row else None


def _open_thirds() -> Any:
    mark = aliased(MarkingSeat)
    apart = (
        select(func.max(mark.score) - func.min(mark.score))
        .where(mark.answer_id == MarkingAnswer.id, mark.role.in_((FIRST, SECOND)))
        .scalar_subquery()
    )
    return (
        select(
            MarkingAnswer.id.label("answer_id"),
            MarkingAnswer.person_id,
            Person.unit_id,
            Item.key,
            MarkingSeat.marker_id,
            Account.username,
            apart.label("apart"),
        )
        .select_from(MarkingSeat)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .join(Item, Item.id == MarkingAnswer.item_id)
        .join(Person, Person.id == MarkingAnswer.person_id)
        .outerjoin(Account, Account.id == MarkingSeat.marker_id)
        .where(MarkingSeat.role == THIRD, MarkingSeat.stored_at.is_(None), MarkingAnswer.release_id.is_(None))
    )


def _rows(actor: Actor, quiz_id: int, rows: Sequence[Any]) -> list[ThirdRow]:
    scheme = find_scheme(quiz_id)
    if scheme is None or not rows:
        return []
    markers = markers_of(quiz_id, scheme)
    least_first = sorted(markers.values(), key=lambda one: (one.waiting, one.given, one.name))
    seated: Mapping[int, set[int]] = seated_at(row.answer_id for row in rows)
    return [
        ThirdRow(
            answer_id=row.answer_id,
            item_key=row.key,
            marker_id=row.marker_id,
            marker=markers[row.marker_id].name if row.marker_id in markers else row.username or "",
            distance=(Decimal(str(row.apart or 0)) * TEN).quantize(Decimal("0.01")),
            # who leads the marking and wrote the answer is told nothing of its markers
            candidates=()
            if actor.person_id == row.person_id
            else tuple(
                Candidate(account=one.account, name=one.name, waiting=one.waiting)
                for one in least_first
                if can_take(
                    one,
                    scheme,
                    person_id=row.person_id,
                    unit_id=row.unit_id,
                    seated=seated[row.answer_id],
                )
            ),
        )
        for row in rows
    ]
