"""What a regrade makes of one answer: a new grade, no change, or the reason why it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from academy.plugins.contract import Grade
from academy.questions.carrying import CannotCarry, carry_answer
from academy.questions.queries import VersionRow, grade_item
from academy.quizzes.services import NewGrade
from academy.quizzes.views import AttemptSlot, stored_grade
from academy.regrading.states import ACCEPT, FULL, VERSION, VOID

UNMAPPED, UNGRADED, CHANGED, LAST_ITEM = "unmapped", "ungraded", "changed", "last_item"
NO_WEIGHT = "attempt.no_weight"

FULL_SCORE, NO_WEIGHT_LEFT = Decimal(1), Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A regrade as it is applied to one answer after the other; ``target`` only for another version."""

    action: str
    target: VersionRow | None = None
    option: str = ""


class LeftAlone(Exception):
    """An answer cannot be regraded; ``problem`` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def new_grade(rule: Rule, slot: AttemptSlot) -> NewGrade:
    """The grade that a rule gives the answer in a slot; equal to the present one if it changes nothing.

    Raises:
        LeftAlone: it has no grade yet, cannot be carried to the other version, or that version's grader fails.
    """
    present = slot.grade()
    if present is None or present.pending:
        raise LeftAlone(UNGRADED)
    if rule.action == VERSION:
        return NewGrade(grade=_by_version(rule.target, slot), version_id=rule.target.id)
    if rule.action == VOID:
        return NewGrade(grade=present, weight=NO_WEIGHT_LEFT)
    if rule.action == FULL:
        return NewGrade(grade=_decided(present, FULL))
    if rule.action == ACCEPT:
        chosen = present.details.get("chosen") == rule.option
        return NewGrade(grade=_decided(present, ACCEPT) if chosen else present)
    raise ValueError(rule.action)


def as_json(slot: AttemptSlot) -> dict[str, Any]:
    """All of the present grade of a slot."""
    return _json(slot.score, slot.weight, slot.graded.id, slot.grade_json)


def new_as_json(slot: AttemptSlot, new: NewGrade, grade_json: Mapping[str, Any]) -> dict[str, Any]:
    """All of a slot's grade after the new one is given."""
    weight = slot.weight if new.weight is None else new.weight
    return _json(new.grade.score.quantize(Decimal("0.0001")), weight, new.version_id or slot.graded.id, grade_json)


def from_json(told: Mapping[str, Any]) -> NewGrade:
    """The grade that :func:`as_json` wrote down."""
    grade = stored_grade(Decimal(told["score"]), told["grade"])
    return NewGrade(grade=grade, version_id=told["version"], weight=Decimal(told["weight"]))


def _json(score: Decimal | None, weight: Decimal, version: int, grade: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "score": None if score is None else str(score),
        "weight": str(weight.quantize(Decimal("0.001"))),
        "version": version,
        "grade": dict(grade) if grade is not None else None,
    }


def _by_version(target: VersionRow, slot: AttemptSlot) -> Grade:
    try:
        answer = carry_answer(slot.version, target, slot.answer)
    except CannotCarry as refusal:
        raise LeftAlone(UNMAPPED) from refusal
    grade = grade_item(target, answer, slot.seed)
    if grade.pending:
        raise LeftAlone(UNGRADED)
    return grade


def _decided(present: Grade, decision: str) -> Grade:
    """Full points by decision; what was chosen stays in the evidence, a remark that it was wrong does not."""
    if present.score >= FULL_SCORE:
        return present
    return Grade(
        score=FULL_SCORE,
        feedback=tuple(remark for remark in present.feedback if remark.tone != "wrong"),
        details={**present.details, "decision": decision},
    )
