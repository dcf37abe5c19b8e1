"""Writes of the bank: a changed item becomes a new version, the old one stays for whoever used it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import select, update

from academy.catalog.events import CourseMaterialChanged
from academy.catalog.freezing import require_not_frozen
from academy.catalog.queries import find_course_by_id
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.cards import Filing, clean_category, clean_tags, index_items, keep_card
from academy.questions.field_messages import messages_by_field
from academy.questions.fields import in_languages
from academy.questions.models import (
    ACTIVE,
    CONTENT,
    RETIRED,
    STUDIO,
    TAG,
    TOPIC,
    Item,
    ItemCard,
    ItemLabel,
    ItemVersion,
)
from academy.questions.policies import can_edit_items
from academy.questions.registry import exercise_type, is_known

__all__ = [
    "Filing",
    "ItemDraft",
    "SavedItem",
    "checked_spec",
    "digest_of",
    "index_items",
    "require_edit",
    "retire_item",
    "save_item",
    "sync_items",
]

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}\Z")


def digest_of(kind: str, outcome: str, spec: Mapping[str, Any]) -> str:
    """SHA-256 of what a version is made of, hexadecimal: as JSON with sorted keys and no spaces, in UTF-8."""
    parts = {"kind": kind, "outcome": outcome, "spec": spec}
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """An item as an author gives it; ``spec`` is already checked by :func:`checked_spec`."""

    key: str
    kind: str
    lesson: str
    outcome: str
    difficulty: int
    use_lesson: bool
    use_pool: bool
    spec: Mapping[str, Any]
    filing: Filing = Filing()

    @property
    def digest(self) -> str:
        """The hash of the version that this would be."""
        return digest_of(self.kind, self.outcome, self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedItem:
    """``changed``: whether this made a new version."""

    item_id: int
    version_id: int
    number: int
    changed: bool


def checked_spec(kind: str, spec: Mapping[str, Any], languages: Iterable[str] = ()) -> dict[str, Any]:
    """The spec in its normal form.

    Args:
        languages: those of the course, which its texts must be in; Vietnamese if none is named.

    Raises:
        Invalid: the kind is unknown, or the spec breaks a rule of it; ``errors`` by field.
    """
    if not is_known(kind):
        message = _l("There is no kind of question called “%(kind)s”.", kind=kind)
        raise Invalid(message, rule="questions.kind", errors={"kind": [message]})
    try:
        with in_languages(languages):
            return _schema(exercise_type(kind).spec_schema).load(spec)
    except ValidationError as error:
        raise Invalid(
            _l("Please correct the fields named below."),
            rule="questions.spec",
            errors=messages_by_field(error.messages),
        ) from error


@cache
def _schema(made: type[Schema]) -> Schema:
    """One schema for all specs of a kind: it keeps nothing of them, and making it costs more than it does."""
    return made()


def save_item(
    actor: Actor,
    course_id: int,
    key: str,
    kind: str,
    spec: Mapping[str, Any],
    *,
    lesson: str,
    outcome: str,
    difficulty: int = 2,
    use_lesson: bool = True,
    use_pool: bool = True,
    filing: Filing = Filing(),
) -> SavedItem:
    """Create an item, or give it a new version if what it asks has changed.

    Attempts and lessons that used an older version keep it. What is changed is a draft again until somebody
    else has approved it.

    Raises:
        NotFound: there is no such course.
        Forbidden: the actor may not edit it.
        Invalid: a field breaks a rule; ``errors`` by field.
    """
    with unit_of_work() as work:
        course = require_edit(actor, course_id)
        _check_fields(key, difficulty, use_lesson, use_pool)
        draft = ItemDraft(
            key=key,
            kind=kind,
            lesson=lesson,
            outcome=outcome,
            difficulty=difficulty,
            use_lesson=use_lesson,
            use_pool=use_pool,
            spec=checked_spec(kind, spec, course.languages),
            filing=filing,
        )
        item = work.session.scalar(select(Item).where(Item.course_id == course_id, Item.key == key))
        same_use = item is not None and _same_use(item, draft, STUDIO)
        saved = _store(work.session, actor, course_id, draft, item, STUDIO)
        if saved.changed or not same_use:
            work.emit(CourseMaterialChanged(course_id=course_id))
        return saved


def retire_item(actor: Actor, item_id: int) -> None:
    """Take an item out of lessons and pools; what was answered stays.

    Raises:
        NotFound: there is no such item.
        Forbidden: the actor may not edit its course.
    """
    with unit_of_work() as work:
        item = work.session.get(Item, item_id)
        if item is None:
            raise NotFound(_l("There is no such exercise."))
        require_edit(actor, item.course_id)
        if item.use_pool:
            require_not_frozen(item.course_id)
        item.state = RETIRED
        work.emit(CourseMaterialChanged(course_id=item.course_id))


def sync_items(actor: Actor, course_id: int, drafts: list[ItemDraft]) -> dict[str, int]:
    """Make the items that come from content files equal to ``drafts``.

    Items of the files that are gone are retired; items written in the studio are left alone, unless a
    file now has their key. Returns the numbers of ``added``, ``changed``, ``removed``, ``unchanged``.
    """
    counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
    with unit_of_work() as work:
        known = {
            item.key: (item, digest)
            for item, digest in work.session.execute(
                select(Item, ItemVersion.hash)
                .join(
                    ItemVersion,
                    (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number),
                )
                .where(Item.course_id == course_id)
            )
        }
        filed = _filings(work.session, course_id)
        for draft in drafts:
            item, digest = known.get(draft.key, (None, ""))
            same = item is not None and digest == draft.digest and _same_use(item, draft, CONTENT)
            if same and filed.get(item.id) == _filed(draft):
                counts["unchanged"] += 1
                continue
            _store(work.session, actor, course_id, draft, item, CONTENT)
            counts["changed" if item is not None else "added"] += 1
        kept = {draft.key for draft in drafts}
        gone = [
            item
            for item, _digest in known.values()
            if item.key not in kept and item.origin == CONTENT and item.state == ACTIVE
        ]
        if any(item.use_pool for item in gone):
            require_not_frozen(course_id)
        if gone:
            work.session.execute(
                update(Item).where(Item.id.in_([item.id for item in gone])).values(state=RETIRED)
            )
            counts["removed"] = len(gone)
    return counts


def require_edit(actor: Actor, course_id: int) -> CourseView:
    """The course, if the actor may change its bank.

    Raises:
        NotFound, Forbidden
    """
    course = find_course_by_id(course_id)
    if course is None:
        raise NotFound(_l("There is no such course."))
    require(actor, can_edit_items, course)
    return course


def _check_fields(key: str, difficulty: int, use_lesson: bool, use_pool: bool) -> None:
    errors: dict[str, list[Any]] = {}
    if not _KEY.match(key):
        errors["key"] = [_l("Use small letters, digits and hyphens, at most 80.")]
    if not 1 <= difficulty <= 5:
        errors["difficulty"] = [_l("Difficulty goes from 1 to 5.")]
    if not (use_lesson or use_pool):
        errors["use"] = [_l("Use the question in the lesson, in quizzes, or both.")]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="questions.item", errors=errors)


def _same_use(item: Item, draft: ItemDraft, origin: str) -> bool:
    return (
        item.lesson == draft.lesson
        and item.difficulty == draft.difficulty
        and item.use_lesson == draft.use_lesson
        and item.use_pool == draft.use_pool
        and item.state == ACTIVE
        and item.origin == origin
    )


def _store(
    session: Any, actor: Actor, course_id: int, draft: ItemDraft, item: Item | None, origin: str
) -> SavedItem:
    current = before = None
    if item is None:
        if draft.use_pool:
            require_not_frozen(course_id)
        item = Item(course_id=course_id, key=draft.key, current_number=0)
        session.add(item)
    else:
        current = session.scalar(
            select(ItemVersion).where(
                ItemVersion.item_id == item.id, ItemVersion.number == item.current_number
            )
        )
    changed = current is None or current.hash != draft.digest
    in_pools = current is not None and (item.use_pool or draft.use_pool)
    if in_pools and (changed or not _same_use(item, draft, origin)):
        require_not_frozen(course_id)
    item.lesson, item.difficulty, item.state, item.origin = draft.lesson, draft.difficulty, ACTIVE, origin
    item.use_lesson, item.use_pool = draft.use_lesson, draft.use_pool
    if changed:
        before = current.spec if current is not None else None
        item.current_number += 1
        session.flush()
        current = ItemVersion(
            item_id=item.id,
            number=item.current_number,
            kind=draft.kind,
            outcome=draft.outcome,
            spec=dict(draft.spec),
            hash=draft.digest,
            by_id=actor.account_id,
        )
        session.add(current)
    session.flush()
    keep_card(session, item, draft.spec, before=before, changed=changed, filing=draft.filing)
    return SavedItem(item_id=item.id, version_id=current.id, number=item.current_number, changed=changed)


def _filings(session: Any, course_id: int) -> dict[int, tuple[str, frozenset[str], frozenset[str]]]:
    """Where the items of a course are filed: category, tags and topics by item id; two queries."""
    labels: dict[int, dict[str, set[str]]] = {}
    for item_id, kind, label in session.execute(
        select(ItemLabel.item_id, ItemLabel.kind, ItemLabel.label)
        .join(Item, Item.id == ItemLabel.item_id)
        .where(Item.course_id == course_id)
    ):
        labels.setdefault(item_id, {}).setdefault(kind, set()).add(label)
    cards = session.execute(
        select(ItemCard.item_id, ItemCard.category)
        .join(Item, Item.id == ItemCard.item_id)
        .where(Item.course_id == course_id)
    )
    return {
        item_id: (
            category,
            frozenset(labels.get(item_id, {}).get(TAG, ())),
            frozenset(labels.get(item_id, {}).get(TOPIC, ())),
        )
        for item_id, category in cards
    }


def _filed(draft: ItemDraft) -> tuple[str, frozenset[str], frozenset[str]]:
    """Where a file wants its item: what it does not say is empty."""
    filing = draft.filing
    return (
        clean_category(filing.category or ""),
        frozenset(clean_tags(filing.tags or ())),
        frozenset(filing.topics or ()),
    )
