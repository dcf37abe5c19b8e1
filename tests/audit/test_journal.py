"""The journal: chained, so that what was changed from outside is named; read by few, and by everybody about himself."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from academy.audit import chain, queries, services
from academy.audit.chain import verify
from academy.audit.cli import verify_command
from academy.audit.models import AuditEntry
from academy.audit.queries import Filters
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Forbidden
from academy.kernel.jobs import run_all
from academy.kernel.unit_of_work import unit_of_work
from tests.factories import create_actor, create_unit, sign_in

SYSTEM = Actor.system()


@pytest.fixture
def entries(app):
    for number in range(1, 8):
        services.record(SYSTEM, "thing.change", "thing", number, details={"tên": "Đặng", "n": number, "x": None})
    assert verify().entries == 7 and verify().broken_at is None


def tamper(statement: str) -> None:
    db.session.execute(text(statement))
    db.session.commit()
    db.session.expire_all()


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_entry SET details = '{\"n\": 9}' WHERE number = 4", 4),
        ("UPDATE audit_entry SET actor_name = 'somebody' WHERE number = 1", 1),
        ("UPDATE audit_entry SET act = 'thing.delete' WHERE number = 7", 7),
        ("UPDATE audit_entry SET object_id = '99' WHERE number = 2", 2),
        ("UPDATE audit_entry SET person_id = 1 WHERE number = 3", 3),
        ("UPDATE audit_entry SET account_id = 1 WHERE number = 3", 3),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE number = 5", 5),
        ("UPDATE audit_entry SET hash = previous WHERE number = 6", 6),
        ("DELETE FROM audit_entry WHERE number = 3", 3),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
        ("DELETE FROM audit_entry WHERE number = 7", 7),
        ("DELETE FROM audit_entry", 1),
        ("UPDATE audit_entry SET number = 20 WHERE number = 7", 7),
    ],
)
def test_what_was_changed_outside_is_named(entries, statement, broken_at):
    tamper(statement)
    verdict = verify()
    assert verdict.broken_at == broken_at and verdict.reason


def test_a_changed_entry_with_its_hash_made_to_fit_breaks_the_next(entries):
    from academy.audit.chain import link

    entry = db.session.get(AuditEntry, 4)
    entry.details = {"n": 9}
    entry.hash = link(entry)
    db.session.commit()
    db.session.expire_all()
    assert verify().broken_at == 5


def test_what_is_rolled_back_leaves_no_gap(entries):
    with pytest.raises(RuntimeError), unit_of_work():
        services.record(SYSTEM, "thing.change", "thing", 99)
        raise RuntimeError
    services.record(SYSTEM, "thing.change", "thing", 8)
    assert verify().entries == 8 and verify().broken_at is None


def test_the_command_tells_by_its_exit_code(app, entries):
    runner = app.test_cli_runner()
    assert runner.invoke(verify_command).exit_code == 0
    tamper("UPDATE audit_entry SET object_id = '99' WHERE number = 2")
    result = runner.invoke(verify_command)
    assert result.exit_code == 1 and "entry 2" in result.output + (result.stderr or "")


def test_only_roles_over_a_whole_tree_open_the_journal(app):
    city = create_unit("Thành phố")
    ward = create_unit("Phường", kind="ward", parent=city)
    for role, unit, allowed in (
        (Role.ADMINISTRATOR, city, True),
        (Role.INSPECTOR, city, True),
        (Role.ADMINISTRATOR, ward, False),
        (Role.TRAINING_OFFICER, city, False),
        (Role.LEARNER, city, False),
    ):
        actor = create_actor(role, unit=unit)
        if allowed:
            assert queries.list_entries(actor).items
        else:
            for read in (queries.list_entries, queries.last_verification, services.request_verification):
                with pytest.raises(Forbidden):
                    read(actor)


def test_filters_and_paging(app):
    city = create_unit("Thành phố")
    admin = create_actor(Role.ADMINISTRATOR, unit=city, full_name="Lê Quản Trị")
    with clock.frozen("2026-10-31T16:59:59Z"):
        services.record(admin, "unit.rename", "unit", 5, person_id=None)
    with clock.frozen("2026-10-31T17:00:00Z"):
        services.record(admin, "unit.move", "unit", 6, person_id=77)
    services.record(SYSTEM, "course.publish", "course", 5)

    def found(**given) -> list[str]:
        return [entry.act for entry in queries.list_entries(admin, Filters(**given)).items]

    assert found(act="unit.") == ["unit.move", "unit.rename"]
    assert found(act="unit.", until=clock.local(clock.day_start(clock.today())).date().replace(2026, 10, 31)) == ["unit.rename"]
    assert found(act="unit.", since=clock.today().replace(2026, 11, 1)) == ["unit.move"]
    assert found(object_kind="unit", object_id="6") == ["unit.move"]
    assert found(person_id=77) == ["unit.move"]
    assert found(account_id=admin.account_id) == ["unit.move", "unit.rename"]
    assert found(who="Lê Q") == ["unit.move", "unit.rename"]
    assert found(act="%") == []
    first = queries.list_entries(admin, limit=2)
    second = queries.list_entries(admin, cursor=first.next_cursor, limit=200)
    numbers = [entry.number for entry in (*first.items, *second.items)]
    assert numbers == sorted(numbers, reverse=True) and numbers[-1] == 1


def test_the_page_shows_filters_checks_and_remembers_the_finding(client):
    city = create_unit("Thành phố")
    admin = create_actor(Role.ADMINISTRATOR, unit=city)
    token = sign_in(client, admin)
    page = client.get("/admin/audit").get_data(as_text=True)
    assert "notice-info" in page
    answer = client.post("/admin/audit/verification", data={"csrf_token": token})
    assert answer.status_code == 303 and re.search(r"job=\d+", answer.headers["Location"])
    assert "/jobs/" in client.get(answer.headers["Location"]).get_data(as_text=True)
    run_all()
    assert "notice-success" in client.get("/admin/audit").get_data(as_text=True)
    tamper("UPDATE audit_entry SET object_id = '99' WHERE number = 2")
    client.post("/admin/audit/verification", data={"csrf_token": token})
    run_all()
    assert "notice-error" in client.get("/admin/audit").get_data(as_text=True)
    for query in ("act=x", "who=%25", "since=2026-13-01", "account=x", "person=999999999999999999", "object=unit&id=1"):
        assert client.get(f"/admin/audit?{query}").status_code == 200
    assert client.get("/admin/audit?cursor=x").status_code == 404


def test_the_page_names_objects_in_words(client):
    city = create_unit("Thành phố")
    admin = create_actor(Role.ADMINISTRATOR, unit=city)
    services.record(admin, "certificate.approve", "certificate_proposal", 12)
    services.record(admin, "module.thing", "module_thing", 3)
    sign_in(client, admin)
    page = client.get("/admin/audit?object=certificate_proposal").get_data(as_text=True)
    row = page[page.index("<tbody") :]
    assert "Proposal of documents 12" in row and "certificate_proposal 12" not in row
    assert re.search(r'<option value="certificate_proposal" selected>Proposal of documents</option>', page)
    page = client.get("/admin/audit?object=module_thing").get_data(as_text=True)
    assert "module_thing 3" in page and '<option value="module_thing" selected>' in page


def test_acts_that_come_in_while_the_chain_is_checked_do_not_break_it(entries, monkeypatch):
    calls = []

    def slow_link(entry):
        calls.append(entry.number)
        if calls == list(range(1, 8)):  # another worker commits just before the head is looked at
            monkeypatch.setattr(chain, "link", link)
            services.record(SYSTEM, "thing.change", "thing", 8)
        return link(entry)

    link = chain.link
    monkeypatch.setattr(chain, "link", slow_link)
    verdict = verify()
    assert (verdict.entries, verdict.broken_at) == (8, None)


def test_everybody_reads_what_concerns_himself_and_nothing_else(app, client):
    city = create_unit("Thành phố")
    admin, me, other = (create_actor(*roles, unit=city, full_name=name) for roles, name in (
        ((Role.ADMINISTRATOR,), "Lê Quản Trị"), ((), "Trần Thị Bình"), ((), "Lê Văn Tám")
    ))  # fmt: skip
    services.record(admin, "person.read", "person", me.person_id, person_id=me.person_id)
    services.record(admin, "person.secret", "person", other.person_id, person_id=other.person_id)
    sign_in(client, me)
    page = client.get("/account/journal").get_data(as_text=True)
    assert "Lê Quản Trị" in page and "person.secret" not in page
    sign_in(client, create_actor(unit=city))
    assert "Lê Quản Trị" not in client.get("/account/journal").get_data(as_text=True)
