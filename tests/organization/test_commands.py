"""Setting an academy up from the command line."""

from __future__ import annotations

import re

import pytest

from academy.accounts.services import sign_in
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.organization.cli import group
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, Unit
from academy.progress.cli import group as recompute
from tests.factories import create_person, create_unit


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


def test_a_city_and_its_first_administrator(run):
    assert "127 units added" in run(group, ["seed"]).output
    assert "0 units added, 127 known" in run(group, ["seed"]).output
    said = run(group, ["appoint", "sep", "Lê Văn Sếp", "--unit", "HN"])
    assert said.exit_code == 0, said.output
    opened = sign_in("sep", re.search(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", said.output)[0], address="10.0.0.1")
    assert opened.must_change_password
    [grant] = actor_of_account(opened.account_id).grants
    assert (grant.role, grant.path.count("/")) == (Role.ADMINISTRATOR, 1)
    assert run(group, ["appoint", "x", "Lê Văn X", "--unit", "nowhere"]).exit_code != 0


def test_units_of_a_file(run, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("\ufeffcode,kind,name,parent,valid_from\nC,city,Thành phố,,2000-01-01\nW,ward,Phường A,C,\n", encoding="utf-8")
    assert "2 units added" in run(group, ["seed", str(file)]).output
    assert db.session.query(Unit).filter_by(code="W").one().path.count("/") == 2
    file.write_text("code,name\nC,Thành phố\n", encoding="utf-8")
    assert "kind, parent" in run(group, ["seed", str(file)]).output
    file.write_text("code,kind,name,parent\nX,palace,Cung,C\n", encoding="utf-8")
    assert run(group, ["seed", str(file)]).exit_code != 0


def test_recomputing_tells_who_stands_elsewhere(run):
    from academy.kernel.actor import Actor
    from academy.organization import services

    unit = create_unit()
    other = create_unit("Phường", kind="ward", parent=unit)
    person = create_person(unit=other)
    services.post_person(Actor.system(), person.id, unit.id)
    db.session.get(Person, person.id).unit_id = other.id
    db.session.commit()
    assert run(recompute, ["--check"]).exit_code == 1
    assert run(recompute, []).exit_code == 0
    assert run(recompute, ["--check"]).exit_code == 0
