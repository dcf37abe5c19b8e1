"""Classes, their instructors and members."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp

MODES = ("self_paced", "online", "classroom", "blended")
STATES = ("planned", "open", "closed")


class ClassRun(Model):
    """A class (lớp): ``code`` is how people call it, ``decision_no`` the decision that opened it.

    ``course_version_id`` is the programme as it stood when the class was set up; what counts for a member
    is the version their enrollment is pinned to. ``fold`` is code and title without accents, for finding.
    """

    __tablename__ = "class_run"
    __table_args__ = (
        CheckConstraint(f"mode IN {MODES}", name="mode"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name="days"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    fold: Mapped[str] = mapped_column(String(400))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    decision_no: Mapped[str] = mapped_column(String(80), default="")
    decision_date: Mapped[date | None] = mapped_column(Date)
    opens_on: Mapped[date | None] = mapped_column(Date)
    closes_on: Mapped[date | None] = mapped_column(Date)
    mode: Mapped[str] = mapped_column(String(12), default="online")
    place: Mapped[str] = mapped_column(String(200), default="")
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signer_title: Mapped[str] = mapped_column(String(200), default="")
    signer_name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="planned")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = timestamp()


class ClassInstructor(Model):
    """A person who teaches a class."""

    __tablename__ = "class_instructor"

    class_run_id: Mapped[int] = mapped_column(ForeignKey("class_run.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class ClassMember(Model):
    """A person on the roster with the run through the course that counts for the class."""

    __tablename__ = "class_member"
    __table_args__ = (UniqueConstraint("class_run_id", "person_id"),)

    id: Mapped[int] = primary_key()
    class_run_id: Mapped[int] = mapped_column(ForeignKey("class_run.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), index=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime] = timestamp()
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
