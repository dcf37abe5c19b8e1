"""Practising with cards: answering, taking back, resuming; and what the academy asks of stored data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from academy.sdk import Actor, Conflict, Invalid, NotFound, _l, clock, db, require, unit_of_work
from courses.foreign_languages.memory import Act, Memory, Rating, answered, remembered
from courses.foreign_languages.models import Card, CardState, CardVersion, Deck, Review
from courses.foreign_languages.policies import can_practise
from courses.foreign_languages.queries import (
    CardRow,
    as_memory,
    find_card,
    find_last_review,
    get_deck,
    memory_of,
)

__all__ = [
    "erase_person",
    "export_person",
    "rate_card",
    "recompute_states",
    "resume_card",
    "undo_last_review",
]


def rate_card(actor: Actor, deck_key: str, card_id: int, rating: int, *, seen: int) -> Memory:
    """Store an answer to a card and when the card comes back.

    Args:
        rating: 1 again, 2 hard, 3 good, 4 easy.
        seen: answers the caller knew of; if there are more by now, this one was sent twice and the
            present memory is given back unchanged.

    Raises:
        NotFound: no such card in a deck of the actor's.
        Invalid: there is no such rating.
    """
    require(actor, can_practise)
    if rating not in set(Rating):
        raise Invalid(_l("Rate the card from 1 to 4."), errors={"rating": [_l("Rate the card from 1 to 4.")]})
    with unit_of_work() as work:
        card = _own_card(actor, deck_key, card_id)
        _one_at_a_time(work.session, actor.person_id)
        before = memory_of(actor.person_id, card.id)
        if (before.reps if before else 0) != seen and before is not None:
            return before
        now = clock.now()
        memory = answered(before, rating, now)
        elapsed = int((now - before.last_review).total_seconds()) if before else None
        work.session.add(_row(actor, card, "review", now, rating=int(rating), elapsed=elapsed))
        _store(work.session, actor.person_id, card.id, memory)
        return memory


def undo_last_review(actor: Actor, deck_key: str) -> None:
    """Take back the newest answer of today in a deck; the log keeps it, the memory forgets it.

    Raises:
        Conflict: nothing was answered today.
    """
    require(actor, can_practise)
    with unit_of_work() as work:
        deck = get_deck(actor, deck_key)
        _one_at_a_time(work.session, actor.person_id)
        last = find_last_review(actor, deck.id)
        if last is None:
            raise Conflict(
                _l("There is no answer of today that could be taken back."), rule="foreign_languages.undo"
            )
        work.session.add(
            Review(
                person_id=actor.person_id,
                card_id=last.card_id,
                version_id=last.version_id,
                act="undo",
                at=clock.now(),
                day=clock.today(),
                undoes_id=last.id,
            )
        )
        work.session.flush()
        _store(work.session, actor.person_id, last.card_id, _replayed(actor.person_id, last.card_id))


def resume_card(actor: Actor, deck_key: str, card_id: int) -> None:
    """Let a suspended card come back."""
    require(actor, can_practise)
    with unit_of_work() as work:
        card = _own_card(actor, deck_key, card_id)
        state = work.session.get(CardState, (actor.person_id, card.id), populate_existing=True)
        if state is None or state.suspended_at is None:
            return
        work.session.add(_row(actor, card, "resume", clock.now()))
        state.suspended_at = None


def _one_at_a_time(session, person_id: int) -> None:
    """Have this person's answers wait for each other: one sent twice at once must see the other."""
    person = next(iter(CardState.__table__.c.person_id.foreign_keys)).column
    session.execute(select(person).where(person == person_id).with_for_update(key_share=True))


def _own_card(actor: Actor, deck_key: str, card_id: int) -> CardRow:
    deck = get_deck(actor, deck_key)
    card = find_card(card_id)
    if card is None or card.deck_id != deck.id:
        raise NotFound(_l("There is no such card."))
    return card


def _row(
    actor: Actor,
    card: CardRow,
    act: str,
    at: datetime,
    *,
    rating: int | None = None,
    elapsed: int | None = None,
) -> Review:
    """A row of the log; ``at`` is the very moment that the memory was computed for."""
    return Review(
        person_id=actor.person_id,
        card_id=card.id,
        version_id=card.version_id,
        act=act,
        rating=rating,
        at=at,
        day=clock.local(at).date(),
        elapsed=elapsed,
    )


def _store(session, person_id: int, card_id: int, memory: Memory | None) -> None:
    state = session.get(CardState, (person_id, card_id), populate_existing=True)
    if memory is None:
        if state is not None:
            session.delete(state)
        return
    if state is None:
        state = CardState(person_id=person_id, card_id=card_id)
        session.add(state)
    for name in Memory.__slots__:
        setattr(state, name, getattr(memory, name))


def _replayed(person_id: int, card_id: int) -> Memory | None:
    rows = db.session.scalars(
        select(Review).where(Review.person_id == person_id, Review.card_id == card_id).order_by(Review.id)
    ).all()
    return remembered(_acts(rows))


def _acts(rows: Iterable[Review]) -> list[Act]:
    rows = list(rows)
    taken_back = {row.undoes_id for row in rows if row.act == "undo"}
    return [Act(row.rating, row.at) for row in rows if row.act != "undo" and row.id not in taken_back]


def recompute_states(actor: Actor, *, check: bool = False) -> list[tuple[int, int]]:
    """Compute every memory from the log again.

    Args:
        check: only compare.

    Returns:
        Pairs of person and card whose stored memory was not what the log says.
    """
    if not actor.is_system:
        raise NotFound()
    with unit_of_work() as work:
        log: dict[tuple[int, int], list[Review]] = defaultdict(list)
        for row in work.session.scalars(select(Review).order_by(Review.id)):
            log[row.person_id, row.card_id].append(row)
        stored = {
            (state.person_id, state.card_id): as_memory(state)
            for state in work.session.scalars(select(CardState))
        }
        wrong = []
        for key in sorted(log.keys() | stored.keys()):
            memory = remembered(_acts(log.get(key, ())))
            if memory != stored.get(key):
                wrong.append(key)
                if not check:
                    _store(work.session, *key, memory)
        return wrong


def export_person(person_id: int) -> dict[str, Any]:
    """What is stored of a person, for the person."""
    statement = (
        select(Review, Deck.key.label("deck"), Card.key.label("card"), CardVersion.content)
        .join(Card, Card.id == Review.card_id)
        .join(Deck, Deck.id == Card.deck_id)
        .join(CardVersion, CardVersion.id == Review.version_id)
        .where(Review.person_id == person_id)
        .order_by(Review.id)
    )
    reviews = [
        {
            "id": row.Review.id,
            "deck": row.deck,
            "card": row.card,
            "front": row.content["front"],
            "act": row.Review.act,
            "rating": row.Review.rating,
            "at": row.Review.at.isoformat(),
            "undoes": row.Review.undoes_id,
        }
        for row in db.session.execute(statement)
    ]
    states = db.session.execute(
        select(CardState, Deck.key.label("deck"), Card.key.label("card"))
        .join(Card, Card.id == CardState.card_id)
        .join(Deck, Deck.id == Card.deck_id)
        .where(CardState.person_id == person_id)
        .order_by(CardState.card_id)
    )
    return {
        "reviews": reviews,
        "cards": [
            {
                "deck": row.deck,
                "card": row.card,
                "due": row.CardState.due.isoformat(),
                "stability_days": row.CardState.stability,
                "difficulty": row.CardState.difficulty,
                "answers": row.CardState.reps,
                "forgotten": row.CardState.lapses,
                "suspended": row.CardState.suspended_at is not None,
            }
            for row in states
        ],
    }


def erase_person(person_id: int) -> None:
    """Delete a person's memories and the log of reviews."""
    with unit_of_work() as work:
        work.session.execute(delete(CardState).where(CardState.person_id == person_id))
        # rows that take others back go first: they point at them
        work.session.execute(delete(Review).where(Review.person_id == person_id, Review.act == "undo"))
        work.session.execute(delete(Review).where(Review.person_id == person_id))
