"""One change for many items of a course: counted before it is made, and undone as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from academy.catalog.events import CourseMaterialChanged
from academy.catalog.queries import find_course_by_id
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import fold
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from academy.questions.cards import Filing, clean_category, clean_tags, keep_card
from academy.questions.models import (
    ACTIVE,
    APPROVED,
    DRAFT,
    IN_REVIEW,
    RETIRED,
    TAG,
    BulkChange,
    Item,
    ItemCard,
    ItemLabel,
    ItemReview,
    ItemVersion,
)
from academy.questions.policies import can_edit_items
from academy.questions.reviewing import is_own
from academy.questions.services import digest_of

__all__ = [
    "CHANGES",
    "BulkPlan",
    "BulkStep",
    "apply_bulk",
    "checked_change",
    "list_bulk",
    "plan_bulk",
    "undo_bulk",
]

CHANGES = ("add_tag", "remove_tag", "category", "difficulty", "outcome", "use", "state")
USES = {"lesson": (True, False), "pool": (False, True), "both": (True, True)}
STATES = (DRAFT, IN_REVIEW, APPROVED, RETIRED)
MOST = 20_000
PORTION = 500

OWN, NO_LESSON, NOT_IN_REVIEW = "own", "no_lesson", "not_in_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPlan:
    """What a change would do. ``refused`` counts by reason the items that it would leave as they are:
    ``own`` (nobody approves their own), ``no_lesson`` (a lesson cannot use what belongs to none),
    ``not_in_review`` (only what was handed in is approved). ``drafts``: approved items that become drafts again.
    """

    total: int
    changed: int
    same: int
    drafts: int
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkStep:
    """A change that was made."""

    id: int
    what: str
    value: str
    items: int
    at: datetime
    by_name: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """An item with all that a change may touch."""

    item: Item
    card: ItemCard
    version: ItemVersion
    tags: dict[str, str]


def checked_change(what: str, value: str, outcomes: Sequence[str]) -> tuple[str, str]:
    """A change in its normal form.

    Raises:
        Invalid: there is no such change, or its value breaks a rule; ``errors`` under ``change`` or ``value``.
    """
    value = clean_category(value) if what == "category" else " ".join(value.split())
    if what not in CHANGES:
        _refuse("change", _l("Choose what is to be changed."))
    if what in ("add_tag", "remove_tag"):
        tags = clean_tags([value])
        if not tags:
            _refuse("value", _l("Write the tag."))
        value = tags[0]
    elif what == "difficulty" and value not in {"1", "2", "3", "4", "5"}:
        _refuse("value", _l("Difficulty goes from 1 to 5."))
    elif what == "outcome" and value not in outcomes:
        _refuse("value", _l("The course has no such outcome."))
    elif what == "use" and value not in USES:
        _refuse("value", _l("Use the question in the lesson, in quizzes, or both."))
    elif what == "state" and value not in STATES:
        _refuse("value", _l("Choose a state."))
    return what, value


def plan_bulk(actor: Actor, course_id: int, ids: Sequence[int], what: str, value: str) -> BulkPlan:
    """What :func:`apply_bulk` would do now; writes nothing.

    Raises:
        NotFound, Forbidden
        Invalid: too many items at once.
    """
    require(actor, can_edit_items, _course(course_id))
    _check_number(ids)
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    drafts = total = 0
    for row in _rows(db.session, course_id, ids):
        total += 1
        before, reason = _before(actor, row, what, value)
        if reason:
            refused[reason] += 1
        elif before is None:
            done["same"] += 1
        else:
            done["changed"] += 1
            drafts += what == "outcome" and row.card.review == APPROVED
    return BulkPlan(
        total=total, changed=done["changed"], same=done["same"], drafts=drafts, refused=dict(refused)
    )


def apply_bulk(actor: Actor, course_id: int, ids: Sequence[int], what: str, value: str) -> tuple[int, int]:
    """Make a change to all items that it can be made to. Returns its number, by which it is undone, and how many
    items it changed.

    Raises:
        NotFound, Forbidden
        Invalid: too many items at once.
    """
    with unit_of_work() as work:
        require(actor, can_edit_items, _course(course_id))
        _check_number(ids)
        before: dict[str, Any] = {}
        for row in _rows(work.session, course_id, ids, lock=True):
            old, reason = _before(actor, row, what, value)
            if reason or old is None:
                continue
            before[str(row.item.id)] = old
            _set(work.session, actor, row, what, _after(what, value))
        change = BulkChange(
            course_id=course_id, change={"what": what, "value": value}, before=before, by_id=actor.account_id
        )
        work.session.add(change)
        work.session.flush()
        if before:
            work.emit(CourseMaterialChanged(course_id=course_id))
        return change.id, len(before)


def undo_bulk(actor: Actor, course_id: int, change_id: int) -> tuple[int, int]:
    """Take a change back. Returns how many items have what they had before, and how many were changed otherwise since
    and stay.

    Raises:
        NotFound, Forbidden
        Conflict: it was undone already.
    """
    with unit_of_work() as work:
        require(actor, can_edit_items, _course(course_id))
        change = work.session.get(BulkChange, change_id, with_for_update=True)
        if change is None or change.course_id != course_id:
            raise NotFound(_l("There is no such change."))
        if change.undone_at is not None:
            raise Conflict(_l("This change was undone already."), rule="questions.undone")
        what, value = change.change["what"], change.change["value"]
        restored = kept = 0
        for row in _rows(work.session, course_id, [int(name) for name in change.before], lock=True):
            if not _is_as_left(row, what, value):
                kept += 1
                continue
            _set(work.session, actor, row, what, change.before[str(row.item.id)], undoing=value)
            restored += 1
        change.undone_at = clock.now()
        if restored:
            work.emit(CourseMaterialChanged(course_id=course_id))
        return restored, kept


def list_bulk(course_id: int, limit: int = 10) -> list[BulkStep]:
    """The changes made to many items of a course, the newest first."""
    rows = db.session.execute(
        select(BulkChange, func.coalesce(Person.full_name, ""))
        .outerjoin(Person, Person.account_id == BulkChange.by_id)
        .where(BulkChange.course_id == course_id)
        .order_by(BulkChange.id.desc())
        .limit(limit)
    )
    return [
        BulkStep(
            id=change.id,
            what=change.change["what"],
            value=change.change["value"],
            items=len(change.before),
            at=change.at,
            by_name=name,
            is_undone=change.undone_at is not None,
        )
        for change, name in rows
    ]


# --- one item -------------------------------------------------------------------------------------


def _before(actor: Actor, row: _Row, what: str, value: str) -> tuple[Any, str]:
    """What the item has now, None if the change would change nothing; and why it cannot be made, if so."""
    now = _present(row, what)
    if what == "add_tag":
        return (None if fold(value) in row.tags else ""), ""
    if what == "remove_tag":
        return row.tags.get(fold(value)), ""
    if now == _after(what, value):
        return None, ""
    if what == "use" and USES[value][0] and not row.item.lesson:
        return None, NO_LESSON
    if what == "state" and value == APPROVED:
        if now != IN_REVIEW:
            return None, NOT_IN_REVIEW
        if is_own(actor, row.version.by_id):
            return None, OWN
    return now, ""


def _present(row: _Row, what: str) -> Any:
    if what == "category":
        return row.card.category
    if what == "difficulty":
        return row.item.difficulty
    if what == "outcome":
        return row.version.outcome
    if what == "use":
        return [row.item.use_lesson, row.item.use_pool]
    if what == "state":
        return RETIRED if row.item.state == RETIRED else row.card.review
    return None


def _after(what: str, value: str) -> Any:
    if what == "difficulty":
        return int(value)
    return list(USES[value]) if what == "use" else value


def _is_as_left(row: _Row, what: str, value: str) -> bool:
    if what in ("add_tag", "remove_tag"):
        return (fold(value) in row.tags) == (what == "add_tag")
    return _present(row, what) == _after(what, value)


def _set(session: Any, actor: Actor, row: _Row, what: str, value: Any, *, undoing: str = "") -> None:
    """Give an item a value of the form of :func:`_present`; for tags, add or remove."""
    item, card = row.item, row.card
    if what in ("add_tag", "remove_tag"):
        adds = (what == "add_tag") != bool(undoing)
        label = (value or undoing) if undoing else value
        _tag(session, item.id, label, adds=adds)
    elif what == "category":
        card.category = value
    elif what == "difficulty":
        item.difficulty = value
    elif what == "use":
        item.use_lesson, item.use_pool = value
    elif what == "outcome":
        _new_outcome(session, actor, row, value)
    elif what == "state":
        item.state = RETIRED if value == RETIRED else ACTIVE
        if value != RETIRED:
            card.review = value
        session.add(
            ItemReview(item_id=item.id, number=item.current_number, state=value, by_id=actor.account_id)
        )


def _tag(session: Any, item_id: int, label: str, *, adds: bool) -> None:
    name = fold(label)[:80]
    if adds:
        session.add(ItemLabel(item_id=item_id, kind=TAG, name=name, label=label))
    else:
        session.execute(
            delete(ItemLabel).where(
                ItemLabel.item_id == item_id, ItemLabel.kind == TAG, ItemLabel.name == name
            )
        )


def _new_outcome(session: Any, actor: Actor, row: _Row, outcome: str) -> None:
    """The outcome is part of a version: attempts keep the one they were drawn with."""
    item, version = row.item, row.version
    item.current_number += 1
    session.add(
        ItemVersion(
            item_id=item.id,
            number=item.current_number,
            kind=version.kind,
            outcome=outcome,
            spec=version.spec,
            hash=digest_of(version.kind, outcome, version.spec),
            by_id=actor.account_id,
        )
    )
    row.card.review = DRAFT


# --- reading --------------------------------------------------------------------------------------


def _rows(session: Any, course_id: int, ids: Sequence[int], *, lock: bool = False) -> Iterator[_Row]:
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        statement = (
            select(Item, ItemVersion)
            .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
            .where(Item.course_id == course_id, Item.id.in_(portion))
            .order_by(Item.id)
        )
        rows = session.execute(statement.with_for_update(of=Item) if lock else statement).all()
        cards = {
            card.item_id: card
            for card in session.scalars(select(ItemCard).where(ItemCard.item_id.in_(portion)))
        }
        tags: dict[int, dict[str, str]] = {}
        for label in session.scalars(
            select(ItemLabel).where(ItemLabel.kind == TAG, ItemLabel.item_id.in_(portion))
        ):
            tags.setdefault(label.item_id, {})[label.name] = label.label
        for item, version in rows:
            card = cards.get(item.id)
            if card is None and lock:
                keep_card(session, item, version.spec, before=None, changed=True, filing=Filing())
                card = session.get(ItemCard, item.id)
            yield _Row(
                item,
                card or ItemCard(item_id=item.id, category="", review=DRAFT),
                version,
                tags.get(item.id, {}),
            )
        session.flush()


def _course(course_id: int) -> Any:
    course = find_course_by_id(course_id)
    if course is None:
        raise NotFound(_l("There is no such course."))
    return course


def _check_number(ids: Sequence[int]) -> None:
    if not ids:
        _refuse("ids", _l("Choose at least one question."))
    if len(ids) > MOST:
        _refuse("ids", _l("At most %(n)s questions at once.", n=MOST))


def _refuse(field: str, message: Any) -> None:
    raise Invalid(message, rule="questions.bulk", errors={field: [message]})
