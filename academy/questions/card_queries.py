"""What the bank knows of one item: its card, its versions, its review, and the items that are much like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_

from academy.accounts.models import Account
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.organization.models import Person
from academy.questions.cards import Filing
from academy.questions.models import (
    ACTIVE,
    DRAFT,
    TAG,
    TOPIC,
    Item,
    ItemBand,
    ItemCard,
    ItemLabel,
    ItemReview,
    ItemVersion,
)
from academy.questions.plain_words import first_words
from academy.questions.queries import REVIEW_STATE
from academy.questions.similarity import ALIKE, bands, likeness, shingles

__all__ = [
    "CardView",
    "ReviewStep",
    "Twin",
    "VersionStep",
    "card_of",
    "filing_of",
    "find_twins",
    "history_of",
    "reviews_of",
    "spec_of_version",
]

MOST_TWINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """An item's card; ``author_id`` is the account that wrote the current version."""

    review: str = DRAFT
    category: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict)
    author_id: int | None = None
    author_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStep:
    """A version in an item's history."""

    id: int
    number: int
    at: datetime
    by_name: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStep:
    """A step of an item's review."""

    number: int
    state: str
    note: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An item that is much like another; ``likeness`` from 0 to 1, see :mod:`academy.questions.similarity`."""

    item_id: int
    key: str
    likeness: float
    words: str


def card_of(item_id: int) -> CardView:
    """What the bank knows of an item; of one without a card, as it would begin. Two queries."""
    row = db.session.execute(
        select(
            REVIEW_STATE.label("review"),
            ItemCard.category,
            ItemCard.languages,
            ItemVersion.by_id,
            func.coalesce(Person.full_name, Account.username, "").label("name"),
        )
        .select_from(Item)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
        .outerjoin(ItemCard, ItemCard.item_id == Item.id)
        .outerjoin(Account, Account.id == ItemVersion.by_id)
        .outerjoin(Person, Person.account_id == ItemVersion.by_id)
        .where(Item.id == item_id)
    ).first()
    if row is None:
        raise NotFound(_l("There is no such exercise."))
    labels = db.session.execute(
        select(ItemLabel.kind, ItemLabel.label).where(ItemLabel.item_id == item_id).order_by(ItemLabel.label)
    ).all()
    return CardView(
        review=row.review,
        category=row.category or "",
        tags=tuple(label for kind, label in labels if kind == TAG),
        topics=tuple(label for kind, label in labels if kind == TOPIC),
        languages=row.languages or {},
        author_id=row.by_id,
        author_name=row.name,
    )


def filing_of(course_id: int) -> dict[int, Filing]:
    """Where the items of a course are filed, by item id; two queries."""
    cards = db.session.execute(
        select(ItemCard.item_id, ItemCard.category).join(Item, Item.id == ItemCard.item_id).where(
            Item.course_id == course_id
        )
    ).all()  # fmt: skip
    labels: dict[tuple[int, str], list[str]] = {}
    for item_id, kind, label in db.session.execute(
        select(ItemLabel.item_id, ItemLabel.kind, ItemLabel.label)
        .join(Item, Item.id == ItemLabel.item_id)
        .where(Item.course_id == course_id)
        .order_by(ItemLabel.name)
    ):
        labels.setdefault((item_id, kind), []).append(label)
    return {
        item_id: Filing(
            category=category, tags=labels.get((item_id, TAG), []), topics=labels.get((item_id, TOPIC), [])
        )
        for item_id, category in cards
    }


def history_of(item_id: int) -> list[VersionStep]:
    """The versions of an item, the newest first."""
    rows = db.session.execute(
        select(
            ItemVersion.id,
            ItemVersion.number,
            ItemVersion.at,
            ItemVersion.outcome,
            func.coalesce(Person.full_name, "").label("by_name"),
        )
        .outerjoin(Person, Person.account_id == ItemVersion.by_id)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc())
    )
    return [VersionStep(**row._mapping) for row in rows]


def spec_of_version(item_id: int, number: int) -> Mapping[str, Any]:
    """What an item asked in one of its versions.

    Raises:
        NotFound: it has no such version.
    """
    spec = db.session.scalar(
        select(ItemVersion.spec).where(ItemVersion.item_id == item_id, ItemVersion.number == number)
    )
    if spec is None:
        raise NotFound(_l("The question has no such version."))
    return spec


def reviews_of(item_id: int) -> list[ReviewStep]:
    """The steps of an item's review, the newest first."""
    rows = db.session.execute(
        select(
            ItemReview.number,
            ItemReview.state,
            ItemReview.note,
            ItemReview.at,
            func.coalesce(Person.full_name, "").label("by_name"),
        )
        .outerjoin(Person, Person.account_id == ItemReview.by_id)
        .where(ItemReview.item_id == item_id)
        .order_by(ItemReview.id.desc())
        .limit(50)
    )
    return [ReviewStep(**row._mapping) for row in rows]


def find_twins(course_id: int, spec: Mapping[str, Any], *, lang: str, but: int | None = None) -> list[Twin]:
    """Items of a course, not retired, that are much like a spec, the likest first; two queries.

    Args:
        but: an item that is left out: the one that the spec is of.
    """
    mine = shingles(spec)
    signature = bands(mine)
    if not signature:
        return []
    near = (
        select(ItemBand.item_id)
        .join(Item, Item.id == ItemBand.item_id)
        .where(Item.course_id == course_id, Item.state == ACTIVE)
        .where(tuple_(ItemBand.band, ItemBand.value).in_(list(enumerate(signature))))
        .group_by(ItemBand.item_id)
        .order_by(func.count().desc())
        .limit(50)
        .subquery()
    )
    rows = db.session.execute(
        select(Item.id, Item.key, ItemVersion.spec)
        .join(near, near.c.item_id == Item.id)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
    ).all()
    twins = [
        Twin(item_id=row.id, key=row.key, likeness=round(likeness(mine, shingles(row.spec)), 2), words=first_words(row.spec, row.key, lang))
        for row in rows
        if row.id != but
    ]  # fmt: skip
    alike = [twin for twin in twins if twin.likeness >= ALIKE]
    return sorted(alike, key=lambda twin: (-twin.likeness, twin.key))[:MOST_TWINS]
