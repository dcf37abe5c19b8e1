"""People, units and sign-ins for tests, made through the academy's own services where there are some."""

from __future__ import annotations

import itertools
from datetime import date

from academy.accounts.services import create_account as create_account_service
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.text import fold, name_sort_key, sort_key
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, RoleGrant, Unit, UnitVersion

PASSWORD = "a quiet river at dawn"
_numbers = itertools.count(1)


def create_account(username: str | None = None, *, password: str = PASSWORD, must_change: bool = False):
    username = username or f"user{next(_numbers)}"
    return create_account_service(Actor.system(), username, password=password, must_change=must_change)


def create_unit(name: str = "Thành phố", *, kind: str = "city", parent: Unit | None = None) -> Unit:
    with unit_of_work() as work:
        unit = Unit(
            code=f"u{next(_numbers)}",
            kind=kind,
            name=name,
            sort_key=sort_key(name),
            parent_id=parent.id if parent else None,
            valid_from=date(2025, 7, 1),
        )
        work.session.add(unit)
        work.session.flush()
        unit.path = f"{parent.path if parent else ''}{unit.id}/"
        work.session.add(
            UnitVersion(unit_id=unit.id, parent_id=unit.parent_id, name=name, valid_from=unit.valid_from)
        )
        return unit


def create_person(
    full_name: str = "Nguyễn Văn An", *, unit: Unit | None = None, username: str | None = None, **fields
) -> Person:
    account = create_account(username)
    with unit_of_work() as work:
        person = Person(
            account_id=account.id,
            full_name=full_name,
            sort_key=name_sort_key(full_name),
            name_fold=fold(full_name),
            unit_id=unit.id if unit else None,
            **fields,
        )
        work.session.add(person)
        return person


def grant(person: Person, role: Role, unit: Unit, **dates) -> RoleGrant:
    with unit_of_work() as work:
        new = RoleGrant(
            person_id=person.id, role=role.value, unit_id=unit.id, **({"starts_on": date(2025, 7, 1)} | dates)
        )
        work.session.add(new)
        return new


def create_actor(
    *roles: Role, unit: Unit | None = None, full_name: str = "Nguyễn Văn An", username: str | None = None
) -> Actor:
    """A person with an account and these roles over ``unit`` (a new city if none is given)."""
    unit = unit or create_unit()
    person = create_person(full_name, unit=unit, username=username)
    for role in roles:
        grant(person, role, unit)
    return actor_of_account(person.account_id)




def sign_in(client, actor: Actor | str, *, password: str = PASSWORD) -> str:
    """Sign the test client in by the API; the CSRF token for its unsafe requests."""
    username = actor if isinstance(actor, str) else actor.username
    answer = client.post("/api/v1/session", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["csrf_token"]


def reload(obj):
    """The row as the database holds it now."""
    db.session.expire_all()
    return db.session.get(type(obj), obj.id)
