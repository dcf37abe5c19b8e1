"""Files that were handed in: read by those who mark them, under names that betray nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from academy.grading import services
from academy.grading.handed_in import file_for_remark
from academy.grading.models import MarkingSeat
from academy.grading.services import Mark
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Forbidden, NotFound
from academy.organization.identity import actor_of_account
from academy.organization.models import Person
from academy.quizzes import services as quizzes
from academy.quizzes.models import Attempt, AttemptFile
from tests.factories import create_actor, create_unit, sign_in
from tests.grading.conftest import run_jobs
from tests.grading.test_anonymous_files import NAME, pdf
from tests.quizzes.conftest import make_sat_by_hand
from tests.quizzes.test_uploads import PDF, Sitting


@pytest.fixture
def filed(app):
    """A handed-in file, the seats of its marker, and another marker of the same quiz."""
    sat = make_sat_by_hand()
    sitting = Sitting(sat)
    kept = sitting.upload(name="Trần Bình, phường Ba Đình.pdf")
    sitting.save(kept.key)
    quizzes.submit_attempt(sitting.actor, sitting.attempt)
    unit = create_unit("Sở Nội vụ")
    marker, other = (create_actor(Role.INSTRUCTOR, unit=unit, full_name=name) for name in ("Đỗ Một", "Vũ Hai"))
    names = [{"account": one.account_id} for one in (marker, other)]
    services.save_scheme(sat.instructor, sat.quiz_id, {"markers": names})
    return sat, marker, other, services.next_seat(marker, sat.quiz_id), kept.key


def test_a_marker_reads_the_file_under_a_name_that_tells_nothing(filed, app):
    _sat, marker, _other, seat, key = filed
    client = app.test_client()
    sign_in(client, marker)
    page = client.get(f"/marking/seats/{seat}").get_data(as_text=True)
    address = f"/marking/seats/{seat}/files/{key}"
    assert address in page and "Trần Bình" not in page
    with client.get(address) as answer:
        assert answer.status_code == 200 and answer.get_data() == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=1.pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nobody_else_reads_it_that_way_and_no_other_file_either(filed, app):
    sat, marker, other, seat, key = filed
    for actor in (other, sat.learner("Ai Đó"), sat.instructor):
        client = app.test_client()
        sign_in(client, actor)
        assert client.get(f"/marking/seats/{seat}/files/{key}").status_code == 404
    client = app.test_client()
    assert client.get(f"/marking/seats/{seat}/files/{key}").status_code in (302, 303, 401)
    sign_in(client, marker)
    for wrong in ("0" * 64 + ".pdf", "x", "..%2f..%2fsecret"):
        assert client.get(f"/marking/seats/{seat}/files/{wrong}").status_code == 404


def test_who_leads_the_marking_reads_it_as_anonymously(filed, app):
    sat, _marker, other, seat, key = filed
    answer_id = db.session.scalar(select(MarkingSeat.answer_id).where(MarkingSeat.id == seat))
    client = app.test_client()
    sign_in(client, sat.instructor)
    page = client.get(f"/marking/answers/{answer_id}").get_data(as_text=True)
    assert f"/marking/answers/{answer_id}/files/{key}" in page and "Trần Bình" not in page
    with client.get(f"/marking/answers/{answer_id}/files/{key}") as found:
        assert found.status_code == 200 and "1.pdf" in found.headers["Content-Disposition"]
    stranger = app.test_client()
    sign_in(stranger, other)
    assert stranger.get(f"/marking/answers/{answer_id}/files/{key}").status_code in (403, 404)


def test_a_marker_gets_the_file_without_its_author_and_its_writer_as_it_was(app):
    sat = make_sat_by_hand()
    sitting = Sitting(sat)
    data = pdf()
    kept = sitting.upload(name="bai.pdf", data=data)
    sitting.save(kept.key)
    quizzes.submit_attempt(sitting.actor, sitting.attempt)
    marker = create_actor(Role.INSTRUCTOR, unit=create_unit("Sở Nội vụ"))
    services.save_scheme(sat.instructor, sat.quiz_id, {"markers": [{"account": marker.account_id}]})
    seat = services.next_seat(marker, sat.quiz_id)
    for actor, address, told in (
        (marker, f"/marking/seats/{seat}/files/{kept.key}", False),
        (sitting.actor, f"/attempts/{sitting.attempt}/files/{kept.key}", True),
    ):
        client = app.test_client()
        sign_in(client, actor)
        with client.get(address) as answer:
            assert answer.status_code == 200 and (NAME.encode() in answer.get_data()) is told


def test_a_seat_opens_the_files_of_its_own_answer_only(filed, app):
    sat, marker, _other, seat, _key = filed
    second = Sitting(sat, "Người Khác")
    kept = second.upload(data=PDF + b"\n%another")
    second.save(kept.key)
    quizzes.submit_attempt(second.actor, second.attempt)
    client = app.test_client()
    sign_in(client, marker)
    assert client.get(f"/marking/seats/{seat}/files/{kept.key}").status_code == 404


def test_who_marks_again_reads_the_file_and_nobody_else_by_that_way(filed):
    sat, marker, other, seat, key = filed
    services.save_mark(marker, seat, Mark(levels={"c1": "low", "c2": "low"}))
    services.release_marks(sat.instructor, sat.quiz_id)
    run_jobs()
    attempt, slot = db.session.execute(select(AttemptFile.attempt_id, AttemptFile.slot)).one()
    learner = actor_of_account(db.session.scalar(select(Person.account_id).join(Attempt).where(Attempt.id == attempt)))
    appeal = services.ask_appeal(learner, attempt, {slot: "Tôi đã nộp đủ trang."})
    services.assign_appeal(sat.instructor, appeal, other.account_id)
    found = file_for_remark(other, appeal, key)
    assert found.name == "1.pdf"
    for actor in (marker, learner, sat.instructor, Actor.system()):
        with pytest.raises((NotFound, Forbidden)):
            file_for_remark(actor, appeal, key)
    with pytest.raises(NotFound):
        file_for_remark(other, appeal, "0" * 64 + ".pdf")
