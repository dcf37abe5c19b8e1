"""Every policy about one object agrees with its twin that filters lists, on generated populations."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from academy.kernel.actor import Actor, Grant
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization import policies
from academy.organization.models import Person, Unit
from academy.organization.standing import places_of
from tests.factories import create_unit


def population(seed: int) -> tuple[random.Random, list[Unit], list[Person]]:
    """Two cities with crooked trees, and people at any unit or none."""
    rng = random.Random(seed)
    units = [create_unit("Thành phố"), create_unit("Thành phố khác")]
    for number in range(14):
        units.append(create_unit(f"Đơn vị {number}", kind="office", parent=rng.choice(units)))
    people = []
    for number in range(25):
        unit = rng.choice([None, *units])
        name = f"Người {number}"
        people.append(Person(full_name=name, sort_key=name, name_fold=name, unit_id=unit.id if unit else None))
    db.session.add_all(people)
    db.session.commit()
    return rng, units, people


def some_actor(rng: random.Random, units: list[Unit], people: list[Person]) -> Actor:
    grants = tuple(
        Grant(rng.choice(list(Role)), rng.choice(units).path) for _ in range(rng.choice([0, 1, 1, 2, 3]))
    )
    person = rng.choice([None, *people])
    return Actor(account_id=1, person_id=person.id if person else None, grants=grants)


@pytest.mark.parametrize("seed", range(12))
def test_policies_and_their_twins_agree(app, seed):
    rng, units, people = population(seed)
    places = places_of([person.id for person in people])
    actors = [some_actor(rng, units, people) for _ in range(25)] + [Actor.system(), Actor.anonymous()]
    allowed = 0
    for actor in actors:
        for can, twin in (
            (policies.can_see_person, policies.people_visible_to),
            (policies.can_manage_person, policies.people_managed_by),
        ):
            one_by_one = {person.id for person in people if can(actor, places[person.id])}
            assert set(db.session.scalars(select(Person.id).where(twin(actor)))) == one_by_one
            allowed += len(one_by_one)
        for can, twin in (
            (policies.can_see_unit, policies.units_visible_to),
            (policies.can_manage_unit, policies.units_managed_by),
        ):
            one_by_one = {unit.id for unit in units if can(actor, unit)}
            assert set(db.session.scalars(select(Unit.id).where(twin(actor)))) == one_by_one
            allowed += len(one_by_one)
    assert allowed > 100


@pytest.mark.parametrize("seed", range(6))
def test_power_never_grows(app, seed):
    """Nobody manages an account whose roles he could not give, and nobody gives above his own units."""
    rng, units, people = population(seed)
    for _ in range(60):
        actor = some_actor(rng, units, people)
        target = rng.choice(people)
        held = some_actor(rng, units, people).grants
        place = policies.PersonPlace(target.id, units[2].path, held)
        scopes = [grant.path for grant in actor.grants if grant.role in policies.ROLE_GRANT.roles]
        if policies.can_manage_account(actor, place):
            assert target.id != actor.person_id
            assert all(any(grant.path.startswith(scope) for scope in scopes) for grant in held)
        for unit in units:
            for role in policies.grantable_roles(actor, unit.path):
                assert any(unit.path.startswith(scope) for scope in scopes)
                administers = any(
                    grant.role is Role.ADMINISTRATOR and unit.path.startswith(grant.path) for grant in actor.grants
                )
                holds = any(grant.role is role and unit.path.startswith(grant.path) for grant in actor.grants)
                assert administers or holds or role is Role.LEARNER


def test_a_path_that_only_begins_like_a_scope_is_not_inside(app):
    actor = Actor(account_id=1, grants=(Grant(Role.ADMINISTRATOR, "1/2/"),))
    assert policies.covers(actor, policies.PEOPLE_READ, "1/2/3/")
    assert not policies.covers(actor, policies.PEOPLE_READ, "1/20/")
    assert not policies.covers(actor, policies.PEOPLE_READ, "1/")
    assert not policies.covers(actor, policies.PEOPLE_READ, "")
