"""The review of items: handed in by an author, approved or given back by somebody else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from academy.catalog.queries import find_course_by_id
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Conflict, Forbidden, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.cards import Filing, keep_card
from academy.questions.languages import WHOLE
from academy.questions.models import (
    ACTIVE,
    APPROVED,
    DRAFT,
    IN_REVIEW,
    Item,
    ItemCard,
    ItemReview,
    ItemVersion,
)
from academy.questions.policies import can_edit_items

__all__ = ["ACTS", "approve_item", "confirm_translation", "return_item", "submit_item"]

ACTS = {"submit": (DRAFT, IN_REVIEW), "approve": (IN_REVIEW, APPROVED), "return": (IN_REVIEW, DRAFT)}
MAX_NOTE = 2000


def submit_item(actor: Actor, item_id: int, *, note: str = "") -> None:
    """Hand an item in for review.

    Raises:
        NotFound, Forbidden
        Conflict: it is no draft.
    """
    _step(actor, item_id, "submit", note)


def approve_item(actor: Actor, item_id: int, *, note: str = "") -> None:
    """Approve an item, so that examinations may draw it.

    Raises:
        NotFound
        Forbidden: the actor may not edit the course, or wrote the present version.
        Conflict: it was not handed in.
    """
    _step(actor, item_id, "approve", note)


def return_item(actor: Actor, item_id: int, *, note: str = "") -> None:
    """Give an item back to its author; it is a draft again.

    Raises:
        NotFound, Forbidden
        Conflict: it was not handed in.
    """
    _step(actor, item_id, "return", note)


def confirm_translation(actor: Actor, item_id: int, lang: str) -> None:
    """Say that a translation still fits although the question was changed after it.

    Raises:
        NotFound, Forbidden
    """
    with unit_of_work() as work:
        _item, card, _version = _card(work.session, actor, item_id)
        if lang in card.languages:
            card.languages = {**card.languages, lang: WHOLE}


def _step(actor: Actor, item_id: int, act: str, note: str) -> None:
    before, after = ACTS[act]
    with unit_of_work() as work:
        item, card, version = _card(work.session, actor, item_id)
        if item.state != ACTIVE or card.review != before:
            raise Conflict(
                _l("This question is not in the state for that any more."),
                rule="questions.review",
                next_step=_l("Open it again: somebody may have changed it."),
            )
        if act == "approve" and is_own(actor, version.by_id):
            raise Forbidden(
                _l("Nobody approves a question of their own."),
                rule="questions.own",
                next_step=_l("Ask another author of the course to read it."),
            )
        card.review = after
        work.session.add(
            ItemReview(
                item_id=item.id,
                number=item.current_number,
                state=after,
                note=clean(note, multiline=True)[:MAX_NOTE],
                by_id=actor.account_id,
            )
        )
        work.session.flush()


def is_own(actor: Actor, author_id: int | None) -> bool:
    """Whether a version was written by the actor."""
    return author_id is not None and author_id == actor.account_id


def _card(session: Any, actor: Actor, item_id: int) -> tuple[Item, ItemCard, ItemVersion]:
    row = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number))
        .where(Item.id == item_id)
        .with_for_update(of=Item)
    ).first()
    if row is None:
        raise NotFound(_l("There is no such exercise."))
    item, version = row
    require(actor, can_edit_items, find_course_by_id(item.course_id))
    card = session.get(ItemCard, item_id)
    if card is None:
        keep_card(session, item, version.spec, before=None, changed=True, filing=Filing())
        card = session.get(ItemCard, item_id)
    return item, card, version
