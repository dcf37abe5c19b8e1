"""Reading decks: what is due, which card comes next, what has been learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from academy.sdk import Actor, clock, db, visible_course_ids
from courses.foreign_languages.errors import DeckNotFound
from courses.foreign_languages.memory import NEW_PER_DAY, Memory, Phase, Rating, answered
from courses.foreign_languages.models import Card, CardState, CardVersion, Deck, Review

__all__ = [
    "CardRow",
    "DeckCounts",
    "DeckRow",
    "Statistics",
    "Task",
    "decks_of_course",
    "find_last_review",
    "get_deck",
    "list_cards",
    "list_decks",
    "list_leeches",
    "memory_of",
    "next_task",
    "new_left_today",
    "statistics",
]

LEARN_AHEAD = timedelta(minutes=20)
"""With nothing else to do, a card being learned may come this much early."""
HISTORY_DAYS, FORECAST_DAYS = 30, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRow:
    """A deck, without anything personal."""

    id: int
    key: str
    course_id: int
    lang: str
    title: Mapping[str, str]
    cards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckCounts:
    """Where a person stands in a deck today; ``new`` never exceeds what is left of the daily limit."""

    learning: int = 0
    due: int = 0
    new: int = 0
    seen: int = 0
    suspended: int = 0

    @property
    def now(self) -> int:
        return self.learning + self.due + self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A card in its current version."""

    id: int
    key: str
    deck_id: int
    version_id: int
    lesson: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The card to be shown next.

    Attributes:
        seen: answers so far; given back with the next one, so that none counts twice.
        intervals: what each rating would lead to.
    """

    card: CardRow
    seen: int
    intervals: Mapping[Rating, timedelta]


def _decks(actor: Actor) -> Select:
    """Decks of courses that the actor may see, and those already begun."""
    begun = (
        select(Card.deck_id)
        .join(CardState, CardState.card_id == Card.id)
        .where(CardState.person_id == actor.person_id)
    )
    return (
        select(Deck.id, Deck.key, Deck.course_id, Deck.lang, Deck.title, func.count(Card.id).label("cards"))
        .outerjoin(Card, and_(Card.deck_id == Deck.id, Card.retired.is_(False)))
        .where(
            Deck.retired.is_(False),
            or_(Deck.course_id.in_(visible_course_ids(actor)), Deck.id.in_(begun)),
        )
        .group_by(Deck.id)
    )


def list_decks(actor: Actor) -> list[tuple[DeckRow, DeckCounts]]:
    """The decks that the actor may practise, with what is due today; three queries."""
    rows = [DeckRow(**row._mapping) for row in db.session.execute(_decks(actor).order_by(Deck.id))]
    counts = _counts(actor.person_id, {row.id: row.cards for row in rows})
    return [(row, counts[row.id]) for row in rows]


def get_deck(actor: Actor, key: str) -> DeckRow:
    """A deck by its key; one query.

    Raises:
        DeckNotFound: there is none, or the actor may not see its course.
    """
    row = db.session.execute(_decks(actor).where(Deck.key == key)).one_or_none()
    if row is None:
        raise DeckNotFound()
    return DeckRow(**row._mapping)


def decks_of_course(course_id: int) -> list[tuple[DeckRow, list[CardRow]]]:
    """The decks of a course with their cards, for the search index."""
    statement = (
        select(Deck.id, Deck.key, Deck.course_id, Deck.lang, Deck.title, func.count(Card.id).label("cards"))
        .outerjoin(Card, and_(Card.deck_id == Deck.id, Card.retired.is_(False)))
        .where(Deck.course_id == course_id, Deck.retired.is_(False))
        .group_by(Deck.id)
        .order_by(Deck.id)
    )
    decks = [DeckRow(**row._mapping) for row in db.session.execute(statement)]
    return [(deck, list_cards(deck.id)) for deck in decks]


def deck_counts(actor: Actor, deck: DeckRow) -> DeckCounts:
    """Where the actor stands in one deck; two queries."""
    return _counts(actor.person_id, {deck.id: deck.cards})[deck.id]


def _counts(person_id: int | None, cards: Mapping[int, int]) -> dict[int, DeckCounts]:
    now, tonight = clock.now(), clock.day_end(clock.today())
    active = CardState.suspended_at.is_(None)
    in_review = CardState.state == Phase.REVIEW

    def number(*conditions) -> Any:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    statement = (
        select(
            Card.deck_id,
            func.count().label("seen"),
            number(active, ~in_review, CardState.due <= now + LEARN_AHEAD).label("learning"),
            number(active, in_review, CardState.due < tonight).label("due"),
            number(~active).label("suspended"),
        )
        .join(CardState, CardState.card_id == Card.id)
        .where(CardState.person_id == person_id, Card.retired.is_(False), Card.deck_id.in_(cards))
        .group_by(Card.deck_id)
    )
    found = {row.deck_id: row for row in db.session.execute(statement)}
    left = new_left_today(person_id)
    counts = {}
    for deck_id, total in cards.items():
        row = found.get(deck_id)
        seen = row.seen if row else 0
        counts[deck_id] = DeckCounts(
            learning=row.learning if row else 0,
            due=row.due if row else 0,
            new=max(0, min(left, total - seen)),
            seen=seen,
            suspended=row.suspended if row else 0,
        )
    return counts


def new_left_today(person_id: int | None) -> int:
    """How many new cards a person may still meet today, over all decks."""
    met = db.session.scalar(
        select(func.count()).where(CardState.person_id == person_id, CardState.introduced_on == clock.today())
    )
    return max(0, NEW_PER_DAY - met)


def _cards() -> Select:
    return select(
        Card.id, Card.key, Card.deck_id, Card.lesson, CardVersion.id.label("version_id"), CardVersion.content
    ).join(CardVersion, and_(CardVersion.card_id == Card.id, CardVersion.number == Card.current_number))


def list_cards(deck_id: int) -> list[CardRow]:
    """All cards of a deck in its order."""
    statement = _cards().where(Card.deck_id == deck_id, Card.retired.is_(False)).order_by(Card.position)
    return [CardRow(**row._mapping) for row in db.session.execute(statement)]


def find_card(card_id: int) -> CardRow | None:
    row = db.session.execute(_cards().where(Card.id == card_id, Card.retired.is_(False))).one_or_none()
    return CardRow(**row._mapping) if row else None


def memory_of(person_id: int, card_id: int) -> Memory | None:
    """What a person's memory of a card is; None if it was never answered."""
    state = db.session.get(CardState, (person_id, card_id), populate_existing=True)
    return as_memory(state) if state is not None else None


def as_memory(state: CardState) -> Memory:
    return Memory(**{name: getattr(state, name) for name in Memory.__slots__})


def next_task(actor: Actor, deck: DeckRow) -> Task | None:
    """The card to be answered now; None if nothing more is due today.

    First what is being learned and due this minute, then what is due on this local day (longest due
    first), then new cards in the deck's order while the daily limit lasts, then what is being learned
    and due within :data:`LEARN_AHEAD`.
    """
    now, tonight = clock.now(), clock.day_end(clock.today())
    mine = (
        _cards()
        .add_columns(CardState.reps.label("seen"))
        .join(CardState, CardState.card_id == Card.id)
        .where(
            CardState.person_id == actor.person_id,
            CardState.suspended_at.is_(None),
            Card.deck_id == deck.id,
            Card.retired.is_(False),
        )
        .order_by(CardState.due, Card.position)
        .limit(1)
    )
    learning = mine.where(CardState.state != Phase.REVIEW)
    row = (
        db.session.execute(learning.where(CardState.due <= now)).first()
        or db.session.execute(mine.where(CardState.state == Phase.REVIEW, CardState.due < tonight)).first()
        or _new_card(actor, deck)
        or db.session.execute(learning.where(CardState.due <= now + LEARN_AHEAD)).first()
    )
    return _task(actor, row, now) if row else None


def _new_card(actor: Actor, deck: DeckRow) -> Any:
    if new_left_today(actor.person_id) == 0:
        return None
    known = select(CardState.card_id).where(CardState.person_id == actor.person_id)
    return db.session.execute(
        _cards()
        .where(Card.deck_id == deck.id, Card.retired.is_(False), Card.id.not_in(known))
        .order_by(Card.position)
        .limit(1)
    ).first()


def _task(actor: Actor, row: Any, now: datetime) -> Task:
    fields = dict(row._mapping)
    seen = fields.pop("seen", 0)
    memory = memory_of(actor.person_id, row.id) if seen else None
    return Task(
        card=CardRow(**fields),
        seen=seen,
        intervals={rating: answered(memory, rating, now).interval for rating in Rating},
    )


def find_last_review(actor: Actor, deck_id: int) -> Review | None:
    """The newest answer of today in this deck that was not taken back."""
    taken_back = select(Review.undoes_id).where(Review.person_id == actor.person_id, Review.act == "undo")
    return db.session.scalars(
        select(Review)
        .join(Card, Card.id == Review.card_id)
        .where(
            Review.person_id == actor.person_id,
            Review.day == clock.today(),
            Review.act == "review",
            Card.deck_id == deck_id,
            Review.id.not_in(taken_back),
        )
        .order_by(Review.id.desc())
        .limit(1)
    ).first()


def list_leeches(actor: Actor, deck_id: int) -> list[tuple[CardRow, int]]:
    """Suspended cards with how often they were forgotten."""
    statement = (
        _cards()
        .add_columns(CardState.lapses)
        .join(CardState, CardState.card_id == Card.id)
        .where(
            CardState.person_id == actor.person_id,
            CardState.suspended_at.is_not(None),
            Card.deck_id == deck_id,
            Card.retired.is_(False),
        )
        .order_by(Card.position)
    )
    rows = []
    for row in db.session.execute(statement):
        fields = dict(row._mapping)
        lapses = fields.pop("lapses")
        rows.append((CardRow(**fields), lapses))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """One person's practice over all decks.

    Attributes:
        days: answers per local day, oldest first, the last :data:`HISTORY_DAYS`.
        forecast: cards due per day from today, overdue ones counted today.
        answers: in those days; ``remembered`` of them were not "again", of cards in review.
        mature: cards that come back after three weeks or more.
    """

    days: tuple[tuple[date, int], ...]
    forecast: tuple[tuple[date, int], ...]
    answers: int
    reviews: int
    remembered: int
    learning: int
    young: int
    mature: int
    suspended: int

    @property
    def retention(self) -> float | None:
        return self.remembered / self.reviews if self.reviews else None


MATURE = timedelta(days=21)


def statistics(actor: Actor) -> Statistics:
    """What the actor has practised and what is coming; two queries."""
    today = clock.today()
    first = today - timedelta(days=HISTORY_DAYS - 1)
    taken_back = select(Review.undoes_id).where(Review.person_id == actor.person_id, Review.act == "undo")
    answers = db.session.execute(
        select(Review.day, Review.rating, Review.elapsed).where(
            Review.person_id == actor.person_id,
            Review.act == "review",
            Review.day >= first,
            Review.id.not_in(taken_back),
        )
    ).all()
    per_day = Counter(row.day for row in answers)
    # an answer a day or more after the one before it tests memory; sooner ones are learning
    tested = [row.rating for row in answers if row.elapsed is not None and row.elapsed >= 86_400]
    states = db.session.execute(
        select(CardState.state, CardState.due, CardState.last_review, CardState.suspended_at)
        .join(Card, Card.id == CardState.card_id)
        .where(CardState.person_id == actor.person_id, Card.retired.is_(False))
    ).all()
    active = [row for row in states if row.suspended_at is None]
    in_review = [row for row in active if row.state == Phase.REVIEW]
    mature = sum(row.due - row.last_review >= MATURE for row in in_review)
    due = Counter(max(today, clock.local(row.due).date()) for row in active)
    return Statistics(
        days=tuple((day, per_day[day]) for day in _days(first, HISTORY_DAYS)),
        forecast=tuple((day, due[day]) for day in _days(today, FORECAST_DAYS)),
        answers=len(answers),
        reviews=len(tested),
        remembered=sum(rating != Rating.AGAIN for rating in tested),
        learning=len(active) - len(in_review),
        young=len(in_review) - mature,
        mature=mature,
        suspended=len(states) - len(active),
    )


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
