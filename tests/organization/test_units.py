"""Units: a dated tree whose past stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from academy.audit.models import AuditEntry
from academy.catalog.policies import can_manage_course
from academy.catalog.queries import find_course
from academy.catalog.services import create_course
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.organization import queries, services
from academy.organization.errors import UnitClosed, UnitInUse
from academy.organization.models import Unit
from tests.factories import create_actor, create_unit, reload

SYSTEM = Actor.system()


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city)


def acts(kind: str) -> list[AuditEntry]:
    return db.session.query(AuditEntry).filter_by(act=kind).order_by(AuditEntry.number).all()


def test_a_new_unit_stands_below_its_parent_and_can_be_found_without_marks(city, admin):
    ward = services.create_unit(admin, name="Phường Đống Đa", kind="ward", parent_id=city.id)
    office = services.create_unit(admin, name="Văn phòng", kind="office", parent_id=ward.id)
    assert office.path == f"{city.id}/{ward.id}/{office.id}/"
    assert ward.code == "phuong-dong-da"
    assert [row.id for row in queries.search_units(admin, "dong da")] == [ward.id]
    assert acts("unit.create")[-1].details["name"] == "Văn phòng"


def test_a_generated_code_is_always_free(city, admin):
    codes = [services.create_unit(admin, name="Văn phòng", kind="office", parent_id=city.id).code for _ in range(3)]
    assert codes == ["van-phong", "van-phong-2", "van-phong-3"]


@pytest.mark.parametrize(
    ("parent", "kind"), [("city", "city"), ("ward", "ward"), ("ward", "city"), ("office", "body"), ("city", "nonsense")]
)
def test_a_kind_that_cannot_stand_there_is_refused(city, admin, parent, kind):
    ward = create_unit("Phường A", kind="ward", parent=city)
    office = create_unit("Văn phòng", kind="office", parent=ward)
    above = {"city": city, "ward": ward, "office": office}[parent]
    with pytest.raises(Invalid):
        services.create_unit(admin, name="X", kind=kind, parent_id=above.id)


def test_codes_are_unique_whatever_their_case(city, admin):
    services.create_unit(admin, name="A", kind="ward", parent_id=city.id, code="HN-P01")
    with pytest.raises(Conflict):
        services.create_unit(admin, name="B", kind="ward", parent_id=city.id, code="hn-p01")
    with pytest.raises(Invalid):
        services.create_unit(admin, name="B", kind="ward", parent_id=city.id, code="a/../b")


def test_only_the_academy_founds_a_city(admin):
    with pytest.raises(Forbidden):
        services.create_unit(admin, name="Thành phố khác", kind="city")
    assert services.create_unit(SYSTEM, name="Thành phố khác", kind="city").path.count("/") == 1


def test_administrators_of_a_ward_see_and_change_nothing_beyond_it(city):
    mine, other = create_unit("Phường A", kind="ward", parent=city), create_unit("Phường B", kind="ward", parent=city)
    admin = create_actor(Role.ADMINISTRATOR, unit=mine)
    assert services.rename_unit(admin, mine.id, "Phường A mới").name == "Phường A mới"
    for unit in (other, city):
        with pytest.raises(NotFound):
            services.rename_unit(admin, unit.id, "Của tôi")
        with pytest.raises(NotFound):
            services.create_unit(admin, name="X", kind="body", parent_id=unit.id)
        with pytest.raises(NotFound):
            services.move_unit(admin, mine.id, unit.id)
    officer = create_actor(Role.TRAINING_OFFICER, unit=mine)
    with pytest.raises(Forbidden):
        services.close_unit(officer, mine.id)


def test_a_renamed_unit_keeps_its_old_name_for_the_days_before(city, admin):
    with clock.frozen("2026-03-01T05:00:00Z"):
        ward = services.create_unit(admin, name="Phường Cũ", kind="ward", parent_id=city.id)
    services.rename_unit(admin, ward.id, "Phường Mới", on=date(2026, 6, 1), reason="Nghị quyết 12")
    assert queries.unit_name_on(ward.id, date(2026, 5, 31)) == "Phường Cũ"
    assert queries.unit_name_on(ward.id, date(2026, 6, 1)) == "Phường Mới"
    assert queries.unit_name_on(ward.id, date(2020, 1, 1)) == "Phường Cũ"
    names = {row.name for row in queries.list_units(admin, on=date(2026, 5, 31)).items}
    assert "Phường Cũ" in names and "Phường Mới" not in names
    assert [row.name for row in queries.list_units(admin, text="cu", on=date(2026, 4, 1)).items] == ["Phường Cũ"]
    entry = acts("unit.rename")[0]
    assert entry.details == {"on": "2026-06-01", "before": "Phường Cũ", "after": "Phường Mới", "reason": "Nghị quyết 12"}


def test_changes_lie_between_the_last_change_and_today(city, admin):
    with clock.frozen("2026-03-01T05:00:00Z"):
        ward = services.create_unit(admin, name="Phường Cũ", kind="ward", parent_id=city.id)
    services.rename_unit(admin, ward.id, "Phường Mới", on=date(2026, 6, 1))
    for day in (date(2026, 5, 31), clock.today() + timedelta(days=1)):
        with pytest.raises(Conflict):
            services.rename_unit(admin, ward.id, "Phường Mới Hơn", on=day)
    # on the same day it is a correction, and there is no version of no days
    services.rename_unit(admin, ward.id, "Phường Mới!", on=date(2026, 6, 1))
    page = queries.unit_page(admin, ward.id)
    assert [version.name for version in page.history] == ["Phường Mới!", "Phường Cũ"]


def test_a_moved_unit_takes_everything_below_along_and_the_past_stays(city, admin):
    with clock.frozen("2026-03-01T05:00:00Z"):
        old = services.create_unit(admin, name="Quận Cũ", kind="district", parent_id=city.id)
        ward = services.create_unit(admin, name="Phường A", kind="ward", parent_id=old.id)
        office = services.create_unit(admin, name="Văn phòng", kind="office", parent_id=ward.id)
    services.move_unit(admin, ward.id, city.id, on=date(2026, 7, 1))
    assert reload(office).path == f"{city.id}/{ward.id}/{office.id}/"
    below = queries.list_units(admin, parent_id=old.id, on=date(2026, 6, 30)).items
    assert [row.id for row in below] == [ward.id]
    assert queries.list_units(admin, parent_id=old.id).items == []


def test_the_courses_of_a_moved_unit_are_managed_by_whom_it_came_to(city, admin):
    old, new = (services.create_unit(admin, name=f"Quận {n}", kind="district", parent_id=city.id) for n in (1, 2))
    ward = services.create_unit(admin, name="Phường A", kind="ward", parent_id=old.id)
    office = services.create_unit(admin, name="Văn phòng", kind="office", parent_id=ward.id)
    for slug, unit in (("cua-phong", office), ("cua-quan", old)):
        create_course(Actor.system(), title={"vi": "Khóa học"}, slug=slug, owner_unit_path=unit.path)
    services.move_unit(admin, ward.id, new.id)
    before, after = create_actor(Role.ADMINISTRATOR, unit=old), create_actor(Role.ADMINISTRATOR, unit=new)
    for slug, manager, stranger in (("cua-phong", after, before), ("cua-quan", before, after)):
        course = find_course(slug)
        assert can_manage_course(manager, course) and not can_manage_course(stranger, course)


def test_a_unit_cannot_come_to_stand_below_itself(city, admin):
    office = services.create_unit(admin, name="Phòng", kind="office", parent_id=city.id)
    inner = services.create_unit(admin, name="Tổ", kind="office", parent_id=office.id)
    for target in (office, inner):
        with pytest.raises(Conflict):
            services.move_unit(admin, office.id, target.id)


def test_paths_that_begin_alike_are_not_mixed_up(city, admin):
    units = [services.create_unit(admin, name=f"Phường {n}", kind="ward", parent_id=city.id) for n in range(12)]
    short = min(units, key=lambda unit: unit.id)
    body = services.create_unit(admin, name="UBND", kind="body", parent_id=short.id)
    services.move_unit(admin, body.id, units[-1].id)
    db.session.expire_all()
    assert all(unit.path == f"{city.id}/{unit.id}/" for unit in db.session.query(Unit).filter_by(kind="ward"))


def test_a_closed_unit_takes_no_posting_and_keeps_its_name_on_records(city, admin):
    district = {"code": "Q1", "kind": "district", "name": "Quận Ba Đình", "parent": city.code}
    services.seed_units(
        SYSTEM, [district | {"valid_from": date(2000, 1, 1), "last_day": date(2025, 6, 30)}]
    )
    closed = db.session.query(Unit).filter_by(code="Q1").one()
    person = services.create_person(admin, full_name="Trần Thị Bình", unit_id=city.id)
    with pytest.raises(UnitClosed):
        services.post_person(admin, person.person_id, closed.id)
    with pytest.raises(UnitClosed):
        services.post_person(admin, person.person_id, closed.id, starts_on=date(2025, 7, 1))
    assert queries.unit_name_on(closed.id, date(2026, 1, 1)) == "Quận Ba Đình"
    with pytest.raises(UnitClosed):
        services.close_unit(admin, closed.id)
    with pytest.raises(UnitClosed):
        services.create_unit(admin, name="X", kind="ward", parent_id=closed.id)


def test_a_unit_with_people_or_open_units_is_not_closed(city, admin):
    ward = services.create_unit(admin, name="Phường A", kind="ward", parent_id=city.id)
    body = services.create_unit(admin, name="UBND", kind="body", parent_id=ward.id)
    person = services.create_person(admin, full_name="Trần Thị Bình", unit_id=body.id)
    with pytest.raises(UnitInUse):
        services.close_unit(admin, ward.id)
    with pytest.raises(UnitInUse) as refused:
        services.close_unit(admin, body.id)
    assert "1" in str(refused.value)
    services.post_person(admin, person.person_id, city.id, starts_on=clock.today() + timedelta(days=1))
    services.close_unit(admin, body.id, last_day=clock.today())
    services.close_unit(admin, ward.id)
    assert queries.get_unit_row(admin, ward.id).last_day == clock.today()


def test_closing_ends_the_roles_over_the_unit(city, admin):
    ward = services.create_unit(admin, name="Phường A", kind="ward", parent_id=city.id)
    person = services.create_person(admin, full_name="Trần Thị Bình", unit_id=city.id)
    now = services.grant_role(admin, person.person_id, "training_officer", ward.id)
    later = services.grant_role(admin, person.person_id, "inspector", ward.id, starts_on=clock.today() + timedelta(days=9))
    services.close_unit(admin, ward.id)
    assert reload(now).ends_on == clock.today()
    assert reload(later).revoked_at is not None


def test_126_units_are_seeded_once(app):
    first = services.seed_units(SYSTEM, services.hanoi_units())
    assert first.added == 127
    assert services.seed_units(SYSTEM, services.hanoi_units()).added == 0
    kinds = [row["kind"] for row in services.hanoi_units()]
    assert (kinds.count("ward"), kinds.count("commune")) == (51, 75)
    names = [row["name"] for row in services.hanoi_units()]
    assert len(set(names)) == 127
    assert all(name.startswith(("Phường ", "Xã ", "Thành phố ")) for name in names)


def test_the_tree_counts_people_below_and_takes_a_constant_number_of_queries(city, admin, count_queries):
    wards = [services.create_unit(admin, name=f"Phường {n}", kind="ward", parent_id=city.id) for n in range(3)]
    body = services.create_unit(admin, name="UBND", kind="body", parent_id=wards[0].id)
    for unit in (wards[0], body, body, wards[1]):
        services.create_person(admin, full_name="Trần Thị Bình", unit_id=unit.id)
    with count_queries() as queries_run:
        [(top, below)] = queries.unit_tree(admin)
    assert len(queries_run) == 2
    assert top.people == 5  # four and the administrator
    assert [row.people for row in below] == [3, 1, 0]
    assert top.units == 4
    inspector = create_actor(Role.REGISTRAR, unit=city)
    assert queries.unit_tree(inspector)[0][0].people is None
