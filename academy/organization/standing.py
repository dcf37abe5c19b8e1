"""Where a person stands: the place and the roles that policies decide by."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from academy.kernel import clock
from academy.kernel.actor import Grant
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization.models import Person, RoleGrant, Unit
from academy.organization.policies import PersonPlace

__all__ = ["place_of", "places_of"]


def place_of(person_id: int) -> PersonPlace | None:
    """The place of one person; None if there is no such person."""
    return places_of([person_id]).get(person_id)


def places_of(person_ids: Iterable[int]) -> dict[int, PersonPlace]:
    """The places of people, in two queries; roles count that are in force or yet to begin."""
    wanted = list(person_ids)
    paths = db.session.execute(
        select(Person.id, Unit.path).outerjoin(Unit, Unit.id == Person.unit_id).where(Person.id.in_(wanted))
    )
    roles: dict[int, list[Grant]] = {}
    grants = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role, Unit.path)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(
            RoleGrant.person_id.in_(wanted),
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= clock.today()),
        )
    )
    for person_id, role, path in grants:
        roles.setdefault(person_id, []).append(Grant(Role(role), path))
    return {
        person_id: PersonPlace(person_id, path or "", tuple(roles.get(person_id, ())))
        for person_id, path in paths
    }
