"""Facts of studying, and the projections computed from them.

Facts (:class:`Reading`, :class:`LessonFinish`, :class:`ExerciseResponse`, :class:`Completion`) are only
added to. Projections (:class:`LessonProgress`, :class:`CourseProgress`) can be thrown away and computed
again.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Json, Model, UtcDateTime, primary_key, timestamp


class Reading(Model):
    """Active seconds that one run spent on a lesson version on one local day.

    ``implausible`` counts reports that claimed more time than had passed; their surplus was not
    credited.
    """

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("enrollment_id", "lesson_version_id", "day"),)

    id: Mapped[int] = primary_key()
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"))
    day: Mapped[date] = mapped_column(Date)
    seconds: Mapped[int] = mapped_column(default=0)
    reports: Mapped[int] = mapped_column(default=0)
    implausible: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = timestamp()


class ReadingPosition(Model):
    """Where a run stands in a lesson, to resume there on any device."""

    __tablename__ = "reading_position"

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    block: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = timestamp()


class LessonFinish(Model):
    """A run has read a lesson version to its end: the learner said so, or the time shows it.

    ``hasty``: under a quarter of the estimated minutes had passed; a flag for people, not a bar.
    """

    __tablename__ = "lesson_finish"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "lesson_version_id"),
        CheckConstraint("how IN ('said', 'time')", name="how"),
    )

    id: Mapped[int] = primary_key()
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"))
    # keys of the exercises that this version asks for
    exercises: Mapped[list]
    how: Mapped[str] = mapped_column(String(6))
    hasty: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = timestamp()


class ExerciseResponse(Model):
    """One answer to an exercise in a lesson; practice, so any number, and seen by its learner alone."""

    __tablename__ = "exercise_response"
    __table_args__ = (Index("ix_exercise_response_run", "enrollment_id", "item_id", "id"),)

    id: Mapped[int] = primary_key()
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lesson.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    answer: Mapped[object] = mapped_column(Json)
    score: Mapped[Decimal] = mapped_column(Numeric(6, 4))
    pending: Mapped[bool] = mapped_column(default=False)
    grade: Mapped[dict]
    at: Mapped[datetime] = timestamp()


class Completion(Model):
    """The fact that a run met every rule of its course, and by what; never taken back."""

    __tablename__ = "completion"

    enrollment_id: Mapped[int] = mapped_column(
        ForeignKey("enrollment.id"), primary_key=True, autoincrement=False
    )
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    at: Mapped[datetime] = timestamp()
    mark: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    rule: Mapped[dict]


class LessonProgress(Model):
    """Projection: a run's state in a lesson."""

    __tablename__ = "lesson_progress"

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    seconds: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed: Mapped[bool] = mapped_column(default=False)
    hasty: Mapped[bool] = mapped_column(default=False)


class CourseProgress(Model):
    """Projection: a run's state in its course; ``answered`` and ``exercises`` count required exercises."""

    __tablename__ = "course_progress"

    enrollment_id: Mapped[int] = mapped_column(
        ForeignKey("enrollment.id"), primary_key=True, autoincrement=False
    )
    lessons_done: Mapped[int] = mapped_column(default=0)
    lessons: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    exercises: Mapped[int] = mapped_column(default=0)
    quiz_passed: Mapped[bool] = mapped_column(default=False)
    best_mark: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    complete: Mapped[bool] = mapped_column(default=False)
