"""Order, ranks and prizes: pure functions over plain values, the same for the job and for the proof.

Order of a board: mark (higher first), distance of the prediction from the truth (smaller first, none last), time
used in whole seconds, then who handed in earlier. Who is equal in all of it shares the rank or, where the
contest says so, is parted by lots.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from academy.contests.models import LOTS

BY_RANK, BY_DRAW = "rank", "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What counts of an entry. ``submitted`` orders all papers of the round by when they were handed in.

    ``gap`` is None without a prediction, ``lot`` before the draw.
    """

    participant: int
    board: int
    mark: Decimal
    gap: int | None
    seconds: int
    submitted: int
    rounds: int = 1
    lot: str | None = None

    @property
    def order(self) -> tuple:
        gap = (1, 0) if self.gap is None else (0, self.gap)
        return -self.mark, gap, self.seconds, self.submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A place on a board; ``prize`` is an index in the list of prizes."""

    entered: Entered
    place: int
    rank: int
    prize: int | None = None


def rank_board(entries: Iterable[Entered], *, tie_rule: str) -> list[Line]:
    """The lines of one board in their order.

    Equal entries share a rank and stand by lot, or by participant before the draw; with ``tie_rule`` lots each
    has a rank of its own as soon as lots are known.
    """
    ordered = sorted(entries, key=lambda one: (one.order, one.lot or "", one.participant))
    lines: list[Line] = []
    for _order, equal in groupby(ordered, key=lambda one: one.order):
        first = len(lines) + 1
        for one in equal:
            place = len(lines) + 1
            parted = tie_rule == LOTS and one.lot is not None
            lines.append(Line(entered=one, place=place, rank=place if parted else first))
    return lines


def give_prizes(lines: Sequence[Line], prizes: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The lines with their prizes: those by rank first, then those that are drawn; nobody gets two.

    A prize by rank goes to the next ``count`` lines; whoever shares the last one's rank gets it too. A drawn
    prize goes to the ``count`` smallest lots among those without a prize whose mark reaches ``minimum``; before
    the draw to nobody.
    """
    given: dict[int, int] = {}
    start = 0
    for index, prize in enumerate(prizes):
        if prize["how"] != BY_RANK or start >= len(lines):
            continue
        end = min(start + prize["count"], len(lines))
        while end < len(lines) and lines[end].rank == lines[end - 1].rank:
            end += 1
        given |= {lines[at].place: index for at in range(start, end)}
        start = end
    for index, prize in enumerate(prizes):
        if prize["how"] != BY_DRAW:
            continue
        least = Decimal(prize.get("minimum") or 0)
        pot = [
            line
            for line in lines
            if line.place not in given and line.entered.lot is not None and line.entered.mark >= least
        ]
        pot.sort(key=lambda line: line.entered.lot)
        given |= {line.place: index for line in pot[: prize["count"]]}
    return [replace(line, prize=given.get(line.place)) for line in lines]


def overall(rounds: Iterable[Iterable[Entered]], *, best: int | None) -> list[Entered]:
    """The sums of everybody's best rounds.

    Args:
        rounds: the entries of each round that counts, the earliest first.
        best: how many of a person's rounds count: those with the highest marks, of equal ones those with the
            smaller gap, then time; all if None.

    A round without a prediction makes the sum of gaps None. The board is that of the newest round entered;
    ``submitted`` is the sum of the places in the order of handing in, the last thing compared.
    """
    of: dict[int, list[Entered]] = {}
    for entries in rounds:
        for one in entries:
            of.setdefault(one.participant, []).append(one)
    sums = []
    for participant, entered in of.items():
        counted = sorted(entered, key=lambda one: one.order)[: best or len(entered)]
        gaps = [one.gap for one in counted]
        sums.append(
            Entered(
                participant=participant,
                board=entered[-1].board,
                mark=sum((one.mark for one in counted), Decimal(0)),
                gap=None if None in gaps else sum(gaps),
                seconds=sum(one.seconds for one in counted),
                submitted=sum(one.submitted for one in counted),
                rounds=len(counted),
            )
        )
    return sums


def digest(lines: Iterable[Line], units: Iterable[tuple[int, int, int]]) -> str:
    """SHA-256 of a result: every line of every board, and every unit's (id, people, took part)."""
    told = {
        "lines": sorted(
            [
                line.entered.board,
                line.place,
                line.entered.participant,
                line.rank,
                str(line.entered.mark),
                line.entered.gap,
                line.entered.seconds,
                line.entered.submitted,
                line.entered.rounds,
                line.entered.lot,
                line.prize,
            ]
            for line in lines
        ),
        "units": sorted(units),
    }
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
