"""Projections: computed from facts, stored for lists, and provably equal to a new computation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from academy.catalog.queries import get_course_version
from academy.catalog.views import CourseView
from academy.enrollment.models import Enrollment
from academy.kernel.db import db
from academy.kernel.unit_of_work import unit_of_work
from academy.progress.facts import Spent, facts_of
from academy.progress.models import CourseProgress, LessonProgress
from academy.progress.rules import Facts, course_states, is_complete

BATCH = 500


@dataclass(frozen=True, slots=True)
class Projected:
    """What the projections of one run must say: values by table and key."""

    course: dict[str, Any]
    lessons: dict[int, dict[str, Any]]


def compute(enrollment: Enrollment, course: CourseView, facts: Facts, spent: Spent) -> Projected:
    """The projections of a run, from its facts alone."""
    states = course_states(course, facts)
    quiz = course.completion.get("quiz")
    lessons = {
        state.entry.lesson_id: {
            "seconds": spent.seconds.get(state.entry.lesson_id, 0),
            "answered": state.answered,
            "finished_at": spent.finished_at.get(state.entry.lesson_id),
            "completed": state.completed,
            "hasty": state.hasty,
        }
        for state in states
        if state.finished or state.answered or state.entry.lesson_id in spent.seconds
    }
    return Projected(
        course={
            "lessons_done": sum(state.completed for state in states),
            "lessons": len(states),
            "answered": sum(state.answered for state in states),
            "exercises": sum(state.exercises for state in states),
            "quiz_passed": quiz is None or quiz in facts.passed,
            "best_mark": facts.best.get(quiz) if quiz else None,
            "complete": is_complete(course, facts) or enrollment.state == "completed",
        },
        lessons=lessons,
    )


def store(enrollment: Enrollment, projected: Projected) -> None:
    """Write a run's projections; rows that no longer hold are removed."""
    with unit_of_work() as work:
        course = work.session.get(CourseProgress, enrollment.id)
        if course is None:
            course = CourseProgress(enrollment_id=enrollment.id)
            work.session.add(course)
        for name, value in projected.course.items():
            setattr(course, name, value)
        present = {row.lesson_id: row for row in _lesson_rows(enrollment.id)}
        for lesson_id, values in projected.lessons.items():
            row = present.pop(lesson_id, None)
            if row is None:
                row = LessonProgress(enrollment_id=enrollment.id, lesson_id=lesson_id)
                work.session.add(row)
            for name, value in values.items():
                setattr(row, name, value)
        if present:
            work.session.execute(
                delete(LessonProgress).where(
                    LessonProgress.enrollment_id == enrollment.id, LessonProgress.lesson_id.in_(present)
                )
            )
        work.session.flush()


@dataclass(frozen=True, slots=True)
class Difference:
    """A run whose stored projection does not equal what its facts say."""

    enrollment_id: int
    stored: Any
    computed: Any


def differences(*, repair: bool = False) -> Iterator[Difference]:
    """Recompute every run and compare; with ``repair`` the stored projection is replaced."""
    last = 0
    while True:
        runs = db.session.scalars(
            select(Enrollment).where(Enrollment.id > last).order_by(Enrollment.id).limit(BATCH)
        ).all()
        for run in runs:
            yield from _difference(run, repair)
        if len(runs) < BATCH:
            return
        last = runs[-1].id


def _difference(run: Enrollment, repair: bool) -> Iterator[Difference]:
    facts, spent = facts_of(run)
    computed = compute(run, get_course_version(run.course_version_id), facts, spent)
    stored = _stored(run.id)
    if stored is None and not computed.lessons and run.state == "active":
        return  # nothing done yet, nothing projected yet
    if stored != computed:
        yield Difference(run.id, stored, computed)
        if repair:
            store(run, computed)


def _stored(enrollment_id: int) -> Projected | None:
    course = db.session.get(CourseProgress, enrollment_id)
    if course is None:
        return None
    names = ("lessons_done", "lessons", "answered", "exercises", "quiz_passed", "best_mark", "complete")
    parts = ("seconds", "answered", "finished_at", "completed", "hasty")
    return Projected(
        course={name: getattr(course, name) for name in names},
        lessons={
            row.lesson_id: {name: getattr(row, name) for name in parts} for row in _lesson_rows(enrollment_id)
        },
    )


def _lesson_rows(enrollment_id: int) -> list[LessonProgress]:
    return list(
        db.session.scalars(select(LessonProgress).where(LessonProgress.enrollment_id == enrollment_id))
    )
