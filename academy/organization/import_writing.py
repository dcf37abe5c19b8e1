"""Writing a list that was judged: many people in few statements, each with an entry in the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert, select

from academy.accounts.provisioning import create_accounts
from academy.accounts.services import username_key
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.import_plan import DATA_FIELDS, Plan, PlannedLine
from academy.organization.models import Person, Posting
from academy.organization.people import apply_values, journal_of, person_columns
from academy.organization.places import place_later
from academy.organization.postings import find_or_add_position, get_unit, position_key, post

_CHUNK = 500
_COLUMNS = {
    "account_id": None,
    "external_key": None,
    "full_name": "",
    "sort_key": "",
    "name_fold": "",
    "kind": "civil_servant",
    "birth_date": None,
    "birth_place": "",
    "sex": None,
    "email": "",
    "phone": "",
    "personal_number": None,
    "personal_number_index": None,
    "unit_id": None,
}


def write_plan(actor: Actor, plan: Plan, *, password: str | None = None) -> list[int]:
    """Do what a plan without errors says, in the transaction that is open; ids of the new people.

    Args:
        password: one for all new accounts, for demonstrations; without it they have none yet.
    """
    with unit_of_work() as work:
        wanted = [planned for planned in plan.lines if planned.verdict in ("new", "changed")]
        accounts = create_accounts(
            [planned.username for planned in wanted if planned.username], password=password
        )
        position_id = _positions(work)
        ids = add_people(
            actor,
            [_new_person(planned, accounts, position_id) for planned in wanted if planned.verdict == "new"],
        )
        for planned in wanted:
            if planned.verdict == "changed":
                _change(work, actor, planned, accounts)
        return ids


def add_people(actor: Actor, people: Sequence[dict[str, Any]]) -> list[int]:
    """Insert people and their postings.

    Args:
        people: columns of :class:`Person` (missing ones get their defaults) and, under ``"posting"``,
            columns of :class:`Posting` without the person, or None; ``"username"`` for the journal.
    """
    today, now = clock.today(), clock.now()
    ids: list[int] = []
    with unit_of_work() as work:
        for start in range(0, len(people), _CHUNK):
            chunk = people[start : start + _CHUNK]
            rows = []
            for person in chunk:
                posting = person.get("posting") or {}
                begun = posting and posting["starts_on"] <= today
                rows.append(
                    {name: person.get(name, default) for name, default in _COLUMNS.items()}
                    | {"unit_id": posting["unit_id"] if begun else None, "created_at": now}
                )
            made = work.session.scalars(
                insert(Person).returning(Person.id, sort_by_parameter_order=True), rows
            ).all()
            postings = [
                {"person_id": person_id, "secondary": False, "origin": "", "ends_on": None} | person["posting"]
                for person_id, person in zip(made, chunk, strict=True)
                if person.get("posting")
            ]
            if postings:
                work.session.execute(insert(Posting), postings)
            for person_id, person in zip(made, chunk, strict=True):
                _note(work, actor, person_id, person)
            ids.extend(made)
    return ids


def _note(work: UnitOfWork, actor: Actor, person_id: int, person: dict[str, Any]) -> None:
    details: dict[str, Any] = {}
    if person.get("username"):
        details["username"] = person["username"]
    posting = person.get("posting")
    if posting:
        details |= {"unit": posting["unit_id"], "from": posting["starts_on"].isoformat()}
        place_later(work, person_id, [posting["starts_on"]])
    record(actor, "person.create", "person", person_id, person_id=person_id, details=details)


def _new_person(
    planned: PlannedLine, accounts: dict[str, int], position_id: Callable[[str], int | None]
) -> dict[str, Any]:
    values = planned.line.values
    posting = None
    if planned.unit_id is not None:
        posting = {
            "unit_id": planned.unit_id,
            "position_id": position_id(values.get("position", "")),
            "starts_on": planned.starts_on,
            "origin": values.get("origin", ""),
        }
    columns = person_columns({name: values[name] for name in DATA_FIELDS if name in values})
    return columns | {
        "account_id": accounts[username_key(planned.username)] if planned.username else None,
        "username": planned.username,
        "posting": posting,
    }


def _change(work: UnitOfWork, actor: Actor, planned: PlannedLine, accounts: dict[str, int]) -> None:
    values, person_id = planned.line.values, planned.person_id
    person = work.session.scalars(select(Person).where(Person.id == person_id)).one()
    changes = apply_values(person, {name: values[name] for name in DATA_FIELDS if name in values})
    if planned.username:
        person.account_id = accounts[username_key(planned.username)]
        record(
            actor, "person.account", "person", person_id, person_id=person_id, details={"username": planned.username}
        )
    if changes:
        record(actor, "person.update", "person", person_id, person_id=person_id, details=journal_of(changes))
    if planned.unit_id is not None:
        post(
            actor,
            person_id,
            get_unit(planned.unit_id),
            starts_on=planned.starts_on,
            position=values.get("position", ""),
            origin=values.get("origin", ""),
        )


def _positions(work: UnitOfWork) -> Callable[[str], int | None]:
    """Ids of positions by title; each title is looked up once."""
    known: dict[str, int | None] = {}

    def position_id(title: str) -> int | None:
        key = position_key(title)
        if key not in known:
            known[key] = find_or_add_position(work, title)
        return known[key]

    return position_id
