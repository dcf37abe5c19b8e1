"""Verification: for anybody, telling no more than it must, and not for guessing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from academy.certificates.guarding import LOOKS
from academy.certificates.models import Certificate
from academy.certificates.numbers import grouped
from academy.certificates.queries import find_certificate, find_verified
from academy.certificates.services import approve, propose_reissue, revoke
from academy.kernel import clock
from academy.kernel.jobs import run_all
from academy.kernel.unit_of_work import unit_of_work

SECRETS = ("1985", "12/03", "Làng Ngọc Hà", "001085012345", "Phòng Kín", "Giỏi", "8.5", "8,5")


@pytest.fixture
def document(academy, session):
    from tests.factories import create_unit

    unit = create_unit("Phòng Kín", kind="ward", parent=academy.city)
    academy.graduate(
        "Nguyễn Thị <Ánh>",
        unit=unit,
        birth_date=date(1985, 3, 12),
        birth_place="Làng Ngọc Hà",
        personal_number="001085012345",
        sex="f",
    )
    academy.issue()
    return find_certificate(session.scalars(select(Certificate.serial)).one())


def test_anybody_verifies_without_an_account(client, document):
    page = client.get(f"/verify/{document.code}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for told in (
        "Nguyễn Thị &lt;Ánh&gt;",
        "Đọc và áp dụng văn kiện",
        document.serial,
        "03/11/2026 – 22/11/2026",
    ):
        assert told in text, told
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in text


def test_nothing_else_is_told(client, document):
    for page in (client.get(f"/verify/{document.code}"), client.get(f"/api/v1/verify/{document.code}")):
        text = page.get_data(as_text=True).partition("<main")[2] or page.get_data(as_text=True)
        text = text.replace(document.code, "").replace(grouped(document.code), "")
        for secret in SECRETS:
            assert secret not in text, secret
    shown = client.get(f"/api/v1/verify/{document.code}").get_json()
    assert shown == {
        "state": "issued",
        "valid": True,
        "kind": "certificate",
        "serial": document.serial,
        "holder": "Nguyễn Thị <Ánh>",
        "program": {"vi": "Đọc và áp dụng văn kiện", "en": "Reading and applying documents"},
        "from": "2026-11-03",
        "to": "2026-11-22",
        "issued_on": document.issued_on.isoformat(),
        "issuer": "Học viện số thành phố Hà Nội",
        "successor": None,
        "revoked_on": None,
    }


def test_a_code_is_read_as_it_is_typed(client, document):
    typed = grouped(document.code).lower().replace(" ", "-")
    assert client.get(f"/api/v1/verify/{typed}").status_code == 200
    found = client.get("/verify", query_string={"code": f"  {typed} "})
    assert (found.status_code, found.location) == (303, f"/verify/{document.code}")


def test_a_flipped_character_is_unknown(document):
    for position, letter in enumerate(document.code):
        other = "7" if letter != "7" else "8"
        assert find_verified(document.code[:position] + other + document.code[position + 1 :]) is None


@pytest.mark.parametrize("guess", ["CC26-01-00001", "1", "0" * 26, "x" * 200, "%00", "<script>", "../../etc"])
def test_a_number_or_nonsense_verifies_nothing(client, document, guess):
    for address in (f"/verify/{guess}", f"/api/v1/verify/{guess}"):
        assert client.get(address).status_code in (400, 404), guess
    assert find_verified(document.serial) is None


def test_guessing_has_an_end_and_others_are_not_hindered(client, document):
    with clock.frozen("2026-11-25T03:00:00Z"):
        for _guess in range(LOOKS):
            assert client.get("/api/v1/verify/" + "0" * 26).status_code == 404
        for address in ("/api/v1/verify/" + "0" * 26, f"/verify/{document.code}"):
            refused = client.get(address)
            assert refused.status_code == 429
            assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert (
            client.get(f"/verify/{document.code}", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code
            == 200
        )
    with clock.frozen("2026-11-25T03:01:00Z"):
        assert client.get(f"/verify/{document.code}").status_code == 200


def test_a_superseded_number_says_so_and_links_the_valid_one(academy, client, document):
    proposal = propose_reissue(academy.registrar, document.serial, reason="Sai tên bí mật")
    approve(academy.approver, proposal.id)
    run_all()
    new = find_certificate(find_certificate(document.serial).successor.serial)
    text = client.get(f"/verify/{document.code}").get_data(as_text=True)
    assert f'href="/verify/{new.code}"' in text
    assert new.serial in text
    assert "Sai tên bí mật" not in text
    shown = client.get(f"/api/v1/verify/{document.code}").get_json()
    assert (shown["state"], shown["valid"], shown["successor"]) == ("superseded", False, new.code)


def test_a_revoked_one_says_so_without_the_reason(academy, client, document):
    revoke(academy.approver, document.serial, reason="Gian lận bí mật", decision_no="99/QĐ-KÍN")
    for address in (f"/verify/{document.code}", f"/api/v1/verify/{document.code}"):
        text = client.get(address).get_data(as_text=True)
        assert "Gian lận" not in text and "99/QĐ" not in text
    assert client.get(f"/api/v1/verify/{document.code}").get_json()["state"] == "revoked"


def test_a_row_changed_behind_the_academy_is_not_confirmed(client, session, document):
    with unit_of_work() as work:
        forged = dict(document.snapshot) | {
            "holder": document.snapshot["holder"] | {"full_name": "Kẻ Giả Mạo"}
        }
        work.session.execute(update(Certificate).where(Certificate.id == document.id).values(snapshot=forged))
    session.expire_all()
    assert find_verified(document.code) is None
    assert client.get(f"/verify/{document.code}").status_code == 404
    assert find_certificate(document.serial).is_genuine is False


def test_looking_costs_few_queries(client, document, count_queries):
    with count_queries() as queries:
        client.get(f"/verify/{document.code}")
    assert len(queries) <= 2  # the counter and the document


def test_the_public_keys_are_published(client, document):
    keys = client.get("/.well-known/academy-certificates.json").get_json()["keys"]
    assert [(key["kid"], key["crv"]) for key in keys] == [(document.key_id, "Ed25519")]


def test_the_form_needs_no_account(client, app):
    page = client.get("/verify")
    assert page.status_code == 200
    assert 'name="code"' in page.get_data(as_text=True)
