"""Roles: given within one's own power, for a time, and never to oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.organization import services
from academy.organization.errors import OwnRoles
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, RoleGrant
from tests.factories import create_actor, create_unit, grant


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def ward(city):
    return create_unit("Phường A", kind="ward", parent=city)


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city)


@pytest.fixture
def person(ward):
    return create_actor(unit=ward, full_name="Trần Thị Bình")


def roles_of(actor) -> set[Role]:
    return set(actor_of_account(actor.account_id).roles)


def test_a_role_given_works_from_its_first_to_its_last_day(admin, person, ward):
    with clock.frozen("2026-11-20T03:00:00Z"):
        today = clock.today()
        given = services.grant_role(
            admin, person.person_id, "instructor", ward.id,
            starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=2),
        )  # fmt: skip
        assert roles_of(person) == set()
    with clock.frozen("2026-11-20T17:00:00Z"):
        assert roles_of(person) == {Role.INSTRUCTOR}
    with clock.frozen("2026-11-22T17:00:00Z"):
        assert roles_of(person) == set()
    entry = db.session.query(AuditEntry).filter_by(act="role.grant").one()
    assert entry.person_id == person.person_id and entry.details["role"] == "instructor"
    services.revoke_role(admin, given.id)
    with clock.frozen("2026-11-21T03:00:00Z"):
        assert roles_of(person) == set()
    assert db.session.query(AuditEntry).filter_by(act="role.revoke").count() == 1
    with pytest.raises(NotFound):
        services.revoke_role(admin, given.id)


def test_nobody_changes_his_own_roles(admin, city):
    own = db.session.query(RoleGrant).filter_by(person_id=admin.person_id).one()
    with pytest.raises(OwnRoles):
        services.grant_role(admin, admin.person_id, "registrar", city.id)
    with pytest.raises(OwnRoles):
        services.revoke_role(admin, own.id)


def test_nobody_gives_what_he_does_not_have_nor_beyond_his_units(ward, city, person):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    for role in (Role.INSTRUCTOR, Role.REGISTRAR, Role.ADMINISTRATOR, Role.INSPECTOR, Role.APPROVER):
        with pytest.raises(Forbidden):
            services.grant_role(officer, person.person_id, role, ward.id)
    with pytest.raises(Forbidden):
        services.grant_role(officer, person.person_id, Role.TRAINING_OFFICER, city.id)
    assert services.grant_role(officer, person.person_id, Role.TRAINING_OFFICER, ward.id)
    assert services.grant_role(officer, person.person_id, Role.LEARNER, ward.id)


def test_an_officer_cannot_take_back_what_he_could_not_give(ward, city, admin, person):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    given = services.grant_role(admin, person.person_id, Role.INSTRUCTOR, ward.id)
    wide = services.grant_role(admin, person.person_id, Role.TRAINING_OFFICER, city.id)
    for one in (given, wide):
        with pytest.raises(Forbidden):
            services.revoke_role(officer, one.id)


def test_a_ward_administrator_gives_every_role_in_the_ward_and_none_above(ward, city, person):
    admin = create_actor(Role.ADMINISTRATOR, unit=ward)
    assert services.grant_role(admin, person.person_id, Role.ADMINISTRATOR, ward.id)
    with pytest.raises(Forbidden):
        services.grant_role(admin, person.person_id, Role.LEARNER, city.id)
    stranger = create_actor(unit=city)
    with pytest.raises(NotFound):
        services.grant_role(admin, stranger.person_id, Role.LEARNER, ward.id)


def test_nobody_gives_for_longer_than_he_holds(ward, person):
    acting = create_actor(unit=ward)
    until = clock.today() + timedelta(days=10)
    grant(db.session.get(Person, acting.person_id), Role.TRAINING_OFFICER, ward, ends_on=until)
    acting = actor_of_account(acting.account_id)
    for beyond in (None, until + timedelta(days=1)):
        with pytest.raises(Forbidden):
            services.grant_role(acting, person.person_id, Role.TRAINING_OFFICER, ward.id, ends_on=beyond)
    assert services.grant_role(acting, person.person_id, Role.TRAINING_OFFICER, ward.id, ends_on=until)


def test_given_twice_is_refused_and_given_again_after_taking_back_is_not(admin, person, ward):
    first = services.grant_role(admin, person.person_id, "registrar", ward.id)
    with pytest.raises(Conflict):
        services.grant_role(admin, person.person_id, "registrar", ward.id)
    services.revoke_role(admin, first.id)
    second = services.grant_role(admin, person.person_id, "registrar", ward.id)
    assert second.id != first.id


def test_roles_of_the_past_unknown_roles_and_wrong_days_are_refused(admin, person, ward):
    today = clock.today()
    for wrong in ({"starts_on": today - timedelta(days=1)}, {"ends_on": today - timedelta(days=1)}):
        with pytest.raises(Invalid):
            services.grant_role(admin, person.person_id, "registrar", ward.id, **wrong)
    with pytest.raises(Invalid):
        services.grant_role(admin, person.person_id, "king", ward.id)
    services.deactivate_person(admin, person.person_id)
    with pytest.raises(Conflict):
        services.grant_role(admin, person.person_id, "registrar", ward.id)
