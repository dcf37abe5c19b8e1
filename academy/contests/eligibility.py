"""Who may take part, and on which board: by kind of staff, position and unit, as they stand on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, union

from academy.catalog.models import CourseInstructor
from academy.contests.models import ContestOrganizer
from academy.contests.views import ContestView
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.text import fold
from academy.organization.models import Person, Position, Posting, Unit
from academy.questions.models import Item, ItemVersion

__all__ = [
    "Place",
    "board_of",
    "league_unit_of",
    "league_units",
    "makers",
    "people_in_scope",
    "place_in_contest",
]

LEAGUE_KINDS = ("ward", "commune")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands in a contest: unit, its path, and the board (None: none admits the person)."""

    unit_id: int
    path: str
    board_id: int | None


def place_in_contest(contest: ContestView, person_id: int) -> Place | None:
    """The place of one person in service; None for somebody outside the contest's unit."""
    return people_in_scope(contest, Person.id == person_id).get(person_id)


def people_in_scope(contest: ContestView, condition: ColumnElement[bool] | None = None) -> dict[int, Place]:
    """Everybody in service at the contest's unit or below it, by person id; three queries, however many."""
    statement = (
        select(Person.id, Person.kind, Unit.id.label("unit_id"), Unit.path)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.deactivated_at.is_(None), Unit.path.startswith(contest.unit_path, autoescape=True))
    )
    if condition is not None:
        statement = statement.where(condition)
    positions = _positions(condition) if any(board.positions for board in contest.boards) else {}
    return {
        row.id: Place(row.unit_id, row.path, board_of(contest, row.kind, positions.get(row.id, "")))
        for row in db.session.execute(statement)
    }


def board_of(contest: ContestView, kind: str, position: str) -> int | None:
    """The first board whose rule admits a kind of staff and the folded title of a position; None: none does."""
    for board in contest.boards:
        if board.kinds and kind not in board.kinds:
            continue
        if board.positions and not any(position.startswith(fold(one)) for one in board.positions):
            continue
        return board.id
    return None


def makers(contest: ContestView) -> set[int]:
    """People who made the contest: its organisers, the course's instructors, and who wrote its questions."""
    accounts = union(
        select(CourseInstructor.account_id).where(CourseInstructor.course_id == contest.course_id),
        select(ItemVersion.by_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.course_id == contest.course_id, ItemVersion.by_id.is_not(None)),
    ).subquery()
    organisers = select(ContestOrganizer.person_id).where(ContestOrganizer.contest_id == contest.id)
    return set(
        db.session.scalars(
            select(Person.id).where(
                or_(Person.account_id.in_(select(accounts.c[0])), Person.id.in_(organisers))
            )
        )
    )


def league_units(contest: ContestView) -> Mapping[str, int]:
    """Path → id of the units that are compared: wards and communes below the contest's unit.

    Where there are none, because a ward holds the contest, those right below it.
    """
    rows = db.session.execute(
        select(Unit.id, Unit.path, Unit.kind, Unit.parent_id).where(
            Unit.path.startswith(contest.unit_path, autoescape=True),
            Unit.id != contest.unit_id,
            Unit.valid_to.is_(None),
        )
    ).all()
    found = {row.path: row.id for row in rows if row.kind in LEAGUE_KINDS}
    return found or {row.path: row.id for row in rows if row.parent_id == contest.unit_id}


def league_unit_of(path: str, units: Mapping[str, int]) -> int | None:
    """The compared unit in which a unit lies, by its path."""
    parts: Sequence[str] = path.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        found = units.get("/".join(parts[:length]) + "/")
        if found is not None:
            return found
    return None


def _positions(condition: ColumnElement[bool] | None) -> dict[int, str]:
    """Person id → folded title of the main position held today."""
    today = clock.today()
    statement = (
        select(Posting.person_id, Position.title)
        .join(Position, Position.id == Posting.position_id)
        .where(Posting.secondary.is_(False), Posting.starts_on <= today)
        .where(or_(Posting.ends_on.is_(None), Posting.ends_on >= today))
        .order_by(Posting.starts_on, Posting.id)
    )
    if condition is not None:
        statement = statement.join(Person, Person.id == Posting.person_id).where(condition)
    folded: dict[str, str] = {}
    held: dict[int, str] = {}
    for person_id, title in db.session.execute(statement):
        text = title.get("vi") or ""
        if text not in folded:
            folded[text] = fold(text)
        held[person_id] = folded[text]
    return held
