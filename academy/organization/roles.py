"""Roles over subtrees of units, for a time: given and taken back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, func, or_, select

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, require
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.errors import OwnRoles
from academy.organization.models import Person, RoleGrant, Unit
from academy.organization.policies import RoleWish, can_grant_role, can_see_person
from academy.organization.postings import get_unit
from academy.organization.standing import place_of
from academy.organization.unit_changes import check_open

__all__ = ["grant_role", "revoke_role"]


def grant_role(
    actor: Actor,
    person_id: int,
    role: Role | str,
    unit_id: int,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleGrant:
    """Give a person a role over a unit and all below it, from a day (default: today) to a day, inclusive.

    Whoever holds the role for a time only, and is no administrator, cannot give it for longer.

    Raises:
        NotFound: no such person or unit, or not to be seen.
        OwnRoles: it is the actor.
        Forbidden: the actor may not give this role there.
        Invalid: no such role, or the days cannot be.
        Conflict: the person has the role there in this time, or has left.
        UnitClosed: the unit does not exist in this time.
    """
    first = starts_on or clock.today()
    with unit_of_work() as work:
        role, person, unit = _role(role), _person(work, actor, person_id), get_unit(unit_id)
        _refuse_own(actor, person_id)
        require(actor, can_grant_role, RoleWish(person_id, role, unit.path))
        _check_days(actor, first, ends_on)
        _refuse_longer(work, actor, role, unit, ends_on)
        check_open(unit, first, ends_on)
        if person.deactivated_at is not None:
            raise Conflict(_l("This person has left."), rule="organization.role")
        _refuse_overlap(work, person_id, role, unit_id, first, ends_on)
        new = RoleGrant(
            person_id=person_id,
            role=role.value,
            unit_id=unit_id,
            starts_on=first,
            ends_on=ends_on,
            granted_by=actor.account_id,
        )
        work.session.add(new)
        work.session.flush()
        _journal(actor, "role.grant", new)
        return new


def revoke_role(actor: Actor, grant_id: int) -> RoleGrant:
    """Take a role back, at once.

    Raises:
        NotFound: no such grant, it has been taken back, or the person may not be seen.
        OwnRoles: it is the actor's.
        Forbidden: the actor could not give it.
    """
    with unit_of_work() as work:
        grant = work.session.get(RoleGrant, grant_id)
        if grant is None or grant.revoked_at is not None:
            raise NotFound()
        _person(work, actor, grant.person_id)
        _refuse_own(actor, grant.person_id)
        unit = get_unit(grant.unit_id)
        require(actor, can_grant_role, RoleWish(grant.person_id, Role(grant.role), unit.path))
        grant.revoked_at = clock.now()
        _journal(actor, "role.revoke", grant)
        return grant


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        message = _l("There is no such role.")
        raise Invalid(message, rule="organization.role", errors={"role": [message]}) from error


def _person(work: UnitOfWork, actor: Actor, person_id: int) -> Person:
    person = work.session.get(Person, person_id)
    place = place_of(person_id) if person is not None else None
    if person is None or place is None or not can_see_person(actor, place):
        raise NotFound(_l("There is no such person."))
    return person


def _refuse_own(actor: Actor, person_id: int) -> None:
    if actor.person_id == person_id:
        raise OwnRoles(
            _l("Nobody changes his own roles."), next_step=_l("Ask another administrator of your unit.")
        )


def _check_days(actor: Actor, first: date, last: date | None) -> None:
    errors = {}
    if first < clock.today() and not actor.is_system:
        errors["starts_on"] = [_l("A role cannot begin in the past.")]
    if last is not None and last < first:
        errors["ends_on"] = [_l("The last day lies before the first.")]
    if errors:
        raise Invalid(_l("Please correct the days."), rule="organization.dates", errors=errors)


def _refuse_longer(work: UnitOfWork, actor: Actor, role: Role, unit: Unit, last: date | None) -> None:
    """Nobody gives for longer than he holds it himself; administrators give by office."""
    administers = any(
        grant.role is Role.ADMINISTRATOR and unit.path.startswith(grant.path) for grant in actor.grants
    )
    if actor.is_system or administers or role is Role.LEARNER:
        return
    ends = work.session.scalars(
        select(RoleGrant.ends_on)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.person_id == actor.person_id, RoleGrant.role == role.value)
        .where(RoleGrant.revoked_at.is_(None), RoleGrant.starts_on <= clock.today())
        .where(func.substr(unit.path, 1, func.length(Unit.path)) == Unit.path)
    ).all()
    if not any(end is None or (last is not None and last <= end) for end in ends):
        raise Forbidden(
            _l("You cannot give a role for longer than you hold it yourself."),
            rule="organization.role-period",
            next_step=_l("Choose an earlier last day."),
        )


def _refuse_overlap(
    work: UnitOfWork, person_id: int, role: Role, unit_id: int, first: date, last: date | None
) -> None:
    overlaps = and_(
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= first),
        RoleGrant.starts_on <= last if last is not None else RoleGrant.starts_on.is_not(None),
    )
    if work.session.scalar(
        select(RoleGrant.id)
        .where(RoleGrant.person_id == person_id, RoleGrant.role == role.value, RoleGrant.unit_id == unit_id)
        .where(RoleGrant.revoked_at.is_(None), overlaps)
        .limit(1)
    ):
        raise Conflict(
            _l("The person has this role over this unit in that time."),
            rule="organization.role",
            next_step=_l("Take the present one back first, or choose other days."),
        )


def _journal(actor: Actor, act: str, grant: RoleGrant) -> None:
    record(
        actor,
        act,
        "role_grant",
        grant.id,
        person_id=grant.person_id,
        details={
            "role": grant.role,
            "unit": grant.unit_id,
            "from": grant.starts_on.isoformat(),
            "to": grant.ends_on.isoformat() if grant.ends_on else None,
        },
    )
