"""People: their data, their postings, and who may see and change them when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from academy.accounts import services as accounts
from academy.accounts.errors import WrongCredentials
from academy.accounts.models import Account, LoginSession
from academy.audit.chain import verify
from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import run_all
from academy.organization import queries, services
from academy.organization.identity import actor_of_account
from academy.organization.models import Person, Posting, Unit
from academy.organization.policies import can_see_person
from tests.factories import PASSWORD, create_actor, create_unit, grant, reload

SYSTEM = Actor.system()
TODAY = clock.today


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city)


@pytest.fixture
def wards(city):
    return [create_unit(name, kind="ward", parent=city) for name in ("Phường A", "Phường B")]


@pytest.fixture
def officers(wards):
    return [create_actor(Role.TRAINING_OFFICER, unit=ward) for ward in wards]


def sees(actor: Actor, person_id: int) -> bool:
    listed = person_id in {row.id for row in queries.list_people(actor, limit=200).items}
    assert listed == can_see_person(actor, queries.place_of(person_id))
    return listed


def acts_about(person_id: int) -> list[str]:
    rows = db.session.query(AuditEntry).filter_by(person_id=person_id).order_by(AuditEntry.number)
    return [row.act for row in rows]


def test_a_new_person_gets_a_password_that_must_be_changed(admin, wards):
    new = services.create_person(
        admin, full_name="  Trần  Thị   Bình ", unit_id=wards[0].id, username="binh.tt", position="Văn thư"
    )
    assert len(new.password) >= 14
    opened = accounts.sign_in("binh.tt", new.password, address="10.0.0.1")
    assert opened.must_change_password
    [row] = queries.list_people(admin, text="binh").items
    assert (row.full_name, row.unit_name, row.position, row.account_state) == (
        "Trần Thị Bình",
        "Phường A",
        {"vi": "Văn thư"},
        "active",
    )


def test_what_cannot_be_is_refused_with_the_field(admin, wards):
    with pytest.raises(Invalid) as refused:
        services.create_person(
            admin,
            full_name="=1+1",
            birth_date="31/02/1990",
            email="x@",
            phone="12",
            sex="?",
            personal_number="123",
            kind="king",
            unit_id=wards[0].id,
        )
    assert set(refused.value.errors) == {
        "full_name", "birth_date", "email", "phone", "sex", "personal_number", "kind"
    }  # fmt: skip
    assert db.session.query(Person).filter(Person.full_name.contains("1+1")).count() == 0


def test_staff_code_user_name_and_personal_number_are_one_persons(admin, wards):
    services.create_person(
        admin, full_name="Trần Thị Bình", username="binh", external_key="CB1", personal_number="001190000001"
    )
    for clash in ({"username": "Bình"}, {"external_key": "CB1"}, {"personal_number": "001190000001"}):
        with pytest.raises(Conflict):
            services.create_person(admin, full_name="Lê Văn C", **clash)
    stored = db.session.query(Person).filter_by(external_key="CB1").one()
    raw = db.session.connection().exec_driver_sql(f"SELECT personal_number FROM person WHERE id = {stored.id}").scalar()
    assert "001190000001" not in raw


def test_changes_are_journalled_and_private_values_are_not_told(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
    services.update_person(
        admin, new.person_id, full_name="Trần Thị Bình An", personal_number="001190000001", phone="0912 345 678"
    )
    entry = db.session.query(AuditEntry).filter_by(act="person.update").one()
    assert entry.details["fields"] == ["full_name", "personal_number", "phone"]
    assert entry.details["changes"] == {"full_name": ["Trần Thị Bình", "Trần Thị Bình An"]}
    assert reload(db.session.get(Person, new.person_id)).sort_key.startswith("a0n0")
    services.update_person(admin, new.person_id, phone="0912345678")
    assert db.session.query(AuditEntry).filter_by(act="person.update").count() == 1


def test_a_transfer_moves_the_sight_of_the_officers_and_keeps_the_record(admin, wards, officers):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, username="binh")
    assert sees(officers[0], new.person_id) and not sees(officers[1], new.person_id)
    services.post_person(admin, new.person_id, wards[1].id, origin="Phường A")
    assert not sees(officers[0], new.person_id) and sees(officers[1], new.person_id)
    with pytest.raises(NotFound):
        services.open_person(officers[0], new.person_id)
    assert acts_about(new.person_id)[-3:] == ["person.post", "person.leave_unit", "person.join_unit"]
    left, joined = db.session.query(AuditEntry).order_by(AuditEntry.number.desc()).limit(2).all()[::-1]
    assert (left.object_id, joined.object_id) == (str(wards[0].id), str(wards[1].id))
    assert verify().broken_at is None


def test_an_officer_can_neither_pull_people_in_nor_push_them_out(wards, officers, admin):
    mine = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
    theirs = services.create_person(admin, full_name="Lê Văn C", unit_id=wards[1].id)
    with pytest.raises(NotFound):
        services.post_person(officers[0], theirs.person_id, wards[0].id)
    with pytest.raises(Forbidden):
        services.post_person(officers[0], mine.person_id, wards[1].id)
    assert reload(db.session.get(Person, mine.person_id)).unit_id == wards[0].id


def test_a_posting_to_come_moves_the_person_when_its_day_begins_in_hanoi(admin, wards, officers):
    with clock.frozen("2026-11-20T03:00:00Z"):
        new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
        services.post_person(admin, new.person_id, wards[1].id, starts_on=date(2026, 12, 1))
        run_all()
        assert sees(officers[0], new.person_id)
    with clock.frozen("2026-11-30T16:59:59Z"):
        run_all()
        assert sees(officers[0], new.person_id)
    with clock.frozen("2026-11-30T17:00:00Z"):
        assert services.recompute_places(check=True) == 1
        run_all()
        assert not sees(officers[0], new.person_id) and sees(officers[1], new.person_id)
        assert services.recompute_places(check=True) == 0


def test_a_posting_that_ends_leaves_the_person_to_the_city(admin, wards, officers):
    with clock.frozen("2026-11-20T03:00:00Z"):
        new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
        posting = db.session.query(Posting).filter_by(person_id=new.person_id).one()
        services.end_posting(admin, posting.id, date(2026, 11, 30))
        assert sees(officers[0], new.person_id)
    with clock.frozen("2026-11-30T17:00:01Z"):
        run_all()
        assert not sees(officers[0], new.person_id)
        assert sees(admin, new.person_id)


def test_recomputing_repairs_and_then_finds_nothing(admin, wards):
    people = [services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id) for _ in range(3)]
    db.session.query(Person).filter(Person.id.in_([p.person_id for p in people[:2]])).update({"unit_id": wards[1].id})
    db.session.commit()
    assert services.recompute_places(check=True) == 2
    assert services.recompute_places() == 2
    assert services.recompute_places() == 0


def test_a_second_post_moves_nobody(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
    services.post_person(admin, new.person_id, wards[1].id, secondary=True, position="Kiêm nhiệm")
    assert reload(db.session.get(Person, new.person_id)).unit_id == wards[0].id
    record = queries.person_record(admin, new.person_id)
    assert [(row.unit_name, row.secondary, row.ends_on) for row in record.postings] == [
        ("Phường B", True, None),
        ("Phường A", False, None),
    ]


def test_main_postings_never_overlap(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, starts_on=date(2025, 8, 1))
    services.post_person(admin, new.person_id, wards[1].id, starts_on=date(2026, 3, 1))
    with pytest.raises(Conflict):
        services.post_person(admin, new.person_id, wards[0].id, starts_on=date(2026, 2, 1))
    services.post_person(admin, new.person_id, wards[1].id, starts_on=date(2026, 3, 1), position="Chủ tịch")
    rows = queries.person_record(admin, new.person_id).postings
    assert [(row.unit_name, row.starts_on, row.ends_on) for row in rows] == [
        ("Phường B", date(2026, 3, 1), None),
        ("Phường A", date(2025, 8, 1), date(2026, 2, 28)),
    ]
    with pytest.raises(Invalid):
        services.post_person(admin, new.person_id, wards[0].id, starts_on=date(2026, 5, 2), ends_on=date(2026, 5, 1))


def test_a_posting_that_has_ended_does_not_grow_into_the_next(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, starts_on=date(2025, 8, 1))
    services.post_person(admin, new.person_id, wards[1].id, starts_on=date(2026, 3, 1))
    first = queries.person_record(admin, new.person_id).postings[-1]
    with pytest.raises(Invalid):
        services.end_posting(admin, first.id, date(2026, 9, 1))
    assert services.end_posting(admin, first.id, date(2026, 2, 1)).ends_on == date(2026, 2, 1)


def test_whoever_leaves_is_signed_out_and_keeps_the_record(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, username="binh")
    accounts.sign_in("binh", new.password, address="10.0.0.1")
    services.deactivate_person(admin, new.person_id, reason="Nghỉ hưu")
    assert db.session.query(LoginSession).filter(LoginSession.ended_at.is_(None)).count() == 0
    with pytest.raises(WrongCredentials):
        accounts.sign_in("binh", new.password, address="10.0.0.1")
    with pytest.raises(Conflict):
        services.post_person(admin, new.person_id, wards[1].id)
    with pytest.raises(Conflict):
        services.reset_password(admin, new.person_id)
    assert queries.person_record(admin, new.person_id).person.full_name == "Trần Thị Bình"
    services.reactivate_person(admin, new.person_id)
    assert accounts.sign_in("binh", new.password, address="10.0.0.1")


def test_a_reset_ends_sessions_and_tokens(admin, wards):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, username="binh")
    opened = accounts.sign_in("binh", new.password, address="10.0.0.1")
    token = accounts.create_token(actor_of_account(opened.account_id), "script")
    issued = services.reset_password(admin, new.person_id)
    assert issued.password != new.password
    assert db.session.query(LoginSession).filter(LoginSession.ended_at.is_(None)).count() == 0
    from academy.organization.identity import actor_of_token

    assert actor_of_token(accounts.token_hash(token)) is None
    with pytest.raises(WrongCredentials):
        accounts.sign_in("binh", new.password, address="10.0.0.1")
    assert accounts.sign_in("binh", issued.password, address="10.0.0.1").must_change_password
    assert all(issued.password not in str(entry.details) for entry in db.session.query(AuditEntry))


def test_nobody_resets_the_password_of_somebody_more_powerful(wards, officers, city):
    chief = create_actor(unit=wards[0], full_name="Lê Văn Chủ")
    colleague = create_actor(unit=wards[0], full_name="Lê Văn Đồng")
    person = db.session.get(Person, chief.person_id)
    grant(person, Role.ADMINISTRATOR, wards[0])
    assert services.reset_password(officers[0], colleague.person_id)
    for act in (services.reset_password, services.deactivate_person):
        with pytest.raises(Forbidden):
            act(officers[0], chief.person_id)
    # even a role that begins only tomorrow
    grant(db.session.get(Person, colleague.person_id), Role.REGISTRAR, city, starts_on=TODAY() + timedelta(days=1))
    with pytest.raises(Forbidden):
        services.reset_password(officers[0], colleague.person_id)
    for act in (services.reset_password, services.deactivate_person):
        with pytest.raises(Forbidden):
            act(officers[0], officers[0].person_id)


def test_first_passwords_are_issued_only_to_those_who_have_none(admin, wards):
    ids = services.seed_people(
        SYSTEM, [{"full_name": f"Nguyễn Văn {n}", "username": f"u{n}x", "unit_id": wards[0].id} for n in "ABC"]
    )
    assert {row.id for row in queries.list_people(admin, state="no_password").items} == set(ids)
    services.reset_password(admin, ids[0])
    issued = services.issue_first_passwords(admin, ids)
    assert [one.person_id for one in issued] == ids[1:]
    assert accounts.sign_in("uBx", issued[0].password, address="10.0.0.1").must_change_password
    assert services.issue_first_passwords(admin, ids) == []
    with pytest.raises(Invalid):
        services.issue_first_passwords(admin, list(range(1, 30)))


def test_reading_a_record_is_noted_once_a_day_and_not_for_oneself(admin, wards, officers):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, username="binh")
    me = actor_of_account(db.session.query(Account).filter_by(username="binh").one().id)
    with clock.frozen("2026-11-22T16:00:00Z"):
        for _ in range(3):
            services.open_person(officers[0], new.person_id)
        services.open_person(admin, new.person_id)
        services.open_person(me, new.person_id)
    assert acts_about(new.person_id).count("person.read") == 2
    with clock.frozen("2026-11-22T17:00:00Z"):  # the next day in Hanoi
        services.open_person(officers[0], new.person_id)
    assert acts_about(new.person_id).count("person.read") == 3


def test_people_without_a_unit_belong_to_the_city(admin, officers, city):
    new = services.create_person(admin, full_name="Somsak Phommachanh", kind="foreign")
    assert sees(admin, new.person_id) and not sees(officers[0], new.person_id)
    with pytest.raises(Forbidden):
        services.create_person(officers[0], full_name="Lê Văn C")


def test_lists_are_ordered_as_vietnamese_names_are(admin):
    ordered = ["Vũ Băng", "Nguyễn Thị Bích", "Vũ Bình", "Hồ Thị Dung", "Đỗ Văn Dũng", "Ngô Đan", "Bùi Văn Đức"]
    for name in reversed(ordered):
        services.create_person(admin, full_name=name)
    found, cursor = [], None
    while True:
        page = queries.list_people(admin, cursor=cursor, limit=3)
        found += [row.full_name for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [name for name in found if name in ordered] == ordered
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("text", "count"),
    [("dao", 1), ("ĐÀO", 1), ("thi dao", 1), ("đào thị", 1), ("ao", 0), ("ht.dao", 1), ("cb-7", 1), ("CB-7", 1),
     ("%", 0), ("_", 0), ("dao x", 0), ("", 3)],
)  # fmt: skip
def test_people_are_found_by_words_without_marks_user_name_and_code(admin, text, count):
    services.create_person(admin, full_name="Hoàng Thị Đào", username="ht.dao", external_key="CB-77")
    services.create_person(admin, full_name="Lê Văn Thắng", external_key="X1")
    assert len(queries.list_people(admin, text=text).items) == count


def test_filters_by_subtree_role_and_state(admin, wards, officers):
    body = create_unit("UBND", kind="body", parent=wards[0])
    inner = services.create_person(admin, full_name="Trần Thị Bình", unit_id=body.id)
    gone = services.create_person(admin, full_name="Lê Văn C", unit_id=wards[0].id)
    services.deactivate_person(admin, gone.person_id)
    within = {row.id for row in queries.list_people(admin, unit_id=wards[0].id).items}
    assert within == {inner.person_id, gone.person_id, officers[0].person_id}
    assert {row.id for row in queries.list_people(admin, role="training_officer").items} == {
        officer.person_id for officer in officers
    }
    assert {row.id for row in queries.list_people(admin, state="left").items} == {gone.person_id}
    assert inner.person_id in {row.id for row in queries.list_people(admin, state="no_account").items}
    for wrong in ({"role": "king"}, {"state": "asleep"}):
        with pytest.raises(Invalid):
            queries.list_people(admin, **wrong)


def test_lists_cost_the_same_however_many_people(admin, wards, count_queries):
    def cost() -> int:
        with count_queries() as run:
            assert queries.list_people(admin, limit=50).items
        return len(run)

    few = cost()
    services.seed_people(
        SYSTEM,
        [{"full_name": f"Nguyễn Văn {chr(65 + n % 26)}", "unit_id": wards[n % 2].id, "position": "Văn thư"} for n in range(60)],
    )
    assert cost() == few == 3


def test_inspectors_read_and_change_nothing(wards, admin, city):
    inspector = create_actor(Role.INSPECTOR, unit=city)
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, username="binh")
    assert sees(inspector, new.person_id)
    for act in (
        lambda: services.update_person(inspector, new.person_id, full_name="X Y"),
        lambda: services.post_person(inspector, new.person_id, wards[1].id),
        lambda: services.reset_password(inspector, new.person_id),
        lambda: services.deactivate_person(inspector, new.person_id),
        lambda: services.grant_role(inspector, new.person_id, "inspector", city.id),
        lambda: services.create_person(inspector, full_name="X Y", unit_id=wards[0].id),
        lambda: services.rename_unit(inspector, wards[0].id, "X"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_instructors_registrars_and_learners_see_only_themselves(wards, city, admin):
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id)
    for role in (Role.INSTRUCTOR, Role.REGISTRAR, Role.APPROVER, Role.LEARNER):
        actor = create_actor(role, unit=city)
        assert [row.id for row in queries.list_people(actor).items] == [actor.person_id]
        with pytest.raises(NotFound):
            services.open_person(actor, new.person_id)
    assert queries.list_people(Actor.anonymous()).items == []


def test_positions_are_told_apart_by_their_marks_and_not_by_case(admin, wards):
    for title in ("Kế toán", "KẾ TOÁN", " kế  toán ", "Kê toan"):
        services.create_person(admin, full_name="Trần Thị Bình", unit_id=wards[0].id, position=title)
    assert queries.position_titles() == ["Kế toán", "Kê toan"]


def test_units_seeded_with_people_are_placed(admin, wards):
    ids = services.seed_people(
        SYSTEM,
        [
            {"full_name": "Nguyễn Văn A", "unit_id": wards[0].id, "username": "a.nv", "birth_date": "02/09/1980"},
            {"full_name": "Nguyễn Văn B", "unit_id": wards[1].id, "starts_on": TODAY() + timedelta(days=3)},
        ],
        password=PASSWORD,
    )
    first, second = (db.session.get(Person, person_id) for person_id in ids)
    assert (first.unit_id, second.unit_id) == (wards[0].id, None)
    assert not accounts.sign_in("a.nv", PASSWORD, address="10.0.0.1").must_change_password
    assert services.recompute_places(check=True) == 0
    assert db.session.query(Unit).count() == 3
