"""When a lesson and a course are complete: pure functions of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from academy.catalog.views import CourseView, OutlineEntry
from academy.kernel.i18n import _l, _n, localized
from academy.web.format import mark as format_mark

# reading in under a quarter of the estimated time is flagged (domain rule on honest completion)
HASTY_SHARE = Decimal("0.25")
# half the estimated time on the page counts as having read to the end
READ_SHARE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Finish:
    """A finished reading of one version of a lesson, with the exercises that version asked for."""

    lesson_version_id: int
    exercises: frozenset[str]
    hasty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a run has done: finishes by lesson id, answered exercise keys, best mark of passed quizzes."""

    finishes: Mapping[int, Sequence[Finish]]
    answered: frozenset[str]
    passed: Mapping[str, Decimal]
    best: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A rule that stands between a learner and completion, with what is had and what is needed."""

    rule: str
    message: Any
    lesson: str = ""
    quiz: str = ""
    have: str = ""
    need: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonState:
    """A run's state in one lesson of its course."""

    entry: OutlineEntry
    finished: bool
    answered: int
    exercises: int
    completed: bool
    hasty: bool


def lesson_state(entry: OutlineEntry, facts: Facts, *, need_exercises: bool) -> LessonState:
    """A lesson is complete when some version of it was read to its end and its exercises were answered.

    A version that was completed stays completed whatever later versions ask for.
    """
    finishes = facts.finishes.get(entry.lesson_id, ())
    wanted = frozenset(entry.exercises) if need_exercises else frozenset()
    done = bool(finishes) and (
        wanted <= facts.answered or any(finish.exercises <= facts.answered for finish in finishes)
    )
    return LessonState(
        entry=entry,
        finished=bool(finishes),
        answered=len(wanted & facts.answered),
        exercises=len(wanted),
        completed=done,
        hasty=bool(finishes) and all(finish.hasty for finish in finishes),
    )


def course_states(course: CourseView, facts: Facts) -> list[LessonState]:
    """The states of all lessons, in the course's order."""
    need = course.completion.get("exercises", "all") != "none"
    return [lesson_state(entry, facts, need_exercises=need) for entry in course.outline]


def is_complete(course: CourseView, facts: Facts) -> bool:
    """Whether every rule of the course is met."""
    quiz = course.completion.get("quiz")
    states = course_states(course, facts)
    return next(unmet(course, states, quiz_passed=quiz in facts.passed), None) is None


def unmet(
    course: CourseView,
    states: Sequence[LessonState],
    *,
    quiz_passed: bool,
    best_mark: Decimal | None = None,
) -> Iterator[Unmet]:
    """Every rule that is not met yet, in the order in which a learner would meet them.

    Args:
        states: of all lessons, from facts or from the projection.
        quiz_passed: whether the quiz that the course asks for is passed.
        best_mark: the best mark so far in that quiz, on the ten-point scale.
    """
    lessons = course.completion.get("lessons", "all")
    if lessons == "all":
        for state in states:
            yield from _unmet_lesson(state)
    elif isinstance(lessons, int):
        yield from _unmet_count(sum(state.completed for state in states), lessons)
    exercises = course.completion.get("exercises", "all")
    if isinstance(exercises, int):
        yield from _unmet_exercises(sum(state.answered for state in states), exercises)
    quiz = course.completion.get("quiz")
    if quiz and not quiz_passed:
        yield _unmet_quiz(quiz, best_mark)


def _unmet_lesson(state: LessonState) -> Iterator[Unmet]:
    if state.completed:
        return
    title = localized(state.entry.title)
    if not state.finished:
        yield Unmet(
            rule="lesson.read",
            lesson=state.entry.slug,
            message=_l("Read “%(title)s” to its end.", title=title),
        )
    missing = state.exercises - state.answered
    if missing > 0:
        yield Unmet(
            rule="lesson.exercises",
            lesson=state.entry.slug,
            message=_n(
                "Answer one more exercise in “%(title)s”.",
                "Answer %(num)s more exercises in “%(title)s”.",
                missing,
                title=title,
            ),
            have=str(state.answered),
            need=str(state.exercises),
        )


def _unmet_count(have: int, need: int) -> Iterator[Unmet]:
    if have < need:
        yield Unmet(
            rule="lessons",
            message=_l("Complete %(need)s lessons; you have %(have)s.", need=need, have=have),
            have=str(have),
            need=str(need),
        )


def _unmet_exercises(have: int, need: int) -> Iterator[Unmet]:
    if have < need:
        yield Unmet(
            rule="exercises",
            message=_l("Answer %(need)s exercises; you have %(have)s.", need=need, have=have),
            have=str(have),
            need=str(need),
        )


def _unmet_quiz(quiz: str, best: Decimal | None) -> Unmet:
    message = (
        _l("Pass the final quiz.")
        if best is None
        else _l("Pass the final quiz; your best mark so far is %(mark)s.", mark=format_mark(best))
    )
    return Unmet(rule="quiz", quiz=quiz, message=message, have="" if best is None else str(best))
