"""What anyone needs to check a published result: numbers instead of people, and the revealed seed.

A board with fewer than :data:`academy.contests.results.FEWEST` lines shows the lots only: marks of so few people
would be marks of persons.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from academy.contests.lots import OVERALL
from academy.contests.results import FEWEST, all_lines
from academy.contests.views import ContestView, ResultView, RoundView

__all__ = ["data_of"]


def data_of(contest: ContestView, current: RoundView | None, result: ResultView) -> dict[str, Any]:
    """A published result as JSON values; one query."""
    rows = all_lines(result.id)
    sizes = Counter(row.board_id for row in rows)
    seeded = current or (contest.shown_rounds[-1] if contest.shown_rounds else None)
    return {
        "contest": contest.slug,
        "round": str(current.number) if current else OVERALL,
        "version": result.version,
        "opens_at": current.opens_at if current else None,
        "closes_at": current.closes_at if current else None,
        "commitment": seeded.commitment if seeded else None,
        "salt": seeded.salt if seeded else None,
        "seed": seeded.seed if seeded else None,
        "entries": result.entries,
        "excluded": result.excluded,
        "all_right": result.truth,
        "tie_rule": contest.tie_rule,
        "prizes": [_prize(prize) for prize in (current.prizes if current else contest.prizes)],
        "boards": [
            {
                "name": board.name,
                "lines": [
                    _line(row, whole=sizes[board.id] >= FEWEST) for row in rows if row.board_id == board.id
                ],
            }
            for board in contest.boards
        ],
    }


def _prize(prize: Any) -> dict[str, Any]:
    return {
        "name": prize["name"],
        "how": prize["how"],
        "count": prize["count"],
        "minimum": prize.get("minimum") or "0",
    }


def _line(row: Any, *, whole: bool) -> dict[str, Any]:
    return {
        "participant": row.public_id,
        "rank": row.rank if whole else None,
        "mark": str(row.mark) if whole else None,
        "gap": row.gap if whole else None,
        "seconds": row.seconds if whole else None,
        "submitted": row.submitted if whole else None,
        "lot": row.lot,
        "prize": row.prize,
    }
