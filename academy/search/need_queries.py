"""Reading training needs: what a unit's people looked for in vain, equal searches counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.organization.models import Person, Unit
from academy.search.errors import NeedNotFound
from academy.search.models import OPEN, TrainingNeed
from academy.search.policies import can_answer_need, needs_answered_by

__all__ = ["NeedGroup", "NeedNote", "NeedView", "get_need", "list_needs"]

MOST_GROUPS = 200
MOST_NOTES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """One need, with the path of its unit."""

    id: int
    query: str
    key: str
    state: str
    unit_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedNote:
    """Who told a need, from which unit, and the note; names are empty where they are not known any more."""

    id: int
    full_name: str
    unit: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedGroup:
    """Needs of the same words and state within the reader's units.

    Attributes:
        id: of the newest one; who answers it answers all that are open.
        people: how many told it.
        answer: the newest answer.
    """

    id: int
    key: str
    query: str
    state: str
    people: int
    units: int
    newest: datetime
    answer: str
    notes: Sequence[NeedNote] = ()


def get_need(actor: Actor, need_id: int) -> NeedView:
    """One need.

    Raises:
        NeedNotFound: there is none, or its unit is not the actor's to look after.
    """
    statement = _columns(
        TrainingNeed.id, TrainingNeed.query, TrainingNeed.key, TrainingNeed.state,
        func.coalesce(Unit.path, "").label("unit_path"),
    ).where(TrainingNeed.id == need_id, needs_answered_by(actor))  # fmt: skip
    row = db.session.execute(statement).first()
    if row is None:
        raise NeedNotFound
    view = NeedView(**row._mapping)
    require(actor, can_answer_need, view)
    return view


def list_needs(actor: Actor, state: str = OPEN) -> list[NeedGroup]:
    """The needs of a state within the actor's units, what most people told first; at most 200. Two queries."""
    people = func.count(func.distinct(func.coalesce(TrainingNeed.account_id, -TrainingNeed.id)))
    newest = func.max(TrainingNeed.created_at)
    groups = (
        _columns(
            TrainingNeed.key, func.max(TrainingNeed.id).label("id"), people.label("people"),
            func.count(func.distinct(TrainingNeed.unit_id)).label("units"), newest.label("newest"),
        )
        .where(TrainingNeed.state == state, needs_answered_by(actor))
        .group_by(TrainingNeed.key)
        .order_by(people.desc(), newest.desc(), TrainingNeed.key)
        .limit(MOST_GROUPS)
    )  # fmt: skip
    found = db.session.execute(groups).all()
    notes = _notes(actor, state, [row.key for row in found])
    return [_group(row, state, notes.get(row.key, [])) for row in found]


def _group(row, state: str, notes: list) -> NeedGroup:
    first = notes[0] if notes else None
    return NeedGroup(
        id=row.id, key=row.key, query=first.query if first else row.key, state=state, people=row.people,
        units=row.units, newest=row.newest, answer=first.answer if first else "",
        notes=[
            NeedNote(
                id=note.id, full_name=note.full_name or "", unit=note.unit or "", note=note.note,
                created_at=note.created_at,
            )
            for note in notes
        ],
    )  # fmt: skip


def _notes(actor: Actor, state: str, keys: Sequence[str]) -> dict[str, list]:
    statement = (
        _columns(
            TrainingNeed.id, TrainingNeed.key, TrainingNeed.query, TrainingNeed.note, TrainingNeed.answer,
            TrainingNeed.created_at, Person.full_name, Unit.name.label("unit"),
        )
        .outerjoin(Person, Person.account_id == TrainingNeed.account_id)
        .where(TrainingNeed.state == state, TrainingNeed.key.in_(keys), needs_answered_by(actor))
        .order_by(TrainingNeed.id.desc())
        .limit(MOST_NOTES)
    )  # fmt: skip
    found: dict[str, list] = {}
    for row in db.session.execute(statement) if keys else ():
        found.setdefault(row.key, []).append(row)
    return found


def _columns(*columns):
    return select(*columns).select_from(TrainingNeed).outerjoin(Unit, Unit.id == TrainingNeed.unit_id)
