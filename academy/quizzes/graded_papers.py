"""Many attempts at once, as far as a change of one grade in each asks of them: a preview of thousands in few queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, tuple_

from academy.kernel.db import db
from academy.quizzes.models import Attempt, AttemptItem, Quiz, QuizVersion
from academy.quizzes.queries import SUMMARY, summary
from academy.quizzes.rules import QuizRules
from academy.quizzes.slot_queries import item_rows, shown_slots
from academy.quizzes.views import AttemptSlot, AttemptSummary

__all__ = ["GradedPaper", "Part", "graded_papers", "pinned_rules"]

Place = tuple[int, int]
"""An attempt and a slot of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a slot adds to the mark of its attempt; ``pending`` while its answer waits to be graded."""

    weight: Decimal
    score: Decimal | None
    pending: bool

    @classmethod
    def of(cls, item: AttemptItem) -> Part:
        return cls(item.weight, item.score, bool((item.grade or {}).get("pending")))


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedPaper:
    """An attempt with all that makes its mark, and one of its slots as a whole."""

    attempt: AttemptSummary
    rules: QuizRules
    slot: AttemptSlot
    parts: Mapping[int, Part]


def graded_papers(places: Collection[Place]) -> dict[Place, GradedPaper]:
    """The papers of attempts, each with the slot that is named; places that are not there are left out.

    Four queries for any number of places, two more for versions they were graded by later and specs that are not
    in memory. No policy is asked.
    """
    attempts = _attempts({attempt_id for attempt_id, _slot in places})
    rules = pinned_rules({one.quiz_version_id for one in attempts.values()})
    parts = _parts(attempts)
    by_place = tuple_(AttemptItem.attempt_id, AttemptItem.slot).in_(list(places))
    rows = item_rows(by_place)
    seeds = {
        (one.id, slot): (rules[one.quiz_version_id][1], one.seed)
        for attempt_id, slot in places
        if (one := attempts.get(attempt_id)) is not None
    }
    slots = shown_slots(rows, lambda item: seeds[item.attempt_id, item.slot])
    return {
        (item.attempt_id, item.slot): GradedPaper(
            attempt=attempts[item.attempt_id],
            rules=rules[attempts[item.attempt_id].quiz_version_id][1],
            slot=slot,
            parts=parts[item.attempt_id],
        )
        for (item, _version), slot in zip(rows, slots, strict=True)
    }


def pinned_rules(version_ids: Iterable[int]) -> dict[int, tuple[int, QuizRules]]:
    """Course and rules by version of a quiz; one query."""
    rows = db.session.execute(
        select(QuizVersion.id, Quiz.course_id, QuizVersion.settings)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(QuizVersion.id.in_(set(version_ids)))
    )
    return {row[0]: (row[1], QuizRules.from_settings(row[2])) for row in rows}


def _attempts(ids: Iterable[int]) -> dict[int, AttemptSummary]:
    rows = db.session.execute(select(*SUMMARY).where(Attempt.id.in_(set(ids))))
    return {row[0]: summary(row) for row in rows}


def _parts(attempt_ids: Iterable[int]) -> dict[int, dict[int, Part]]:
    """The parts of attempts by slot; what an answer was graded for in words is not loaded."""
    found: dict[int, dict[int, Part]] = {}
    rows = db.session.execute(
        select(
            AttemptItem.attempt_id,
            AttemptItem.slot,
            AttemptItem.weight,
            AttemptItem.score,
            AttemptItem.grade["pending"].as_boolean(),
        ).where(AttemptItem.attempt_id.in_(set(attempt_ids)))
    )
    for attempt_id, slot, weight, score, pending in rows:
        found.setdefault(attempt_id, {})[slot] = Part(weight, score, bool(pending))
    return found
