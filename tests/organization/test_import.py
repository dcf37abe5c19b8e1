"""Importing people: line by line, all or nothing, and nothing twice."""

from __future__ import annotations

import random
from datetime import date

import pytest

from academy.accounts.models import Account
from academy.accounts.services import set_state
from academy.audit.chain import verify
from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import run_all
from academy.organization import imports, queries, services
from academy.organization.errors import ListOutdated
from academy.organization.identity import actor_of_account
from academy.organization.import_problems import line_texts
from academy.organization.models import PeopleImport, PeopleImportLine, Person, Posting
from tests.factories import create_actor, create_person, grant
from tests.organization.lists import HEAD, as_csv, as_xlsx, lines_of, people_rows, problems_of, sheet_of


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_list_is_checked_confirmed_and_written(admin, wards, make):
    stored = services.start_import(admin, make(people_rows()), "can-bo.xlsx")
    assert stored.summary["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "error": 0}
    assert db.session.query(Person).filter(Person.external_key.is_not(None)).count() == 0
    services.confirm_import(admin, stored.id)
    person = db.session.query(Person).filter_by(external_key="CB01").one()
    assert (person.full_name, person.birth_date, person.sex, person.unit_id) == (
        "Nguyễn Thị Hòa", date(1985, 9, 5), "f", wards[0].id,
    )  # fmt: skip
    account = db.session.get(Account, person.account_id)
    assert (account.username, account.password_hash, account.must_change_password) == ("hoa.nt", None, True)
    assert queries.list_people(admin, text="ung").items[0].position == {"vi": "Kế toán"}
    entries = db.session.query(AuditEntry).filter_by(act="person.create", person_id=person.id).all()
    assert len(entries) == 1
    assert db.session.query(AuditEntry).filter_by(act="people.import").one().details["new"] == 3
    assert verify().broken_at is None
    assert services.recompute_places(check=True) == 0


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_the_same_list_again_changes_nothing(admin, wards, make):
    services.import_at_once(admin, make(people_rows()), "a")
    before = db.session.query(AuditEntry).count()
    stored = services.import_at_once(admin, make(people_rows()), "a")
    assert stored.summary["counts"] == {"new": 0, "changed": 0, "unchanged": 3, "error": 0}
    assert db.session.query(AuditEntry).count() == before
    assert db.session.query(Posting).count() == 3
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)


def test_a_list_with_postings_to_come_is_idempotent_too(admin, wards):
    rows = [[*HEAD, "Từ ngày"], [*people_rows()[1], "01/01/2099"]]
    services.import_at_once(admin, as_csv(rows), "a")
    assert db.session.query(Person).filter_by(external_key="CB01").one().unit_id is None
    assert services.import_at_once(admin, as_csv(rows), "a").summary["counts"]["unchanged"] == 1


def test_three_bad_lines_import_nothing_and_list_three_reasons(admin, wards):
    rows = people_rows()
    rows[1][3] = "HN-X99"
    rows[2][4] = "31/02/1990"
    rows[3][1] = ""
    rows.append(["CB04", "Lê Văn Tám", "", "HN-P01", "", "", ""])
    stored = services.start_import(admin, as_csv(rows), "a.csv")
    assert stored.summary["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "error": 3}
    assert problems_of(stored) == {
        2: [("unit", "unknown_unit")],
        3: [("birth_date", "date")],
        4: [("full_name", "missing")],
    }
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)
    with pytest.raises(Invalid) as refused:
        services.import_at_once(admin, as_csv(rows), "a.csv")
    assert set(refused.value.errors) == {"line 2", "line 3", "line 4"}
    assert db.session.query(Person).filter(Person.external_key.is_not(None)).count() == 0


FAULTS = [
    ({"full_name": ""}, ("full_name", "missing")),
    ({"full_name": "Lê V4n"}, ("full_name", "name_letters")),
    ({"full_name": "=HYPERLINK(1)"}, ("full_name", "name_letters")),
    ({"full_name": "L" * 201}, ("full_name", "too_long")),
    ({"external_key": "", "username": ""}, ("external_key", "no_key")),
    ({"username": "hai từ"}, ("username", "username")),
    ({"username": "<b>"}, ("username", "username")),
    ({"username": "TAKEN"}, ("username", "taken_username")),
    ({"unit": ""}, ("unit", "no_unit")),
    ({"unit": "nowhere"}, ("unit", "unknown_unit")),
    ({"unit": "CLOSED"}, ("unit", "closed_unit")),
    ({"starts_on": "01/01/2020"}, ("unit", "not_yet_unit")),
    ({"birth_date": "1985"}, ("birth_date", "date")),
    ({"birth_date": "13/13/1985"}, ("birth_date", "date")),
    ({"birth_date": "05/09/85"}, ("birth_date", "date")),
    ({"birth_date": "05/09/2085"}, ("birth_date", "birth_date")),
    ({"birth_date": "05/09/1885"}, ("birth_date", "birth_date")),
    ({"birth_date": 31290}, ("birth_date", "date_number")),
    ({"sex": "?"}, ("sex", "sex")),
    ({"kind": "vua"}, ("kind", "kind")),
    ({"personal_number": "12345"}, ("personal_number", "personal_number")),
    ({"personal_number": 1190000001}, ("personal_number", "personal_number")),
    ({"personal_number": "001190000001"}, ("personal_number", "taken_number")),
    ({"email": "không@"}, ("email", "email")),
    ({"phone": "gọi tôi"}, ("phone", "phone")),
    ({"external_key": "K" * 81}, ("external_key", "too_long")),
]
@pytest.mark.parametrize(("fault", "expected"), FAULTS)
def test_each_fault_is_named_with_its_field_reason_and_remedy(admin, wards, city, fault, expected):
    closed = services.create_unit(admin, name="Phường Cũ", kind="ward", parent_id=city.id, code="CLOSED", valid_from=date(2025, 7, 1))
    services.close_unit(admin, closed.id, last_day=date(2025, 12, 31))
    services.create_person(
        admin, full_name="Trần Thị Bình", username="taken", personal_number="001190000001", external_key="X"
    )
    stored = services.start_import(admin, sheet_of(fault), "a.xlsx")
    assert problems_of(stored) == {2: [expected]}
    [problem] = lines_of(stored)[0].problems
    reason, remedy = line_texts(problem.code, problem.params)
    assert len(reason) > 10 and len(remedy) > 5 and "%" not in reason + remedy


def test_lines_that_repeat_each_other_name_the_first(admin, wards):
    stored = services.start_import(
        admin,
        sheet_of(
            {"username": "Hòa", "personal_number": "001190000001"},
            {"external_key": "K1"},
            {"external_key": "K3", "username": "hoa"},
            {"external_key": "K4", "personal_number": "001190000001"},
        ),
        "a.xlsx",
    )
    assert problems_of(stored) == {
        3: [("external_key", "same_key")],
        4: [("username", "same_username")],
        5: [("personal_number", "same_number")],
    }
    assert lines_of(stored, "error")[0].problems[0].params == {"line": 2}


def test_changes_are_shown_before_they_are_made_and_empty_cells_change_nothing(admin, wards):
    services.import_at_once(admin, sheet_of({"phone": "0912345678", "personal_number": "001190000001"}), "a")
    changed = {"full_name": "Lê Văn Chín", "unit": "HN-P12", "personal_number": "001190000002", "position": "Kế toán"}
    stored = services.start_import(admin, sheet_of(changed), "b")
    [line] = lines_of(stored)
    assert [(change.field, change.before, change.after) for change in line.changes] == [
        ("full_name", "Lê Văn Tám", "Lê Văn Chín"),
        ("personal_number", "001•••••••01", "001•••••••02"),
        ("unit", "Phường Hoàn Kiếm", "Phường Láng"),
        ("position", "", "Kế toán"),
    ]
    services.confirm_import(admin, stored.id)
    person = db.session.query(Person).filter_by(external_key="K1").one()
    assert (person.full_name, person.unit_id, person.phone) == ("Lê Văn Chín", wards[1].id, "0912345678")
    acts = [entry.act for entry in db.session.query(AuditEntry).filter_by(person_id=person.id)]
    assert acts == ["person.create", "person.update", "person.post", "person.leave_unit", "person.join_unit"]
    assert services.import_at_once(admin, sheet_of(changed), "b").summary["counts"]["unchanged"] == 1


def test_people_are_known_by_user_name_where_there_is_no_code(admin, wards):
    rows = [["Họ và tên", "Tên đăng nhập", "Đơn vị"], ["Lê Văn Tám", "tam.lv", "phuong lang"]]
    services.import_at_once(admin, as_csv(rows), "a")
    rows[1][0] = "Lê Văn Chín"
    stored = services.import_at_once(admin, as_csv(rows), "a")
    assert stored.summary["counts"]["changed"] == 1
    assert db.session.query(Person).filter_by(full_name="Lê Văn Chín").one().unit_id == wards[1].id


def test_a_user_name_is_given_once_and_not_changed(admin, wards):
    services.import_at_once(admin, sheet_of({}), "a")
    stored = services.import_at_once(admin, sheet_of({"username": "tam.lv"}), "a")
    assert stored.summary["counts"]["changed"] == 1
    assert services.import_at_once(admin, sheet_of({"username": "Tam.LV"}), "a").summary["counts"]["unchanged"] == 1
    stored = services.start_import(admin, sheet_of({"username": "other"}), "a")
    assert problems_of(stored) == {2: [("username", "other_username")]}


def test_an_officer_imports_only_into_own_units_and_learns_nothing_of_others(admin, wards):
    services.import_at_once(admin, sheet_of({"unit": "HN-P12", "username": "secret.name"}), "a")
    officer = create_actor(Role.TRAINING_OFFICER, unit=wards[0])
    stored = services.start_import(officer, sheet_of({"username": "x", "full_name": "Kẻ Lạ"}), "a")
    assert problems_of(stored) == {2: [("external_key", "elsewhere")]}
    assert lines_of(stored)[0].changes == []
    stored = services.start_import(officer, sheet_of({"external_key": "K9", "unit": "HN-P12"}), "a")
    assert problems_of(stored) == {2: [("unit", "foreign_unit")]}
    with pytest.raises(Forbidden):
        services.start_import(officer, sheet_of({}), "a", unit_id=wards[1].id)
    with pytest.raises(NotFound):
        services.get_import(admin, stored.id)
    stored = services.import_at_once(officer, sheet_of({"external_key": "K8", "unit": ""}), "a", unit_id=wards[0].id)
    assert db.session.query(Person).filter_by(external_key="K8").one().unit_id == wards[0].id


def test_what_changed_since_the_check_is_not_written(admin, wards):
    stored = services.start_import(admin, sheet_of({}), "a")
    services.create_person(admin, full_name="Trần Thị Bình", external_key="K1", unit_id=wards[0].id)
    with pytest.raises(ListOutdated):
        services.confirm_import(admin, stored.id)
    assert db.session.query(Person).filter_by(external_key="K1").one().full_name == "Trần Thị Bình"


def test_confirming_twice_imports_once(admin, wards):
    stored = services.start_import(admin, sheet_of({}), "a")
    services.confirm_import(admin, stored.id)
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)
    assert db.session.query(Person).filter_by(external_key="K1").count() == 1


def test_lists_are_forgotten_once_applied_discarded_or_a_day_old(admin, wards):
    with clock.frozen("2026-11-20T03:00:00Z"):
        applied = services.import_at_once(admin, sheet_of({}), "a")
        discarded = services.start_import(admin, sheet_of({"external_key": "K2"}), "a")
        services.discard_import(admin, discarded.id)
        old = services.start_import(admin, sheet_of({"external_key": "K3"}), "a")
    with clock.frozen("2026-11-21T04:00:00Z"):
        assert services.forget_old_imports() == 1
    assert db.session.query(PeopleImportLine).count() == 0
    states = {stored.id: stored.state for stored in db.session.query(PeopleImport)}
    assert states == {applied.id: "applied", discarded.id: "discarded", old.id: "discarded"}


def test_a_list_that_cannot_be_written_any_more_is_forgotten_by_its_job(admin, wards, monkeypatch):
    monkeypatch.setattr(imports, "APPLIED_AT_ONCE", 0)
    outdated = services.start_import(admin, sheet_of({}), "a").id
    services.confirm_import(admin, outdated)
    services.create_person(admin, full_name="Trần Thị Bình", external_key="K1", unit_id=wards[0].id)
    closed = services.start_import(admin, sheet_of({"external_key": "K2", "username": "k.hai"}), "b").id
    services.confirm_import(admin, closed)
    set_state(Actor.system(), admin.account_id, "disabled")
    run_all()
    assert {stored.state for stored in db.session.query(PeopleImport)} == {"failed"}
    assert db.session.query(PeopleImportLine).count() == 0
    assert db.session.query(Person).filter_by(external_key="K2").count() == 0


def test_a_confirmed_list_whose_job_never_ran_is_forgotten_too(admin, wards, monkeypatch):
    monkeypatch.setattr(imports, "APPLIED_AT_ONCE", 0)
    with clock.frozen("2026-11-20T03:00:00Z"):
        services.confirm_import(admin, services.start_import(admin, sheet_of({}), "a").id)
    with clock.frozen("2026-11-21T04:00:00Z"):
        assert services.forget_old_imports() == 1
    assert db.session.query(PeopleImportLine).count() == 0


def test_the_right_to_the_unit_of_the_list_counts_when_it_is_confirmed(city, wards):
    officer = create_person("Lê Cán Bộ", unit=city)
    here, _there = (grant(officer, Role.TRAINING_OFFICER, ward) for ward in wards)
    actor = actor_of_account(officer.account_id)
    stored = services.start_import(actor, sheet_of({"unit": ""}), "a", unit_id=wards[0].id)
    services.revoke_role(Actor.system(), here.id)
    with pytest.raises(ListOutdated):
        services.confirm_import(actor_of_account(officer.account_id), stored.id)
    assert db.session.query(Person).filter_by(external_key="K1").count() == 0


def test_what_lists_hold_of_people_is_encrypted(admin, wards):
    services.start_import(admin, sheet_of({"personal_number": "001190000001"}), "a")
    raw = db.session.connection().exec_driver_sql("SELECT body FROM people_import_line").scalar()
    assert "001190000001" not in raw and "Lê" not in raw


def test_a_long_list_is_a_job_with_progress_and_costs_few_queries(admin, wards, count_queries):
    family, middle, given = ["Nguyễn", "Trần", "Lê", "Phạm"], ["Văn", "Thị", "Đức"], ["An", "Bình", "Đào", "Ưng", "Yến"]
    rng = random.Random(1)
    rows = [HEAD]
    for number in range(5000):
        name = " ".join((rng.choice(family), rng.choice(middle), rng.choice(given)))
        unit = rng.choice(["HN-P01", "HN-P12"])
        rows.append([f"CB{number:05}", name, f"u{number}", unit, "05/09/1985", rng.choice(["Văn thư", "Kế toán"]), "nam"])
    data = as_csv(rows) + b"," * 300_000
    stored = services.start_import(admin, data, "a.csv")
    assert stored.state == "checking" and stored.job_id
    number = stored.id
    assert run_all() == 1
    stored = services.get_import(admin, number)
    assert (stored.state, stored.upload) == ("checked", None)
    assert stored.summary["counts"] == {"new": 5000, "changed": 0, "unchanged": 0, "error": 0}
    services.confirm_import(admin, stored.id)
    with count_queries() as run:
        assert run_all() == 1
    # SQLite gives new ids one by one; nothing else may be done for each person
    assert len([statement for statement in run.statements if "INSERT INTO person " not in statement]) < 120
    assert db.session.query(Person).filter(Person.external_key.startswith("CB")).count() == 5000
    assert services.recompute_places(check=True) == 0
    again = services.start_import(admin, data, "a.csv").id
    run_all()
    assert services.get_import(admin, again).summary["counts"]["unchanged"] == 5000
    assert verify().broken_at is None


def test_a_long_list_that_is_no_list_says_so_after_the_job(admin, wards):
    number = services.start_import(admin, b"a,b\n" * 200_000, "a.csv").id
    run_all()
    stored = services.get_import(admin, number)
    assert (stored.state, stored.summary["problem"][0]) == ("failed", "too_many")
