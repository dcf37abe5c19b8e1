"""After a round has closed: its entries are collected, its people counted, its board computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from academy.audit.services import record
from academy.contests.counting import Count, count_overall, count_round, people_counted
from academy.contests.eligibility import (
    Place,
    league_unit_of,
    league_units,
    makers,
    people_in_scope,
)
from academy.contests.entering import first_attempts, new_entry
from academy.contests.errors import NotReady
from academy.contests.models import (
    BY_RULE,
    COMPUTED,
    ContestEntry,
    ContestExclusion,
    ContestLine,
    ContestParticipant,
    ContestResult,
    ContestRound,
    ContestUnitCount,
)
from academy.contests.queries import contest_of_round, excluded_people
from academy.contests.views import ContestView, RoundView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db, insert_if_absent
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Unit
from academy.quizzes.models import OPEN, Attempt
from academy.quizzes.services import expire_attempt

__all__ = [
    "close_round",
    "close_when_due",
    "compute",
    "current_result",
    "enqueue_closing",
    "new_version",
]

AFTER_CLOSING = timedelta(minutes=6)  # the longest grace of a quiz, and a minute


def close_when_due(round_id: int) -> int | None:
    """Collect a round whose time is over; one that was prolonged meanwhile is put off to its new end.

    Returns:
        The id of the result, None if it was put off.
    """
    _contest, current = contest_of_round(round_id)
    due = current.closes_at + AFTER_CLOSING
    if clock.now() >= due:
        return close_round(Actor.system(), round_id)
    with unit_of_work() as work:
        enqueue_closing(work, round_id, current.closes_at)
    return None


def enqueue_closing(work: UnitOfWork, round_id: int, closes_at: datetime) -> None:
    """Have a round collected after its end."""
    work.enqueue(
        "contests.close",
        key=f"contests.close:{round_id}",
        run_at=closes_at + AFTER_CLOSING,
        round_id=round_id,
    )


def close_round(actor: Actor, round_id: int) -> int:
    """Collect a round whose time is over and compute its result; doing it again computes it anew.

    Whoever holds a paper without an entry gets one, without a prediction. Makers of the contest
    among those who entered are excluded by rule. Units' people are counted once, now.

    Returns:
        The id of the result, :data:`academy.contests.models.COMPUTED` or later.

    Raises:
        ContestNotFound
        NotReady: the round is still open.
    """
    contest, current = contest_of_round(round_id)
    if current.announced_at is None or clock.now() < current.closes_at:
        raise NotReady(
            _l("The round is still open."),
            rule="contest.open",
            next_step=_l("Its entries are collected once it has closed."),
        )
    _expire(current)
    with unit_of_work() as work:
        locked = _locked(work, round_id)
        first = locked.closed_at is None
        if first:
            places = people_in_scope(contest)
            _collect(work, contest, current, places)
            _exclude_makers(work, contest, current)
            locked.closed_at = clock.now()
            work.session.flush()
            people = _people(contest, current, places, excluded_people(contest.id))
        else:
            people = people_counted(contest, round_id)
        result = current_result(work, contest.id, round_id) or _result(work, contest, round_id, 1, "")
        if result.state == COMPUTED:
            contest, current = contest_of_round(round_id)
            _write(work, result, count_round(contest, current, people))
        if first:
            details = {"round": current.number, "entries": result.entries}
            record(actor, "contest.close", "contest", contest.slug, details=details)
        return result.id


def compute(work: UnitOfWork, contest: ContestView, current: RoundView | None) -> ContestResult:
    """Compute a result that is not decided yet anew; None stands for the whole contest."""
    round_id = current.id if current else None
    result = current_result(work, contest.id, round_id) or _result(work, contest, round_id, 1, "")
    if result.state == COMPUTED:
        count = (
            count_round(contest, current, people_counted(contest, current.id))
            if current
            else count_overall(contest)
        )
        _write(work, result, count)
    return result


def current_result(work: UnitOfWork, contest_id: int, round_id: int | None) -> ContestResult | None:
    """The newest version of a result, held until the transaction ends."""
    of = ContestResult.round_id.is_(None) if round_id is None else ContestResult.round_id == round_id
    return work.session.scalar(
        select(ContestResult)
        .where(ContestResult.contest_id == contest_id, of)
        .order_by(ContestResult.version.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def new_version(
    work: UnitOfWork, contest: ContestView, current: RoundView | None, reason: str
) -> ContestResult:
    """The next version of a result, computed."""
    round_id = current.id if current else None
    last = current_result(work, contest.id, round_id)
    result = _result(work, contest, round_id, (last.version if last else 0) + 1, reason)
    people = people_counted(contest, round_id) if round_id else {}
    _write(work, result, count_round(contest, current, people) if current else count_overall(contest))
    return result


def _locked(work: UnitOfWork, round_id: int) -> ContestRound:
    return work.session.scalars(
        select(ContestRound)
        .where(ContestRound.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _expire(current: RoundView) -> None:
    """Close what its time has left open, should the jobs of the quizzes not have come round yet."""
    overdue = db.session.scalars(
        select(Attempt.id).where(
            Attempt.quiz_id == current.quiz_id,
            Attempt.state == OPEN,
            Attempt.accepts_until < clock.now(),
        )
    ).all()
    for attempt_id in overdue:
        expire_attempt(attempt_id)


def _collect(work: UnitOfWork, contest: ContestView, current: RoundView, places: Mapping[int, Place]) -> None:
    """Give everybody who holds a paper of the round an entry; the entry is the only way to one, but none is lost."""
    firsts = first_attempts(current).subquery()
    entered = select(ContestEntry.attempt_id).where(ContestEntry.round_id == current.id)
    missing = work.session.execute(
        select(firsts.c.person_id, firsts.c.attempt_id).where(firsts.c.attempt_id.not_in(entered))
    ).all()
    for person_id, attempt_id in missing:
        new_entry(work, contest, current, person_id, attempt_id, places.get(person_id))


def _exclude_makers(work: UnitOfWork, contest: ContestView, current: RoundView) -> None:
    made = makers(contest)
    barred = work.session.scalars(
        select(ContestParticipant.person_id)
        .join(ContestEntry, ContestEntry.participant_id == ContestParticipant.id)
        .where(ContestEntry.round_id == current.id, ContestParticipant.person_id.in_(made))
    ).all()
    already = excluded_people(contest.id)
    for person_id in sorted(set(barred) - already):
        work.session.add(
            ContestExclusion(
                contest_id=contest.id,
                person_id=person_id,
                source=BY_RULE,
                reason="organiser or author of questions",
                at=clock.now(),
            )
        )
    work.session.flush()


def _people(
    contest: ContestView, current: RoundView, places: Mapping[int, Place], excluded: set[int]
) -> dict[int, int]:
    """Unit id → people who could take part: those in service now, and whoever entered for the unit."""
    units = league_units(contest)
    barred = excluded | makers(contest)
    at: dict[int, str] = {
        person: place.path
        for person, place in places.items()
        if place.board_id is not None and person not in barred
    }
    at |= _entered_from(current, barred)
    people: dict[int, int] = {}
    for path in at.values():
        unit = league_unit_of(path, units)
        if unit is not None:
            people[unit] = people.get(unit, 0) + 1
    return people


def _entered_from(current: RoundView, barred: set[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(ContestParticipant.person_id, Unit.path)
        .join(ContestEntry, ContestEntry.participant_id == ContestParticipant.id)
        .join(Unit, Unit.id == ContestEntry.unit_id)
        .where(ContestEntry.round_id == current.id, ContestEntry.board_id.is_not(None))
    )
    return {row.person_id: row.path for row in rows if row.person_id not in barred}


def _result(
    work: UnitOfWork, contest: ContestView, round_id: int | None, version: int, reason: str
) -> ContestResult:
    insert_if_absent(
        work.session,
        ContestResult,
        contest_id=contest.id,
        round_id=round_id,
        version=version,
        reason=reason,
        computed_at=clock.now(),
        digest="",
    )
    found = current_result(work, contest.id, round_id)
    assert found is not None
    return found


def _write(work: UnitOfWork, result: ContestResult, count: Count) -> None:
    for model in (ContestLine, ContestUnitCount):
        work.session.execute(delete(model).where(model.result_id == result.id))
    _insert(work, ContestLine, [_line_row(result.id, line) for line in count.lines])
    units = [
        {"result_id": result.id, "unit_id": unit, "people": people, "took_part": took}
        for unit, people, took in count.units
    ]
    _insert(work, ContestUnitCount, units)
    result.entries, result.excluded, result.pending = count.entries, count.excluded, count.pending
    result.truth, result.digest, result.computed_at = count.truth, count.digest, clock.now()
    work.session.flush()


def _insert(work: UnitOfWork, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        work.session.execute(insert(model), rows)


def _line_row(result_id: int, line: Any) -> dict[str, Any]:
    one = line.entered
    return {
        "result_id": result_id,
        "board_id": one.board,
        "place": line.place,
        "participant_id": one.participant,
        "rank": line.rank,
        "mark": one.mark,
        "gap": one.gap,
        "seconds": one.seconds,
        "submitted": one.submitted,
        "rounds": one.rounds,
        "lot": one.lot,
        "prize": line.prize,
    }
