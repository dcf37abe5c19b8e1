"""Taking decks over from a course's folder: changed cards become new versions, removed ones are retired."""

from __future__ import annotations

from sqlalchemy import func, select

from academy.sdk import Actor, Changes, Conflict, CourseFolder, Fault, _l, unit_of_work
from courses.foreign_languages.deck_files import CardFile, DeckFile, read_decks
from courses.foreign_languages.models import Card, CardVersion, Deck

__all__ = ["DecksPart"]


class DecksPart:
    """The decks of a language course; what changes is counted in cards.

    What learners remember stays: it hangs on the card, not on its version.
    """

    name = "cards"

    def check(self, folder: CourseFolder) -> list[Fault]:
        return read_decks(folder)[1]

    def sync(self, actor: Actor, course_id: int, folder: CourseFolder) -> Changes:
        """Make the decks of the course those in its folder.

        Raises:
            Conflict: a deck has the id of another course's deck.
        """
        decks, _faults = read_decks(folder)
        added = changed = removed = unchanged = 0
        with unit_of_work() as work:
            known = {
                deck.key: deck
                for deck in work.session.scalars(select(Deck).where(Deck.course_id == course_id))
            }
            for file in decks:
                done = _sync_deck(work.session, course_id, file, known.pop(file.key, None))
                added, changed = added + done.added, changed + done.changed
                removed, unchanged = removed + done.removed, unchanged + done.unchanged
            for deck in known.values():
                if not deck.retired:
                    deck.retired, deck.hash = True, ""
                    removed += _count_cards(work.session, deck)
        return Changes(added=added, changed=changed, removed=removed, unchanged=unchanged)


def _count_cards(session, deck: Deck) -> int:
    return session.scalar(select(func.count()).where(Card.deck_id == deck.id, Card.retired.is_(False)))


def _sync_deck(session, course_id: int, file: DeckFile, deck: Deck | None) -> Changes:
    if deck is None:
        deck = _new_deck(session, course_id, file)
    elif deck.hash == file.hash and not deck.retired:
        return Changes(unchanged=len(file.cards))
    # a deck that was gone, or has another name now, shows every card anew
    renamed = deck.retired or (deck.lang, deck.title) != (file.lang, dict(file.title))
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
            changed += _change_card(session, card, written, position) or renamed
    gone = [card for card in cards.values() if not card.retired]
    for card in gone:
        card.retired = True
    session.flush()
    return Changes(
        added=added, changed=changed, removed=len(gone), unchanged=len(file.cards) - added - changed
    )


def _new_deck(session, course_id: int, file: DeckFile) -> Deck:
    if session.scalar(select(Deck.id).where(Deck.key == file.key)) is not None:
        raise Conflict(
            _l("The deck id “%(key)s” is used by another course.", key=file.key),
            rule="foreign_languages.deck_id",
            next_step=_l("Give the deck another id."),
        )
    deck = Deck(key=file.key, course_id=course_id, lang=file.lang, title=dict(file.title), retired=False)
    session.add(deck)
    return deck


def _add_card(session, deck: Deck, written: CardFile, position: int) -> None:
    card = Card(deck_id=deck.id, key=written.key, position=position, lesson=written.lesson, current_number=1)
    session.add(card)
    session.flush()
    session.add(CardVersion(card_id=card.id, number=1, hash=written.hash, content=dict(written.content)))


def _change_card(session, card: Card, written: CardFile, position: int) -> bool:
    """Whether learners see another card now."""
    came_back = card.retired
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
        return came_back
    card.current_number = number
    return True
