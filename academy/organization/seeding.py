"""Many units and people at once: for setting an academy up, and for demonstrations."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from academy.accounts.provisioning import create_accounts
from academy.accounts.services import username_key
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, require
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import sort_key
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.import_writing import add_people
from academy.organization.models import Unit, UnitVersion
from academy.organization.people import NewPerson, create_person, person_columns
from academy.organization.person_values import read_fields
from academy.organization.policies import PersonPlace, can_manage_person, can_manage_unit
from academy.organization.postings import find_or_add_position
from academy.organization.roles import grant_role
from academy.organization.unit_changes import PARENT_KINDS

__all__ = ["Seeded", "appoint_administrator", "hanoi_units", "seed_people", "seed_units"]

# the day on which the two-tier government began and the 126 units were founded
TWO_TIERS_SINCE = date(2025, 7, 1)
HANOI = "HN"
_FILE = Path(__file__).parent / "hanoi_units.csv"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding did."""

    added: int
    unchanged: int


def hanoi_units() -> list[dict[str, Any]]:
    """The city with its 51 wards and 75 communes since 1 July 2025, as rows for :func:`seed_units`.

    The codes (``HN-P01`` … wards, ``HN-X01`` … communes, in the order of Resolution 1656/NQ-UBTVQH15)
    are the academy's own. Names are to be checked against the list of the National Statistics Office
    before they are relied upon.
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [dict(row, parent=HANOI) for row in csv.DictReader(file)]
    city = {"code": HANOI, "kind": "city", "name": "Thành phố Hà Nội", "parent": ""}
    return [city | {"valid_from": date(1954, 10, 10)}, *(row | {"valid_from": TWO_TIERS_SINCE} for row in rows)]


def seed_units(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> Seeded:
    """Add the units whose codes are not known yet; parents stand before their children.

    Args:
        rows: ``code``, ``kind``, ``name``, ``parent`` (a code, or empty for a city) and, if wanted,
            ``valid_from`` (default: today) and ``last_day`` for units that are closed already.

    Raises:
        Invalid: a parent is unknown, or a kind cannot stand there.
        Forbidden: the actor does not administer a parent.
    """
    with unit_of_work() as work:
        known = {unit.code: unit for unit in work.session.scalars(select(Unit))}
        added = unchanged = 0
        for row in rows:
            if row["code"] in known:
                unchanged += 1
                continue
            parent = known.get(row.get("parent") or "")
            _check(actor, row, parent)
            known[row["code"]] = _add(work, row, parent)
            added += 1
        if added:
            record(actor, "unit.seed", "unit", "", details={"added": added, "unchanged": unchanged})
        return Seeded(added, unchanged)


def seed_people(actor: Actor, rows: Sequence[Mapping[str, Any]], *, password: str | None = None) -> list[int]:
    """Add many people at once, without looking for those who exist; their ids in the order of the rows.

    Args:
        rows: fields of a person as in :mod:`academy.organization.person_values` and, if wanted,
            ``unit_id``, ``starts_on``, ``position`` (a title), ``origin``.
        password: one for all accounts, not to be changed: for demonstrations only. Without it the
            accounts have none until one is issued.

    Raises:
        Forbidden: the actor does not manage people in the whole city.
        Invalid: a value cannot be.
    """
    require(actor, can_manage_person, PersonPlace(0, ""))
    with unit_of_work() as work:
        accounts = create_accounts([row["username"] for row in rows if row.get("username")], password=password)
        positions: dict[str, int | None] = {}
        people = []
        for row in rows:
            title = row.get("position", "")
            if title not in positions:
                positions[title] = find_or_add_position(work, title)
            people.append(_person(row, accounts, positions[title]))
        return add_people(actor, people)


def appoint_administrator(actor: Actor, username: str, full_name: str, unit_code: str) -> NewPerson:
    """Add a person with an account and the role of administrator over a unit: the first of an academy.

    Raises:
        NotFound: no unit has the code.
        Invalid, Conflict, Forbidden: as :func:`academy.organization.people.create_person`.
    """
    with unit_of_work() as work:
        unit = work.session.scalar(select(Unit).where(Unit.code == unit_code))
        if unit is None:
            raise NotFound(_l("No unit has the code %(value)s.", value=unit_code))
        new = create_person(actor, full_name=full_name, username=username, unit_id=unit.id)
        grant_role(actor, new.person_id, Role.ADMINISTRATOR, unit.id)
        return new


def _check(actor: Actor, row: Mapping[str, Any], parent: Unit | None) -> None:
    if row.get("parent") and parent is None:
        raise Invalid(_l("No unit has the code %(value)s.", value=row["parent"]), rule="organization.unit")
    kind = row["kind"]
    if (parent.kind not in PARENT_KINDS.get(kind, ())) if parent else kind != "city":
        raise Invalid(_l("A unit of this kind cannot stand there."), rule="organization.unit-kind")
    require(actor, can_manage_unit, parent or Unit(path=""))


def _add(work: UnitOfWork, row: Mapping[str, Any], parent: Unit | None) -> Unit:
    first = row.get("valid_from") or clock.today()
    last = row.get("last_day")
    unit = Unit(
        code=row["code"],
        kind=row["kind"],
        name=row["name"],
        sort_key=sort_key(row["name"]),
        parent_id=parent.id if parent else None,
        valid_from=first,
        valid_to=last + timedelta(days=1) if last else None,
    )
    work.session.add(unit)
    work.session.flush()
    unit.path = f"{parent.path if parent else ''}{unit.id}/"
    work.session.add(
        UnitVersion(
            unit_id=unit.id, parent_id=unit.parent_id, name=unit.name, valid_from=first, valid_to=unit.valid_to
        )
    )
    return unit


def _person(row: Mapping[str, Any], accounts: Mapping[str, int], position_id: int | None) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if name not in _PLACE}
    values = read_fields(fields)
    username = values.pop("username", None)
    posting = None
    if row.get("unit_id") is not None:
        posting = {
            "unit_id": row["unit_id"],
            "position_id": position_id,
            "starts_on": row.get("starts_on") or clock.today(),
            "origin": row.get("origin", ""),
        }
    return person_columns(values) | {
        "account_id": accounts[username_key(username)] if username else None,
        "username": username,
        "posting": posting,
    }


_PLACE = frozenset({"unit_id", "starts_on", "position", "origin"})
