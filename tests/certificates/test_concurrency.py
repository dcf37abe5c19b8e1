"""Several workers at once on a database file of their own: no gap, no double, one document a click."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from academy.app import create_app
from academy.certificates import issuing
from academy.certificates.errors import NobodyEligible, ProposalDecided
from academy.certificates.models import Certificate, DocumentFile, Proposal, RegisterBook
from academy.certificates.services import approve, issue, propose, reject
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.jobs import run_all
from tests.certificates.conftest import make_academy
from tests.conftest import make_config
from tests.factories import create_actor
from tests.postgresql import create_database

MEMBERS = 12


@pytest.fixture
def own_app(tmp_path) -> Iterator[Flask]:
    """An application whose threads have connections of their own."""
    app = create_app(make_config(tmp_path, database_url=_own_database(tmp_path)), modules=[])
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def _own_database(folder: Path) -> str:
    server = os.environ.get("ACADEMY_TEST_DATABASE_URL")
    if not server:
        return f"sqlite:///{folder / 'own.sqlite3'}"
    return create_database(server.rpartition("/")[0] + "/", f"own_{uuid4().hex}")


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; what each gave or raised."""
    results: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(index: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                results[index] = calls[index]()
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_workers_issuing_at_once_leave_no_gap_and_no_double(own_app, monkeypatch):
    monkeypatch.setattr(issuing, "PORTION", 3)
    academy = make_academy()
    proposals = []
    for batch in range(2):
        for number in range(MEMBERS):
            academy.graduate(f"Nguyễn Số {batch} {number}")
        proposals.append(propose(academy.registrar, class_code="K52A").id)
        approve(academy.approver, proposals[-1])
    db.session.remove()
    results = at_once(own_app, *(lambda which=which: issue(which) for which in (*proposals, *proposals)))
    assert results == [MEMBERS] * 4
    rows = db.session.execute(
        select(Certificate.number, Certificate.serial, Certificate.eligibility_id)
    ).all()
    assert sorted(row.number for row in rows) == list(range(1, 2 * MEMBERS + 1))
    assert len({row.serial for row in rows}) == len({row.eligibility_id for row in rows}) == 2 * MEMBERS
    assert db.session.scalars(select(RegisterBook.next_number)).all() == [2 * MEMBERS + 1]
    assert len(db.session.scalars(select(DocumentFile.certificate_id)).all()) == 2 * MEMBERS
    run_all()
    assert set(db.session.scalars(select(Proposal.state))) == {"issued"}


def test_clicking_at_once_gives_one_proposal_and_one_document(own_app):
    academy = make_academy()
    academy.graduate("Nguyễn An")
    db.session.remove()
    proposed = at_once(own_app, *[lambda: propose(academy.registrar, class_code="K52A").id] * 4)
    assert len(set(proposed)) == 1
    approved = at_once(own_app, *[lambda: approve(academy.approver, proposed[0]).job_id] * 4)
    assert len(set(approved)) == 1
    run_all()
    assert len(db.session.scalars(select(Certificate.id)).all()) == 1


def test_two_registrars_at_once_propose_each_person_once(own_app):
    academy = make_academy()
    academy.graduate("Nguyễn An")
    other = create_actor(Role.REGISTRAR, unit=academy.city)
    db.session.remove()
    results = at_once(
        own_app,
        lambda: propose(academy.registrar, class_code="K52A").id,
        lambda: propose(other, class_code="K52A").id,
    )
    assert sorted(type(result).__name__ for result in results) == ["NobodyEligible", "int"]
    assert any(isinstance(result, NobodyEligible) for result in results)


def test_approving_and_rejecting_at_once_decides_once(own_app):
    academy = make_academy()
    academy.graduate("Nguyễn An")
    other = create_actor(Role.APPROVER, unit=academy.city)
    proposal = propose(academy.registrar, class_code="K52A").id
    db.session.remove()
    results = at_once(
        own_app,
        lambda: approve(academy.approver, proposal).state,
        lambda: reject(other, proposal, reason="x").state,
    )
    assert sum(isinstance(result, ProposalDecided) for result in results) == 1
