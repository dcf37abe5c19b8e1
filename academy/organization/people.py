"""People come, their data change, they leave; the record stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from academy.accounts import provisioning
from academy.accounts.models import Account
from academy.accounts.services import set_state
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.crypto import blind_index
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean, fold, name_sort_key
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.events import PersonDeactivated
from academy.organization.models import Person
from academy.organization.person_values import read_fields
from academy.organization.policies import (
    PersonPlace,
    can_manage_account,
    can_manage_person,
    can_see_person,
)
from academy.organization.postings import get_unit, post
from academy.organization.standing import place_of

__all__ = [
    "FirstPassword",
    "NewPerson",
    "create_person",
    "deactivate_person",
    "give_account",
    "issue_first_passwords",
    "reactivate_person",
    "reset_password",
    "update_person",
]

# as many as a request may hash
PASSWORDS_AT_ONCE = 20
# never named in the journal's details
_PRIVATE = frozenset({"personal_number", "email", "phone", "birth_date"})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who was added; ``password`` is the first password, to be shown this once, or None."""

    person_id: int
    username: str | None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A first password to hand over."""

    person_id: int
    full_name: str
    username: str
    password: str


def create_person(
    actor: Actor,
    *,
    unit_id: int | None = None,
    username: str | None = None,
    starts_on: date | None = None,
    position: str = "",
    origin: str = "",
    **fields: Any,
) -> NewPerson:
    """Add a person, with a posting if a unit is given and an account if a user name is.

    Args:
        fields: of :data:`academy.organization.person_values.READERS`; ``full_name`` at least.

    Raises:
        Forbidden: the actor manages no people there.
        NotFound: no such unit.
        Invalid: a field cannot be.
        Conflict: the user name, the staff code or the personal number is somebody else's.
        UnitClosed: the unit does not exist on that day.
    """
    values = read_fields({"full_name": ""} | fields | {"username": username})
    username = values.pop("username")
    account_id, password = None, None
    with unit_of_work() as work:
        unit = get_unit(unit_id) if unit_id is not None else None
        require(actor, can_manage_person, PersonPlace(0, unit.path if unit else ""))
        _refuse_taken(values)
        if username:
            account, password = provisioning.create_with_first_password(actor, username)
            account_id = account.id
        person = Person(account_id=account_id, **person_columns(values))
        work.session.add(person)
        work.session.flush()
        details = {"username": username} if username else {}
        record(actor, "person.create", "person", person.id, person_id=person.id, details=details)
        if unit is not None:
            post(actor, person.id, unit, starts_on=starts_on, position=position, origin=origin)
        return NewPerson(person.id, username, password)


def update_person(actor: Actor, person_id: int, **fields: Any) -> Person:
    """Change a person's data; the journal names the fields, and before and after of those not private.

    Raises:
        NotFound: no such person, or not to be seen.
        Forbidden: the actor does not manage the person's unit.
        Invalid, Conflict: as :func:`create_person`.
    """
    values = read_fields(fields)
    with unit_of_work() as work:
        person = _get_managed(work, actor, person_id)
        _refuse_taken(values, person_id)
        changes = apply_values(person, values)
        if changes:
            record(actor, "person.update", "person", person_id, person_id=person_id, details=journal_of(changes))
        return person


def give_account(actor: Actor, person_id: int, username: str) -> NewPerson:
    """Let a person who has no account sign in.

    Raises:
        NotFound, Forbidden, Invalid, Conflict: as :func:`create_person`; also if there is an account.
    """
    username = read_fields({"username": username})["username"] or ""
    with unit_of_work() as work:
        person = _get_managed(work, actor, person_id)
        require(actor, can_manage_account, place_of(person_id))
        if person.account_id is not None:
            raise Conflict(_l("This person has an account already."), rule="organization.account")
        account, password = provisioning.create_with_first_password(actor, username)
        person.account_id = account.id
        record(actor, "person.account", "person", person_id, person_id=person_id, details={"username": username})
        return NewPerson(person_id, username, password)


def reset_password(actor: Actor, person_id: int, *, reason: str = "") -> FirstPassword:
    """Give a person's account a new first password, shown this once; open sessions end.

    Raises:
        NotFound: no such person, or not to be seen.
        Forbidden: the actor does not manage the person, or could not give the person's roles.
        Conflict: there is no account, or the person has left.
    """
    with unit_of_work() as work:
        person, account = _get_with_account(work, actor, person_id)
        password = provisioning.reset_password(actor, account.id, reason=clean(reason))
        record(actor, "person.reset_password", "person", person_id, person_id=person_id)
        return FirstPassword(person_id, person.full_name, account.username, password)


def issue_first_passwords(actor: Actor, person_ids: Sequence[int]) -> list[FirstPassword]:
    """First passwords for people whose accounts have none yet (after an import); others are left out.

    Raises:
        Invalid: more than :data:`PASSWORDS_AT_ONCE` people.
        NotFound, Forbidden: as :func:`reset_password`, for any of them.
    """
    if len(person_ids) > PASSWORDS_AT_ONCE:
        raise Invalid(_l("At most %(n)s passwords are issued at once.", n=PASSWORDS_AT_ONCE))
    issued = []
    with unit_of_work() as work:
        for person_id in person_ids:
            _person, account = _get_with_account(work, actor, person_id)
            if account.password_hash is None:
                issued.append(reset_password(actor, person_id))
    return issued


def deactivate_person(actor: Actor, person_id: int, *, reason: str = "") -> None:
    """Let a person leave: the account is closed and its sessions end; the record stays.

    Raises:
        NotFound, Forbidden: as :func:`reset_password`; nobody deactivates himself.
    """
    with unit_of_work() as work:
        person = _get_managed(work, actor, person_id)
        require(actor, can_manage_account, place_of(person_id))
        if person.deactivated_at is not None:
            return
        person.deactivated_at = clock.now()
        if person.account_id is not None:
            set_state(actor, person.account_id, "disabled")
        details = {"reason": clean(reason)} if clean(reason) else {}
        record(actor, "person.deactivate", "person", person_id, person_id=person_id, details=details)
        work.emit(PersonDeactivated(person_id=person_id))


def reactivate_person(actor: Actor, person_id: int) -> None:
    """Take a person who had left back: the same record, the same account.

    Raises:
        NotFound, Forbidden: as :func:`reset_password`.
    """
    with unit_of_work() as work:
        person = _get_managed(work, actor, person_id)
        require(actor, can_manage_account, place_of(person_id))
        if person.deactivated_at is None:
            return
        person.deactivated_at = None
        if person.account_id is not None:
            set_state(actor, person.account_id, "active")
        record(actor, "person.reactivate", "person", person_id, person_id=person_id)


def person_columns(values: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from values read by :mod:`academy.organization.person_values`."""
    columns = {field: value for field, value in values.items() if value is not None or field in _NULLABLE}
    if "full_name" in values:
        columns |= {
            "sort_key": name_sort_key(values["full_name"])[:600],
            "name_fold": fold(values["full_name"])[:200],
        }
    if "personal_number" in values:
        number = values["personal_number"]
        columns["personal_number_index"] = blind_index(number) if number else None
    return columns


def apply_values(person: Person, values: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Write values into a person; what changed as (field, before, after)."""
    changes = []
    for field, after in values.items():
        before = getattr(person, field)
        if after is None and field not in _NULLABLE:
            continue
        if after != before:
            changes.append((field, before, after))
    if changes:
        for name, value in person_columns({field: after for field, _before, after in changes}).items():
            setattr(person, name, value)
    return changes


def journal_of(changes: Sequence[tuple[str, Any, Any]]) -> dict[str, Any]:
    """What the journal keeps of changes: private values are named, not told."""
    told = {
        field: [_plain(before), _plain(after)] for field, before, after in changes if field not in _PRIVATE
    }
    return {"fields": sorted(field for field, _before, _after in changes), "changes": told}


_NULLABLE = frozenset({"external_key", "birth_date", "sex", "personal_number"})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _get_managed(work: UnitOfWork, actor: Actor, person_id: int) -> Person:
    person = work.session.get(Person, person_id)
    place = place_of(person_id) if person is not None else None
    if person is None or place is None or not (can_see_person(actor, place) or can_manage_person(actor, place)):
        raise NotFound(_l("There is no such person."))
    require(actor, can_manage_person, place)
    return person


def _get_with_account(work: UnitOfWork, actor: Actor, person_id: int) -> tuple[Person, Account]:
    person = _get_managed(work, actor, person_id)
    require(actor, can_manage_account, place_of(person_id))
    # held: of two officers at once the second finds the password that the first has issued
    account = (
        work.session.get(Account, person.account_id, with_for_update=True, populate_existing=True)
        if person.account_id is not None
        else None
    )
    if account is None:
        raise Conflict(
            _l("This person has no account."),
            rule="organization.account",
            next_step=_l("Give the person a user name first."),
        )
    if person.deactivated_at is not None:
        raise Conflict(
            _l("This person has left; the account is closed."),
            rule="organization.account",
            next_step=_l("Take the person back first."),
        )
    return person, account


def _refuse_taken(values: dict[str, Any], person_id: int | None = None) -> None:
    """Unique values that are somebody else's; who that is, is not told."""
    errors: dict[str, list[Any]] = {}
    for field, column, text in (
        ("external_key", Person.external_key, _l("This staff code is in use.")),
        ("personal_number", Person.personal_number_index, _l("This personal number is in use.")),
    ):
        value = values.get(field)
        if not value:
            continue
        sought = blind_index(value) if field == "personal_number" else value
        owner = db.session.scalar(select(Person.id).where(column == sought))
        if owner is not None and owner != person_id:
            errors[field] = [text]
    if errors:
        raise Conflict(next(iter(errors.values()))[0], rule="organization.taken", errors=errors)
