"""Reading units: the tree, one unit with what belongs to it, names as they were on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.kernel.text import fold, tokens
from academy.organization.identity import grant_in_force
from academy.organization.models import Person, RoleGrant, Unit, UnitVersion
from academy.organization.policies import (
    ADMINISTRATION,
    PEOPLE_READ,
    below,
    can_see_unit,
    units_visible_to,
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in a list. ``people`` counts those at it and below it, None where the reader may not know."""

    id: int
    code: str
    kind: str
    name: str
    path: str
    parent_id: int | None
    valid_from: date
    valid_to: date | None
    people: int | None = None
    units: int = 0

    @property
    def is_open(self) -> bool:
        return self.valid_to is None or self.valid_to > clock.today()

    @property
    def last_day(self) -> date | None:
        return date.fromordinal(self.valid_to.toordinal() - 1) if self.valid_to else None


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with a role over a unit; ``unit_name`` is the unit that the role was given for."""

    person_id: int
    full_name: str
    role: str
    unit_id: int
    unit_name: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit with what belongs to it; ``above`` is (id, name, whether the reader may open it)."""

    unit: UnitRow
    above: Sequence[tuple[int, str, bool]]
    children: Sequence[UnitRow]
    officers: Sequence[Officer]
    history: Sequence[UnitVersion]
    parent_names: dict[int, str]


_COLUMNS = (
    Unit.id,
    Unit.code,
    Unit.kind,
    Unit.name,
    Unit.path,
    Unit.parent_id,
    Unit.valid_from,
    Unit.valid_to,
)


def unit_tree(actor: Actor, *, closed: bool = False) -> list[tuple[UnitRow, list[UnitRow]]]:
    """The highest units that the actor administers, each with the units right below it; two queries."""
    rows = _with_counts(actor, select(*_COLUMNS).where(units_visible_to(actor)).order_by(Unit.sort_key, Unit.id))
    if not closed:
        rows = [row for row in rows if row.is_open]
    ids = {row.id for row in rows}
    tops = [row for row in rows if row.parent_id not in ids]
    return [(top, [row for row in rows if row.parent_id == top.id]) for top in tops]


def child_units(actor: Actor, unit_id: int, *, closed: bool = False) -> list[UnitRow]:
    """The units right below one.

    Raises:
        NotFound: there is none, or it may not be seen.
    """
    unit = get_unit_row(actor, unit_id)
    rows = _with_counts(actor, select(*_COLUMNS).where(below([unit.path])).order_by(Unit.sort_key, Unit.id))
    return [row for row in rows if row.parent_id == unit_id and (closed or row.is_open)]


def search_units(actor: Actor, text: str, *, limit: int = 50) -> list[UnitRow]:
    """Units whose names hold these words, marks or not, or whose code begins so; closed ones too."""
    statement = select(*_COLUMNS).where(units_visible_to(actor), _named(text))
    return [UnitRow(*row) for row in db.session.execute(statement.order_by(Unit.sort_key, Unit.id).limit(limit))]


def get_unit_row(actor: Actor, unit_id: int) -> UnitRow:
    """A unit that the actor administers.

    Raises:
        NotFound: there is none, or it may not be seen.
    """
    row = db.session.execute(select(*_COLUMNS).where(Unit.id == unit_id)).first()
    if row is None or not can_see_unit(actor, row):
        raise NotFound(_l("There is no such unit."))
    return UnitRow(*row)


def unit_page(actor: Actor, unit_id: int) -> UnitPage:
    """A unit with its sub-units, officers and history, in a constant number of queries.

    Raises:
        NotFound: there is none, or it may not be seen.
    """
    unit = get_unit_row(actor, unit_id)
    rows = _with_counts(actor, select(*_COLUMNS).where(below([unit.path])).order_by(Unit.sort_key, Unit.id))
    history = db.session.scalars(
        select(UnitVersion).where(UnitVersion.unit_id == unit_id).order_by(UnitVersion.valid_from.desc())
    ).all()
    line = [int(part) for part in unit.path.split("/") if part]
    named = {*line, *(version.parent_id for version in history if version.parent_id)}
    names = dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(named))).tuples().all())
    return UnitPage(
        unit=next(row for row in rows if row.id == unit_id),
        above=[
            (upper, names[upper], actor.may(ADMINISTRATION, at=path))
            for upper, path in zip(line[:-1], _upwards(unit.path), strict=False)
        ],
        children=[row for row in rows if row.parent_id == unit_id],
        officers=_officers(line),
        history=history,
        parent_names=names,
    )


def list_units(
    actor: Actor,
    *,
    text: str = "",
    parent_id: int | None = None,
    kind: str = "",
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Units that exist on a day (default: today) with the name and place they have on it.

    Names of public bodies are no secret: anyone who is signed in may ask.

    Returns:
        A page of rows with ``id, code, kind, name, parent_id, valid_from, valid_to``.
    """
    day = on or clock.today()
    statement = (
        select(
            Unit.id,
            Unit.code,
            Unit.kind,
            UnitVersion.name,
            UnitVersion.parent_id,
            Unit.valid_from,
            Unit.valid_to,
        )
        .join(UnitVersion, UnitVersion.unit_id == Unit.id)
        .where(UnitVersion.valid_from <= day, or_(UnitVersion.valid_to.is_(None), UnitVersion.valid_to > day))
    )
    if text:
        statement = statement.where(_named(text, UnitVersion.name_fold))
    if parent_id is not None:
        statement = statement.where(UnitVersion.parent_id == parent_id)
    if kind:
        statement = statement.where(Unit.kind == kind)
    return keyset(statement, [Unit.sort_key, Unit.id], cursor, limit)


def unit_name_on(unit_id: int, day: date) -> str:
    """The name a unit had on a day; before its time its first name, after it its last.

    Raises:
        NotFound: there is no such unit.
    """
    versions = db.session.execute(
        select(UnitVersion.name, UnitVersion.valid_from)
        .where(UnitVersion.unit_id == unit_id)
        .order_by(UnitVersion.valid_from)
    ).all()
    if not versions:
        raise NotFound(_l("There is no such unit."))
    return next((row.name for row in reversed(versions) if row.valid_from <= day), versions[0].name)


def unit_choices(actor: Actor, *, limit: int = 400) -> list[str]:
    """Open units that the actor administers as ``name (code)``, highest first, for a field that suggests."""
    rows = db.session.execute(
        select(Unit.name, Unit.code)
        .where(units_visible_to(actor), or_(Unit.valid_to.is_(None), Unit.valid_to > clock.today()))
        .order_by(func.length(Unit.path) - func.length(func.replace(Unit.path, "/", "")), Unit.sort_key)
        .limit(limit)
    )
    return [f"{name} ({code})" for name, code in rows]


def choose_unit(actor: Actor, text: str, *, field: str = "unit") -> int | None:
    """The unit that somebody typed: a code, ``name (code)``, or a name that only one open unit has.

    Returns:
        Its id; None if nothing was typed.

    Raises:
        Invalid: no unit is called so, or several are.
    """
    text = " ".join(text.split())
    if not text:
        return None
    code = text.rpartition("(")[2].removesuffix(")") if text.endswith(")") else text
    rows = db.session.execute(
        select(Unit.id, Unit.code, Unit.valid_to).where(
            units_visible_to(actor), or_(func.lower(Unit.code) == code.lower(), Unit.name_fold == fold(text))
        )
    ).all()
    exact = [row.id for row in rows if row.code.lower() == code.lower()]
    named = [row.id for row in rows if row.valid_to is None or row.valid_to > clock.today()]
    found = exact or named
    if len(found) != 1:
        message = (
            _l("Several units are called “%(name)s”; write the code.", name=text)
            if found
            else _l("There is no unit “%(name)s” here.", name=text)
        )
        raise Invalid(message, rule="organization.unit", errors={field: [message]})
    return found[0]


def count_units(actor: Actor) -> int:
    """How many open units the actor administers."""
    return db.session.scalar(
        select(func.count(Unit.id)).where(
            units_visible_to(actor), or_(Unit.valid_to.is_(None), Unit.valid_to > clock.today())
        )
    )


def units_of(actor: Actor) -> list[tuple[int, str, str]]:
    """The units from the city down to where the actor works, (id, code, name); one query."""
    line = [int(part) for part in actor.unit_path.split("/") if part]
    rows = db.session.execute(select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_(line))).all()
    by_id = {row.id: (row.id, row.code, row.name) for row in rows}
    return [by_id[unit_id] for unit_id in line if unit_id in by_id]


def units_by_path(paths: Sequence[str]) -> dict[str, tuple[int, str, str]]:
    """(id, code, name) of units by their paths; one query."""
    rows = db.session.execute(select(Unit.path, Unit.id, Unit.code, Unit.name).where(Unit.path.in_(set(paths))))
    return {path: (unit_id, code, name) for path, unit_id, code, name in rows}


def words_in(column: ColumnElement[str], text: str) -> list[ColumnElement[bool]]:
    """Conditions that a folded name holds words beginning with each word of ``text``."""
    return [
        or_(column.startswith(token.word, autoescape=True), column.contains(f" {token.word}", autoescape=True))
        for token in tokens(fold(text))
    ]


def _named(text: str, column: ColumnElement[str] | None = None) -> ColumnElement[bool]:
    words = words_in(Unit.name_fold if column is None else column, text)
    code = func.lower(Unit.code).startswith(text.strip().lower(), autoescape=True)
    if not words:
        return code
    named = words[0]
    for word in words[1:]:
        named = named & word
    return or_(named, code)


def _with_counts(actor: Actor, statement) -> list[UnitRow]:
    rows = db.session.execute(statement).all()
    scopes = actor.scopes(PEOPLE_READ)
    people = _people_by_path(scopes) if scopes else {}
    units: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for row in rows:
        for path in _upwards(row.path):
            if path != row.path and (row.valid_to is None or row.valid_to > clock.today()):
                units[path] += 1
    for path, count in people.items():
        for upper in _upwards(path):
            totals[upper] += count
    return [
        UnitRow(
            *row,
            people=totals[row.path] if actor.may(PEOPLE_READ, at=row.path) else None,
            units=units[row.path],
        )
        for row in rows
    ]


def _people_by_path(scopes: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(Unit.path, func.count(Person.id))
        .join(Person, Person.unit_id == Unit.id)
        .where(below(scopes), Person.deactivated_at.is_(None))
        .group_by(Unit.path)
    )
    return dict(rows.tuples().all())


def _upwards(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    return ["/".join(parts[: length + 1]) + "/" for length in range(len(parts))]


def _officers(line: Sequence[int]) -> list[Officer]:
    """Who holds roles over the last unit of the line: given for it or for one above."""
    rows = db.session.execute(
        select(Person.id, Person.full_name, RoleGrant.role, Unit.id, Unit.name, RoleGrant.ends_on)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.unit_id.in_(line), grant_in_force(), Person.deactivated_at.is_(None))
        .where(RoleGrant.role.in_([role.value for role in ADMINISTRATION.roles]))
        .order_by(func.length(Unit.path).desc(), Person.sort_key, RoleGrant.role)
        .limit(60)
    )
    return [Officer(*row) for row in rows]
