"""What the academy knows that a list of people is held against: read in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from academy.accounts.models import Account
from academy.accounts.provisioning import accounts_by_username
from academy.accounts.services import username_key
from academy.kernel import clock
from academy.kernel.crypto import blind_index
from academy.kernel.db import db
from academy.kernel.text import fold
from academy.organization.import_lines import Line
from academy.organization.models import Person, Position, Posting, Unit
from academy.organization.postings import position_key

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as recorded, with the account, and the main posting in force or to come."""

    person: Person
    username: str | None
    unit_path: str
    posting_unit_id: int | None = None
    position: str = ""
    posted_from: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the lines of one list may refer to."""

    by_key: Mapping[str, KnownPerson]
    by_username: Mapping[str, KnownPerson]  # by username_key
    usernames: Mapping[str, int]  # username_key -> account id, whoever it is
    numbers: Mapping[str, int]  # blind index -> person id
    units: Mapping[str, Unit]  # by code in lower case, and by folded name where only one open unit has it
    units_by_id: Mapping[int, Unit]
    positions: frozenset[str]  # titles, as position_key


def look_up(lines: Sequence[Line]) -> Known:
    """Read what the lines refer to; the number of queries grows with the list's length over 500 only."""
    keys = {line.values["external_key"] for line in lines if "external_key" in line.values}
    names = {line.values["username"] for line in lines if "username" in line.values}
    indexes = {blind_index(line.values["personal_number"]) for line in lines if "personal_number" in line.values}
    usernames = accounts_by_username(names)
    by_key, by_account = {}, {}
    for known in _people(Person.external_key, keys):
        by_key[known.person.external_key] = known
    for known in _people(Person.account_id, usernames.values()):
        by_account[known.person.account_id] = known
    by_username = {
        key: by_account[account_id] for key, account_id in usernames.items() if account_id in by_account
    }
    units = db.session.scalars(select(Unit)).all()
    return Known(
        by_key=by_key,
        by_username=by_username,
        usernames=usernames,
        numbers=_numbers(indexes),
        units=_by_code_and_name(units),
        units_by_id={unit.id: unit for unit in units},
        positions=frozenset(
            position_key(title.get("vi", "")) for title in db.session.scalars(select(Position.title))
        ),
    )


def username_of(line: Line) -> str:
    """The line's user name as it is compared; empty if it has none."""
    return username_key(line.values["username"]) if "username" in line.values else ""


def _chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    ordered = sorted(set(values))
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def _people(column: Any, values: Iterable[Any]) -> Iterable[KnownPerson]:
    for chunk in _chunks(values):
        rows = db.session.execute(
            select(Person, Account.username, Unit.path)
            .outerjoin(Account, Account.id == Person.account_id)
            .outerjoin(Unit, Unit.id == Person.unit_id)
            .where(column.in_(chunk))
        ).all()
        postings = _postings([row[0].id for row in rows])
        for person, username, path in rows:
            yield KnownPerson(person, username, path or "", *postings.get(person.id, (None, "", None)))


def _postings(person_ids: list[int]) -> dict[int, tuple[int, str, date]]:
    rows = db.session.execute(
        select(Posting.person_id, Posting.unit_id, Position.title, Posting.starts_on)
        .outerjoin(Position, Position.id == Posting.position_id)
        .where(Posting.person_id.in_(person_ids), Posting.secondary.is_(False))
        .where(or_(Posting.ends_on.is_(None), Posting.ends_on >= clock.today()))
        .order_by(Posting.starts_on, Posting.id)
    )
    # the last of each person stays
    return {
        person_id: (unit_id, (title or {}).get("vi", ""), starts_on) for person_id, unit_id, title, starts_on in rows
    }


def _numbers(indexes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in _chunks(indexes):
        rows = db.session.execute(
            select(Person.personal_number_index, Person.id).where(Person.personal_number_index.in_(chunk))
        )
        found.update(dict(rows.tuples().all()))
    return found


def _by_code_and_name(units: Sequence[Unit]) -> dict[str, Unit]:
    today = clock.today()
    names: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.valid_to is None or unit.valid_to > today:
            names.setdefault(fold(unit.name), []).append(unit)
    unique = {name: found[0] for name, found in names.items() if len(found) == 1}
    return unique | {unit.code.lower(): unit for unit in units}
