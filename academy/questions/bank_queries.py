"""Finding items in a bank of any size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select, union_all

from academy.kernel.db import db
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold
from academy.questions.languages import PARTIAL, STALE, WHOLE
from academy.questions.models import (
    ACTIVE,
    APPROVED,
    DRAFT,
    IN_REVIEW,
    RETIRED,
    TAG,
    TOPIC,
    Item,
    ItemCard,
    ItemLabel,
    ItemVersion,
)
from academy.questions.plain_words import first_words
from academy.questions.queries import REVIEW_STATE, specs_of

__all__ = [
    "STATES",
    "BankFacets",
    "BankFilter",
    "BankRow",
    "count_items",
    "facets_of",
    "list_items",
    "matching_ids",
]

STATES = (DRAFT, IN_REVIEW, APPROVED, RETIRED)
PAGE = 50
MOST_TAGS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFilter:
    """What an author looks for; empty fields filter nothing. Retired items are found by their state only.

    ``language`` is ``en:missing`` (not all texts are there) or ``en:stale``; ``lesson`` ``-`` means none.
    """

    q: str = ""
    kind: str = ""
    tag: str = ""
    topic: str = ""
    category: str = ""
    state: str = ""
    outcome: str = ""
    difficulty: int = 0
    language: str = ""
    lesson: str = ""
    use: str = ""

    @property
    def is_empty(self) -> bool:
        return self == BankFilter()

    def as_args(self) -> dict[str, Any]:
        """The filter as parameters of an address, without what is empty."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """An item in the bank's list; ``words`` is the first line of its text, ``state`` one of :data:`STATES`."""

    item_id: int
    key: str
    kind: str
    lesson: str
    outcome: str
    difficulty: int
    use_lesson: bool
    use_pool: bool
    state: str
    number: int
    category: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    behind: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFacets:
    """What a bank's items are filed under, each with the number of items that are not retired."""

    states: Mapping[str, int]
    categories: Mapping[str, int]
    tags: Mapping[str, int]
    topics: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(count for state, count in self.states.items() if state != RETIRED)


def list_items(
    course_id: int, wanted: BankFilter, *, cursor: str | None, lang: str, limit: int = PAGE
) -> Page:
    """A page of :class:`BankRow` by lesson and key; three queries, whatever the size of the bank."""
    statement = _filtered(
        select(
            Item.id,
            Item.key,
            Item.lesson,
            Item.difficulty,
            Item.use_lesson,
            Item.use_pool,
            Item.state,
            ItemVersion.id.label("version_id"),
            ItemVersion.number,
            ItemVersion.kind,
            ItemVersion.outcome,
            ItemVersion.hash,
            REVIEW_STATE.label("review"),
            ItemCard.category,
            ItemCard.languages,
        ),
        course_id,
        wanted,
    )
    page = keyset(statement, (Item.lesson, Item.key), cursor, limit)
    specs = specs_of({row.version_id: row.hash for row in page.items})
    labels = _labels_of([row.id for row in page.items])
    return Page(
        [_bank_row(row, specs[row.version_id], labels.get(row.id, {}), lang) for row in page.items],
        page.next_cursor,
    )


def matching_ids(course_id: int, wanted: BankFilter) -> list[int]:
    """The ids of all items that a filter finds, by lesson and key."""
    statement = _filtered(select(Item.id), course_id, wanted).order_by(Item.lesson, Item.key)
    return list(db.session.scalars(statement))


def count_items(course_id: int, wanted: BankFilter) -> int:
    """How many items a filter finds."""
    found = _filtered(select(Item.id), course_id, wanted).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def facets_of(course_id: int) -> BankFacets:
    """States, categories, tags and topics (slugs) of a course's items; one query."""
    state = case((Item.state == RETIRED, RETIRED), else_=REVIEW_STATE)
    states = (
        select(literal("state").label("facet"), state.label("facet_name"), func.count().label("items"))
        .select_from(Item)
        .outerjoin(ItemCard, ItemCard.item_id == Item.id)
        .where(Item.course_id == course_id)
        # by its name: PostgreSQL does not see that two expressions with parameters are one
        .group_by("facet_name")
    )
    categories = (
        select(literal("category"), ItemCard.category, func.count())
        .select_from(Item)
        .join(ItemCard, ItemCard.item_id == Item.id)
        .where(Item.course_id == course_id, Item.state == ACTIVE, ItemCard.category != "")
        .group_by(ItemCard.category)
    )
    labels = (
        select(ItemLabel.kind, func.min(ItemLabel.label), func.count())
        .select_from(Item)
        .join(ItemLabel, ItemLabel.item_id == Item.id)
        .where(Item.course_id == course_id, Item.state == ACTIVE)
        .group_by(ItemLabel.kind, ItemLabel.name)
    )
    found: dict[str, dict[str, int]] = {"state": {}, "category": {}, TAG: {}, TOPIC: {}}
    for facet, name, items in db.session.execute(union_all(states, categories, labels)):
        found[facet][name] = items
    commonest = sorted(found[TAG].items(), key=lambda pair: (-pair[1], fold(pair[0])))[:MOST_TAGS]
    return BankFacets(
        states=found["state"],
        categories=_tree(found["category"].items()),
        tags=dict(commonest),
        topics=dict(sorted(found[TOPIC].items())),
    )


def _filtered(statement: Select, course_id: int, wanted: BankFilter) -> Select:
    statement = (
        statement.select_from(Item)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
        .outerjoin(ItemCard, ItemCard.item_id == Item.id)
        .where(Item.course_id == course_id)
    )
    if wanted.state == RETIRED:
        statement = statement.where(Item.state == RETIRED)
    else:
        statement = statement.where(Item.state == ACTIVE)
        if wanted.state:
            statement = statement.where(wanted.state == REVIEW_STATE)
    for word in fold(wanted.q).split()[:10]:
        statement = statement.where(ItemCard.search.contains(word, autoescape=True))
    if wanted.kind:
        statement = statement.where(ItemVersion.kind == wanted.kind)
    if wanted.outcome:
        statement = statement.where(ItemVersion.outcome == wanted.outcome)
    if wanted.difficulty:
        statement = statement.where(Item.difficulty == wanted.difficulty)
    if wanted.lesson:
        statement = statement.where(Item.lesson == ("" if wanted.lesson == "-" else wanted.lesson))
    if wanted.use in ("lesson", "pool"):
        statement = statement.where(Item.use_lesson if wanted.use == "lesson" else Item.use_pool)
    if wanted.category:
        below = ItemCard.category.startswith(f"{wanted.category}/", autoescape=True)
        statement = statement.where(or_(ItemCard.category == wanted.category, below))
    for kind, name in ((TAG, fold(wanted.tag)[:80]), (TOPIC, wanted.topic)):
        if name:
            labelled = select(ItemLabel.item_id).where(ItemLabel.kind == kind, ItemLabel.name == name)
            statement = statement.where(Item.id.in_(labelled))
    lang, _colon, state = wanted.language.partition(":")
    if state == "missing":
        there = ItemCard.languages[lang].as_string()
        statement = statement.where(or_(there.is_(None), there == PARTIAL))
    elif state == "stale":
        statement = statement.where(ItemCard.languages[lang].as_string() == STALE)
    return statement


def _labels_of(item_ids: Sequence[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """The labels of items, by the kind of label."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    if not item_ids:
        return found
    rows = db.session.execute(
        select(ItemLabel.item_id, ItemLabel.kind, ItemLabel.label)
        .where(ItemLabel.item_id.in_(item_ids))
        .order_by(ItemLabel.name)
    )
    for item_id, kind, label in rows:
        labels = found.setdefault(item_id, {})
        labels[kind] = (*labels.get(kind, ()), label)
    return found


def _bank_row(row: Any, spec: Mapping[str, Any], labels: Mapping[str, tuple[str, ...]], lang: str) -> BankRow:
    return BankRow(
        item_id=row.id,
        key=row.key,
        kind=row.kind,
        lesson=row.lesson,
        outcome=row.outcome,
        difficulty=row.difficulty,
        use_lesson=row.use_lesson,
        use_pool=row.use_pool,
        state=RETIRED if row.state == RETIRED else row.review,
        number=row.number,
        category=row.category or "",
        tags=labels.get(TAG, ()),
        topics=labels.get(TOPIC, ()),
        behind=tuple(name for name, state in (row.languages or {}).items() if state != WHOLE),
        words=first_words(spec, row.key, lang),
    )


def _tree(counts: Iterable[Any]) -> dict[str, int]:
    """Categories with those that only hold others; a branch counts what is below it."""
    tree: dict[str, int] = {}
    for path, count in counts:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            branch = "/".join(parts[:depth])
            tree[branch] = tree.get(branch, 0) + count
    return dict(sorted(tree.items(), key=lambda pair: fold(pair[0])))
