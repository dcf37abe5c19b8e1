"""Counting a round, or the whole contest, from stored facts: what the job stores and the proof computes anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from academy.contests import lots
from academy.contests.eligibility import league_unit_of, league_units
from academy.contests.models import (
    PUBLISHED,
    ContestEntry,
    ContestLine,
    ContestParticipant,
    ContestResult,
    ContestRound,
    ContestUnitCount,
)
from academy.contests.queries import excluded_people
from academy.contests.ranking import Entered, Line, digest, give_prizes, overall, rank_board
from academy.contests.views import ContestView, RoundView
from academy.kernel.db import db
from academy.organization.models import Unit
from academy.quizzes.models import OPEN, Attempt

__all__ = ["Count", "count_overall", "count_round", "people_counted", "stored_lines", "stored_units"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a result is made of; ``units`` are (id, people, took part)."""

    lines: tuple[Line, ...]
    units: tuple[tuple[int, int, int], ...]
    entries: int
    excluded: int
    pending: int
    truth: int | None

    @property
    def digest(self) -> str:
        return digest(self.lines, self.units)


def count_round(contest: ContestView, current: RoundView, people: Mapping[int, int]) -> Count:
    """Count a round; five queries, however many entries.

    Args:
        people: unit id → people who could take part when the round closed.
    """
    excluded = excluded_people(contest.id)
    rows = _rows(current.id)
    counted = [row for row in rows if row.person_id not in excluded and row.board_id is not None]
    marked = [row for row in counted if row.mark is not None and row.state != OPEN]
    pending = len(counted) - len(marked)
    truth = sum(row.score == 1 for row in marked) if not pending else None
    order = {at: number for number, at in enumerate(sorted({row.submitted_at for row in marked}), 1)}
    entered = [
        Entered(
            participant=row.participant_id,
            board=row.board_id,
            mark=row.mark,
            gap=None if truth is None or row.prediction is None else abs(row.prediction - truth),
            seconds=int((row.submitted_at - row.started_at).total_seconds()) - row.paused_seconds,
            submitted=order[row.submitted_at],
            lot=_lot(contest, current, str(current.number), row.public_id),
        )
        for row in marked
    ]
    units = league_units(contest)
    took: dict[int, int] = {}
    for row in counted:
        unit = league_unit_of(row.path or "", units)
        if unit is not None:
            took[unit] = took.get(unit, 0) + 1
    return Count(
        lines=_lines(contest, entered, current.prizes),
        units=_units(people, took),
        entries=len(counted),
        excluded=sum(row.person_id in excluded for row in rows),
        pending=pending,
        truth=truth,
    )


def count_overall(contest: ContestView) -> Count:
    """Count the whole contest from the published results of its rounds; lots by the last round's seed."""
    rounds = _published(contest)
    excluded = excluded_people(contest.id)
    barred = set(
        db.session.scalars(
            select(ContestParticipant.id).where(
                ContestParticipant.contest_id == contest.id, ContestParticipant.person_id.in_(excluded)
            )
        )
    )
    by_round = [
        [one for one in entered if one.participant not in barred] for entered in _published_entries(rounds)
    ]
    sums = overall(by_round, best=contest.best_rounds)
    last = rounds[-1][0] if rounds else None
    names = dict(
        db.session.execute(
            select(ContestParticipant.id, ContestParticipant.public_id).where(
                ContestParticipant.contest_id == contest.id
            )
        )
        .tuples()
        .all()
    )
    entered = [replace(one, lot=_lot(contest, last, lots.OVERALL, names[one.participant])) for one in sums]
    return Count(
        lines=_lines(contest, entered, contest.prizes),
        units=_overall_units(contest, rounds, {one.participant for one in sums}),
        entries=len(sums),
        excluded=len(barred),
        pending=0,
        truth=None,
    )


def people_counted(contest: ContestView, round_id: int) -> dict[int, int]:
    """How many people of each unit could take part, as the round's first result stored it when it closed."""
    return dict(
        db.session.execute(
            select(ContestUnitCount.unit_id, ContestUnitCount.people)
            .join(ContestResult, ContestResult.id == ContestUnitCount.result_id)
            .where(ContestResult.round_id == round_id, ContestResult.version == 1)
        )
        .tuples()
        .all()
    )


def stored_lines(result_id: int) -> list[Line]:
    """The lines of a stored result."""
    rows = db.session.execute(
        select(
            ContestLine.participant_id,
            ContestLine.board_id,
            ContestLine.mark,
            ContestLine.gap,
            ContestLine.seconds,
            ContestLine.submitted,
            ContestLine.rounds,
            ContestLine.lot,
            ContestLine.place,
            ContestLine.rank,
            ContestLine.prize,
        )
        .where(ContestLine.result_id == result_id)
        .order_by(ContestLine.board_id, ContestLine.place)
    )
    return [
        Line(
            entered=Entered(
                participant=row.participant_id,
                board=row.board_id,
                mark=row.mark,
                gap=row.gap,
                seconds=row.seconds,
                submitted=row.submitted,
                rounds=row.rounds,
                lot=row.lot,
            ),
            place=row.place,
            rank=row.rank,
            prize=row.prize,
        )
        for row in rows
    ]


def stored_units(result_id: int) -> list[tuple[int, int, int]]:
    """(unit id, people, took part) of a stored result."""
    rows = db.session.execute(
        select(ContestUnitCount.unit_id, ContestUnitCount.people, ContestUnitCount.took_part).where(
            ContestUnitCount.result_id == result_id
        )
    )
    return [tuple(row) for row in rows]


def _rows(round_id: int) -> list[Any]:
    return list(
        db.session.execute(
            select(
                ContestEntry.participant_id,
                ContestEntry.board_id,
                ContestEntry.prediction,
                ContestParticipant.person_id,
                ContestParticipant.public_id,
                Unit.path,
                Attempt.state,
                Attempt.mark,
                Attempt.score,
                Attempt.started_at,
                Attempt.paused_seconds,
                Attempt.submitted_at,
            )
            .join(ContestParticipant, ContestParticipant.id == ContestEntry.participant_id)
            .join(Attempt, Attempt.id == ContestEntry.attempt_id)
            .outerjoin(Unit, Unit.id == ContestEntry.unit_id)
            .where(ContestEntry.round_id == round_id)
            .order_by(ContestEntry.id)
        )
    )


def _lot(contest: ContestView, current: RoundView | None, of: str, public_id: str) -> str | None:
    if current is None or current.seed is None:
        return None
    return lots.lot(current.seed, contest.slug, of, public_id)


def _lines(contest: ContestView, entered: Iterable[Entered], prizes: Any) -> tuple[Line, ...]:
    by_board: dict[int, list[Entered]] = {}
    for one in entered:
        by_board.setdefault(one.board, []).append(one)
    lines: list[Line] = []
    for board in contest.boards:
        ranked = rank_board(by_board.get(board.id, ()), tie_rule=contest.tie_rule)
        lines += give_prizes(ranked, prizes)
    return tuple(lines)


def _units(people: Mapping[int, int], took: Mapping[int, int]) -> tuple[tuple[int, int, int], ...]:
    """Units with people; nobody can have taken part who was not there."""
    return tuple(
        (unit, max(people.get(unit, 0), took.get(unit, 0)), took.get(unit, 0))
        for unit in sorted({*people, *took})
        if people.get(unit, 0) or took.get(unit, 0)
    )


def _published(contest: ContestView) -> list[tuple[RoundView, int]]:
    """The rounds with a published result, in order, and the result's id."""
    results = dict(
        db.session.execute(
            select(ContestResult.round_id, ContestResult.id).where(
                ContestResult.contest_id == contest.id,
                ContestResult.round_id.is_not(None),
                ContestResult.state == PUBLISHED,
            )
        )
        .tuples()
        .all()
    )
    return [(one, results[one.id]) for one in contest.rounds if one.id in results]


def _published_entries(rounds: Iterable[tuple[RoundView, int]]) -> list[list[Entered]]:
    return [[line.entered for line in stored_lines(result_id)] for _round, result_id in rounds]


def _overall_units(
    contest: ContestView, rounds: list[tuple[RoundView, int]], participants: set[int]
) -> tuple[tuple[int, int, int], ...]:
    """People as the last round counted them; whoever took part counts once, for the unit of the newest entry."""
    if not rounds:
        return ()
    people = {unit: people for unit, people, _took in stored_units(rounds[-1][1])}
    units = league_units(contest)
    paths = db.session.execute(
        select(ContestEntry.participant_id, Unit.path)
        .join(Unit, Unit.id == ContestEntry.unit_id)
        .join(ContestRound, ContestRound.id == ContestEntry.round_id)
        .where(ContestEntry.round_id.in_([one.id for one, _result in rounds]))
        .order_by(ContestRound.number)
    )
    newest = {participant: path for participant, path in paths if participant in participants}
    took: dict[int, int] = {}
    for path in newest.values():
        unit = league_unit_of(path, units)
        if unit is not None:
            took[unit] = took.get(unit, 0) + 1
    return _units(people, took)
