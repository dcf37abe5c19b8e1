"""Issuing anew, attesting what was lost, revoking: new rows, and old numbers that say so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.certificates.errors import CertificateNotFound, NotCurrent
from academy.certificates.models import Certificate
from academy.certificates.queries import (
    Filters,
    find_certificate,
    find_verified,
    list_certificates,
    serials_of_runs,
)
from academy.certificates.services import approve, propose_reissue, propose_replacement, reject, revoke
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.jobs import run_all
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from tests.factories import create_actor, create_unit


@pytest.fixture
def serial(academy, session) -> str:
    academy.graduate("Nguyễn Văn Àn")
    academy.issue()
    return session.scalars(select(Certificate.serial)).one()


def carry_out(academy, proposal) -> None:
    approve(academy.approver, proposal.id)
    run_all()


def successor(serial: str) -> str:
    return find_certificate(serial).successor.serial


def test_an_error_is_put_right_in_the_record_and_issued_anew(academy, session, serial):
    proposal = propose_reissue(academy.registrar, serial, reason="Sai họ tên")
    with unit_of_work() as work:
        work.session.get(Person, academy.people[0].id).full_name = "Nguyễn Văn An"
    carry_out(academy, proposal)
    old, new = find_certificate(serial), find_certificate(successor(serial))
    assert (old.state, old.holder, new.state, new.holder) == (
        "superseded",
        "Nguyễn Văn Àn",
        "issued",
        "Nguyễn Văn An",
    )
    assert (new.kind, new.register_no[:5], new.reason) == ("certificate", "0002/", "Sai họ tên")
    assert new.predecessor.serial == serial
    assert new.snapshot["replaces"]["serial"] == serial
    assert new.snapshot["signer"] == old.snapshot["signer"]


def test_a_lost_certificate_becomes_an_attestation(academy, serial):
    carry_out(academy, propose_replacement(academy.registrar, serial, reason="Mất khi chuyển nhà"))
    old, new = find_certificate(serial), find_certificate(successor(serial))
    assert (old.state, new.kind) == ("replaced", "attestation")
    assert new.register_no.endswith("/GCN")
    with pytest.raises(Conflict):
        propose_replacement(academy.registrar, new.serial, reason="Mất nữa")
    carry_out(academy, propose_reissue(academy.registrar, new.serial, reason="Mất giấy chứng nhận"))
    assert find_certificate(new.serial).state == "superseded"


def test_old_numbers_lead_to_the_valid_one(academy, serial):
    first = find_certificate(serial)
    carry_out(academy, propose_reissue(academy.registrar, serial, reason="Sai tên"))
    second = find_certificate(successor(serial))
    carry_out(academy, propose_replacement(academy.registrar, second.serial, reason="Mất"))
    third = find_certificate(successor(second.serial))
    assert find_verified(first.code).successor_code == second.code
    assert find_verified(second.code).successor_code == third.code
    assert find_verified(third.code).is_valid
    states = {row.serial: row.state for row in list_certificates(academy.admin).items}
    assert states == {first.serial: "superseded", second.serial: "replaced", third.serial: "issued"}
    for status, found in (("issued", third), ("replaced", second), ("superseded", first)):
        page = list_certificates(academy.admin, Filters(status=status))
        assert [row.serial for row in page.items] == [found.serial]


def test_only_the_valid_one_is_corrected(academy, serial):
    carry_out(academy, propose_reissue(academy.registrar, serial, reason="Sai tên"))
    for correct in (propose_reissue, propose_replacement):
        with pytest.raises(NotCurrent):
            correct(academy.registrar, serial, reason="Lại sai")
    with pytest.raises(NotCurrent):
        revoke(academy.approver, serial, reason="Gian lận", decision_no="9/QĐ")


def test_a_double_click_gives_one_correction(academy, session, serial):
    first = propose_reissue(academy.registrar, serial, reason="Sai tên")
    assert propose_reissue(academy.registrar, serial, reason="Sai tên").id == first.id
    with pytest.raises(NotCurrent):
        propose_replacement(academy.registrar, serial, reason="Mất")
    carry_out(academy, first)
    assert len(session.scalars(select(Certificate)).all()) == 2


def test_a_rejected_correction_leaves_the_document_as_it_is(academy, serial):
    proposal = propose_reissue(academy.registrar, serial, reason="Sai tên")
    reject(academy.approver, proposal.id, reason="Tên đúng")
    assert find_certificate(serial).state == "issued"
    assert propose_reissue(academy.registrar, serial, reason="Sai ngày sinh").id != proposal.id


def test_the_holder_does_not_approve_the_own_correction(academy, session):
    holder = create_actor(Role.APPROVER, unit=academy.city, full_name="Lê Duyệt")
    from academy.classes.services import add_members

    add_members(academy.admin, "K52A", [holder.person_id])
    academy.completes(type(academy.city)(holder.person_id, "", ""))
    academy.issue()
    serial = session.scalars(select(Certificate.serial)).one()
    proposal = propose_reissue(academy.registrar, serial, reason="Sai tên")
    with pytest.raises(Forbidden):
        approve(holder, proposal.id)
    with pytest.raises(Forbidden):
        revoke(holder, serial, reason="x", decision_no="1")


def test_revoking_needs_a_reason_and_a_decision_and_is_final(academy, session, serial):
    for missing in ({"reason": "", "decision_no": "9/QĐ"}, {"reason": "Gian lận", "decision_no": " "}):
        with pytest.raises(Invalid):
            revoke(academy.approver, serial, **missing)
    for _click in range(2):
        assert revoke(academy.approver, serial, reason="Gian lận", decision_no="9/QĐ").state == "revoked"
    verified = find_verified(find_certificate(serial).code)
    assert (verified.state, verified.is_valid, verified.successor_code) == ("revoked", False, None)
    with pytest.raises(NotCurrent):
        propose_reissue(academy.registrar, serial, reason="Sai tên")
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "certificate.revoke")).all()
    assert [(entry.person_id, entry.details["decision"]) for entry in entries] == [
        (academy.people[0].id, "9/QĐ")
    ]


def test_nothing_is_revoked_while_a_correction_waits(academy, serial):
    propose_reissue(academy.registrar, serial, reason="Sai tên")
    with pytest.raises(Conflict):
        revoke(academy.approver, serial, reason="Gian lận", decision_no="9/QĐ")


@pytest.mark.parametrize("name", ["admin", "registrar", "inspector"])
def test_only_approvers_revoke(academy, serial, name):
    with pytest.raises(Forbidden):
        revoke(academy.actors[name], serial, reason="x", decision_no="1")


@pytest.mark.parametrize("name", ["admin", "approver", "inspector"])
def test_only_registrars_propose_corrections(academy, serial, name):
    with pytest.raises(Forbidden):
        propose_reissue(academy.actors[name], serial, reason="x")


def test_strangers_do_not_know_of_the_document(academy, serial):
    ward = create_unit("Phường Tây Hồ", kind="ward", parent=academy.city)
    for actor in (create_actor(unit=academy.city), create_actor(Role.REGISTRAR, Role.APPROVER, unit=ward)):
        with pytest.raises(CertificateNotFound):
            propose_reissue(actor, serial, reason="x")
        with pytest.raises(CertificateNotFound):
            revoke(actor, serial, reason="x", decision_no="1")
    assert find_certificate(serial).state == "issued"


def test_a_run_names_the_document_in_force_and_no_other(academy, serial):
    other = academy.completes(academy.member("Trần Thị Bình"))
    completed = serials_of_runs(range(1, 1000))
    assert list(completed.values()) == [[serial]] and other not in completed
    carry_out(academy, propose_replacement(academy.registrar, serial, reason="Mất"))
    assert list(serials_of_runs(completed).values()) == [[successor(serial)]]
    revoke(academy.approver, successor(serial), reason="Cấp sai", decision_no="7/QĐ")
    assert serials_of_runs(completed) == {} and serials_of_runs([]) == {}
