"""The command that proves the register."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from academy.certificates.checking import faults
from academy.certificates.cli import check, reconcile
from academy.certificates.models import Certificate, DocumentFile, RegisterBook
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import unit_of_work


@pytest.fixture
def register(academy, session):
    for number in range(3):
        academy.graduate(f"Nguyễn Số {number}")
    academy.issue()
    return session.scalars(select(Certificate).order_by(Certificate.id)).all()


def tamper(*statements) -> None:
    with unit_of_work() as work:
        for statement in statements:
            work.session.execute(statement)


def test_a_sound_register_has_no_faults(register, app):
    assert list(faults()) == []
    done = app.test_cli_runner().invoke(check)
    assert (done.exit_code, done.output) == (0, "the register is sound\n")
    assert "0 rights" in app.test_cli_runner().invoke(reconcile).output


def test_a_missing_row_is_a_gap(register):
    middle = register[1].id
    tamper(
        delete(DocumentFile).where(DocumentFile.certificate_id == middle),
        delete(Certificate).where(Certificate.id == middle),
    )
    [fault] = faults()
    assert "2 rows numbered 1 to 3" in fault


def test_a_counter_set_forward_is_a_gap(register, app):
    tamper(update(RegisterBook).values(next_number=RegisterBook.next_number + 1))
    assert len(list(faults())) == 1
    assert app.test_cli_runner().invoke(check).exit_code == 1


def test_a_changed_statement_or_column_is_found(register):
    forged = dict(register[0].snapshot) | {"place": "Sài Gòn"}
    tamper(
        update(Certificate).where(Certificate.id == register[0].id).values(snapshot=forged),
        update(Certificate).where(Certificate.id == register[1].id).values(holder="Kẻ Giả"),
    )
    assert [fault.partition(":")[0] for fault in faults()] == [register[0].serial, register[1].serial]


def test_a_lost_or_changed_pdf_is_found(register, session):
    keys = session.scalars(select(DocumentFile.storage_key).order_by(DocumentFile.certificate_id)).all()
    storage().path(keys[0]).unlink()
    changed = storage().path(keys[1])
    changed.chmod(0o640)
    changed.write_bytes(b"%PDF-1.7 forged")
    found = list(faults())
    changed.unlink()
    assert "missing" in found[0] and "changed" in found[1] and len(found) == 2
