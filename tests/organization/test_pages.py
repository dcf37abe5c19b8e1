"""The pages of the administration, as those who use them meet them."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest

from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.jobs import run_all
from academy.organization import queries, services
from academy.organization.identity import actor_of_account
from academy.organization.models import PeopleImport, Person, RoleGrant
from tests.factories import create_actor, create_person, create_unit, grant, sign_in
from tests.organization.lists import as_csv, as_xlsx, people_rows


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def ward(city):
    return services.create_unit(
        Actor.system(), name="Phường Hoàn Kiếm", kind="ward", parent_id=city.id, code="HN-P01", valid_from=date(2025, 7, 1)
    )


@pytest.fixture
def other(city):
    return services.create_unit(
        Actor.system(), name="Phường Láng", kind="ward", parent_id=city.id, code="HN-P12", valid_from=date(2025, 7, 1)
    )


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city, full_name="Lê Quản Trị")


@pytest.fixture
def person(admin, ward):
    return services.create_person(admin, full_name="Trần Thị Bình", unit_id=ward.id, username="binh", external_key="CB7")


@pytest.fixture
def browser(client, admin):
    token = sign_in(client, admin)
    return Browser(client, token)


class Browser:
    def __init__(self, client, token):
        self.client, self.token = client, token

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:800])
        return answer.get_data(as_text=True)

    def post(self, path: str, data: dict | None = None, status: int = 303, **named):
        answer = self.client.post(path, data={"csrf_token": self.token} | (data or {}), **named)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:800])
        return answer.headers.get("Location", "") if status == 303 else answer.get_data(as_text=True)


def test_the_overview_offers_what_the_reader_may(app, client, city, ward):
    expected = {
        Role.ADMINISTRATOR: {"/admin/units", "/admin/people", "/admin/people/import", "/admin/audit"},
        Role.TRAINING_OFFICER: {"/admin/units", "/admin/people", "/admin/people/import"},
        Role.INSPECTOR: {"/admin/units", "/admin/people", "/admin/audit"},
        Role.REGISTRAR: {"/admin/units"},
    }
    for role, tiles in expected.items():
        other_client = app.test_client()
        sign_in(other_client, create_actor(role, unit=city))
        page = other_client.get("/admin").get_data(as_text=True)
        found = set(re.findall(r'class="card-title"><a href="([^"]+)"', page))
        assert found & {"/admin/units", "/admin/people", "/admin/people/import", "/admin/audit"} == tiles, role
    ward_admin = app.test_client()
    sign_in(ward_admin, create_actor(Role.ADMINISTRATOR, unit=ward))
    assert '"/admin/audit"' not in ward_admin.get("/admin").get_data(as_text=True)
    for role in (Role.LEARNER, Role.INSTRUCTOR):
        outside = app.test_client()
        sign_in(outside, create_actor(role, unit=city))
        for path in ("/admin", "/admin/units", "/admin/people", "/admin/people/import", "/admin/audit"):
            assert outside.get(path).status_code == 403


def test_the_tree_opens_in_place_or_on_a_page(browser, ward, city):
    body = services.create_unit(Actor.system(), name="UBND phường Hoàn Kiếm", kind="body", parent_id=ward.id)
    page = browser.get("/admin/units")
    assert "Phường Hoàn Kiếm" in page and "UBND phường" not in page
    assert f'hx-get="/admin/units/{ward.id}/children"' in page
    assert "UBND phường" in browser.get(f"/admin/units/{ward.id}/children")
    fragment = browser.client.get(f"/admin/units/{ward.id}/children", headers={"HX-Request": "true"})
    assert "<html" not in fragment.get_data(as_text=True) and str(body.id) in fragment.get_data(as_text=True)
    assert "Phường Hoàn Kiếm" in browser.get("/admin/units?q=hoan+kiem")
    assert "Phường" not in re.sub("value=.*?>", "", browser.get("/admin/units?q=zzz"))


def test_units_are_added_renamed_moved_and_closed_by_forms(browser, city, ward, other):
    where = browser.post(f"/admin/units/{ward.id}/new", {"name": "UBND", "kind": "body"})
    unit_id = int(where.rsplit("/", 1)[1])
    assert "Nghị quyết 5" in browser.get(
        browser.post(f"/admin/units/{unit_id}/name", {"name": "UBND phường", "reason": "Nghị quyết 5"})
    )
    browser.post(f"/admin/units/{unit_id}/place", {"parent": "Phường Láng (HN-P12)"})
    page = browser.get(f"/admin/units/{unit_id}")
    assert "UBND phường" in page and f"/admin/units/{other.id}" in page
    refused = browser.post(f"/admin/units/{other.id}/close", status=409)
    assert "1" in refused
    browser.post(f"/admin/units/{unit_id}/close", {"last_day": clock.today().isoformat()})
    browser.get(f"/admin/units/{unit_id}/close")
    for path in (f"/admin/units/{ward.id}/new", f"/admin/units/{ward.id}/name", f"/admin/units/{ward.id}/place"):
        browser.get(path)
    page = browser.post(f"/admin/units/{ward.id}/new", {"name": "", "kind": "body"}, status=422)
    assert 'aria-invalid="true"' in page
    browser.post(f"/admin/units/{ward.id}/place", {"parent": "nowhere"}, status=422)
    browser.post(f"/admin/units/{ward.id}/name", {"name": "X", "on": "yesterday"}, status=422)


def test_the_people_list_filters_pages_and_keeps_its_address(browser, admin, ward, other, person):
    services.seed_people(
        Actor.system(), [{"full_name": f"Nguyễn Văn {chr(65 + n % 26)}", "unit_id": other.id} for n in range(55)]
    )
    page = browser.get("/admin/people?unit=HN-P12")
    assert page.count("Nguyễn Văn") == 50 and "cursor=" in page and "unit=HN-P12" in page
    following = re.search(r'href="(/admin/people\?[^"]*cursor=[^"]+)"', page)[1].replace("&amp;", "&")
    assert browser.get(following).count("Nguyễn Văn") == 5
    assert "Trần Thị Bình" in browser.get("/admin/people?q=tran+thi+binh")
    assert "CB7" in browser.get("/admin/people?q=cb7")
    assert 'aria-invalid="true"' in browser.get("/admin/people?unit=nowhere", 422)
    browser.get("/admin/people?role=king", 422)
    assert "Nguyễn Văn" not in browser.get("/admin/people?q=zzz")
    browser.get("/admin/people?cursor=broken", 404)


def test_pages_cost_the_same_however_many_people(browser, admin, ward, person, count_queries):
    def cost(path: str) -> int:
        browser.get(path)
        with count_queries() as run:
            browser.get(path)
        return len(run)

    paths = ["/admin", "/admin/units", f"/admin/units/{ward.id}", "/admin/people", f"/admin/people/{person.person_id}", "/admin/audit"]
    before = {path: cost(path) for path in paths}
    services.seed_people(
        Actor.system(), [{"full_name": f"Nguyễn Văn {chr(65 + n % 26)}", "unit_id": ward.id, "position": "Văn thư"} for n in range(60)]
    )
    for number in range(20):
        services.create_unit(Actor.system(), name=f"Phòng {number}", kind="office", parent_id=ward.id)
        services.update_person(admin, person.person_id, birth_place=f"Hà Nội {number}")
    assert {path: cost(path) for path in paths} == before
    assert before["/admin/people"] <= 5
    assert max(before.values()) <= 11


def test_a_record_is_shown_with_its_number_masked_and_the_reading_noted(browser, admin, person):
    services.update_person(admin, person.person_id, personal_number="001190000001", birth_date="05/09/1990")
    page = browser.get(f"/admin/people/{person.person_id}")
    assert "001•••••••01" in page and "001190000001" not in page and "05/09/1990" in page
    assert db.session.query(AuditEntry).filter_by(act="person.read", person_id=person.person_id).count() == 1
    browser.get(f"/admin/people/{10**9}", 404)


def test_editing_keeps_the_number_that_the_form_only_shows_in_part(browser, admin, person):
    services.update_person(admin, person.person_id, personal_number="001190000001")
    form = browser.get(f"/admin/people/{person.person_id}/edit")
    values = dict(re.findall(r'name="([a-z_]+)"[^>]*?value="([^"]*)"', form)) | {
        name: value for value, name in re.findall(r'value="([^"]*)" id="f-[a-z_]+" name="([a-z_]+)"', form)
    }
    assert values["personal_number"] == "001•••••••01"
    browser.post(
        f"/admin/people/{person.person_id}/edit",
        {"full_name": "Trần Thị Bình An", "personal_number": values["personal_number"], "kind": "cadre"},
    )
    stored = db.session.get(Person, person.person_id, populate_existing=True)
    assert (stored.full_name, stored.personal_number, stored.kind) == ("Trần Thị Bình An", "001190000001", "cadre")
    page = browser.post(f"/admin/people/{person.person_id}/edit", {"full_name": "1", "email": "<x"}, status=422)
    assert page.count('aria-invalid="true"') == 2 and "&lt;x" in page


def test_a_person_is_added_and_the_first_password_shown_once(browser, ward):
    assert "Phường Hoàn Kiếm (HN-P01)" in browser.get(f"/admin/people/new?unit={ward.id}")
    page = browser.post(
        "/admin/people/new", {"full_name": "Lê Văn Tám", "unit": "hn-p01", "username": "tam.lv", "position": "Kế toán"}, status=200
    )
    password = re.search(r"<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>", page)[1]
    assert password and "tam.lv" in page
    [row] = queries.list_people(Actor.system(), text="tam.lv").items
    assert password not in browser.get(f"/admin/people/{row.id}")
    browser.post("/admin/people/new", {"full_name": "Lê Văn Tám", "username": "TAM.LV"}, status=409)
    page = browser.post("/admin/people/new", {"full_name": "", "unit": "nowhere"}, status=422)
    assert "nowhere" in page


def test_transfer_role_password_and_leaving_by_forms(browser, admin, person, ward, other):
    record = f"/admin/people/{person.person_id}"
    for page in ("edit", "posting", "roles", "password", "deactivate"):
        browser.get(f"{record}/{page}")
    browser.post(f"{record}/posting", {"unit": "Phường Láng", "position": "Chủ tịch"})
    assert "Chủ tịch" in browser.get(record)
    browser.post(f"{record}/roles", {"role": "training_officer", "unit": "HN-P01"})
    assert "Chủ tịch" in browser.get(record)
    grant = db.session.query(RoleGrant).filter_by(person_id=person.person_id).one()
    browser.get(f"{record}/roles/{grant.id}/revoke")
    assert browser.get(record).count("notice-warning") == 1  # a role where the person no longer works
    browser.post(f"{record}/roles/{grant.id}/revoke")
    assert "notice-warning" not in browser.get(record)
    assert re.search(r"<code>[a-z0-9-]{14}</code>", browser.post(f"{record}/password", {"reason": "quên"}, status=200))
    posting = queries.person_record(admin, person.person_id).postings[0]
    browser.get(f"{record}/postings/{posting.id}/end")
    browser.post(f"{record}/deactivate", {"reason": "Nghỉ hưu"})
    browser.post(f"{record}/roles", {"role": "instructor", "unit": "HN-P01"}, status=409)
    browser.post(f"{record}/reactivate")
    browser.post(f"{record}/roles", {"role": "instructor", "unit": ""}, status=422)
    browser.post(f"{record}/posting", {"unit": "", "starts_on": "x"}, status=422)
    browser.get(f"{record}/roles/{10**6}/revoke", 404)
    browser.get(f"{record}/postings/{10**6}/end", 404)


def test_own_roles_are_refused_on_the_page_too(browser, admin, city):
    page = browser.post(f"/admin/people/{admin.person_id}/roles", {"role": "registrar", "unit": city.code}, status=403)
    assert db.session.query(RoleGrant).filter_by(role="registrar").count() == 0 and "notice-error" in page


def test_an_officer_who_posts_somebody_away_comes_back_to_the_list(app, ward, admin, person):
    officer = create_actor(Role.TRAINING_OFFICER, unit=ward)
    client = app.test_client()
    browser = Browser(client, sign_in(client, officer))
    posting = queries.person_record(admin, person.person_id).postings[0]
    where = browser.post(
        f"/admin/people/{person.person_id}/postings/{posting.id}/end", {"ends_on": clock.today().isoformat()}
    )
    assert where == f"/admin/people/{person.person_id}"  # still here until the day is over


def upload(data: bytes, name: str = "a.xlsx") -> dict:
    return {"file": (io.BytesIO(data), name)}


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_import_from_upload_to_confirmation_without_scripts(browser, ward, other, make):
    where = browser.post("/admin/people/import", upload(make(people_rows())), content_type="multipart/form-data")
    page = browser.get(where)
    assert "Nguyễn Thị Hòa" in page and "Đặng Văn Ưng" in page
    assert db.session.query(Person).filter_by(external_key="CB01").count() == 0
    assert browser.post(f"{where}/confirm") == where
    assert db.session.query(Person).filter_by(external_key="CB01").count() == 1
    assert "Nguyễn Thị Hòa" not in browser.get(where)
    assert "notice-success" in browser.get(where)
    browser.post(f"{where}/confirm", status=409)
    again = browser.post("/admin/people/import", upload(make(people_rows())), content_type="multipart/form-data")
    assert f"{again}/confirm" not in browser.get(again)


def test_import_errors_come_first_with_line_reason_and_remedy(browser, ward, other):
    rows = people_rows()
    rows[3][3] = "HN-X99"
    where = browser.post("/admin/people/import", upload(as_csv(rows), "a.csv"), content_type="multipart/form-data")
    page = browser.get(where)
    assert "HN-X99" in page and "Nguyễn Thị Hòa" not in page and f"{where}/confirm" not in page
    assert "Nguyễn Thị Hòa" in browser.get(f"{where}?verdict=all")
    browser.post(f"{where}/confirm", status=409)
    assert browser.post(f"{where}/discard") == "/admin/people/import"
    assert "HN-X99" not in browser.get(where)


def test_import_of_something_else_says_why(browser, ward):
    for data, name in ((b"", "a.csv"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 99, "a.xls"), (b"a,b", "a.csv")):
        page = browser.post("/admin/people/import", upload(data, name), status=422, content_type="multipart/form-data")
        assert "notice-error" in page
    browser.post("/admin/people/import", status=422)
    browser.get("/admin/people/import/999999", 404)


def test_a_long_import_shows_its_progress(browser, ward, other, monkeypatch):
    monkeypatch.setattr("academy.organization.imports.AT_ONCE", 100)
    data = as_csv(people_rows())
    where = browser.post("/admin/people/import", upload(data, "a.csv"), content_type="multipart/form-data")
    assert "/jobs/" in browser.get(where)
    run_all()
    assert "Nguyễn Thị Hòa" in browser.get(where)


def test_imports_are_the_uploaders_own(app, browser, ward, other, city):
    where = browser.post("/admin/people/import", upload(as_csv(people_rows())), content_type="multipart/form-data")
    client = app.test_client()
    stranger = Browser(client, sign_in(client, create_actor(Role.ADMINISTRATOR, unit=city)))
    stranger.get(where, 404)
    stranger.post(f"{where}/confirm", status=404)
    stranger.post(f"{where}/discard", status=404)
    assert db.session.query(PeopleImport).one().state == "checked"


def test_the_template_can_be_filled_in_and_imported(browser, ward):
    book = openpyxl.load_workbook(io.BytesIO(browser.client.get("/admin/people/import/template.xlsx").get_data()))
    assert book["Mã đơn vị"]["A3"].value == "HN-P01" or book["Mã đơn vị"]["A2"].value == "HN-P01"
    for form in ("xlsx", "csv"):
        answer = browser.client.get(f"/admin/people/import/template.{form}")
        assert "attachment" in answer.headers["Content-Disposition"]
        where = browser.post("/admin/people/import", upload(answer.get_data()), content_type="multipart/form-data")
        assert "Nguyễn Thị Hòa" in browser.get(where)


def test_first_passwords_after_an_import(browser, ward, other):
    where = browser.post("/admin/people/import", upload(as_csv(people_rows())), content_type="multipart/form-data")
    browser.post(f"{where}/confirm")
    page = browser.get("/admin/people/passwords")
    [person_id] = re.findall(r'name="person" value="(\d+)"', page)
    issued = browser.post("/admin/people/passwords", {"person": person_id}, status=200)
    assert re.search(r"<code>[a-z0-9-]{14}</code>", issued) and "hoa.nt" in issued
    assert 'name="person"' not in browser.get("/admin/people/passwords")
    browser.post("/admin/people/passwords", {"person": person_id}, status=200)


def test_everything_that_people_typed_is_escaped(browser, admin, ward):
    odd = "<script>alert(1)</script>"
    unit = services.create_unit(admin, name=odd, kind="body", parent_id=ward.id)
    new = services.create_person(admin, full_name="Trần Thị Bình", unit_id=unit.id, position=odd, origin=odd, birth_place=odd)
    services.rename_unit(admin, unit.id, odd + "2", reason=odd)
    for path in (
        "/admin/units?q=script", f"/admin/units/{unit.id}", f"/admin/units/{ward.id}/children", "/admin/people",
        f"/admin/people/{new.person_id}", f"/admin/people/{new.person_id}/edit", f"/admin/people/{new.person_id}/posting",
        "/admin/people/new", "/admin/audit", f"/admin/people?q={odd}", f"/admin/units?q={odd}", f"/admin/audit?act={odd}",
    ):  # fmt: skip
        assert odd not in browser.client.get(path).get_data(as_text=True), path


def test_a_move_that_is_not_allowed_keeps_what_was_typed(city, wards, client):
    person = create_person("Lê Quản Trị", unit=city)
    grant(person, Role.ADMINISTRATOR, wards[0])
    grant(person, Role.TRAINING_OFFICER, wards[1])
    actor = actor_of_account(person.account_id)
    office = services.create_unit(actor, name="Văn phòng", kind="office", parent_id=wards[0].id)
    token = sign_in(client, actor)
    form = {"csrf_token": token, "parent": wards[1].code, "reason": "Nghị quyết 5"}
    refused = client.post(f"/admin/units/{office.id}/place", data=form)
    assert refused.status_code == 403 and "Nghị quyết 5" in refused.get_data(as_text=True)
