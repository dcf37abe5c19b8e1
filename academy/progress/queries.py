"""Reading progress: one learner's state, the same for the learner, the instructor and the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select

from academy.catalog.course_rows import COURSE_COLUMNS, cached_version, course_view
from academy.catalog.models import Course, CourseVersion
from academy.catalog.views import CourseView, OutlineEntry
from academy.enrollment.models import Enrollment
from academy.kernel.actor import Actor
from academy.kernel.db import Prepared
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l
from academy.progress.models import (
    CourseProgress,
    LessonProgress,
    ReadingPosition,
)
from academy.progress.rules import LessonState, Unmet, unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """A lesson of the course as the learner stands in it."""

    entry: OutlineEntry
    state: str  # "new" | "begun" | "read" | "completed"
    seconds: int = 0
    answered: int = 0
    block: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An enrollment as pages show it."""

    id: int
    person_id: int
    course_id: int
    course_version_id: int
    state: str
    source: str
    enrolled_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was reached in a run so far; ``best_mark`` on the ten-point scale."""

    lessons_done: int
    quiz_passed: bool
    best_mark: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseState:
    """A run through a course: its lessons in order and what to do next."""

    enrollment: Run
    course: CourseView
    lessons: tuple[LessonRow, ...]
    progress: Standing | None
    last_at: datetime | None = None

    @property
    def lessons_done(self) -> int:
        return self.progress.lessons_done if self.progress else 0

    @property
    def percent(self) -> int:
        """Completed lessons and, if the course asks for it, the passed quiz, as a share of all; 0–100."""
        if self.is_complete:
            return 100
        quiz = 1 if self.course.completion.get("quiz") else 0
        total = len(self.lessons) + quiz
        done = self.lessons_done + (quiz if self.progress and self.progress.quiz_passed else 0)
        return min(99, done * 100 // total) if total else 0

    @property
    def is_complete(self) -> bool:
        return self.enrollment.state == "completed"

    @property
    def next_lesson(self) -> LessonRow | None:
        """The lesson to go on with: the one begun last if unfinished, else the first that is not complete."""
        open_rows = [row for row in self.lessons if row.state != "completed"]
        begun = [row for row in open_rows if row.at is not None]
        if begun:
            return max(begun, key=lambda row: row.at)
        return open_rows[0] if open_rows else None

    @property
    def minutes_left(self) -> int:
        """Estimated minutes of the lessons not completed, less the time already spent in them."""
        return sum(
            max(1, row.entry.minutes - row.seconds // 60) for row in self.lessons if row.state != "completed"
        )


def course_state(person_id: int | None, course_id: int) -> CourseState | None:
    """A person's run through a course that counts now, or None; one query."""
    if person_id is None:
        return None
    found = _states(_OF_COURSE, person_id=person_id, course_id=course_id)
    active = [state for state in found if not state.is_complete]
    return next(iter(active or found), None)


def states_of_person(person_id: int | None) -> list[CourseState]:
    """All runs of a person that were not given up, newest first; one query."""
    return _states(_OF_PERSON, person_id=person_id) if person_id is not None else []


def states_of_runs(enrollment_ids: Sequence[int]) -> dict[int, CourseState]:
    """The states of several runs, of a class for example, by enrollment; one query."""
    if not enrollment_ids:
        return {}
    return {state.enrollment.id: state for state in _states(_OF_RUNS, ids=list(enrollment_ids))}


def get_progress(actor: Actor, course: CourseView) -> CourseState:
    """The actor's own state in a course.

    Raises:
        NotFound: the actor does not study it.
    """
    state = course_state(actor.person_id, course.id)
    if state is None:
        raise NotFound(_l("You are not enrolled in this course."), next_step=_l("Enroll on the course's page."))
    return state


def unmet_rules(state: CourseState) -> list[Unmet]:
    """What stands between the learner and completion; empty when complete. No query."""
    if state.is_complete:
        return []
    need = state.course.completion.get("exercises", "all") != "none"
    lessons = [
        LessonState(
            entry=row.entry,
            finished=row.state in ("read", "completed"),
            answered=row.answered,
            exercises=len(row.entry.exercises) if need else 0,
            completed=row.state == "completed",
            hasty=False,
        )
        for row in state.lessons
    ]
    progress = state.progress
    return list(
        unmet(
            state.course,
            lessons,
            quiz_passed=bool(progress and progress.quiz_passed),
            best_mark=progress.best_mark if progress else None,
        )
    )


RUN_COLUMNS = (
    Enrollment.id,
    Enrollment.person_id,
    Enrollment.course_id,
    Enrollment.course_version_id,
    Enrollment.state,
    Enrollment.source,
    Enrollment.enrolled_at,
    Enrollment.ended_at,
)
STANDING_COLUMNS = (
    CourseProgress.enrollment_id,
    CourseProgress.lessons_done,
    CourseProgress.quiz_passed,
    CourseProgress.best_mark,
)


def _runs(*which: ColumnElement[bool]) -> Select:
    """Runs with what was begun in them, one row for each lesson begun; built once."""
    return (
        select(
            *(column.label(f"run_{column.key}") for column in RUN_COLUMNS),
            *(column.label(f"stand_{column.key}") for column in STANDING_COLUMNS),
            CourseVersion.id.label("version_id"),
            CourseVersion.hash.label("version_hash"),
            LessonProgress.lesson_id,
            LessonProgress.seconds,
            LessonProgress.answered,
            LessonProgress.finished_at,
            LessonProgress.completed,
            ReadingPosition.block,
            ReadingPosition.at,
            *COURSE_COLUMNS,
        )
        .join(Course, Course.id == Enrollment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .outerjoin(CourseProgress, CourseProgress.enrollment_id == Enrollment.id)
        .outerjoin(LessonProgress, LessonProgress.enrollment_id == Enrollment.id)
        .outerjoin(
            ReadingPosition,
            and_(
                ReadingPosition.enrollment_id == Enrollment.id,
                ReadingPosition.lesson_id == LessonProgress.lesson_id,
            ),
        )
        .where(Enrollment.state != "left", *which)
        .order_by(Enrollment.enrolled_at.desc(), Enrollment.id.desc())
    )


_RUNS_OF_PERSON = _runs(Enrollment.person_id == bindparam("person_id"))
_OF_PERSON = Prepared(_RUNS_OF_PERSON)
_OF_COURSE = Prepared(_RUNS_OF_PERSON.where(Enrollment.course_id == bindparam("course_id")))
_OF_RUNS = Prepared(_runs(Enrollment.id.in_(bindparam("ids", expanding=True))))


def _states(statement: Prepared, **wanted: Any) -> list[CourseState]:
    by_run: dict[int, list[Row]] = {}
    for row in statement(**wanted):
        by_run.setdefault(row.run_id, []).append(row)
    return [_course_state(group) for group in by_run.values()]


def _course_state(rows: list[Row]) -> CourseState:
    first = rows[0]
    course = course_view(first, cached_version(first.version_id, first.version_hash))
    begun = {row.lesson_id: row for row in rows if row.lesson_id is not None}
    lessons = tuple(_lesson_row(entry, begun.get(entry.lesson_id)) for entry in course.outline)
    times = [row.at for row in lessons if row.at is not None]
    standing = None
    if first.stand_enrollment_id is not None:
        standing = Standing(
            lessons_done=first.stand_lessons_done,
            quiz_passed=first.stand_quiz_passed,
            best_mark=first.stand_best_mark,
        )
    return CourseState(
        enrollment=Run(
            id=first.run_id,
            person_id=first.run_person_id,
            course_id=first.run_course_id,
            course_version_id=first.run_course_version_id,
            state=first.run_state,
            source=first.run_source,
            enrolled_at=first.run_enrolled_at,
            ended_at=first.run_ended_at,
        ),
        course=course,
        lessons=lessons,
        progress=standing,
        last_at=max(times, default=first.run_enrolled_at),
    )


def _lesson_row(entry: OutlineEntry, row: Row | None) -> LessonRow:
    if row is None:
        return LessonRow(entry=entry, state="new")
    state = "completed" if row.completed else "read" if row.finished_at else "begun"
    return LessonRow(
        entry=entry,
        state=state,
        seconds=row.seconds,
        answered=row.answered,
        block=row.block or "",
        at=row.at,
    )
