"""Changing the grades of a closed attempt: one door for marking by hand, regrading and appeals.

What stood before is kept (:class:`academy.quizzes.models.GradeChange`), the mark is made anew from all scores
by the rules the attempt started with, and the rest of the academy hears of it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Grade
from academy.quizzes.closing import (
    Pinned,
    counted_score,
    grade_as_json,
    hold_attempt,
    keep_grade,
    make_mark,
    rules_of,
)
from academy.quizzes.events import AttemptGraded, MarkChanged
from academy.quizzes.marks import mark_of, share_of
from academy.quizzes.models import OPEN, Attempt, AttemptItem, GradeChange
from academy.quizzes.slot_queries import slot_rows

__all__ = ["MarkChange", "NewGrade", "change_grades", "would_change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrade:
    """A grade for one slot; ``version_id``: the version of the item it was made by, if not the one before.

    ``weight``: what the item weighs from now on in this attempt, if not what it did; 0 makes it void.
    """

    grade: Grade
    version_id: int | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChange:
    """What a change of grades does, or would do, to an attempt.

    Attributes:
        scores: slot → score before and after, of the slots whose grade is another; empty if none is.
        mark_before, mark_after: None while an answer waits to be graded.
    """

    attempt_id: int
    mark_before: Decimal | None
    mark_after: Decimal | None
    passed_before: bool | None
    passed_after: bool | None
    scores: Mapping[int, tuple[Decimal | None, Decimal]] = field(default_factory=dict)


def change_grades(
    actor: Actor, attempt_id: int, grades: Mapping[int, NewGrade], *, source: str, reason: str = ""
) -> MarkChange:
    """Give slots of a closed attempt other grades; for services above that have asked their own policies.

    Grades that equal those in force change nothing and leave no row.

    Args:
        grades: slot → its new grade; slots that are not named keep theirs.
        source: one of :data:`academy.quizzes.models.SOURCES`.
        reason: for the learner and the record.

    Raises:
        NotFound: there is no such attempt, or it has no such slot.
        Conflict: it is still being sat, or nothing would be left that a mark could be made of.
    """
    with unit_of_work() as work:
        attempt = hold_attempt(work, attempt_id)
        if attempt is None:
            raise NotFound(_l("There is no such attempt."))
        _require_closed(attempt)
        pinned, items = rules_of(attempt), _items(attempt.id, grades)
        others = {slot: new for slot, new in grades.items() if _differs(items[slot], new)}
        change = _result(attempt, pinned, items, others)
        if others:
            rows = _record(work, actor, attempt, items, others, source=source, reason=reason)
            _apply(attempt, pinned, items, others)
            for row in rows:
                row.mark_after = attempt.mark
            work.session.flush()
            _tell(work, attempt, pinned[0], change)
        return change


def would_change(attempt_id: int, grades: Mapping[int, NewGrade]) -> MarkChange:
    """What :func:`change_grades` would do now; writes nothing.

    Raises:
        NotFound, Conflict: as there.
    """
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFound(_l("There is no such attempt."))
    _require_closed(attempt)
    items = _items(attempt_id, grades)
    return _result(
        attempt,
        rules_of(attempt),
        items,
        {slot: new for slot, new in grades.items() if _differs(items[slot], new)},
    )


def _require_closed(attempt: Attempt) -> None:
    if attempt.state == OPEN:
        raise Conflict(
            _l("This attempt is still being sat."),
            rule="attempt.open",
            next_step=_l("Its answers can be graded once it is handed in, or its time is over."),
        )


def _items(attempt_id: int, slots: Iterable[int]) -> dict[int, AttemptItem]:
    items = {item.slot: item for item, _version in slot_rows(attempt_id)}
    for slot in slots:
        if slot not in items:
            raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
    return items


def _version(item: AttemptItem) -> int:
    """The version an answer is graded by now."""
    return item.graded_version_id or item.item_version_id


def _differs(item: AttemptItem, new: NewGrade) -> bool:
    return (
        item.score != counted_score(item, new.grade)
        or item.grade != grade_as_json(new.grade)
        or new.version_id not in (None, _version(item))
        or new.weight not in (None, item.weight)
    )


def _weight(item: AttemptItem, new: NewGrade) -> Decimal:
    return item.weight if new.weight is None else new.weight


def _result(
    attempt: Attempt, pinned: Pinned, items: Mapping[int, AttemptItem], grades: Mapping[int, NewGrade]
) -> MarkChange:
    scores = {slot: (item.weight, item.score) for slot, item in items.items()}
    pending = {slot: bool((item.grade or {}).get("pending")) for slot, item in items.items()}
    for slot, new in grades.items():
        scores[slot] = (_weight(items[slot], new), counted_score(items[slot], new.grade))
        pending[slot] = new.grade.pending
    if grades and not any(weight for weight, _score_ in scores.values()):
        raise Conflict(
            _l("Nothing would be left of this attempt that a mark could be made of."),
            rule="attempt.no_weight",
            next_step=_l("Give full points instead of taking the last question out."),
        )
    after = None if any(pending.values()) else mark_of(share_of(scores.values()))
    return MarkChange(
        attempt_id=attempt.id,
        mark_before=attempt.mark,
        mark_after=after,
        passed_before=attempt.passed,
        passed_after=None if after is None else after >= pinned[1].pass_mark,
        scores={slot: (items[slot].score, counted_score(items[slot], new.grade)) for slot, new in grades.items()},
    )


def _record(
    work: UnitOfWork,
    actor: Actor,
    attempt: Attempt,
    items: Mapping[int, AttemptItem],
    grades: Mapping[int, NewGrade],
    *,
    source: str,
    reason: str,
) -> list[GradeChange]:
    last = work.session.scalar(select(func.max(GradeChange.batch)).where(GradeChange.attempt_id == attempt.id))
    rows = [
        GradeChange(
            attempt_id=attempt.id,
            batch=(last or 0) + 1,
            slot=slot,
            source=source,
            reason=reason,
            at=clock.now(),
            by_id=actor.account_id,
            score_before=items[slot].score,
            score_after=counted_score(items[slot], new.grade),
            grade_before=items[slot].grade,
            grade_after=grade_as_json(new.grade),
            version_before_id=_version(items[slot]),
            version_after_id=new.version_id or _version(items[slot]),
            weight_before=items[slot].weight if new.weight not in (None, items[slot].weight) else None,
            weight_after=new.weight if new.weight not in (None, items[slot].weight) else None,
            mark_before=attempt.mark,
        )
        for slot, new in sorted(grades.items())
    ]
    work.session.add_all(rows)
    return rows


def _apply(
    attempt: Attempt, pinned: Pinned, items: Mapping[int, AttemptItem], grades: Mapping[int, NewGrade]
) -> None:
    for slot, new in grades.items():
        item, version = items[slot], new.version_id or _version(items[slot])
        keep_grade(item, new.grade)
        item.weight = _weight(item, new)
        item.graded_version_id = None if version == item.item_version_id else version
    make_mark(attempt, pinned[1], list(items.values()))


def _tell(work: UnitOfWork, attempt: Attempt, course_id: int, change: MarkChange) -> None:
    about: dict[str, Any] = {
        "attempt_id": attempt.id,
        "quiz_id": attempt.quiz_id,
        "course_id": course_id,
        "person_id": attempt.person_id,
    }
    if change.mark_before is None and attempt.mark is not None:
        work.emit(AttemptGraded(**about, mark=attempt.mark, passed=attempt.passed))
    elif (change.mark_before, change.passed_before) != (attempt.mark, attempt.passed):
        work.emit(
            MarkChanged(
                **about,
                enrollment_id=attempt.enrollment_id,
                mark_before=change.mark_before,
                mark=attempt.mark,
                passed=attempt.passed,
            )
        )
