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
from academy.kernel.errors import AcademyError, Conflict, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.plugins.contract import Grade
from academy.quizzes.closing import (
    Pinned,
    counted_score,
    grade_as_json,
    hold_attempts,
    keep_grade,
    make_mark,
)
from academy.quizzes.events import AttemptGraded, MarkChanged
from academy.quizzes.graded_papers import GradedPaper, Part, pinned_rules
from academy.quizzes.marks import mark_of, share_of
from academy.quizzes.models import OPEN, Attempt, AttemptItem, GradeChange
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import AttemptSlot, AttemptSummary

__all__ = ["MarkChange", "NewGrade", "change_grades", "change_many", "change_of", "would_change"]


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
    outcome = change_many(actor, {attempt_id: grades}, source=source, reason=reason)[attempt_id]
    if isinstance(outcome, AcademyError):
        raise outcome
    return outcome


def change_many(
    actor: Actor, grades: Mapping[int, Mapping[int, NewGrade]], *, source: str, reason: str = ""
) -> dict[int, MarkChange | AcademyError]:
    """As :func:`change_grades`, for many attempts in one transaction; four queries to read, whatever their number.

    Args:
        grades: attempt → slot → its new grade.

    Returns:
        By attempt what was changed, or the error that :func:`change_grades` would have raised: one attempt that is
        refused does not keep the others.
    """
    outcomes: dict[int, MarkChange | AcademyError] = {}
    with unit_of_work() as work:
        held = hold_attempts(work, grades)
        pinned = pinned_rules(attempt.quiz_version_id for attempt in held.values())
        items, batches = _items(grades), _next_batches(work, grades)
        changed: list[tuple[Attempt, MarkChange]] = []
        for attempt_id, wanted in grades.items():
            attempt = held.get(attempt_id)
            try:
                change, others = _decided(attempt, pinned, items.get(attempt_id, {}), wanted)
            except AcademyError as refusal:
                outcomes[attempt_id] = refusal
                continue
            outcomes[attempt_id] = change
            if others:
                mine = items[attempt_id]
                rows = _record(
                    actor, attempt, mine, others, batch=batches[attempt_id], source=source, reason=reason
                )
                _apply(attempt, pinned[attempt.quiz_version_id][1], mine, others)
                for row in rows:
                    row.mark_after = attempt.mark
                work.session.add_all(rows)
                changed.append((attempt, change))
        work.session.flush()
        for attempt, change in changed:
            _tell(work, attempt, pinned[attempt.quiz_version_id][0], change)
    return outcomes


def would_change(attempt_id: int, grades: Mapping[int, NewGrade]) -> MarkChange:
    """What :func:`change_grades` would do now; writes nothing.

    Raises:
        NotFound, Conflict: as there.
    """
    attempt = db.session.get(Attempt, attempt_id)
    pinned = pinned_rules([attempt.quiz_version_id] if attempt else [])
    return _decided(attempt, pinned, _items([attempt_id]).get(attempt_id, {}), grades)[0]


def change_of(paper: GradedPaper, new: NewGrade) -> MarkChange:
    """What :func:`change_grades` would do to the slot of a paper; asks the database nothing.

    Raises:
        Conflict: as there.
    """
    _require_closed(paper.attempt)
    slot = paper.slot
    is_other = _differs(slot, slot.grade_json, slot.graded.id, new)
    return _result(paper.attempt, paper.rules, paper.parts, {slot.slot: _part(slot, new)} if is_other else {})


def _decided(
    attempt: Attempt | None,
    pinned: Mapping[int, Pinned],
    items: Mapping[int, AttemptItem],
    grades: Mapping[int, NewGrade],
) -> tuple[MarkChange, dict[int, NewGrade]]:
    """What new grades do to an attempt, and those that are others than it has."""
    if attempt is None:
        raise NotFound(_l("There is no such attempt."))
    _require_closed(attempt)
    for slot in grades:
        if slot not in items:
            raise NotFound(_l("This attempt has no item %(n)s.", n=slot))
    others = {
        slot: new
        for slot, new in grades.items()
        if _differs(items[slot], items[slot].grade, _version(items[slot]), new)
    }
    parts = {slot: Part.of(item) for slot, item in items.items()}
    changed = {slot: _part(items[slot], new) for slot, new in others.items()}
    return _result(attempt, pinned[attempt.quiz_version_id][1], parts, changed), others


def _require_closed(attempt: Attempt | AttemptSummary) -> None:
    if attempt.state == OPEN:
        raise Conflict(
            _l("This attempt is still being sat."),
            rule="attempt.open",
            next_step=_l("Its answers can be graded once it is handed in, or its time is over."),
        )


def _items(attempt_ids: Iterable[int]) -> dict[int, dict[int, AttemptItem]]:
    """The items of attempts by slot; one query."""
    found: dict[int, dict[int, AttemptItem]] = {}
    rows = db.session.scalars(
        select(AttemptItem)
        .where(AttemptItem.attempt_id.in_(set(attempt_ids)))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
        .execution_options(populate_existing=True)
    )
    for item in rows:
        found.setdefault(item.attempt_id, {})[item.slot] = item
    return found


def _next_batches(work: UnitOfWork, attempt_ids: Iterable[int]) -> dict[int, int]:
    """The number that the next change of each attempt gets; one query."""
    last = work.session.execute(
        select(GradeChange.attempt_id, func.max(GradeChange.batch))
        .where(GradeChange.attempt_id.in_(set(attempt_ids)))
        .group_by(GradeChange.attempt_id)
    ).all()
    return dict.fromkeys(attempt_ids, 1) | {attempt_id: batch + 1 for attempt_id, batch in last}


def _version(item: AttemptItem) -> int:
    """The version an answer is graded by now."""
    return item.graded_version_id or item.item_version_id


def _differs(
    item: AttemptItem | AttemptSlot, told: Mapping[str, Any] | None, version_id: int, new: NewGrade
) -> bool:
    return (
        item.score != counted_score(item, new.grade)
        or told != grade_as_json(new.grade)
        or new.version_id not in (None, version_id)
        or new.weight not in (None, item.weight)
    )


def _weight(item: AttemptItem | AttemptSlot, new: NewGrade) -> Decimal:
    return item.weight if new.weight is None else new.weight


def _part(item: AttemptItem | AttemptSlot, new: NewGrade) -> Part:
    return Part(_weight(item, new), counted_score(item, new.grade), new.grade.pending)


def _result(
    attempt: Attempt | AttemptSummary, rules: QuizRules, parts: Mapping[int, Part], changed: Mapping[int, Part]
) -> MarkChange:
    after = {**parts, **changed}
    if changed and not any(part.weight for part in after.values()):
        raise Conflict(
            _l("Nothing would be left of this attempt that a mark could be made of."),
            rule="attempt.no_weight",
            next_step=_l("Give full points instead of taking the last question out."),
        )
    mark = None
    if not any(part.pending for part in after.values()):
        mark = mark_of(share_of((part.weight, part.score) for part in after.values()))
    return MarkChange(
        attempt_id=attempt.id,
        mark_before=attempt.mark,
        mark_after=mark,
        passed_before=attempt.passed,
        passed_after=None if mark is None else mark >= rules.pass_mark,
        scores={slot: (parts[slot].score, part.score) for slot, part in changed.items()},
    )


def _record(
    actor: Actor,
    attempt: Attempt,
    items: Mapping[int, AttemptItem],
    grades: Mapping[int, NewGrade],
    *,
    batch: int,
    source: str,
    reason: str,
) -> list[GradeChange]:
    return [
        GradeChange(
            attempt_id=attempt.id,
            batch=batch,
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


def _apply(
    attempt: Attempt, rules: QuizRules, items: Mapping[int, AttemptItem], grades: Mapping[int, NewGrade]
) -> None:
    for slot, new in grades.items():
        item, version = items[slot], new.version_id or _version(items[slot])
        keep_grade(item, new.grade)
        item.weight = _weight(item, new)
        item.graded_version_id = None if version == item.item_version_id else version
    make_mark(attempt, rules, list(items.values()))


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
