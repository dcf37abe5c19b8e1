"""Proving marks: every mark follows from the stored scores, weights and rules, and from the changes on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlalchemy import Select, select

from academy.kernel.db import db
from academy.quizzes.marks import mark_of, share_of, to_decimal
from academy.quizzes.models import OPEN, Attempt, AttemptItem, GradeChange, QuizVersion

__all__ = ["Discrepancy", "verify_marks"]

PIECE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Something stored that does not follow from the rest: ``what`` of an attempt, as stored and as it should be."""

    attempt_id: int
    what: str
    stored: object
    expected: object


def verify_marks() -> Iterator[Discrepancy]:
    """Make every closed attempt's mark anew and compare; follow its changes of grades, each from where the last ended.

    Scores, weights and grades are taken as stored: what a question was worth is a fact, not computed again.
    """
    last = 0
    while True:
        ids = db.session.scalars(
            select(Attempt.id).where(Attempt.id > last, Attempt.state != OPEN).order_by(Attempt.id).limit(PIECE)
        ).all()
        if not ids:
            return
        last = ids[-1]
        yield from _of_attempts(ids)


def _of_attempts(ids: Sequence[int]) -> Iterator[Discrepancy]:
    attempts = db.session.execute(
        select(Attempt.id, Attempt.score, Attempt.mark, Attempt.passed, Attempt.pending, QuizVersion.settings["pass_mark"])
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.id)
    ).all()
    items = _grouped(
        select(
            AttemptItem.attempt_id,
            AttemptItem.slot,
            AttemptItem.weight,
            AttemptItem.score,
            AttemptItem.grade["pending"].as_boolean().label("pending"),
            AttemptItem.item_version_id,
            AttemptItem.graded_version_id,
        )
        .where(AttemptItem.attempt_id.in_(ids))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    )
    changes = _grouped(
        select(
            GradeChange.attempt_id,
            GradeChange.slot,
            GradeChange.batch,
            GradeChange.score_before,
            GradeChange.score_after,
            GradeChange.weight_before,
            GradeChange.weight_after,
            GradeChange.version_before_id,
            GradeChange.version_after_id,
            GradeChange.mark_before,
            GradeChange.mark_after,
        )
        .where(GradeChange.attempt_id.in_(ids))
        .order_by(GradeChange.attempt_id, GradeChange.batch, GradeChange.slot)
    )
    for attempt_id, score, mark, passed, pending, pass_mark in attempts:
        slots = items.get(attempt_id, [])
        stored = {"pending": pending, "score": score, "mark": mark, "passed": passed}
        expected = _expected(slots, Decimal(pass_mark))
        for what, value in expected.items():
            if stored[what] != value:
                yield Discrepancy(attempt_id=attempt_id, what=what, stored=stored[what], expected=value)
        yield from _broken_chain(attempt_id, slots, changes.get(attempt_id, []), mark)


def _grouped(statement: Select) -> dict[int, list]:
    rows = db.session.execute(statement).all()
    return {attempt_id: list(group) for attempt_id, group in groupby(rows, key=lambda row: row.attempt_id)}


def _expected(slots: Sequence, pass_mark: Decimal) -> dict[str, object]:
    if any(item.pending or item.score is None for item in slots):
        return {"pending": True, "score": None, "mark": None, "passed": None}
    share = share_of((item.weight, item.score) for item in slots)
    mark = mark_of(share)
    return {"pending": False, "score": to_decimal(share), "mark": mark, "passed": mark >= pass_mark}


def _broken_chain(attempt_id: int, slots: Sequence, changes: Sequence, mark: Decimal | None) -> Iterator[Discrepancy]:
    """Each change must begin where the one before ended, and the last must end at what is stored."""
    present: dict[tuple[int, str], object] = {}
    marked: Decimal | None = None
    seen_batch = None
    for change in changes:
        begins = {"score": change.score_before, "version": change.version_before_id}
        ends = {"score": change.score_after, "version": change.version_after_id}
        if change.weight_after is not None:
            begins["weight"], ends["weight"] = change.weight_before, change.weight_after
        for what, value in begins.items():
            known = present.get((change.slot, what), value)
            if known != value:
                yield Discrepancy(attempt_id=attempt_id, what=f"{what} of slot {change.slot} before change {change.batch}", stored=value, expected=known)
        present |= {(change.slot, what): value for what, value in ends.items()}
        if change.batch != seen_batch:
            if seen_batch is not None and change.mark_before != marked:
                yield Discrepancy(attempt_id=attempt_id, what=f"mark before change {change.batch}", stored=change.mark_before, expected=marked)
            seen_batch, marked = change.batch, change.mark_after
    if changes and marked != mark:
        yield Discrepancy(attempt_id=attempt_id, what="mark after the last change", stored=mark, expected=marked)
    for item in slots:
        stored = {"score": item.score, "weight": item.weight, "version": item.graded_version_id or item.item_version_id}
        for what, value in stored.items():
            known = present.get((item.slot, what), value)
            if known != value:
                yield Discrepancy(attempt_id=attempt_id, what=f"{what} of slot {item.slot}", stored=value, expected=known)
