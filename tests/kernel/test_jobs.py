"""Jobs: enqueued with their change, run once, tried again, taken over when a worker dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import NotFound
from academy.kernel.jobs import MAX_TRIES, Job, LeaseLost, Progress, claim, get_job, job, run_all, run_one
from academy.kernel.periodic import enqueue_due
from academy.kernel.unit_of_work import unit_of_work

ran: list[dict] = []


@job("tests.note")
def note(progress: Progress, **payload) -> dict:
    progress.set(1, 2)
    ran.append(payload)
    return {"seen": payload}


@job("tests.fail")
def fail(progress: Progress, **payload) -> None:
    raise ValueError("this never works")


@pytest.fixture(autouse=True)
def clean(app):
    ran.clear()
    with clock.frozen("2026-03-02T08:00:00Z"):
        yield


def _enqueue(kind: str, **named) -> int:
    with unit_of_work() as work:
        return work.enqueue(kind, **named).id


def _state(job_id: int) -> Job:
    return db.session.scalar(select(Job).where(Job.id == job_id).execution_options(populate_existing=True))


def test_a_job_of_a_change_that_failed_does_not_exist():
    with pytest.raises(ZeroDivisionError), unit_of_work() as work:
        work.enqueue("tests.note")
        raise ZeroDivisionError
    assert run_all() == 0


def test_a_job_runs_once_and_keeps_its_result():
    number = _enqueue("tests.note", owner=7, course=3)
    assert run_all() == 1 and run_all() == 0
    done = _state(number)
    assert (done.state, done.result, done.done, done.total) == ("done", {"seen": {"course": 3}}, 1, 2)
    assert get_job(number, owner=7).id == number
    for stranger in (8, None):
        with pytest.raises(NotFound):
            get_job(number, owner=stranger)


def test_waiting_jobs_of_one_key_are_one():
    assert _enqueue("tests.note", key="k") == _enqueue("tests.note", key="k")
    run_all()
    assert len(ran) == 1
    _enqueue("tests.note", key="k")
    run_all()
    assert len(ran) == 2


def test_an_unknown_kind_is_refused_when_enqueued():
    with pytest.raises(LookupError):
        _enqueue("tests.unknown")


def test_a_failing_job_is_tried_again_later_and_then_given_up(caplog):
    number = _enqueue("tests.fail", key="f")
    now = clock.now()
    for _round in range(MAX_TRIES):
        with clock.frozen(now):
            assert run_one()
            assert not run_one(), "the next try must wait"
        now += timedelta(hours=1)
    given_up = _state(number)
    assert given_up.state == "failed" and "this never works" in given_up.error
    assert given_up.tries == MAX_TRIES


def test_a_dead_workers_job_is_taken_over_and_the_dead_one_cannot_write():
    number = _enqueue("tests.note")
    _taken, lease = claim()
    assert claim() is None
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        assert run_one()
    assert _state(number).state == "done"
    with pytest.raises(LeaseLost):
        Progress(number, lease).set(1, 1)


def test_a_job_waits_for_its_hour():
    _enqueue("tests.note", run_at=clock.now() + timedelta(minutes=5))
    assert run_all() == 0
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert run_all() == 1


def test_periodic_jobs_come_round_once_an_interval():
    first = enqueue_due()
    assert "kernel.tidy" in first and enqueue_due() == []
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        db.session.execute(update(Job).values(state="done"))
        db.session.commit()
        assert "kernel.tidy" in enqueue_due()
