"""Reading what a person keeps of searches: recent ones, saved ones, needs told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.search.models import RecentSearch, SavedSearch, SearchPreference, TrainingNeed
from academy.search.queries import search

__all__ = [
    "OwnNeed",
    "RecentRow",
    "SavedRow",
    "is_remembering",
    "list_own_needs",
    "list_recent",
    "list_saved",
]

SHOWN_RECENT = 20
SHOWN_NEEDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRow:
    """A search as it was asked; ``filters`` are values by name."""

    id: int
    text: str
    filters: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRow:
    """A saved search; ``total`` is what it finds now, None where that was not asked."""

    id: int
    name: str
    text: str
    filters: Mapping[str, str]
    created_at: datetime
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNeed:
    """A training need the person told, and what was answered."""

    id: int
    query: str
    note: str
    state: str
    created_at: datetime
    answer: str
    decided_at: datetime | None


def is_remembering(actor: Actor) -> bool:
    """Whether the actor's searches are remembered. One query."""
    statement = select(SearchPreference.remember).where(SearchPreference.account_id == actor.account_id)
    return actor.account_id is not None and db.session.scalar(statement) is not False


def list_recent(actor: Actor, limit: int = SHOWN_RECENT) -> list[RecentRow]:
    """The actor's own newest searches; none for who is not signed in. One query."""
    if actor.account_id is None:
        return []
    statement = (
        select(RecentSearch.id, RecentSearch.text, RecentSearch.filters, RecentSearch.at)
        .where(RecentSearch.account_id == actor.account_id)
        .order_by(RecentSearch.at.desc(), RecentSearch.id.desc())
        .limit(limit)
    )
    return [RecentRow(**row._mapping) for row in db.session.execute(statement)]


def list_saved(actor: Actor, *, counted: bool = False) -> list[SavedRow]:
    """The actor's own saved searches by name; with ``counted`` also how much each finds now. One query, and for
    each what a search costs."""
    if actor.account_id is None:
        return []
    statement = (
        select(
            SavedSearch.id, SavedSearch.name, SavedSearch.text, SavedSearch.filters, SavedSearch.created_at
        )
        .where(SavedSearch.account_id == actor.account_id)
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    rows = db.session.execute(statement).all()
    return [
        SavedRow(
            **row._mapping, total=search(actor, row.text, limit=1, **row.filters).total if counted else None
        )
        for row in rows
    ]


def list_own_needs(actor: Actor) -> list[OwnNeed]:
    """The training needs that the actor told, newest first. One query."""
    if actor.account_id is None:
        return []
    statement = (
        select(
            TrainingNeed.id, TrainingNeed.query, TrainingNeed.note, TrainingNeed.state, TrainingNeed.created_at,
            TrainingNeed.answer, TrainingNeed.decided_at,
        )
        .where(TrainingNeed.account_id == actor.account_id)
        .order_by(TrainingNeed.id.desc())
        .limit(SHOWN_NEEDS)
    )  # fmt: skip
    return [OwnNeed(**row._mapping) for row in db.session.execute(statement)]
