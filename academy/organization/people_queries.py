"""Reading people: lists within the reader's units, records, names and snapshots for other slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from academy.accounts.models import Account
from academy.accounts.services import username_key
from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.paging import Page, keyset
from academy.organization.identity import grant_in_force
from academy.organization.models import Person, Position, Posting, RoleGrant, Unit
from academy.organization.policies import PersonPlace, below, can_see_person, people_visible_to
from academy.organization.unit_queries import words_in

STATES = ("active", "left", "no_password", "no_account")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list: what is needed to tell people apart, and no more."""

    id: int
    full_name: str
    external_key: str | None
    username: str | None
    account_state: str | None
    has_password: bool
    deactivated_at: datetime | None
    unit_id: int | None
    unit_name: str | None
    position: Mapping[str, str] | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person as search shows one: what tells people of one name apart."""

    id: int
    full_name: str
    external_key: str | None
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class PostingRow:
    id: int
    unit_id: int
    unit_name: str
    position: Mapping[str, str] | None
    starts_on: date
    ends_on: date | None
    secondary: bool
    origin: str


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role given; ``state`` is ``"in_force" | "to_come" | "ended" | "revoked"``."""

    id: int
    role: str
    unit_id: int
    unit_name: str
    unit_path: str
    starts_on: date
    ends_on: date | None
    revoked_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Everything recorded about a person's identity, place and rights."""

    person: Person
    username: str | None
    account_state: str | None
    has_password: bool
    must_change_password: bool
    unit_name: str | None
    unit_path: str
    postings: Sequence[PostingRow]
    roles: Sequence[RoleRow]


def list_people(
    actor: Actor,
    *,
    text: str = "",
    unit_id: int | None = None,
    role: str = "",
    state: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """People whom the actor may see, as Vietnamese lists order names; three queries, however many there are.

    Args:
        text: words of the name with or without marks, or the beginning of a user name or staff code.
        unit_id: only people at this unit or below it.
        role: only people who hold this role now.
        state: one of :data:`STATES`, or empty for everybody.

    Returns:
        A page of :class:`PersonRow`.

    Raises:
        NotFound: no such unit.
        Invalid: no such role or state.
    """
    statement = (
        select(
            Person.id,
            Person.full_name,
            Person.external_key,
            Account.username,
            Account.state,
            Account.password_hash.is_not(None).label("has_password"),
            Person.deactivated_at,
            Person.unit_id,
            Unit.name,
        )
        .outerjoin(Account, Account.id == Person.account_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(people_visible_to(actor), *_filters(text, unit_id, role, state))
    )
    page = keyset(statement, [Person.sort_key, Person.id], cursor, limit)
    ids = [row[0] for row in page.items]
    positions, roles = _positions(ids), _roles(ids)
    return Page(
        [PersonRow(*row[:9], positions.get(row[0]), roles.get(row[0], ())) for row in page.items],
        page.next_cursor,
    )


def find_people(actor: Actor, text: str, *, limit: int = 5) -> Sequence[FoundPerson]:
    """People in service of the units whose people the actor may read, as Vietnamese lists order names; one query.

    Args:
        text: words of the name with or without marks, or the beginning of a user name or staff code.
    """
    statement = (
        select(Person.id, Person.full_name, Person.external_key, Unit.name)
        .outerjoin(Account, Account.id == Person.account_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(people_visible_to(actor), Person.deactivated_at.is_(None), _called(text))
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    return [FoundPerson(*row) for row in db.session.execute(statement)]


def person_record(actor: Actor, person_id: int) -> PersonRecord:
    """A person's record; :func:`academy.organization.services.open_person` also notes who read it.

    Raises:
        NotFound: there is no such person, or the actor may not see the record.
    """
    row = db.session.execute(
        select(Person, Account, Unit.name, Unit.path)
        .outerjoin(Account, Account.id == Person.account_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.id == person_id)
    ).first()
    if row is None or not can_see_person(actor, PersonPlace(person_id, row.path or "")):
        raise NotFound(_l("There is no such person."))
    person, account, unit_name, path = row
    return PersonRecord(
        person=person,
        username=account.username if account else None,
        account_state=account.state if account else None,
        has_password=bool(account and account.password_hash),
        must_change_password=bool(account and account.must_change_password),
        unit_name=unit_name,
        unit_path=path or "",
        postings=_postings(person_id),
        roles=_role_rows(person_id),
    )


def journal_of_person(person_id: int, *, limit: int = 20) -> Sequence[AuditEntry]:
    """The newest acts that concern a person, for those who have opened the record."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.person_id == person_id)
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    ).all()


def count_people(actor: Actor) -> int:
    """How many people in service the actor may see."""
    return db.session.scalar(
        select(func.count(Person.id)).where(people_visible_to(actor), Person.deactivated_at.is_(None))
    )


def position_titles(limit: int = 300) -> list[str]:
    """Titles of positions, for a field that suggests."""
    titles = db.session.scalars(select(Position.title).order_by(Position.code).limit(limit))
    return [title["vi"] for title in titles if title.get("vi")]


def _filters(text: str, unit_id: int | None, role: str, state: str) -> list[Any]:
    conditions: list[Any] = []
    if text.strip():
        conditions.append(_called(text))
    if unit_id is not None:
        path = db.session.scalar(select(Unit.path).where(Unit.id == unit_id))
        if path is None:
            raise NotFound(_l("There is no such unit."))
        conditions.append(Person.unit_id.in_(select(Unit.id).where(below([path]))))
    if role:
        if role not in set(map(str, Role)):
            raise Invalid(_l("There is no such role."), errors={"role": [_l("There is no such role.")]})
        holders = select(RoleGrant.person_id).where(RoleGrant.role == role, grant_in_force())
        conditions.append(Person.id.in_(holders))
    if state:
        conditions.append(_in_state(state))
    return conditions


def _called(text: str) -> Any:
    words = words_in(Person.name_fold, text)
    begins = username_key(text)
    others = or_(
        Account.username_key.startswith(begins, autoescape=True),
        func.lower(Person.external_key).startswith(text.strip().lower(), autoescape=True),
    )
    if not words:
        return others
    named = words[0]
    for word in words[1:]:
        named = named & word
    return or_(named, others)


def _in_state(state: str) -> Any:
    conditions = {
        "active": Person.deactivated_at.is_(None),
        "left": Person.deactivated_at.is_not(None),
        "no_password": Account.id.is_not(None) & Account.password_hash.is_(None) & Person.deactivated_at.is_(None),
        "no_account": Person.account_id.is_(None) & Person.deactivated_at.is_(None),
    }
    if state not in conditions:
        raise Invalid(_l("There is no such state."), errors={"state": [_l("There is no such state.")]})
    return conditions[state]


def _positions(person_ids: Sequence[int]) -> dict[int, Mapping[str, str]]:
    return {
        person_id: position for person_id, (_unit, position) in _posted_on(person_ids, clock.today()).items() if position
    }


def _posted_on(person_ids: Sequence[int], day: date) -> dict[int, tuple[int, Mapping[str, str] | None]]:
    """Unit and position of the main posting that people have on a day."""
    rows = db.session.execute(
        select(Posting.person_id, Posting.unit_id, Position.title)
        .outerjoin(Position, Position.id == Posting.position_id)
        .where(Posting.person_id.in_(person_ids), Posting.secondary.is_(False))
        .where(Posting.starts_on <= day, or_(Posting.ends_on.is_(None), Posting.ends_on >= day))
        .order_by(Posting.starts_on, Posting.id)
    )
    return {person_id: (unit_id, title) for person_id, unit_id, title in rows}


def _roles(person_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(person_ids), grant_in_force())
        .order_by(RoleGrant.role)
    )
    roles: dict[int, tuple[str, ...]] = {}
    for person_id, role in rows:
        held = roles.get(person_id, ())
        roles[person_id] = held if role in held else (*held, role)
    return roles


def _postings(person_id: int) -> list[PostingRow]:
    rows = db.session.execute(
        select(
            Posting.id,
            Posting.unit_id,
            Unit.name,
            Position.title,
            Posting.starts_on,
            Posting.ends_on,
            Posting.secondary,
            Posting.origin,
        )
        .join(Unit, Unit.id == Posting.unit_id)
        .outerjoin(Position, Position.id == Posting.position_id)
        .where(Posting.person_id == person_id)
        .order_by(Posting.starts_on.desc(), Posting.id.desc())
    )
    return [PostingRow(*row) for row in rows]


def _role_rows(person_id: int) -> list[RoleRow]:
    rows = db.session.execute(
        select(
            RoleGrant.id,
            RoleGrant.role,
            RoleGrant.unit_id,
            Unit.name,
            Unit.path,
            RoleGrant.starts_on,
            RoleGrant.ends_on,
            RoleGrant.revoked_at,
        )
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.starts_on.desc(), RoleGrant.id.desc())
    )
    return [RoleRow(*row, state=_role_state(row.starts_on, row.ends_on, row.revoked_at)) for row in rows]


def _role_state(starts_on: date, ends_on: date | None, revoked_at: datetime | None) -> str:
    today = clock.today()
    if revoked_at is not None:
        return "revoked"
    if ends_on is not None and ends_on < today:
        return "ended"
    return "to_come" if starts_on > today else "in_force"
