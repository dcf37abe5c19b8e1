"""What may be told of an attempt now: nothing while it is being sat, then what its quiz releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from academy.catalog.queries import find_course_by_id
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.plugins.contract import Grade
from academy.questions.carrying import rename, renamed
from academy.questions.queries import present_item, solution_of
from academy.quizzes.enrollments import standing
from academy.quizzes.queries import changes_of, get_quiz, is_own, outcome_results
from academy.quizzes.review import (
    ANSWERS,
    FEEDBACK,
    FLAGS,
    NOTHING,
    OUTCOMES,
    SCORE,
    Phase,
    phase_of,
    released,
)
from academy.quizzes.views import AttemptSlot, AttemptView, ChangeRow, OutcomeResult
from academy.quizzes.windows import closed_for_all


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item as released: ``grade`` without what is not released, ``solution`` likewise."""

    slot: int
    grade: Grade | None
    solution: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The released part of a result; what is not released is None or empty.

    Attributes:
        flags: what is released, of :data:`academy.quizzes.review.FLAGS`.
        phase: the phase that decided it.
        later: what the phase after this one will release besides.
        changes: of grades, after the attempt had closed, the newest first.
    """

    flags: frozenset[str]
    phase: Phase
    later: frozenset[str]
    outcomes: tuple[OutcomeResult, ...] = ()
    items: Mapping[int, ItemResult]
    changes: tuple[ChangeRow, ...] = ()

    @property
    def shows_score(self) -> bool:
        return SCORE in self.flags


def result_of(actor: Actor, view: AttemptView, lang: str) -> Result | None:
    """What the actor may know of the attempt's result now; None while it is being sat.

    Those who may read others' attempts see everything of a closed one.
    """
    phase = _phase(view)
    if phase is Phase.UNDERWAY:
        return None
    own = is_own(actor, view.attempt.person_id)
    flags = released(view.rules.review, phase) if own else frozenset(FLAGS)
    later = released(view.rules.review, Phase.AFTER_CLOSE) - flags if phase is Phase.AFTER_SUBMIT else NOTHING
    outcomes: tuple[OutcomeResult, ...] = ()
    if OUTCOMES in flags and not view.attempt.pending:
        course = find_course_by_id(view.course_id)
        outcomes = tuple(outcome_results(view, course.outcomes if course else ()))
    return Result(
        flags=flags,
        phase=phase,
        later=later,
        outcomes=outcomes,
        items={slot.slot: _item(slot, flags, lang) for slot in view.slots}
        if flags & {ANSWERS, FEEDBACK}
        else {},
        changes=tuple(changes_of(view)),
    )


def _phase(view: AttemptView) -> Phase:
    """The phase of an attempt now.

    What is released follows the rules the attempt started with; when the quiz has closed follows those
    that hold now: a quiz that was prolonged, or gives more attempts, is open again. At most two queries.
    """
    attempt, now = view.attempt, clock.now()
    if attempt.is_open:
        return Phase.UNDERWAY
    quiz, closes, left = get_quiz(attempt.quiz_id, attempt.person_id), None, None
    rules = quiz.rules
    if rules.closes is not None:
        # who started before the date was moved may sit until the later one
        closes = rules.accepts_until(max(rules.closes, view.rules.closes or rules.closes))
        # and whoever has a time of their own may still write
        closes = max(closes, closed_for_all(quiz))
    elif rules.attempts is not None:
        stands = standing(attempt.person_id, attempt.quiz_id, view.course_id, now)
        left = quiz.accommodated().rules.attempts_left(stands.used)
    return phase_of(is_open=False, closes=closes, attempts_left=left, now=now)


def _item(slot: AttemptSlot, flags: frozenset[str], lang: str) -> ItemResult:
    grade = slot.grade()
    if grade is not None and FEEDBACK not in flags:
        grade = replace(grade, feedback=())
    solution = _solution(slot, lang)
    if ANSWERS not in flags:
        # details say which parts were right; the explanation belongs to the feedback
        grade = replace(grade, details={}) if grade is not None else None
        solution = {"explanation": solution.get("explanation", "")}
    elif FEEDBACK not in flags:
        solution = {name: value for name, value in solution.items() if name not in ("explanation", "options")}
    return ItemResult(slot=slot.slot, grade=grade, solution=solution)


def _solution(slot: AttemptSlot, lang: str) -> dict[str, Any]:
    """The solution of the version that graded, under the names of the one that was shown."""
    solution = solution_of(slot.graded, slot.seed, lang)
    if slot.graded.id == slot.version.id:
        return solution
    shown = {graded: drawn for drawn, graded in renamed(slot.version, slot.graded).items()}
    return rename(solution, shown)


def body_of(slot: AttemptSlot, lang: str) -> dict[str, Any]:
    """What the learner sees of an item: ``{"kind", "body"}``."""
    return present_item(slot.version, slot.seed, lang)
