"""Writing many items at once: a handful of statements however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from academy.catalog.events import CourseMaterialChanged
from academy.catalog.freezing import require_not_frozen
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.cards import add_cards, keep_card
from academy.questions.models import ACTIVE, STUDIO, Item, ItemVersion
from academy.questions.services import ItemDraft, require_edit

__all__ = ["store_items"]

CHUNK = 500


def store_items(actor: Actor, course_id: int, drafts: Sequence[ItemDraft]) -> dict[str, int]:
    """Add the items, or give those that are there a new version where what they ask has changed.

    Items that are not among ``drafts`` stay as they are. Returns the numbers of ``added`` and ``changed``.

    Raises:
        NotFound: there is no such course.
        Forbidden: the actor may not edit it.
        Conflict: an examination is drawn from the course's pool; see :mod:`academy.catalog.freezing`.
    """
    with unit_of_work() as work:
        require_edit(actor, course_id)
        known = {
            row.key: row
            for row in work.session.execute(
                select(Item.id, Item.key, Item.current_number).where(Item.course_id == course_id)
            )
        }
        new = [draft for draft in drafts if draft.key not in known]
        changed = [draft for draft in drafts if draft.key in known]
        if any(draft.use_pool for draft in new) or changed:
            require_not_frozen(course_id)
        before = _specs(work.session, [known[draft.key].id for draft in changed])
        ids = _insert(work.session, course_id, new)
        versions = [(ids[draft.key], 1, draft) for draft in new]
        versions += [(known[draft.key].id, known[draft.key].current_number + 1, draft) for draft in changed]
        _raise_numbers(work.session, [(known[draft.key].id, draft) for draft in changed])
        now = clock.now()
        for chunk in _chunks(versions):
            work.session.execute(
                insert(ItemVersion.__table__),
                [
                    {
                        "item_id": item_id,
                        "number": number,
                        "kind": draft.kind,
                        "outcome": draft.outcome,
                        "spec": dict(draft.spec),
                        "hash": draft.digest,
                        "at": now,
                        "by_id": actor.account_id,
                    }
                    for item_id, number, draft in chunk
                ],
            )
        _file(work.session, ids, new)
        for draft in changed:
            item = work.session.get(Item, known[draft.key].id, populate_existing=True)
            keep_card(
                work.session, item, draft.spec, before=before[item.id], changed=True, filing=draft.filing
            )
        if drafts:
            work.emit(CourseMaterialChanged(course_id=course_id))
        return {"added": len(new), "changed": len(changed)}


def _insert(session: Any, course_id: int, drafts: Sequence[ItemDraft]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for chunk in _chunks(drafts):
        rows = [
            {
                "course_id": course_id,
                "key": draft.key,
                "lesson": draft.lesson,
                "difficulty": draft.difficulty,
                "use_lesson": draft.use_lesson,
                "use_pool": draft.use_pool,
                "state": ACTIVE,
                "origin": STUDIO,
                "current_number": 1,
            }
            for draft in chunk
        ]
        ids.update(
            (key, item_id)
            for item_id, key in session.execute(insert(Item).returning(Item.id, Item.key), rows)
        )
    return ids


def _specs(session: Any, items: Sequence[int]) -> dict[int, Any]:
    """What items ask now, by their ids."""
    found: dict[int, Any] = {}
    for chunk in _chunks(items):
        rows = session.execute(
            select(Item.id, ItemVersion.spec)
            .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
            .where(Item.id.in_(chunk))
        )
        found.update((item_id, spec) for item_id, spec in rows)
    return found


def _file(session: Any, ids: Mapping[str, int], drafts: Sequence[ItemDraft]) -> None:
    for chunk in _chunks(drafts):
        add_cards(session, ((ids[draft.key], draft.key, draft.spec, draft.filing) for draft in chunk))


def _raise_numbers(session: Any, changed: Sequence[tuple[int, ItemDraft]]) -> None:
    if not changed:
        return
    session.connection().execute(
        update(Item)
        .where(Item.id == bindparam("item"))
        .values(current_number=Item.current_number + 1, state=ACTIVE, origin=STUDIO),
        [{"item": item_id} for item_id, _draft in changed],
    )


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
