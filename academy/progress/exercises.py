"""Reading the exercises of a lesson as one learner sees and has answered them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import aliased

from academy.kernel.db import Prepared
from academy.kernel.version_cache import VersionCache
from academy.progress.models import ExerciseResponse
from academy.progress.practice import practice_seed
from academy.progress.queries import CourseState
from academy.questions.models import Item
from academy.questions.queries import (
    LESSON_ITEMS,
    ItemRow,
    item_rows,
    items_of_lesson,
    present_item,
    solution_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResponse:
    """A learner's newest answer to an exercise."""

    item_version_id: int
    answer: Any
    score: Any
    pending: bool
    feedback: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    details: Mapping[str, Any] = field(default_factory=dict)


def last_response(enrollment_id: int, item_id: int) -> LastResponse | None:
    """The newest answer to an item in a run; one query."""
    rows = _NEWEST(enrollment_id=enrollment_id, item_id=item_id)
    return _response(rows[0]) if rows else None


def _response(row: Row) -> LastResponse:
    return LastResponse(
        item_version_id=row.item_version_id,
        answer=row.answer,
        score=row.score,
        pending=row.pending,
        feedback=tuple(row.grade.get("feedback", ())),
        details=row.grade.get("details", {}),
    )


_earlier = aliased(ExerciseResponse)
RESPONSE_COLUMNS = (
    ExerciseResponse.item_version_id,
    ExerciseResponse.answer,
    ExerciseResponse.score,
    ExerciseResponse.pending,
    ExerciseResponse.grade,
)
_NEWEST = Prepared(
    select(*RESPONSE_COLUMNS)
    .where(
        ExerciseResponse.enrollment_id == bindparam("enrollment_id"),
        ExerciseResponse.item_id == bindparam("item_id"),
    )
    .order_by(ExerciseResponse.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonExercise:
    """An exercise as one learner sees it in a lesson; ``response`` is the newest answer of this run."""

    item: ItemRow
    view: Mapping[str, Any]
    seed: int
    response: LastResponse | None = None
    solution: Mapping[str, Any] | None = None


def lesson_exercises(
    course_id: int, lesson: str, state: CourseState | None, lang: str
) -> dict[str, LessonExercise]:
    """The exercises of a lesson by key; one query if what is immutable is in memory."""
    if state is None:
        return {item.key: lesson_exercise(item, None, None, lang) for item in items_of_lesson(course_id, lesson)}
    run = state.enrollment
    rows = _ANSWERED_ITEMS(course_id=course_id, lesson=lesson, enrollment_id=run.id)
    answers = {row.id: _response(row) for row in rows if row.item_version_id is not None}
    return {
        item.key: lesson_exercise(item, run.person_id, answers.get(item.item_id), lang)
        for item in item_rows(rows)
    }


_ANSWERED_ITEMS = Prepared(
    LESSON_ITEMS.add_columns(*RESPONSE_COLUMNS).outerjoin(
        ExerciseResponse,
        ExerciseResponse.id
        == select(func.max(_earlier.id))
        .where(_earlier.enrollment_id == bindparam("enrollment_id"), _earlier.item_id == Item.id)
        .correlate(Item)
        .scalar_subquery(),
    )
)


def lesson_exercise(
    item: ItemRow, person_id: int | None, response: LastResponse | None, lang: str
) -> LessonExercise:
    """One exercise; its solution is shown once it was answered, since practice is for learning."""
    seed = practice_seed(item.version.id, person_id)
    if response is not None and response.item_version_id != item.version.id:
        response = None  # answered in an older form: counts as answered, but does not fit what is shown
    return LessonExercise(
        item=item,
        view=_presented(item, seed, lang),
        seed=seed,
        response=response,
        solution=solution_of(item.version, seed, lang) if response is not None else None,
    )


_VIEWS: VersionCache[Mapping[str, Any]] = VersionCache(4096)


def _presented(item: ItemRow, seed: int, lang: str) -> Mapping[str, Any]:
    """What a version shows under a seed never changes."""
    version = item.version
    return _VIEWS.get_or_make(
        (version.id, version.hash, seed, lang), lambda: present_item(version, seed, lang)["body"]
    )
