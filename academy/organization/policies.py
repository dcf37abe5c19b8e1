"""Who may see and change units, people and roles.

Each ``can_x(actor, obj)`` about one object has a twin that filters a list by the same rule. People without
a unit belong to those who hold the right over a whole tree (a root unit).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func, literal, or_, select, true

from academy.kernel.actor import Actor, Grant
from academy.kernel.authorization import Permission, Role, declare, policy
from academy.kernel.i18n import _l
from academy.organization.models import Person, Unit

ADMINISTRATION = declare(
    "organization.administration",
    Role.TRAINING_OFFICER,
    Role.REGISTRAR,
    Role.APPROVER,
    Role.ADMINISTRATOR,
    Role.INSPECTOR,
)
UNIT_MANAGE = declare("organization.unit_manage", Role.ADMINISTRATOR)
PEOPLE_READ = declare(
    "organization.people_read", Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.INSPECTOR
)
PEOPLE_MANAGE = declare("organization.people_manage", Role.TRAINING_OFFICER, Role.ADMINISTRATOR)
ROLE_GRANT = declare("organization.role_grant", Role.TRAINING_OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class PersonPlace:
    """What decides who may deal with a person: where the person works (``""``: nowhere) and the
    roles that the person holds or has been promised."""

    person_id: int
    unit_path: str
    roles: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleWish:
    """A role over the units below ``path``, for a person."""

    person_id: int
    role: Role
    path: str


def is_root(path: str) -> bool:
    """Whether a scope is a whole tree of units."""
    return path.count("/") <= 1


def covers(actor: Actor, permission: Permission, path: str) -> bool:
    """Whether the actor holds the permission over the unit path, or over those without a unit (``""``)."""
    if path:
        return actor.may(permission, at=path)
    return any(is_root(scope) for scope in actor.scopes(permission))


@policy(_l("Units are shown to those who administer them."))
def can_see_unit(actor: Actor, unit: Any) -> bool:
    return covers(actor, ADMINISTRATION, unit.path)


def units_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The units for which :func:`can_see_unit` holds."""
    return below(actor.scopes(ADMINISTRATION))


@policy(_l("Units are changed by administrators of the unit above."))
def can_manage_unit(actor: Actor, unit: Any) -> bool:
    return covers(actor, UNIT_MANAGE, unit.path)


def units_managed_by(actor: Actor) -> ColumnElement[bool]:
    """The units for which :func:`can_manage_unit` holds."""
    return below(actor.scopes(UNIT_MANAGE))


@policy(_l("A person's record is shown to that person, and to officers and administrators of the unit."))
def can_see_person(actor: Actor, place: PersonPlace) -> bool:
    if actor.person_id is not None and actor.person_id == place.person_id:
        return True
    return covers(actor, PEOPLE_READ, place.unit_path)


def people_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The people for whom :func:`can_see_person` holds."""
    scopes = actor.scopes(PEOPLE_READ)
    within = _people_within(scopes)
    if actor.person_id is None:
        return within
    # as an expression, the id does not tempt SQLite to sort a city by hand: see _people_within
    own = Person.id + 0 if any(is_root(path) for path in scopes) else Person.id
    return or_(own == actor.person_id, within)


@policy(_l("People are managed by training officers and administrators of their unit."))
def can_manage_person(actor: Actor, place: PersonPlace) -> bool:
    return covers(actor, PEOPLE_MANAGE, place.unit_path)


def people_managed_by(actor: Actor) -> ColumnElement[bool]:
    """The people for whom :func:`can_manage_person` holds."""
    return _people_within(actor.scopes(PEOPLE_MANAGE))


@policy(
    _l(
        "The account of somebody else is managed by an officer of the unit, "
        "and only if the officer could give every role that the person holds."
    )
)
def can_manage_account(actor: Actor, place: PersonPlace) -> bool:
    """Resetting a password is a way into the account, so it needs the power over all its roles."""
    if actor.person_id is not None and actor.person_id == place.person_id:
        return False
    return can_manage_person(actor, place) and all(
        held.role in grantable_roles(actor, held.path) for held in place.roles
    )


def grantable_roles(actor: Actor, path: str) -> frozenset[Role]:
    """The roles that the actor may give over the units below ``path``.

    Administrators of these units give every role; training officers give only those that they hold
    there themselves, and that of learner, which holds no power.
    """
    if not actor.may(ROLE_GRANT, at=path):
        return frozenset()
    held = {grant.role for grant in actor.grants if path.startswith(grant.path)}
    if actor.is_system or Role.ADMINISTRATOR in held:
        return frozenset(Role)
    return frozenset(held | {Role.LEARNER})


@policy(_l("You can give and take only roles that you hold yourself over these units, and never your own."))
def can_grant_role(actor: Actor, wish: RoleWish) -> bool:
    if actor.person_id is not None and actor.person_id == wish.person_id:
        return False
    return wish.role in grantable_roles(actor, wish.path)


def below(paths: Iterable[str]) -> ColumnElement[bool]:
    """Condition on :class:`Unit`: it lies in one of the subtrees (``""``: anywhere)."""
    paths = tuple(paths)
    if "" in paths:
        return true()
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def _people_within(paths: tuple[str, ...]) -> ColumnElement[bool]:
    if "" in paths:
        return true()
    if not paths:
        return false()
    units = select(Unit.id).where(below(paths))
    if not any(is_root(path) for path in paths):
        return Person.unit_id.in_(units)
    # nearly everybody is inside: an index on the unit would find them all and sort them, where the list
    # only needs its first lines; the expression keeps the index of names in use
    return func.coalesce(Person.unit_id, 0).in_(units.union_all(select(literal(0))))
