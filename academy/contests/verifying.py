"""Proving results: everything is computed anew from entries, attempts and predictions, and compared."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from academy.contests import lots
from academy.contests.counting import (
    Count,
    count_overall,
    count_round,
    people_counted,
    stored_lines,
    stored_units,
)
from academy.contests.entering import first_attempts
from academy.contests.errors import ContestNotFound
from academy.contests.models import ContestEntry, ContestPrediction, ContestResult, ContestRound
from academy.contests.queries import find_contest
from academy.contests.ranking import Line, digest
from academy.contests.results import list_versions
from academy.contests.views import ContestView, ResultView, RoundView
from academy.kernel.db import db

__all__ = ["differences"]


def differences(slug: str, number: int | None = None) -> Iterator[str]:
    """What does not agree with the facts, a line each.

    Args:
        number: only this round; 0 only the whole contest; None everything.

    Raises:
        ContestNotFound: there is no such contest or round.
    """
    contest = find_contest(slug)
    if contest is None or (number and contest.round(number) is None):
        raise ContestNotFound
    for current in contest.rounds:
        if number in (None, current.number):
            yield from _round_differences(contest, current)
    if number in (None, 0):
        yield from _result_differences(contest, None, "overall")


def _round_differences(contest: ContestView, current: RoundView) -> Iterator[str]:
    name = f"round {current.number}"
    if current.announced_at is None:
        return
    stored = db.session.execute(
        select(ContestRound.salt, ContestRound.seed).where(ContestRound.id == current.id)
    ).one()
    if lots.commitment(stored.salt, stored.seed) != current.commitment:
        yield f"{name}: salt and seed are not what was committed to"
    if current.announced_at >= current.opens_at:
        yield f"{name}: it was announced after it had opened"
    if current.closed_at is not None:
        yield from _entry_differences(current, name)
    yield from _prediction_differences(current, name)
    yield from _result_differences(contest, current, name)


def _entry_differences(current: RoundView, name: str) -> Iterator[str]:
    """Every first attempt is an entry, and nothing else is."""
    due = set(db.session.scalars(select(first_attempts(current).subquery().c.attempt_id)))
    entered = set(
        db.session.scalars(select(ContestEntry.attempt_id).where(ContestEntry.round_id == current.id))
    )
    yield from (f"{name}: attempt {one} has no entry" for one in sorted(due - entered))
    yield from (f"{name}: attempt {one} does not count, and has an entry" for one in sorted(entered - due))


def _prediction_differences(current: RoundView, name: str) -> Iterator[str]:
    """What an entry shows is what was stored last."""
    last = (
        select(ContestPrediction.entry_id, func.max(ContestPrediction.sequence).label("sequence"))
        .group_by(ContestPrediction.entry_id)
        .subquery()
    )
    rows = db.session.execute(
        select(ContestEntry.id, ContestEntry.prediction, ContestPrediction.value)
        .outerjoin(last, last.c.entry_id == ContestEntry.id)
        .outerjoin(
            ContestPrediction,
            (ContestPrediction.entry_id == ContestEntry.id) & (ContestPrediction.sequence == last.c.sequence),
        )
        .where(ContestEntry.round_id == current.id)
    )
    for entry_id, shown, stored in rows:
        if shown != stored:
            yield f"{name}: entry {entry_id} shows the prediction {shown}, stored is {stored}"


def _result_differences(contest: ContestView, current: RoundView | None, name: str) -> Iterator[str]:
    versions = list_versions(contest, current.id if current else None)
    for result in versions:
        told = f"{name}, version {result.version}"
        lines, units = stored_lines(result.id), stored_units(result.id)
        if digest(lines, units) != result.digest:
            yield f"{told}: its lines are not what its digest was made of"
        if result is versions[0]:
            yield from _against_facts(contest, current, result, lines, units, told)
    if current is not None and current.closed_at is not None and not versions:
        yield f"{name}: there is no result"


def _against_facts(
    contest: ContestView,
    current: RoundView | None,
    result: ResultView,
    lines: list[Line],
    units: list[tuple[int, int, int]],
    told: str,
) -> Iterator[str]:
    count = (
        count_round(contest, current, people_counted(contest, current.id))
        if current
        else count_overall(contest)
    )
    yield from _figures(result, count, told)
    stored = {(line.entered.board, line.place): line for line in lines}
    computed = {(line.entered.board, line.place): line for line in count.lines}
    for at in sorted({*stored, *computed}):
        if stored.get(at) != computed.get(at):
            yield f"{told}: board {at[0]}, place {at[1]}: stored {_said(stored.get(at))}, facts {_said(computed.get(at))}"
    for unit in sorted({*units, *count.units} - (set(units) & set(count.units))):
        yield f"{told}: unit {unit[0]}: {'stored' if unit in units else 'facts'} {unit[2]} of {unit[1]}"


def _figures(result: ResultView, count: Count, told: str) -> Iterator[str]:
    for figure in ("entries", "excluded", "pending", "truth"):
        if getattr(result, figure) != getattr(count, figure):
            yield f"{told}: {figure}: stored {getattr(result, figure)}, facts {getattr(count, figure)}"


def _said(line: Line | None) -> str:
    if line is None:
        return "nothing"
    one = line.entered
    return (
        f"participant {one.participant}, rank {line.rank}, mark {one.mark}, gap {one.gap}, {one.seconds} s, "
        f"prize {line.prize}"
    )


def count_results(slug: str) -> int:
    """How many results of a contest there are to compare."""
    contest = find_contest(slug)
    if contest is None:
        return 0
    return db.session.scalar(
        select(func.count()).select_from(ContestResult).where(ContestResult.contest_id == contest.id)
    )
