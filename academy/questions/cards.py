"""Keeping the bank's cards: what it knows of an item follows the item's current version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from academy.kernel.text import clean, fold
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.languages import search_words, states_of
from academy.questions.models import (
    APPROVED,
    CONTENT,
    DRAFT,
    TAG,
    TOPIC,
    Item,
    ItemBand,
    ItemCard,
    ItemLabel,
    ItemVersion,
)
from academy.questions.similarity import bands, shingles

__all__ = ["Filing", "clean_category", "clean_tags", "index_items", "keep_card", "label_rows"]

MAX_TAGS, MAX_TAG, MAX_CATEGORY = 20, 60, 300
PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where an author files an item; None leaves what is there."""

    category: str | None = None
    tags: Sequence[str] | None = None
    topics: Sequence[str] | None = None


def clean_category(path: str) -> str:
    """``" Chương 1 /Khái niệm/ "`` → ``"Chương 1/Khái niệm"``; cut at 300 characters."""
    parts = [clean(part) for part in path.split("/")]
    return "/".join(part for part in parts if part)[:MAX_CATEGORY]


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Each tag once, whatever its case and marks; at most 20 of at most 60 characters."""
    kept: dict[str, str] = {}
    for tag in tags:
        words = clean(tag)[:MAX_TAG]
        if words and fold(words):
            kept.setdefault(fold(words)[:80], words)
    return list(kept.values())[:MAX_TAGS]


def label_rows(kind: str, labels: Iterable[str]) -> dict[str, str]:
    """Name → label: tags are compared folded, topics by their slug."""
    return {(fold(label)[:80] if kind == TAG else label[:80]): label for label in labels}


def keep_card(
    session: Any,
    item: Item,
    spec: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None,
    changed: bool,
    filing: Filing,
) -> None:
    """Bring the card, the labels and the signature of an item to its current version.

    What is written in the studio begins as a draft, and is one again when it was changed; what comes from the
    content folder was reviewed where it is kept, and is approved.
    """
    card = session.get(ItemCard, item.id)
    is_new = card is None
    if is_new:
        card = ItemCard(item_id=item.id, languages={}, search="", category="")
        session.add(card)
    if item.origin == CONTENT:
        card.review = APPROVED
    elif changed or is_new:
        card.review = DRAFT
    if changed or is_new:
        card.languages = states_of(spec, before, card.languages)
        card.search = search_words(spec, item.key)
        _sign(session, item.id, spec, known=not is_new)
    if filing.category is not None:
        card.category = clean_category(filing.category)
    for kind, labels in ((TAG, filing.tags), (TOPIC, filing.topics)):
        if labels is not None:
            _label(session, item.id, kind, clean_tags(labels) if kind == TAG else labels, known=not is_new)
    session.flush()


def add_cards(session: Any, items: Iterable[tuple[int, str, Mapping[str, Any], Filing]]) -> None:
    """Give cards, labels and signatures to items that were just stored in the studio: few statements for many.

    Args:
        items: id, key, spec and filing of each.
    """
    cards, labels, signatures = [], [], []
    for item_id, key, spec, filing in items:
        cards.append(
            {
                "item_id": item_id,
                "category": clean_category(filing.category or ""),
                "review": DRAFT,
                "languages": states_of(spec),
                "search": search_words(spec, key),
            }
        )
        for kind, given in ((TAG, clean_tags(filing.tags or ())), (TOPIC, filing.topics or ())):
            labels += [
                {"item_id": item_id, "kind": kind, "name": name, "label": label}
                for name, label in label_rows(kind, given).items()
            ]
        signatures += [
            {"item_id": item_id, "band": band, "value": value}
            for band, value in enumerate(bands(shingles(spec)))
        ]
    # the tables, not the mapped classes: there is nothing for the session to keep track of
    for model, rows in ((ItemCard, cards), (ItemLabel, labels), (ItemBand, signatures)):
        if rows:
            session.execute(insert(model.__table__), rows)


def _sign(session: Any, item_id: int, spec: Mapping[str, Any], *, known: bool) -> None:
    if known:
        session.execute(delete(ItemBand).where(ItemBand.item_id == item_id))
    session.add_all(
        ItemBand(item_id=item_id, band=band, value=value) for band, value in enumerate(bands(shingles(spec)))
    )


def _label(session: Any, item_id: int, kind: str, labels: Iterable[str], *, known: bool) -> None:
    wanted = label_rows(kind, labels)
    if known:
        present = dict(
            session.execute(
                select(ItemLabel.name, ItemLabel.label).where(
                    ItemLabel.item_id == item_id, ItemLabel.kind == kind
                )
            ).all()
        )
        if present == wanted:
            return
        session.execute(delete(ItemLabel).where(ItemLabel.item_id == item_id, ItemLabel.kind == kind))
    session.add_all(
        ItemLabel(item_id=item_id, kind=kind, name=name, label=label) for name, label in wanted.items()
    )


def index_items(limit: int = 20_000) -> int:
    """Give cards to items that have none, as after an upgrade or a bulk import; how many were given.

    Those of the content folder are approved, all others drafts. Works in portions, each its own transaction.
    """
    given = 0
    while given < limit:
        with unit_of_work() as work:
            rows = work.session.execute(
                select(Item.id, Item.key, Item.origin, ItemVersion.spec)
                .join(
                    ItemVersion,
                    (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current_number),
                )
                .outerjoin(ItemCard, ItemCard.item_id == Item.id)
                .where(ItemCard.item_id.is_(None))
                .order_by(Item.id)
                .limit(PORTION)
            ).all()
            for row in rows:
                work.session.add(
                    ItemCard(
                        item_id=row.id,
                        review=APPROVED if row.origin == CONTENT else DRAFT,
                        languages=states_of(row.spec),
                        search=search_words(row.spec, row.key),
                    )
                )
                _sign(work.session, row.id, row.spec, known=False)
        given += len(rows)
        if len(rows) < PORTION:
            break
    return given
