"""Runs through a course: begun by oneself or by a class, given up, ended, gone on with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.classes.queries import get_class, roster
from academy.classes.services import add_members, close_class, create_class, remove_member
from academy.enrollment.models import Enrollment
from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import enroll, leave
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.progress.queries import course_state
from academy.progress.services import record_reading
from tests.certificates.conftest import make_academy
from tests.factories import create_actor, reload, sign_in


@pytest.fixture
def academy(app):
    return make_academy()


@pytest.fixture
def learner(academy):
    """A member of the class K52A, enrolled by it."""
    actor = create_actor(unit=academy.city)
    add_members(academy.admin, "K52A", [actor.person_id])
    return actor


def runs_of(actor) -> list[Enrollment]:
    mine = select(Enrollment).where(Enrollment.person_id == actor.person_id).order_by(Enrollment.run)
    return list(db.session.scalars(mine.execution_options(populate_existing=True)))


def take_out(academy, actor, code: str = "K52A") -> None:
    remove_member(academy.admin, code, actor.person_id, reason="Chuyển công tác")


def test_enrolling_twice_is_once(academy):
    actor = create_actor(unit=academy.city)
    assert enroll(actor, academy.course).id == enroll(actor, academy.course).id
    assert [(run.run, run.state, run.source) for run in runs_of(actor)] == [(1, "active", "self")]


def test_who_gave_a_course_up_begins_anew(academy):
    actor = create_actor(unit=academy.city)
    enroll(actor, academy.course)
    leave(actor, academy.course_id)
    with pytest.raises(Conflict):
        leave(actor, academy.course_id)
    enroll(actor, academy.course)
    assert [(run.run, run.state) for run in runs_of(actor)] == [(1, "left"), (2, "active")]


def test_a_member_does_not_leave_the_course_of_the_class(academy, learner):
    with pytest.raises(Conflict) as refused:
        leave(learner, academy.course_id)
    assert refused.value.next_step


def test_leaving_the_class_ends_the_run_that_it_began(academy, learner, session):
    take_out(academy, learner)
    assert enrollment_of(learner.person_id, academy.course_id) is None
    ended = runs_of(learner)
    assert [(run.state, run.source, run.ended_at is not None) for run in ended] == [("left", "class", True)]
    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.person_id == learner.person_id).order_by(AuditEntry.number)
    ).all()
    assert acts[-2:] == ["class.remove_member", "enrollment.end"]


def test_who_comes_back_goes_on_with_the_same_run(academy, learner):
    record_reading(learner, academy.course, "01-bai-mot", seconds_active=5)
    before = runs_of(learner)[0]
    take_out(academy, learner)
    assert course_state(learner.person_id, academy.course_id) is None
    add_members(academy.admin, "K52A", [learner.person_id])
    assert [run.id for run in runs_of(learner)] == [before.id]
    assert roster(get_class(academy.admin, "K52A").id)[0].enrollment_id == before.id
    state = course_state(learner.person_id, academy.course_id)
    assert (state.enrollment.state, state.enrollment.source, state.lessons[0].seconds) == ("active", "class", 5)
    assert state.enrollment.enrolled_at == before.enrolled_at


def test_going_on_by_oneself_makes_the_run_ones_own(academy, learner):
    take_out(academy, learner)
    assert enroll(learner, academy.course).source == "self"
    assert [run.run for run in runs_of(learner)] == [1]
    leave(learner, academy.course_id)
    assert enroll(learner, academy.course).run == 2


def test_what_the_person_began_goes_on(academy):
    actor = create_actor(unit=academy.city)
    own = enroll(actor, academy.course)
    add_members(academy.admin, "K52A", [actor.person_id])
    take_out(academy, actor)
    assert reload(own).state == "active"


def test_what_is_completed_stays_completed(academy):
    person = academy.graduate("Nguyễn Văn An")
    remove_member(academy.admin, "K52A", person.id, reason="Nhầm lớp")
    assert enrollment_of(person.id, academy.course_id).state == "completed"


def test_another_class_that_holds_the_run_keeps_it(academy, learner):
    close_class(academy.admin, "K52A")
    create_class(academy.admin, code="K53A", course=academy.course, owner_unit_id=academy.city.id)
    add_members(academy.admin, "K53A", [learner.person_id])
    take_out(academy, learner, "K53A")
    assert enrollment_of(learner.person_id, academy.course_id).state == "active"


def test_the_pages_of_leaving(academy, client):
    actor = create_actor(unit=academy.city)
    token = sign_in(client, actor)
    place = f"/courses/{academy.course}"
    assert client.post(f"{place}/leave", data={"csrf_token": token}).status_code == 409
    assert client.post(f"{place}/enrollment", data={"csrf_token": token}).status_code == 303
    assert client.post(f"{place}/enrollment", data={"csrf_token": token}).status_code == 303
    assert client.post(f"{place}/leave", data={"csrf_token": token}).status_code == 303
    assert client.post("/courses/khong-co/leave", data={"csrf_token": token}).status_code == 404
    assert enrollment_of(actor.person_id, academy.course_id) is None
