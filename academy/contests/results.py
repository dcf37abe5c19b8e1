"""Reading results: boards with the names that may be shown, own places, participation of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from academy.contests.models import (
    COMPUTED,
    PUBLISHED,
    WINNERS,
    ContestLine,
    ContestParticipant,
    ContestResult,
    ContestRound,
    ContestUnitCount,
)
from academy.contests.views import ContestView, LineView, OwnPlace, ResultView, RoundView, UnitShare
from academy.kernel.db import db
from academy.kernel.paging import Page, keyset
from academy.organization.models import Person, Unit

__all__ = [
    "FEWEST",
    "all_lines",
    "board_page",
    "find_published",
    "league",
    "list_versions",
    "newest_results",
    "own_places",
    "published_results",
    "winners",
]

FEWEST = 5  # what is said about fewer people than this is said about persons

_RESULT = tuple(
    getattr(ContestResult, name)
    for name in (
        "id contest_id round_id version state reason computed_at entries excluded pending truth digest proposed_by "
        "proposed_at approved_by approved_at published_at"
    ).split()
)


def find_published(contest: ContestView, current: RoundView | None) -> ResultView | None:
    """The published result of a round, or of the whole contest; None while there is none."""
    return published_results(contest).get(current.id if current else None)


def published_results(contest: ContestView) -> dict[int | None, ResultView]:
    """All published results of a contest by round id, None for the whole; one query."""
    rows = db.session.execute(
        select(*_RESULT).where(ContestResult.contest_id == contest.id, ContestResult.state == PUBLISHED)
    )
    return {row.round_id: ResultView(**row._mapping) for row in rows}


def newest_results(contest: ContestView) -> dict[int | None, ResultView]:
    """The newest version of each result, whatever its state, for organisers; one query."""
    return {one.round_id: one for one in reversed(list_versions(contest))}


def list_versions(contest: ContestView, round_id: int | None | bool = True) -> list[ResultView]:
    """All versions of all results (or of one), the newest first; one query."""
    statement = select(*_RESULT).where(ContestResult.contest_id == contest.id)
    if round_id is not True:
        of = ContestResult.round_id.is_(None) if round_id is None else ContestResult.round_id == round_id
        statement = statement.where(of)
    rows = db.session.execute(statement.order_by(ContestResult.version.desc(), ContestResult.id.desc()))
    return [ResultView(**row._mapping) for row in rows]


def board_page(
    contest: ContestView,
    result: ResultView,
    board_id: int,
    *,
    prizes: Sequence[Mapping[str, Any]],
    person_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """A board in its order, a page of :class:`LineView`; one query.

    Names are those of prize winners, where the contest shows them and they have not withdrawn theirs. On a board
    with fewer than :data:`FEWEST` lines only winners have marks.
    """
    mates = ContestLine.__table__.alias("mates")
    size = select(func.count()).where(mates.c.result_id == result.id, mates.c.board_id == board_id)
    statement = (
        _lines()
        .add_columns(size.scalar_subquery().label("size"))
        .where(ContestLine.result_id == result.id, ContestLine.board_id == board_id)
    )
    page = keyset(statement, [ContestLine.place], cursor, limit)
    return Page([_shown(contest, prizes, row, person_id) for row in page.items], page.next_cursor)


def winners(
    contest: ContestView, result: ResultView, *, prizes: Sequence[Mapping[str, Any]], full: bool = False
) -> dict[int, list[LineView]]:
    """Board id → the lines with a prize, by prize and rank; one query.

    Args:
        full: for organisers: every name, also withdrawn ones.
    """
    rows = db.session.execute(
        _lines()
        .where(ContestLine.result_id == result.id, ContestLine.prize.is_not(None))
        .order_by(ContestLine.board_id, ContestLine.prize, ContestLine.place)
    ).all()
    return {
        board_id: [_shown(contest, prizes, row, None, full=full) for row in of_board]
        for board_id, of_board in groupby(rows, key=lambda row: row.board_id)
    }


def all_lines(result_id: int) -> Sequence[Any]:
    """Every line of a result with name and unit, for the organisers' export; one query."""
    return db.session.execute(
        _lines().where(ContestLine.result_id == result_id).order_by(ContestLine.board_id, ContestLine.place)
    ).all()


def own_places(contest: ContestView, person_id: int | None) -> list[OwnPlace]:
    """A person's own places on published boards, round by round, the whole contest last; one query."""
    if person_id is None:
        return []
    mates = ContestLine.__table__.alias("mates")
    of = (
        select(func.count())
        .where(mates.c.result_id == ContestLine.result_id, mates.c.board_id == ContestLine.board_id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            ContestRound.number,
            ContestRound.prizes,
            ContestLine.board_id,
            ContestLine.rank,
            ContestLine.mark,
            ContestLine.gap,
            ContestLine.seconds,
            ContestLine.prize,
            of.label("of"),
        )
        .join(ContestParticipant, ContestParticipant.id == ContestLine.participant_id)
        .join(ContestResult, ContestResult.id == ContestLine.result_id)
        .outerjoin(ContestRound, ContestRound.id == ContestResult.round_id)
        .where(
            ContestParticipant.person_id == person_id,
            ContestResult.contest_id == contest.id,
            ContestResult.state == PUBLISHED,
        )
    ).all()
    found = [
        OwnPlace(
            number=row.number or 0,
            board=board.name if (board := contest.board(row.board_id)) else "",
            rank=row.rank,
            of=row.of,
            mark=row.mark,
            gap=row.gap,
            seconds=row.seconds,
            prize=_prize(contest.prizes if row.number is None else row.prizes, row.prize),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.number == 0, one.number))


def league(result: ResultView) -> list[UnitShare]:
    """Participation by unit, the highest share first; one query.

    Units with fewer than :data:`FEWEST` people are left out; where some, but fewer than that, took part, neither
    number nor share is told, and the unit stands at the end.
    """
    rows = db.session.execute(
        select(Unit.name, Unit.sort_key, ContestUnitCount.people, ContestUnitCount.took_part)
        .join(Unit, Unit.id == ContestUnitCount.unit_id)
        .where(ContestUnitCount.result_id == result.id, ContestUnitCount.people >= FEWEST)
        .order_by(Unit.sort_key)
    ).all()
    told = [row for row in rows if row.took_part == 0 or row.took_part >= FEWEST]
    told.sort(key=lambda row: (-round(Decimal(row.took_part) / row.people, 4), -row.people, row.sort_key))
    shares: list[UnitShare] = []
    for place, row in enumerate(told, 1):
        share = round(Decimal(row.took_part) / row.people, 4)
        rank = shares[-1].rank if shares and shares[-1].share == share else place
        shares.append(
            UnitShare(rank=rank, name=row.name, people=row.people, took_part=row.took_part, share=share)
        )
    hidden = [row for row in rows if 0 < row.took_part < FEWEST]
    return shares + [
        UnitShare(rank=None, name=row.name, people=row.people, took_part=None, share=None) for row in hidden
    ]


def is_changeable(result: ResultView | None) -> bool:
    """Whether a result may still be computed anew."""
    return result is None or result.state == COMPUTED


def _lines() -> Any:
    return (
        select(
            ContestLine.place,
            ContestLine.board_id,
            ContestLine.rank,
            ContestLine.mark,
            ContestLine.gap,
            ContestLine.seconds,
            ContestLine.submitted,
            ContestLine.rounds,
            ContestLine.lot,
            ContestLine.prize,
            ContestParticipant.public_id,
            ContestParticipant.person_id,
            ContestParticipant.name_withdrawn_at,
            Person.full_name,
            Unit.name.label("unit_name"),
        )
        .join(ContestParticipant, ContestParticipant.id == ContestLine.participant_id)
        .join(Person, Person.id == ContestParticipant.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
    )


def _shown(
    contest: ContestView,
    prizes: Sequence[Mapping[str, Any]],
    row: Any,
    person_id: int | None,
    *,
    full: bool = False,
) -> LineView:
    may_name = row.prize is not None and contest.name_rule == WINNERS and row.name_withdrawn_at is None
    named = full or may_name
    told = full or row.prize is not None or getattr(row, "size", FEWEST) >= FEWEST
    return LineView(
        place=row.place,
        rank=row.rank,
        public_id=row.public_id,
        mark=row.mark if told else None,
        gap=row.gap if told else None,
        seconds=row.seconds if told else None,
        rounds=row.rounds,
        prize=_prize(prizes, row.prize),
        name=row.full_name if named else None,
        unit=row.unit_name if named else None,
        is_own=person_id is not None and row.person_id == person_id,
    )


def _prize(prizes: Sequence[Mapping[str, Any]] | None, index: int | None) -> str | None:
    return prizes[index]["name"] if prizes and index is not None and index < len(prizes) else None
