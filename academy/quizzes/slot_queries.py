"""The items of attempts, with the versions that were drawn and those they were graded by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select

from academy.kernel.db import db
from academy.questions.models import Item, ItemVersion
from academy.questions.queries import VersionRow, get_item_versions, specs_of
from academy.quizzes.models import AttemptItem
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import AttemptSlot, AttemptSummary, shown_seed

__all__ = ["item_rows", "shown_slots", "slot_rows", "slots_of"]

Shown = tuple[AttemptItem, VersionRow]


def slot_rows(attempt_id: int, slots: Iterable[int] | None = None) -> list[Shown]:
    """The items of an attempt in order, as mapped rows with their versions; for this slice's services."""
    wanted = AttemptItem.attempt_id == attempt_id
    return item_rows(wanted if slots is None else and_(wanted, AttemptItem.slot.in_(set(slots))))


def item_rows(wanted: ColumnElement[bool]) -> list[Shown]:
    """The same for any attempts; one query, a second for specs that are not in memory."""
    rows = db.session.execute(
        select(AttemptItem, *_VERSION)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(wanted)
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
        # an object that this session met before must not hide what another request has stored since
        .execution_options(populate_existing=True)
    ).all()
    specs = specs_of({row.version_id: row.hash for row in rows})
    return [(row[0], _version(row, specs)) for row in rows]


_VERSION = (
    ItemVersion.id.label("version_id"),
    ItemVersion.item_id,
    Item.key,
    ItemVersion.kind,
    ItemVersion.outcome,
    ItemVersion.number,
    ItemVersion.hash,
)


def _version(row: Row, specs: Mapping[int, Mapping[str, Any]]) -> VersionRow:
    return VersionRow(
        id=row.version_id,
        item_id=row.item_id,
        key=row.key,
        kind=row.kind,
        outcome=row.outcome,
        number=row.number,
        hash=row.hash,
        spec=specs[row.version_id],
    )


def slots_of(attempt: AttemptSummary, rules: QuizRules) -> Iterator[AttemptSlot]:
    """The items of an attempt as they are shown; one query more for versions they were graded by later."""
    return shown_slots(slot_rows(attempt.id), lambda _item: (rules, attempt.seed))


def shown_slots(
    rows: Sequence[Shown], seed_of: Callable[[AttemptItem], tuple[QuizRules, int]]
) -> Iterator[AttemptSlot]:
    """Rows of :func:`item_rows` as they are shown; ``seed_of`` gives the rules and the seed of an item's attempt."""
    others = {item.graded_version_id for item, _version in rows if item.graded_version_id is not None}
    graded = get_item_versions(others) if others else {}
    for item, version in rows:
        rules, seed = seed_of(item)
        yield AttemptSlot(
            slot=item.slot,
            version=version,
            graded=graded.get(item.graded_version_id, version),
            weight=item.weight,
            penalty=item.penalty,
            seed=shown_seed(rules, seed, item.slot, version.kind),
            stored_sequence=item.stored_sequence,
            answer=item.answer,
            answered_at=item.answered_at,
            score=item.score,
            grade_json=item.grade,
        )
