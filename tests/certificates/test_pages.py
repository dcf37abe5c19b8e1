"""Pages and API of the register: the journey of a class, and closed doors."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.certificates.models import Certificate, Proposal
from academy.certificates.proposal_queries import list_waiting
from academy.certificates.queries import find_certificate
from academy.certificates.services import propose, propose_reissue
from academy.classes.services import remove_member, update_class
from academy.enrollment.services import enroll
from academy.kernel.authorization import Role
from academy.kernel.jobs import run_all
from academy.organization.identity import actor_of_account
from tests.certificates.conftest import Place
from tests.factories import create_actor, create_unit, sign_in


@pytest.fixture
def issued(academy):
    academy.graduate("Trần Thị Ánh")
    academy.graduate("Đỗ Văn An")
    academy.issue()
    return academy


@pytest.fixture
def serial(issued, session) -> str:
    return session.scalars(select(Certificate.serial).where(Certificate.holder == "Trần Thị Ánh")).one()


@pytest.fixture
def holder(issued):
    return actor_of_account(issued.people[0].account_id)


def place(name, academy) -> Place:
    unit = create_unit(name, kind="ward", parent=academy.city)
    return Place(unit.id, unit.path, unit.name)


def signed_in(app, actor):
    client = app.test_client()
    token = sign_in(client, actor)
    return client, {"csrf_token": token}


# --- the journey ----------------------------------------------------------------------------------


def test_from_the_class_page_to_the_pdf(academy, app):
    academy.graduate("Trần Thị Ánh")
    left_out = academy.graduate("Đỗ Văn An")
    academy.member("Lê Chậm")
    registrar, token = signed_in(app, academy.registrar)
    page = registrar.get("/classes/K52A").get_data(as_text=True)
    assert "/admin/proposals/new?class=K52A" in page
    assert page.index("Đỗ Văn An") < page.index("Trần Thị Ánh") < page.index("Lê Chậm")
    assert "0/1" in page

    form = registrar.get("/admin/proposals/new?class=K52A").get_data(as_text=True)
    assert "Lê Chậm" in form.rpartition("</form>")[2]
    refused = registrar.post(
        "/admin/proposals",
        data=token | {"class": "K52A", "exclude": left_out.id, f"reason_{left_out.id}": ""},
    )
    assert refused.status_code == 422
    made = registrar.post(
        "/admin/proposals",
        data=token
        | {"class": "K52A", "exclude": left_out.id, f"reason_{left_out.id}": "Thiếu hồ sơ", "issued_on": ""},
    )
    assert made.status_code == 303
    page = registrar.get(made.location).get_data(as_text=True)
    assert "Thiếu hồ sơ" in page
    assert f"{made.location}/approval" not in page
    assert registrar.post(f"{made.location}/approval", data=token).status_code == 403

    approver, token = signed_in(app, academy.approver)
    assert f"{made.location}/approval" in approver.get(made.location).get_data(as_text=True)
    assert approver.post(f"{made.location}/approval", data=token).location == made.location
    assert approver.post(f"{made.location}/approval", data=token).location == made.location
    assert "/jobs/" in approver.get(made.location).get_data(as_text=True)
    run_all()
    page = approver.get(made.location).get_data(as_text=True)
    number = page.partition("/certificates/")[2].partition('"')[0]
    pdf = approver.get(f"/certificates/{number}.pdf")
    assert pdf.mimetype == "application/pdf"
    assert "Trần Thị Ánh" in PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()


def test_correcting_on_the_pages(issued, app, serial):
    registrar, token = signed_in(app, issued.registrar)
    shown = registrar.get(f"/certificates/{serial}").get_data(as_text=True)
    assert f"/certificates/{serial}/reissue" in shown and f"/certificates/{serial}/revocation" not in shown
    assert registrar.get(f"/certificates/{serial}/reissue").status_code == 200
    assert registrar.get(f"/certificates/{serial}/revocation").status_code == 403
    assert registrar.post(f"/certificates/{serial}/reissue", data=token).status_code == 422
    asked = registrar.post(f"/certificates/{serial}/reissue", data=token | {"reason": "Sai tên"})
    approver, token = signed_in(app, issued.approver)
    approver.post(f"{asked.location}/approval", data=token)
    run_all()
    new = find_certificate(serial).successor.serial
    old = registrar.get(f"/certificates/{serial}").get_data(as_text=True)
    assert f'href="/certificates/{new}"' in old
    revoked = approver.post(
        f"/certificates/{new}/revocation", data=token | {"reason": "Gian lận", "decision_no": "9/QĐ"}
    )
    assert revoked.location == f"/certificates/{new}"
    assert "9/QĐ" in approver.get(revoked.location).get_data(as_text=True)


def test_rejecting_and_withdrawing_on_the_pages(academy, app):
    academy.graduate("Trần Thị Ánh")
    registrar, registrar_token = signed_in(app, academy.registrar)
    approver, token = signed_in(app, academy.approver)
    place = registrar.post("/admin/proposals", data=registrar_token | {"class": "K52A"}).location
    assert approver.post(f"{place}/rejection", data=token).status_code == 422
    assert approver.post(f"{place}/rejection", data=token | {"reason": "Sai ngày"}).status_code == 303
    assert "Sai ngày" in registrar.get(place).get_data(as_text=True)
    again = registrar.post("/admin/proposals", data=registrar_token | {"class": "K52A"}).location
    assert again != place
    assert registrar.post(f"{again}/withdrawal", data=registrar_token).status_code == 303
    nobody = registrar.post(
        "/admin/proposals",
        data=registrar_token
        | {"class": "K52A", "exclude": academy.people[0].id, f"reason_{academy.people[0].id}": "x"},
    )
    assert nobody.location == "/classes/K52A"


# --- the register ---------------------------------------------------------------------------------


def test_what_was_typed_stays_when_a_proposal_is_refused(academy, app):
    first, second = academy.graduate("Nguyễn An"), academy.graduate("王小明")
    client, token = signed_in(app, academy.registrar)
    form = token | {"class": "K52A", "note": "Lời nhắn", "place": "Sơn Tây"}
    refused = client.post(
        "/admin/proposals", data=form | {"exclude": first.id, f"reason_{first.id}": "Đang xét kỷ luật"}
    )
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    for typed in ("Lời nhắn", "Sơn Tây", "Đang xét kỷ luật", f'value="{first.id}" checked'):
        assert typed in page
    assert "王小明" in page
    # a reason without the tick would propose, and number, somebody who was meant to be left out
    refused = client.post("/admin/proposals", data=form | {f"reason_{second.id}": "Tên chữ Hán"})
    assert refused.status_code == 422 and "Tên chữ Hán" in refused.get_data(as_text=True)
    made = client.post("/admin/proposals", data=form | {"exclude": second.id, f"reason_{second.id}": "Tên chữ Hán"})
    assert made.status_code == 303


def test_the_holder_is_told_of_a_correction_without_a_link_that_is_closed(issued, app, holder, serial):
    propose_reissue(issued.registrar, serial, reason="Sai tên")
    link = f"/admin/proposals/{find_certificate(serial).correction.id}"
    for actor, links in ((holder, False), (issued.registrar, True)):
        client, _token = signed_in(app, actor)
        page = client.get(f"/certificates/{serial}").get_data(as_text=True)
        assert "A correction is under way" in page
        assert (link in page) is links


def test_the_register_is_found_by_name_number_class_state_and_year(issued, client, serial):
    sign_in(client, issued.inspector)
    everything = client.get("/admin/register").get_data(as_text=True)
    assert "Trần Thị Ánh" in everything and "Đỗ Văn An" in everything
    found = [
        ("q=tran+anh", True),
        (f"q={serial.lower()}", True),
        ("q=0002/2026/CC", True)
        if find_certificate(serial).register_no == "0002/2026/CC"
        else ("q=ánh", True),
        ("class=k52a&q=anh", True),
        ("class=K99&q=anh", False),
        ("status=revoked", False),
        ("status=issued&year=1999", False),
        ("status=nonsense&year=x&q=ánh", True),
    ]
    for query, expected in found:
        assert (
            "Trần Thị Ánh" in client.get(f"/admin/register?{query}").get_data(as_text=True)
        ) is expected, query


def test_the_register_is_paged_without_repeating(issued, client):
    for number in range(5):
        issued.graduate(f"Người {number}")
    issued.issue()
    sign_in(client, issued.admin)
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get(
            "/api/v1/certificates", query_string={"limit": 3} | ({"cursor": cursor} if cursor else {})
        )
        page = answer.get_json()
        seen += [row["serial"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7
    assert client.get("/api/v1/certificates?cursor=xx").status_code == 404


def test_lists_cost_the_same_queries_for_any_number_of_rows(issued, app, count_queries):
    client, _token = signed_in(app, issued.registrar)
    pages = (
        "/classes/K52A",
        "/admin/register",
        "/admin/proposals?state=all",
        "/admin/classes",
        "/api/v1/certificates",
    )
    costs = []
    for _round in range(2):
        counts = []
        for page in pages:
            with count_queries() as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries))
        costs.append(counts)
        for number in range(6):
            issued.graduate(f"Người {_round} {number}")
        issued.issue()
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 9, costs


def test_registrars_see_where_documents_wait(academy, app, session):
    academy.graduate("Trần Thị Ánh")
    alone = academy.member("Đỗ Tự Học")
    remove_member(academy.admin, "K52A", alone.id, reason="Tự học")
    enroll(actor_of_account(alone.account_id), academy.course)
    academy.completes(alone)
    assert [(row.class_code, row.course, row.people) for row in list_waiting(academy.registrar)] == [
        ("K52A", academy.course, 1),
        ("", academy.course, 1),
    ]
    registrar, _token = signed_in(app, academy.registrar)
    page = registrar.get("/admin/proposals").get_data(as_text=True)
    assert "/admin/proposals/new?class=K52A" in page
    assert f"/admin/proposals/new?course={academy.course}" in page
    ward_registrar = create_actor(Role.REGISTRAR, unit=place("Phường Tây Hồ", academy))
    assert list_waiting(ward_registrar) == list_waiting(academy.approver) == []
    academy.issue()
    assert [row.class_code for row in list_waiting(academy.registrar)] == [""]


# --- whose --------------------------------------------------------------------------------------


def test_the_holder_sees_the_own_document_and_nobody_elses(issued, app, session, holder, serial):
    client, _token = signed_in(app, holder)
    other = session.scalars(select(Certificate.serial).where(Certificate.holder == "Đỗ Văn An")).one()
    assert client.get(f"/certificates/{serial}").status_code == 200
    assert client.get(f"/certificates/{serial}.pdf").status_code == 200
    assert (
        client.get(f"/api/v1/certificates/{serial}").get_json()["statement"]["holder"]["full_name"]
        == "Trần Thị Ánh"
    )
    assert [row["serial"] for row in client.get("/api/v1/me/certificates").get_json()["items"]] == [serial]
    assert [row["serial"] for row in client.get("/api/v1/certificates").get_json()["items"]] == [serial]
    assert serial in client.get("/me/certificates").get_data(as_text=True)
    for address in (
        f"/certificates/{other}",
        f"/certificates/{other}.pdf",
        f"/certificates/{other}/reissue",
        f"/api/v1/certificates/{other}",
        f"/api/v1/certificates/{other}.pdf",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("place", ["/certificates/{}", "/certificates/{}.pdf", "/api/v1/certificates/{}"])
def test_reading_somebody_elses_document_is_noted_once_a_day(issued, app, session, holder, serial, place):
    def readers() -> list[int]:
        read = select(AuditEntry.account_id).where(
            AuditEntry.act == "certificate.read", AuditEntry.person_id == holder.person_id
        )
        return list(session.scalars(read))

    for actor in (holder, issued.inspector, issued.inspector):
        client, _token = signed_in(app, actor)
        assert client.get(place.format(serial)).status_code == 200
    assert readers() == [issued.inspector.account_id]
    client, _token = signed_in(app, holder)
    assert "Certificate opened" in client.get("/account/journal", headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_an_officer_sees_documents_of_the_own_ward_only(issued, app, session):
    ward = place("Phường Hoàn Kiếm", issued)
    other = place("Phường Tây Hồ", issued)
    person = issued.graduate("Người Hoàn Kiếm", unit=ward)
    issued.issue()
    here, _token = signed_in(app, create_actor(Role.TRAINING_OFFICER, unit=ward))
    there, _token = signed_in(app, create_actor(Role.TRAINING_OFFICER, unit=other))
    assert [row["holder"] for row in here.get("/api/v1/certificates").get_json()["items"]] == [
        person.full_name
    ]
    assert there.get("/api/v1/certificates").get_json()["items"] == []
    number = session.scalars(select(Certificate.serial).where(Certificate.holder == person.full_name)).one()
    assert here.get(f"/certificates/{number}.pdf").status_code == 200
    assert there.get(f"/certificates/{number}.pdf").status_code == 404


def test_a_member_sees_the_class_without_the_others(issued, app, holder):
    client, _token = signed_in(app, holder)
    page = client.get("/classes/K52A").get_data(as_text=True)
    assert "K52A" in page
    assert "Đỗ Văn An" not in page
    stranger, _token = signed_in(app, create_actor(unit=issued.city))
    assert stranger.get("/classes/K52A").status_code == 404


def test_an_instructor_sees_the_class_but_no_buttons_of_the_register(issued, app):
    instructor = create_actor(Role.INSTRUCTOR, unit=issued.city)
    update_class(issued.admin, "K52A", instructor_ids=[instructor.person_id])
    issued.graduate("Người Mới")
    client, token = signed_in(app, instructor)
    page = client.get("/classes/K52A").get_data(as_text=True)
    assert "Người Mới" in page
    for absent in ("/admin/proposals", "/admin/exports", "/admin/classes"):
        assert absent not in page
    assert client.post("/admin/proposals", data=token | {"class": "K52A"}).status_code == 403
    assert client.get("/admin/proposals/1").status_code == 403


def test_nobody_signed_in_reads_nothing(issued, app, serial):
    client = app.test_client()
    for address in (
        f"/certificates/{serial}",
        f"/certificates/{serial}.pdf",
        "/admin/register",
        "/classes/K52A",
    ):
        answer = client.get(address)
        assert answer.status_code == 303 and answer.location.startswith("/login"), address
    for address in (
        "/api/v1/certificates",
        f"/api/v1/certificates/{serial}",
        f"/api/v1/certificates/{serial}.pdf",
    ):
        assert client.get(address).status_code == 401, address


def test_names_are_shown_as_text(academy, app):
    academy.graduate("<script>alert(1)</script>")
    academy.issue()
    client, _token = signed_in(app, academy.registrar)
    for page in ("/classes/K52A", "/admin/register"):
        assert "<script>alert(1)" not in client.get(page).get_data(as_text=True)


# --- the API --------------------------------------------------------------------------------------


def test_proposing_and_approving_by_the_api(academy, app, session):
    academy.graduate("Trần Thị Ánh")
    left_out = academy.graduate("Đỗ Văn An")
    client, token = signed_in(app, academy.registrar)
    headers = {"X-CSRFToken": token["csrf_token"], "Idempotency-Key": "abc"}
    body = {
        "class": "K52A",
        "exclude": [{"person_id": left_out.id, "reason": "Thiếu hồ sơ"}],
        "place": "Hà Nội",
    }
    made = client.post("/api/v1/certificates/proposals", json=body, headers=headers)
    assert made.status_code == 201, made.get_data(as_text=True)
    again = client.post("/api/v1/certificates/proposals", json=body, headers=headers)
    assert again.get_json() == made.get_json()
    proposal = made.get_json()
    assert (proposal["state"], proposal["class"], proposal["documents"]) == ("proposed", "K52A", 1)
    address = f"/api/v1/certificates/proposals/{proposal['id']}"
    own = client.post(f"{address}/approval", json={}, headers={"X-CSRFToken": token["csrf_token"]})
    assert own.status_code == 403

    client, token = signed_in(app, academy.approver)
    csrf = {"X-CSRFToken": token["csrf_token"]}
    assert client.post(f"{address}/approval", json={}).status_code == 403  # no token
    for _click in range(2):
        approved = client.post(f"{address}/approval", json={"note": "Đồng ý"}, headers=csrf)
        assert (approved.status_code, approved.get_json()["state"]) == (200, "approved")
    run_all()
    shown = client.get(address).get_json()
    assert (shown["state"], shown["issued"]) == ("issued", 1)
    number = next(line["serial"] for line in shown["lines"] if line["serial"])
    document = client.get(f"/api/v1/certificates/{number}")
    assert document.get_json()["status"] == "issued"
    tag = document.headers["ETag"]
    assert client.get(f"/api/v1/certificates/{number}", headers={"If-None-Match": tag}).status_code == 304
    pdf = client.get(f"/api/v1/certificates/{number}.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post(f"{address}/rejection", json={"reason": "x"}, headers=csrf).status_code == 409
    assert session.scalars(select(Proposal.state)).all() == ["issued"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"class": "K52A", "course": "van-kien"},
        {"class": "K52A", "kind": "medal"},
        {"class": "K52A", "issued_on": "morgen"},
        {"class": "K52A", "exclude": [{"person_id": "x", "reason": "y"}]},
        {"class": "K52A", "exclude": [{"person_id": 1, "reason": ""}]},
        {"class": "K52A", "unknown": 1},
    ],
)
def test_bad_proposals_are_refused_by_field(academy, app, body):
    academy.graduate("Trần Thị Ánh")
    client, token = signed_in(app, academy.registrar)
    refused = client.post(
        "/api/v1/certificates/proposals", json=body, headers={"X-CSRFToken": token["csrf_token"]}
    )
    assert refused.status_code == 422
    assert refused.get_json()["errors"]


def test_corrections_by_the_api(issued, app, serial):
    client, token = signed_in(app, issued.registrar)
    csrf = {"X-CSRFToken": token["csrf_token"]}
    made = client.post(f"/api/v1/certificates/{serial}/replacement", json={"reason": "Mất"}, headers=csrf)
    assert (made.status_code, made.get_json()["kind"]) == (201, "attestation")
    assert (
        client.post(f"/api/v1/certificates/{serial}/reissue", json={"reason": "x"}, headers=csrf).status_code
        == 409
    )
    proposal = made.get_json()["id"]
    withdrawn = client.post(f"/api/v1/certificates/proposals/{proposal}/withdrawal", headers=csrf)
    assert withdrawn.get_json()["state"] == "withdrawn"
    client, token = signed_in(app, issued.approver)
    revoked = client.post(
        f"/api/v1/certificates/{serial}/revocation",
        json={"reason": "Gian lận", "decision_no": "9/QĐ"},
        headers={"X-CSRFToken": token["csrf_token"]},
    )
    assert (revoked.status_code, revoked.get_json()["status"]) == (200, "revoked")


def test_unknown_things_are_not_found(issued, app):
    client, token = signed_in(app, issued.approver)
    for address in (
        "/certificates/CC00-1-1",
        "/certificates/CC00-1-1.pdf",
        "/admin/proposals/99999",
        "/classes/NONE",
    ):
        assert client.get(address).status_code == 404, address
    answer = client.post("/admin/proposals/99999/approval", data=token)
    assert answer.status_code == 404


def test_a_course_without_a_class_is_proposed_on_the_pages(academy, app):
    client, _token = signed_in(app, academy.registrar)
    assert client.get(f"/admin/proposals/new?course={academy.course}").status_code == 200
    assert client.get("/admin/proposals/new?course=nichts").status_code == 404
    assert client.get("/admin/proposals/new").status_code == 422
    with pytest.raises(Exception, match="nobody|Nobody|There is"):
        propose(academy.registrar, course=academy.course)


def test_home_says_first_what_waits_for_a_proposal_and_then_for_a_decision(academy, app):
    academy.graduate("Trần Thị Ánh")
    registrar, _token = signed_in(app, academy.registrar)
    approver, _token = signed_in(app, academy.approver)
    address = "/admin/proposals/new?class=K52A"
    assert f'href="{address}"' in registrar.get("/").text
    assert "Waiting for you" not in approver.get("/").text
    proposal = propose(academy.registrar, class_code="K52A")
    assert address not in registrar.get("/").text
    assert f'href="/admin/proposals/{proposal.id}"' in approver.get("/").text
