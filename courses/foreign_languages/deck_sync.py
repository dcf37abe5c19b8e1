"""Taking decks over from the content folder: changed cards become new versions, removed ones are retired."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from academy.sdk import Actor, Conflict, _l, find_course, require, unit_of_work
from courses.foreign_languages.deck_files import CardFile, DeckFile, read_decks
from courses.foreign_languages.models import Card, CardVersion, Deck
from courses.foreign_languages.policies import can_sync_decks

__all__ = ["DeckSync", "sync_decks"]


@dataclass(frozen=True, slots=True)
class DeckSync:
    """What happened to a deck; all zero when nothing changed."""

    key: str
    added: int = 0
    changed: int = 0
    retired: int = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.retired)


def sync_decks(actor: Actor, course_slug: str) -> list[DeckSync]:
    """Make the decks of a course those in its folder; a second run changes nothing.

    What learners remember stays: it hangs on the card, not on its version.

    Raises:
        DecksFaulty: a deck file breaks its schema; nothing is changed.
        Conflict: a deck has the id of another course's deck.
    """
    require(actor, can_sync_decks)
    course = find_course(course_slug)
    if course is None:
        return []
    files = read_decks(course_slug)
    with unit_of_work() as work:
        known = {
            deck.key: deck for deck in work.session.scalars(select(Deck).where(Deck.course_id == course.id))
        }
        done = [_sync_deck(work.session, course.id, file, known.pop(file.key, None)) for file in files]
        for deck in known.values():
            if not deck.retired:
                deck.retired, deck.hash = True, ""
                done.append(DeckSync(deck.key, retired=1))
        return done


def _sync_deck(session, course_id: int, file: DeckFile, deck: Deck | None) -> DeckSync:
    if deck is None:
        if session.scalar(select(Deck.id).where(Deck.key == file.key)) is not None:
            raise Conflict(
                _l("The deck id “%(key)s” is used by another course.", key=file.key),
                rule="foreign_languages.deck_id",
                next_step=_l("Give the deck another id."),
            )
        deck = Deck(key=file.key, course_id=course_id)
        session.add(deck)
    elif deck.hash == file.hash and not deck.retired:
        return DeckSync(file.key)
    deck.lang, deck.title, deck.hash, deck.retired = file.lang, dict(file.title), file.hash, False
    session.flush()
    cards = {card.key: card for card in session.scalars(select(Card).where(Card.deck_id == deck.id))}
    added = changed = 0
    for position, written in enumerate(file.cards):
        card = cards.pop(written.key, None)
        if card is None:
            _add_card(session, deck, written, position)
            added += 1
        else:
            changed += _change_card(session, card, written, position)
    gone = [card for card in cards.values() if not card.retired]
    for card in gone:
        card.retired = True
    session.flush()
    return DeckSync(file.key, added, changed, len(gone))


def _add_card(session, deck: Deck, written: CardFile, position: int) -> None:
    card = Card(deck_id=deck.id, key=written.key, position=position, lesson=written.lesson, current_number=1)
    session.add(card)
    session.flush()
    session.add(CardVersion(card_id=card.id, number=1, hash=written.hash, content=dict(written.content)))


def _change_card(session, card: Card, written: CardFile, position: int) -> bool:
    card.position, card.lesson, card.retired = position, written.lesson, False
    number = session.scalar(
        select(CardVersion.number).where(CardVersion.card_id == card.id, CardVersion.hash == written.hash)
    )
    if number is None:
        newest = session.scalar(select(func.max(CardVersion.number)).where(CardVersion.card_id == card.id))
        number = newest + 1
        session.add(
            CardVersion(card_id=card.id, number=number, hash=written.hash, content=dict(written.content))
        )
    if number == card.current_number:
        return False
    card.current_number = number
    return True
