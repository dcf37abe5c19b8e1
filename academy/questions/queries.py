"""Reads of the bank, and what pages and quizzes do with a version: show, check, grade, explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, func, select

from academy.kernel.db import Prepared, db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.plugins.contract import ExerciseType, Grade, Printed
from academy.questions.models import ACTIVE, APPROVED, CONTENT, DRAFT, Item, ItemCard, ItemVersion
from academy.questions.options import AUTHORS_ORDER
from academy.questions.registry import exercise_type, grade_safely, is_graded_by_hand, printed
from academy.questions.version_cache import specs

__all__ = [
    "ItemRow",
    "PoolCard",
    "PoolItem",
    "VersionRow",
    "check_answer",
    "find_item",
    "get_item",
    "get_item_version",
    "get_item_versions",
    "grade_item",
    "hashes_of_course",
    "items_of_course",
    "items_of_lesson",
    "pool",
    "pool_cards",
    "present_item",
    "print_item",
    "public_text",
    "read_answer",
    "seed_for",
    "solution_of",
    "specs_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One immutable version of an item, with the key of the item."""

    id: int
    item_id: int
    key: str
    kind: str
    outcome: str
    number: int
    hash: str
    spec: Mapping[str, Any]

    @property
    def type(self) -> ExerciseType:
        return exercise_type(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item with its current version."""

    item_id: int
    course_id: int
    key: str
    lesson: str
    difficulty: int
    use_lesson: bool
    use_pool: bool
    state: str
    version: VersionRow

    @property
    def kind(self) -> str:
        return self.version.kind

    @property
    def outcome(self) -> str:
        return self.version.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolItem:
    """What a draw needs to know of an item; the spec is not loaded.

    ``use_lesson``: a lesson may show it. ``by_hand``: a person grades its answers.
    """

    item_id: int
    version_id: int
    key: str
    kind: str
    outcome: str
    lesson: str
    difficulty: int
    use_lesson: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCard(PoolItem):
    """An item of the pool with what the bank knows of it: version, review and languages."""

    number: int
    hash: str
    review: str
    languages: Mapping[str, str]


REVIEW_STATE = func.coalesce(ItemCard.review, case((Item.origin == CONTENT, APPROVED), else_=DRAFT))
"""How far the review of an item is; for one without a card, as its card would begin."""


def _current_items() -> Select:
    return select(
        Item.id,
        Item.course_id,
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
    ).join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))


def _item_rows(statement: Select) -> list[ItemRow]:
    return item_rows(db.session.execute(statement).all())


def item_rows(rows: Sequence[Row]) -> list[ItemRow]:
    """Items from rows of :data:`LESSON_ITEMS`, whatever else is in them; one query if a spec is not in memory."""
    found = specs_of({row.version_id: row.hash for row in rows})
    return [
        ItemRow(
            item_id=row.id,
            course_id=row.course_id,
            key=row.key,
            lesson=row.lesson,
            difficulty=row.difficulty,
            use_lesson=row.use_lesson,
            use_pool=row.use_pool,
            state=row.state,
            version=VersionRow(
                id=row.version_id,
                item_id=row.id,
                key=row.key,
                kind=row.kind,
                outcome=row.outcome,
                number=row.number,
                hash=row.hash,
                spec=found[row.version_id],
            ),
        )
        for row in rows
    ]


def items_of_lesson(course_id: int, lesson: str) -> list[ItemRow]:
    """The active items that a lesson may embed, by key; two queries cold, one warm."""
    return item_rows(_OF_LESSON(course_id=course_id, lesson=lesson))


# the active items that the lesson ``:lesson`` of the course ``:course_id`` may embed, by key, for slices above to
# join to
LESSON_ITEMS = (
    _current_items()
    .where(
        Item.course_id == bindparam("course_id"),
        Item.lesson == bindparam("lesson"),
        Item.state == ACTIVE,
        Item.use_lesson,
    )
    .order_by(Item.key)
)
_OF_LESSON = Prepared(LESSON_ITEMS)


def items_of_course(course_id: int, *, retired: bool = False) -> list[ItemRow]:
    """All items of a course by lesson and key, for its authors and for the search index."""
    statement = _current_items().where(Item.course_id == course_id).order_by(Item.lesson, Item.key)
    return _item_rows(statement if retired else statement.where(Item.state == ACTIVE))


def hashes_of_course(course_id: int) -> dict[str, str]:
    """What every item of a course asks now, retired or not: the hash of its version by key; one query."""
    rows = db.session.execute(_current_items().where(Item.course_id == course_id))
    return {row.key: row.hash for row in rows}


def find_item(course_id: int, key: str) -> ItemRow | None:
    """The item of a course under its key, retired or not."""
    rows = _item_rows(_current_items().where(Item.course_id == course_id, Item.key == key))
    return rows[0] if rows else None


def get_item(item_id: int) -> ItemRow:
    """The item with its current version.

    Raises:
        NotFound: there is none.
    """
    rows = _item_rows(_current_items().where(Item.id == item_id))
    if not rows:
        raise NotFound(_l("There is no such exercise."))
    return rows[0]


def get_item_version(version_id: int) -> VersionRow:
    """One version.

    Raises:
        NotFound: there is none.
    """
    found = get_item_versions([version_id])
    if version_id not in found:
        raise NotFound(_l("There is no such exercise."))
    return found[version_id]


def get_item_versions(version_ids: Iterable[int]) -> dict[int, VersionRow]:
    """Versions by id; ids that do not exist are left out. Two queries cold, one warm."""
    rows = db.session.execute(
        select(
            ItemVersion.id,
            ItemVersion.item_id,
            Item.key,
            ItemVersion.number,
            ItemVersion.kind,
            ItemVersion.outcome,
            ItemVersion.hash,
        )
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(set(version_ids)))
    ).all()
    found = specs_of({row.id: row.hash for row in rows})
    return {row.id: VersionRow(**row._mapping, spec=found[row.id]) for row in rows}


def specs_of(hashes: Mapping[int, str]) -> dict[int, Mapping[str, Any]]:
    """Specs by version id, for versions whose hashes are known: no query for those kept in memory."""
    found = {version_id: specs.find(digest) for version_id, digest in hashes.items()}
    missing = [version_id for version_id, spec in found.items() if spec is None]
    if missing:
        loaded = db.session.execute(
            select(ItemVersion.id, ItemVersion.hash, ItemVersion.spec).where(ItemVersion.id.in_(missing))
        )
        for version_id, digest, spec in loaded:
            specs.keep(digest, spec)
            found[version_id] = spec
    return {version_id: spec for version_id, spec in found.items() if spec is not None}


def pool(course_id: int) -> list[PoolItem]:
    """Active items of a course that quizzes may draw, with their current versions, by key; one query."""
    return [PoolItem(**_drawn_by(row)) for row in db.session.execute(_pool(course_id))]


def pool_cards(course_id: int) -> list[PoolCard]:
    """As :func:`pool`, with the items' cards; one query. ``languages`` is empty where the bank has no card yet."""
    statement = (
        _pool(course_id)
        .add_columns(REVIEW_STATE.label("review"), ItemCard.languages)
        .outerjoin(ItemCard, ItemCard.item_id == Item.id)
    )
    return [
        PoolCard(
            **_drawn_by(row),
            number=row.number,
            hash=row.hash,
            review=row.review,
            languages=row.languages or {},
        )
        for row in db.session.execute(statement)
    ]


def _pool(course_id: int) -> Select:
    return (
        _current_items()
        .where(Item.course_id == course_id, Item.state == ACTIVE, Item.use_pool)
        .order_by(Item.key)
    )


def _drawn_by(row: Row) -> dict[str, Any]:
    """What a :class:`PoolItem` says, from a row of :func:`_pool`."""
    return {
        "item_id": row.id,
        "version_id": row.version_id,
        "key": row.key,
        "kind": row.kind,
        "outcome": row.outcome,
        "lesson": row.lesson,
        "difficulty": row.difficulty,
        "use_lesson": row.use_lesson,
        "by_hand": is_graded_by_hand(row.kind),
    }


def present_item(version: VersionRow, seed: int, lang: str) -> dict[str, Any]:
    """What a learner may see: ``{"kind", "body"}``, no answer in it."""
    return {"kind": version.kind, "body": dict(version.type.present(version.spec, seed, lang))}


def seed_for(kind: str, seed: int, *, shuffle: bool) -> int:
    """The seed to present with: the author's order only where a kind allows it."""
    if not shuffle and getattr(exercise_type(kind), "keeps_authors_order", False):
        return AUTHORS_ORDER
    return seed


def check_answer(version: VersionRow, answer: Any) -> Any:
    """An answer in its normal form; None stays None (nothing answered).

    Raises:
        Invalid: it does not fit the item.
    """
    return None if answer is None else version.type.check_answer(version.spec, answer)


def read_answer(version: VersionRow, form: Any, name: str) -> Any:
    """The answer in a submitted form, unchecked; None if nothing was answered."""
    return version.type.read_form(form, name)


def grade_item(version: VersionRow, answer: Any, seed: int) -> Grade:
    """Grade a checked answer; never raises, a failing grader gives ``pending``."""
    return grade_safely(version.kind, version.spec, answer, seed)


def solution_of(version: VersionRow, seed: int, lang: str) -> dict[str, Any]:
    """The right answer and its explanation: for after release only."""
    return dict(version.type.solution(version.spec, seed, lang))


def print_item(version: VersionRow, seed: int, lang: str) -> Printed:
    """The item on paper, with its key."""
    return printed(version.kind, version.spec, seed, lang)


def public_text(version: VersionRow, lang: str) -> str:
    """The words of an item without its answer, for search and print."""
    return version.type.text(version.spec, lang)
