"""The organization's JSON."""

from __future__ import annotations

import io
from datetime import date

import pytest

from academy.audit.models import AuditEntry
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.jobs import run_all
from academy.organization import services
from academy.organization.models import Person
from tests.factories import create_actor, sign_in
from tests.organization.lists import as_csv, as_xlsx, people_rows


def test_who_i_am(client, city, wards):
    actor = create_actor(Role.TRAINING_OFFICER, unit=wards[0], full_name="Trần Thị Bình")
    assert client.get("/api/v1/me").status_code == 401
    sign_in(client, actor)
    me = client.get("/api/v1/me").get_json()
    assert (me["id"], me["username"], me["full_name"], me["locale"]) == (
        actor.account_id, actor.username, "Trần Thị Bình", "vi",
    )  # fmt: skip
    assert [unit["name"] for unit in me["units"]] == ["Thành phố Hà Nội", "Phường Hoàn Kiếm"]
    assert me["roles"] == [
        {"role": "training_officer", "unit": {"id": wards[0].id, "code": "HN-P01", "name": "Phường Hoàn Kiếm"}}
    ]


def test_units_are_listed_found_and_asked_for_the_past(client, city, wards, admin):
    services.rename_unit(admin, wards[1].id, "Phường Láng Mới", on=date(2026, 1, 1))
    sign_in(client, create_actor(unit=wards[0]))
    assert [unit["code"] for unit in client.get("/api/v1/units?kind=ward").get_json()["items"]] == ["HN-P01", "HN-P12"]
    found = client.get("/api/v1/units?q=lang&on=2025-12-31").get_json()["items"]
    assert [unit["name"] for unit in found] == ["Phường Láng"]
    assert client.get(f"/api/v1/units?parent={city.id}&limit=1").get_json()["next_cursor"]
    assert client.get("/api/v1/units?on=2000-01-01").get_json()["items"] == []
    for wrong in ("kind=palace", "on=31/12/2025", "limit=0", "parent=x"):
        assert client.get(f"/api/v1/units?{wrong}").status_code in (400, 422)


def test_people_are_listed_within_scope_and_records_are_noted(client, app, wards, admin):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, personal_number="001190000001", username="binh")
    officer = create_actor(Role.TRAINING_OFFICER, unit=wards[0])
    sign_in(client, officer)
    found = client.get("/api/v1/people?q=binh").get_json()["items"]
    assert [(one["id"], one["unit_name"]) for one in found] == [(new.person_id, "Phường Hoàn Kiếm")]
    answer = client.get(f"/api/v1/people/{new.person_id}")
    assert answer.get_json()["personal_number"] == "001•••••••01"
    assert "001190000001" not in answer.get_data(as_text=True)
    assert db.session.query(AuditEntry).filter_by(act="person.read").count() == 1
    assert client.get(f"/api/v1/people?unit={wards[0].id}&role=training_officer").get_json()["items"][0]["id"] == officer.person_id
    stranger = app.test_client()
    sign_in(stranger, create_actor(Role.TRAINING_OFFICER, unit=wards[1]))
    assert stranger.get("/api/v1/people?q=binh").get_json()["items"] == []
    assert stranger.get(f"/api/v1/people/{new.person_id}").status_code == 404
    learner = app.test_client()
    me = create_actor(unit=wards[0])
    sign_in(learner, me)
    assert learner.get("/api/v1/people").status_code == 403
    assert learner.get(f"/api/v1/people/{me.person_id}").status_code == 200
    assert learner.get(f"/api/v1/people/{new.person_id}").status_code == 404


def send(client, token, data: bytes, query: str = "", name: str = "a.xlsx"):
    return client.post(
        f"/api/v1/people/import{query}",
        data={"file": (io.BytesIO(data), name)},
        headers={"X-CSRFToken": token},
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_dry_run_changes_nothing_and_the_import_everything(client, admin, wards, make):
    token = sign_in(client, admin)
    answer = send(client, token, make(people_rows()), "?dry_run=true")
    assert answer.status_code == 200
    report = answer.get_json()
    assert report["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "error": 0}
    assert [line["verdict"] for line in report["lines"]] == ["new"] * 3
    assert db.session.query(Person).filter_by(external_key="CB01").count() == 0
    assert client.get(f"/api/v1/people/imports/{report['id']}").get_json() == report
    answer = send(client, token, make(people_rows()))
    assert (answer.status_code, answer.get_json()["state"]) == (200, "applied")
    assert db.session.query(Person).filter_by(external_key="CB01").count() == 1
    answer = send(client, token, make(people_rows()))
    assert (answer.status_code, answer.get_json()["counts"]["unchanged"]) == (200, 3)


def test_bad_lines_import_nothing_and_are_named(client, admin, wards):
    token = sign_in(client, admin)
    rows = people_rows()
    rows[1][3], rows[2][4], rows[3][1] = "HN-X99", "31/02/1990", ""
    report = send(client, token, as_csv(rows), "?dry_run=true").get_json()
    assert [(line["line"], line["problems"][0]["field"]) for line in report["lines"]] == [
        (2, "unit"), (3, "birth_date"), (4, "full_name"),
    ]  # fmt: skip
    assert all(line["problems"][0]["reason"] and line["problems"][0]["remedy"] for line in report["lines"])
    answer = send(client, token, as_csv(rows))
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    assert set(answer.get_json()["errors"]) == {"line 2", "line 3", "line 4"}
    assert db.session.query(Person).filter(Person.external_key.is_not(None)).count() == 0


def test_a_long_list_is_accepted_and_confirmed_later(client, admin, wards, monkeypatch):
    monkeypatch.setattr("academy.organization.imports.AT_ONCE", 100)
    token = sign_in(client, admin)
    answer = send(client, token, as_csv(people_rows()))
    assert (answer.status_code, answer.get_json()["state"]) == (202, "checking")
    run_all()
    number = answer.get_json()["id"]
    assert client.get(f"/api/v1/people/imports/{number}").get_json()["state"] == "checked"
    done = client.post(f"/api/v1/people/imports/{number}/confirmation", headers={"X-CSRFToken": token})
    assert done.get_json()["state"] == "applied"


def test_what_is_no_list_is_422_and_no_fault(client, admin):
    token = sign_in(client, admin)
    for data in (b"", b"a,b\n1,2", b"PK\x03\x04xxxx", bytes(range(256))):
        answer = send(client, token, data)
        assert answer.status_code == 422, answer.get_data(as_text=True)
        assert answer.get_json()["errors"]["file"]
    assert client.post("/api/v1/people/import", headers={"X-CSRFToken": token}).status_code == 422


def test_only_those_who_manage_people_import(app, client, city, wards):
    for role in (Role.INSPECTOR, Role.REGISTRAR, Role.INSTRUCTOR, Role.LEARNER):
        one = app.test_client()
        token = sign_in(one, create_actor(role, unit=city))
        assert send(one, token, as_csv(people_rows())).status_code == 403
