"""Reports as tables: one query feeds the screen and every export, so they cannot differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select

from academy.catalog.models import Course
from academy.enrollment.models import Enrollment
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.i18n import _l, localized
from academy.organization.models import Person, Unit
from academy.progress.models import CourseProgress
from academy.reports.figures import mean_mark, percentage
from academy.reports.policies import REPORT_READ, can_read_reports


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its stable name, its heading, and whether it holds numbers."""

    name: str
    heading: Any
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its rows, for the units that its reader may see."""

    name: str
    title: Any
    note: Any
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Definition:
    """How a report is made; ``rows`` gets the reader's unit path prefixes."""

    name: str
    title: Any
    note: Any
    columns: Sequence[Column]
    rows: Callable[[Sequence[str]], Sequence[Sequence[Any]]]


def get_report(actor: Actor, name: str) -> Report:
    """A report over the actor's units; a constant number of queries.

    Raises:
        Forbidden: the actor reads no reports.
        NotFound: no report of this name.
    """
    require(actor, can_read_reports)
    definition = DEFINITIONS.get(name)
    if definition is None:
        raise NotFound(_l("There is no such report."), next_step=_l("Choose one from the list of reports."))
    return Report(
        name=definition.name,
        title=definition.title,
        note=definition.note,
        columns=definition.columns,
        rows=definition.rows(actor.scopes(REPORT_READ)),
    )


def _within(paths: Sequence[str]) -> ColumnElement[bool]:
    """People of these subtrees who are not deactivated."""
    return _below(paths) & Person.deactivated_at.is_(None)


def _below(paths: Sequence[str]) -> ColumnElement[bool]:
    """Units of these subtrees; none for no paths."""
    return or_(false(), *[Unit.path.startswith(path, autoescape=True) for path in paths])


def _coverage(paths: Sequence[str]) -> list[list[Any]]:
    """Per ward or commune: people, people who study or studied, people who completed a course."""
    units = db.session.execute(
        select(Unit.path, Unit.code, Unit.name)
        .where(Unit.kind.in_(("ward", "commune")), Unit.valid_to.is_(None))
        .where(_below(paths))
        .order_by(Unit.sort_key, Unit.id)
    ).all()
    people = _by_path(select(Unit.path, func.count(Person.id)), paths)
    begun = _by_path(
        select(Unit.path, func.count(func.distinct(Enrollment.person_id))).join(
            Enrollment, (Enrollment.person_id == Person.id) & (Enrollment.state != "left")
        ),
        paths,
    )
    completed = _by_path(
        select(Unit.path, func.count(func.distinct(Enrollment.person_id))).join(
            Enrollment, (Enrollment.person_id == Person.id) & (Enrollment.state == "completed")
        ),
        paths,
    )
    wards = {path: number for number, (path, _code, _name) in enumerate(units)}
    sums = [_rolled_up(counts, wards) for counts in (people, begun, completed)]
    return [
        [code, name, *(column[number] for column in sums), percentage(sums[2][number], sums[0][number])]
        for number, (_path, code, name) in enumerate(units)
    ]


def _by_path(statement: Any, paths: Sequence[str]) -> dict[str, int]:
    joined = statement.select_from(Person).join(Unit, Unit.id == Person.unit_id)
    return dict(db.session.execute(joined.where(_within(paths)).group_by(Unit.path)).all())


def _rolled_up(counts: dict[str, int], wards: dict[str, int]) -> dict[int, int]:
    """Counts of units and all below them, by the number of the ward they belong to."""
    sums: dict[int, int] = defaultdict(int)
    for path, count in counts.items():
        parts = path.split("/")
        for length in range(1, len(parts)):
            number = wards.get("/".join(parts[:length]) + "/")
            if number is not None:
                sums[number] += count
    return sums


def _courses(paths: Sequence[str]) -> list[list[Any]]:
    """Per course: runs begun and completed by people of these units, and the mean of the best marks."""
    rows = db.session.execute(
        select(
            Course.slug,
            Course.title,
            func.count(Enrollment.id),
            func.count(Enrollment.id).filter(Enrollment.state == "completed"),
            func.sum(CourseProgress.best_mark),
            func.count(CourseProgress.best_mark),
        )
        .join(Enrollment, (Enrollment.course_id == Course.id) & (Enrollment.state != "left"))
        .join(Person, Person.id == Enrollment.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(CourseProgress, CourseProgress.enrollment_id == Enrollment.id)
        .where(_within(paths))
        .group_by(Course.id)
        .order_by(Course.sort_key, Course.id)
    )
    return [
        [slug, localized(title), begun, completed, percentage(completed, begun), mean_mark(total, marks)]
        for slug, title, begun, completed, total, marks in rows
    ]


DEFINITIONS = {
    definition.name: definition
    for definition in (
        Definition(
            "coverage",
            _l("Coverage by ward and commune"),
            _l("People at work there today; who has begun, and who has completed, at least one course."),
            (
                Column("code", _l("Code")),
                Column("unit", _l("Unit")),
                Column("people", _l("Number of people"), numeric=True),
                Column("begun", _l("Have begun"), numeric=True),
                Column("completed", _l("Have completed"), numeric=True),
                Column("share", _l("Completed (percent)"), numeric=True),
            ),
            _coverage,
        ),
        Definition(
            "courses",
            _l("Courses"),
            _l("Runs of people at work in your units; the mean is of the best marks of the final quiz."),
            (
                Column("course", _l("Address")),
                Column("title", _l("Course")),
                Column("begun", _l("Begun"), numeric=True),
                Column("completed", _l("Completed"), numeric=True),
                Column("share", _l("Completed (percent)"), numeric=True),
                Column("mean", _l("Mean best mark"), numeric=True),
            ),
            _courses,
        ),
    )
}
