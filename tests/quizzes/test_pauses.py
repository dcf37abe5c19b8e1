"""Pauses: whose clock may stand still, for how long, what is shown and stored meanwhile, and where the end lies then."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import literal

from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.db import UtcDateTime, db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.quizzes import queries, services
from academy.quizzes.board import get_board
from academy.quizzes.errors import AttemptClosed, AttemptPaused, OtherDevice
from academy.quizzes.freezing import find_freeze
from academy.quizzes.models import EXPIRED, AnswerLog, AttemptPause, ExamSeal
from academy.quizzes.paper_sealing import reveal_seeds, seal_exam
from academy.quizzes.pausing import own_pauses
from academy.quizzes.results import result_of
from academy.quizzes.seat import Seat
from academy.quizzes.windows import closed_for_all
from tests.factories import create_actor
from tests.quizzes.nine_to_ten import ILL, NINE, REASON, WINDOW, at, attempt_of, grant, minutes_from_nine
from tests.quizzes.sitting import right_answer, run_jobs, view, wrong_answer
from tests.quizzes.test_examinations import _approve
from tests.quizzes.test_pages import Reader

HERE, THERE = Seat(device="one", address="10.1.2.3"), Seat(device="two", address="10.1.2.4")


def acts(act):
    return db.session.query(AuditEntry).filter_by(act=act).all()


@pytest.fixture
def pausing(sat):
    """Somebody who may pause twice, for twelve minutes in all, and has begun thirty minutes at nine."""
    learner = sat.learner()
    grant(sat, learner, pauses=2, pause_minutes=12)
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id)
    return learner, attempt


# --- one's own pauses ----------------------------------------------------------------------------


def test_the_deadline_moves_by_the_pause_and_the_time_left_stands(pausing):
    learner, attempt = pausing
    with at(10):
        assert services.pause_own(learner, attempt) == NINE + timedelta(minutes=22)
        assert attempt_of(learner, attempt).seconds_left(clock.now()) == 20 * 60
    with at(15):
        assert attempt_of(learner, attempt).seconds_left(clock.now()) == 20 * 60
        services.end_own_pause(learner, attempt)
        found = attempt_of(learner, attempt)
        assert minutes_from_nine(found.deadline) == 35 and found.seconds_left(clock.now()) == 20 * 60
        assert (found.paused_seconds, found.is_paused(clock.now())) == (300, False)
        left = own_pauses(found, clock.now())
        assert (left.count, left.left) == (1, timedelta(minutes=7))


def test_a_pause_longer_than_allowed_ends_by_itself_without_a_job(pausing):
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
    with at(21, 59), pytest.raises(AttemptPaused):
        services.save_answer(learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0]))
    with at(23):
        found = attempt_of(learner, attempt)
        assert not found.is_paused(clock.now()) and found.seconds_left(clock.now()) == 19 * 60
        assert services.save_answer(
            learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0])
        ).accepted
        with pytest.raises(Conflict) as refusal:
            services.pause_own(learner, attempt)
        assert refusal.value.rule == "pause.used"
    with at(42, 11):
        assert services.expire_attempt(attempt)
    assert attempt_of(learner, attempt).submitted_at == NINE + timedelta(minutes=42)


def test_pauses_are_counted_and_their_minutes_added_up(pausing):
    learner, attempt = pausing
    for start in (2, 10):
        with at(start):
            services.pause_own(learner, attempt)
        with at(start + 1):
            services.end_own_pause(learner, attempt)
    with at(12), pytest.raises(Conflict) as refusal:
        services.pause_own(learner, attempt)
    assert refusal.value.rule == "pause.used"
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 32


def test_the_old_end_closes_nothing_and_the_new_one_does(pausing):
    """The job that was to expire the attempt comes at its time and finds that the time has moved."""
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
    with at(31):
        run_jobs()
        assert attempt_of(learner, attempt).is_open
    with at(43):
        run_jobs()
    assert attempt_of(learner, attempt).state == EXPIRED


def test_whoever_goes_on_early_is_closed_at_the_earlier_end(pausing):
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
    with at(11):
        services.end_own_pause(learner, attempt)
    with at(31, 20):
        run_jobs()
    assert attempt_of(learner, attempt).state == EXPIRED


def test_without_a_grant_nobody_pauses_and_only_their_own(pausing, sat):
    _learner, attempt = pausing
    other = sat.learner("Ai khác")
    with at(1):
        own = services.start_attempt(other, sat.quiz_id)
        with pytest.raises(Conflict) as refusal:
            services.pause_own(other, own)
        assert refusal.value.rule == "pause.used"
        for service in (services.pause_own, services.end_own_pause):
            with pytest.raises(NotFound):
                service(other, attempt)


def test_a_grant_taken_back_holds_for_the_attempt_that_was_started_with_it(pausing, sat):
    learner, attempt = pausing
    services.withdraw_accommodation(sat.instructor, sat.quiz_id, learner.person_id, reason="Cấp nhầm người")
    with at(5):
        services.pause_own(learner, attempt)


def test_during_the_grace_and_after_the_end_nobody_pauses(pausing, sat):
    learner, attempt = pausing
    with at(30, 5):
        with pytest.raises(Conflict) as refusal:
            services.pause_own(learner, attempt)
        assert refusal.value.rule == "pause.over"
        with pytest.raises(Conflict):
            services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL, attempts=[attempt])
    with at(30, 11), pytest.raises(AttemptClosed):
        services.pause_own(learner, attempt)


def test_the_grace_stays_as_long_as_it_was(pausing):
    learner, attempt = pausing
    with at(29, 59):
        services.pause_own(learner, attempt)
    found = attempt_of(learner, attempt)
    assert found.accepts_until - found.deadline == timedelta(seconds=10)
    with at(42, 5):
        assert services.save_answer(
            learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0])
        ).accepted


def test_an_attempt_without_a_clock_is_not_paused(sat):
    sat.settings(minutes=None)
    learner = sat.learner()
    grant(sat, learner, pauses=1, pause_minutes=5)
    attempt = services.start_attempt(learner, sat.quiz_id)
    with pytest.raises(Conflict) as refusal:
        services.pause_own(learner, attempt)
    assert refusal.value.rule == "pause.no-clock"


def test_every_pause_is_in_the_journal_with_who_and_why(pausing, sat):
    learner, attempt = pausing
    with at(1):
        services.pause_own(learner, attempt)
    with at(2):
        services.end_own_pause(learner, attempt)
        services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL, attempts=[attempt])
    own, ordered = acts("quizzes.pause.begin")
    assert (own.account_id, own.details["reason"]) == (learner.account_id, "accommodation")
    assert (ordered.account_id, ordered.details["reason"]) == (sat.instructor.account_id, ILL)
    assert own.person_id == ordered.person_id == learner.person_id
    assert [entry.details["seconds"] for entry in acts("quizzes.pause.end")] == [60]


@pytest.mark.parametrize(
    "granted",
    [
        {"pauses": 2},
        {"pause_minutes": 5},
        {"pause_past_close": True},
        {"extra_minutes": 5, "pause_past_close": True},
    ],
)
def test_half_a_grant_of_pauses_is_refused(sat, granted):
    with pytest.raises(Invalid):
        grant(sat, sat.learner(), **granted)


# --- what is stored while the clock stands -------------------------------------------------------


def test_what_was_typed_before_the_pause_is_taken_in_and_nothing_else(pausing):
    learner, attempt = pausing
    slot = view(learner, attempt).slots[0]
    with at(10):
        services.pause_own(learner, attempt)
    with at(11):
        before, after = NINE + timedelta(minutes=9, seconds=58), NINE + timedelta(minutes=10, seconds=2)
        assert services.save_answer(learner, attempt, 1, 1, right_answer(slot), typed_at=before).accepted
        for typed_at in (after, None):
            with pytest.raises(AttemptPaused):
                services.save_answer(learner, attempt, 1, 2, wrong_answer(slot), typed_at=typed_at)
    assert view(learner, attempt).slots[0].answer == right_answer(slot)
    log = db.session.query(AnswerLog).filter_by(attempt_id=attempt).one()
    assert (log.at, log.typed_at) == (NINE + timedelta(minutes=11), before)


def test_handing_in_waits_until_the_clock_runs(pausing):
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
    with at(11):
        with pytest.raises(AttemptPaused):
            services.submit_attempt(learner, attempt)
        services.end_own_pause(learner, attempt)
        assert services.submit_attempt(learner, attempt) == "submitted"


def test_over_the_api_a_paused_paper_shows_no_questions(app, pausing, sat):
    learner, attempt = pausing
    with at(10):
        reader = Reader(app.test_client(), learner)
        headers = {"X-CSRFToken": reader.token}
        told = reader.client.post(f"/api/v1/attempts/{attempt}/pause", headers=headers).get_json()
        assert (told["seconds_left"], told["state"]) == (20 * 60, "open") and told["paused_until"]
        for reply in (
            reader.client.get(f"/api/v1/attempts/{attempt}"),
            reader.client.post(f"/api/v1/quizzes/{sat.quiz_id}/attempts", headers=headers),
            reader.client.post(f"/api/v1/attempts/{attempt}/submission", headers=headers),
            reader.client.put(
                f"/api/v1/attempts/{attempt}/answers/1", json={"sequence": 1, "answer": None}, headers=headers
            ),
        ):
            assert reply.status_code == 409 and "items" not in reply.get_json()
            assert reply.get_json()["type"].endswith(":attempt.paused")
        put = {"sequence": 1, "answer": None, "typed_at": (NINE + timedelta(minutes=9)).isoformat()}
        kept = reader.client.put(f"/api/v1/attempts/{attempt}/answers/1", json=put, headers=headers)
        assert kept.status_code == 200
    with at(12):
        told = reader.client.get(f"/api/v1/attempts/{attempt}/clock").get_json()
        assert told["seconds_left"] == 20 * 60
        told = reader.client.post(f"/api/v1/attempts/{attempt}/resumption", headers=headers).get_json()
        assert told["paused_until"] is None
        assert reader.client.get(f"/api/v1/attempts/{attempt}").get_json()["items"]


# --- pauses that invigilators order --------------------------------------------------------------


def test_an_invigilator_stops_the_clock_of_one_or_of_all(sat):
    learners = [sat.learner(f"Người {number}") for number in range(2)]
    with at(0):
        first, second = (services.start_attempt(one, sat.quiz_id) for one in learners)
    with at(5):
        assert services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL, attempts=[first]) == 1
        assert attempt_of(learners[0], first).is_paused(clock.now())
        assert not attempt_of(learners[1], second).is_paused(clock.now())
        board = get_board(sat.instructor, sat.quiz_id)
        assert [one.minutes_left(board.now) for one in board.sittings] == [25, 25]
    with at(6):
        with pytest.raises(Conflict) as refusal:
            services.end_own_pause(learners[0], first)
        assert refusal.value.rule == "pause.ordered"
        # one minute is used of the first; the new pause takes its place
        assert services.pause_attempts(sat.instructor, sat.quiz_id, 20, reason="Báo cháy") == 2
    with at(9):
        assert services.end_pauses(sat.instructor, sat.quiz_id) == 2
    ends = [
        minutes_from_nine(attempt_of(one, its).deadline)
        for one, its in zip(learners, (first, second), strict=True)
    ]
    assert ends == [34, 33]
    with at(9), pytest.raises(Conflict):
        services.end_pauses(sat.instructor, sat.quiz_id)


def test_an_ordered_pause_takes_nothing_from_ones_own(pausing, sat):
    learner, attempt = pausing
    with at(2):
        services.pause_attempts(sat.instructor, sat.quiz_id, 30, reason=ILL)
    with at(40):
        found = attempt_of(learner, attempt)
        left = own_pauses(found, clock.now())
        assert (left.count, left.left) == (2, timedelta(minutes=12))
        assert minutes_from_nine(found.deadline) == 60


def test_an_order_takes_the_place_of_ones_own_pause(pausing, sat):
    learner, attempt = pausing
    with at(2):
        services.pause_own(learner, attempt)
    with at(4):
        services.pause_attempts(sat.instructor, sat.quiz_id, 5, reason=ILL)
    with at(20):
        found = attempt_of(learner, attempt)
        assert (minutes_from_nine(found.deadline), found.paused_seconds) == (37, 7 * 60)
        assert own_pauses(found, clock.now()).left == timedelta(minutes=10)


def test_more_time_granted_during_a_pause_stays_when_it_ends_early(pausing, sat):
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
        services.grant_time(sat.instructor, sat.quiz_id, 15, reason=ILL)
    with at(11):
        services.end_own_pause(learner, attempt)
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 46


def test_only_who_invigilates_orders_a_pause_with_minutes_and_a_reason(pausing, sat):
    learner, _attempt = pausing
    with at(1):
        for stranger in (learner, create_actor(Role.INSTRUCTOR)):
            with pytest.raises(Forbidden):
                services.pause_attempts(stranger, sat.quiz_id, 5, reason=ILL)
            with pytest.raises(Forbidden):
                services.end_pauses(stranger, sat.quiz_id)
        for minutes, reason in ((0, ILL), (241, ILL), (5, " ")):
            with pytest.raises(Invalid):
                services.pause_attempts(sat.instructor, sat.quiz_id, minutes, reason=reason)
    assert db.session.query(AttemptPause).count() == 0


# --- the end of the window -----------------------------------------------------------------------


def test_the_closing_stays_the_end_unless_more_was_granted(at_the_end):
    learner, attempt = at_the_end(pauses=1, pause_minutes=10)
    with at(40):
        left = own_pauses(attempt_of(learner, attempt), clock.now())
        assert left.moves == timedelta(0) and not left.is_made_up
        services.pause_own(learner, attempt)
        found = attempt_of(learner, attempt)
        assert minutes_from_nine(found.deadline) == 60 and found.seconds_left(clock.now()) == 10 * 60
    with at(45):
        services.end_own_pause(learner, attempt)
        assert attempt_of(learner, attempt).seconds_left(clock.now()) == 15 * 60


def test_a_pause_that_would_outlast_the_closing_ends_with_it(at_the_end):
    learner, attempt = at_the_end(pauses=1, pause_minutes=40)
    with at(50):
        assert services.pause_own(learner, attempt) == NINE + timedelta(minutes=60)
    with at(60, 11):
        assert services.expire_attempt(attempt)


def test_a_pause_goes_past_the_closing_when_granted_so(at_the_end, sat):
    learner, attempt = at_the_end(pauses=1, pause_minutes=10, pause_past_close=True)
    with at(55):
        services.pause_own(learner, attempt)
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 70
        assert closed_for_all(queries.get_quiz(sat.quiz_id)) == NINE + timedelta(minutes=70, seconds=10)


def test_an_ordered_pause_goes_past_the_closing_only_when_ordered_so(at_the_end, sat):
    learner, attempt = at_the_end()
    with at(40):
        services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL)
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 60
        services.pause_attempts(sat.instructor, sat.quiz_id, 10, reason=ILL, past_close=True)
        assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 70
    begun = acts("quizzes.pause.begin")
    assert [entry.details["past_close"] for entry in begun] == [False, True]


def test_a_window_of_ones_own_is_the_closing_for_its_owner(at_the_end):
    own = NINE + timedelta(minutes=70)
    learner, attempt = at_the_end(closes=own, pauses=1, pause_minutes=20)
    with at(40):
        services.pause_own(learner, attempt)
    assert attempt_of(learner, attempt).deadline == own


def test_the_seed_stays_secret_answers_and_freeze_hold_until_a_paused_paper_is_over(sat):
    exam = {"window": WINDOW, "examination": True, "delivery": {"freeze_minutes": 60}}
    with at(-24 * 60):
        _approve(sat)
        sat.settings(**exam)
        seal_exam(sat.instructor, sat.quiz_id)
    early, paused = sat.learner(), sat.learner("Người có quyền tạm dừng")
    grant(sat, paused, pauses=1, pause_minutes=30, pause_past_close=True)
    with at(30):
        done = services.start_attempt(early, sat.quiz_id)
        services.submit_attempt(early, done)
        attempt = services.start_attempt(paused, sat.quiz_id)
    with at(55):
        services.pause_own(paused, attempt)
    with at(80):
        run_jobs()
        assert reveal_seeds() == 0 and db.session.query(ExamSeal).one().revealed_at is None
        assert "answers" not in result_of(early, view(early, done), "vi").flags
        assert find_freeze(sat.course_id).until == NINE + timedelta(minutes=90, seconds=10)
    with at(92):
        services.expire_overdue()
        assert reveal_seeds() == 1
        assert "answers" in result_of(early, view(early, done), "vi").flags
        assert find_freeze(sat.course_id) is None


# --- devices, restarts, races --------------------------------------------------------------------


def test_two_devices_and_one_clock(sat):
    sat.settings(delivery={"one_device": True})
    learner = sat.learner()
    grant(sat, learner, pauses=1, pause_minutes=10)
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id, seat=HERE)
    with at(5):
        with pytest.raises(OtherDevice):
            services.pause_own(learner, attempt, seat=THERE)
        services.pause_own(learner, attempt, seat=HERE)
    with at(6):
        # a broken device is a good reason to pause: another takes over while the clock stands
        services.take_over(learner, attempt, THERE)
        with pytest.raises(OtherDevice):
            services.end_own_pause(learner, attempt, seat=HERE)
        with pytest.raises(AttemptPaused):
            services.save_answer(learner, attempt, 1, 1, None, seat=THERE)
        services.end_own_pause(learner, attempt, seat=THERE)
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 31


def test_a_pause_taken_twice_is_one(pausing):
    learner, attempt = pausing
    with at(5):
        until = services.pause_own(learner, attempt)
    with at(6):
        assert services.pause_own(learner, attempt) == until
    assert db.session.query(AttemptPause).count() == 1
    with at(7):
        services.end_own_pause(learner, attempt)
        services.end_own_pause(learner, attempt)
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 32


def test_what_a_pause_is_stands_in_the_database_alone(pausing):
    """After a restart nothing is left but rows: no job, no timer and no memory keeps or ends a pause."""
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
    db.session.commit()
    db.session.expunge_all()
    with at(20):
        found = attempt_of(learner, attempt)
        assert found.is_paused(clock.now()) and found.seconds_left(clock.now()) == 20 * 60
    with at(22):
        found = attempt_of(learner, attempt)
        assert not found.is_paused(clock.now()) and found.seconds_left(clock.now()) == 20 * 60


def test_the_databases_clock_times_a_pause(pausing, monkeypatch):
    """A web machine that is an hour ahead neither shortens nor lengthens a pause."""
    learner, attempt = pausing
    with at(10):
        services.pause_own(learner, attempt)
        monkeypatch.setattr(clock, "now", lambda: NINE + timedelta(minutes=70))
        monkeypatch.setattr(
            "academy.quizzes.pausing.database_clock.now", lambda: NINE + timedelta(minutes=12)
        )
        monkeypatch.setattr("academy.quizzes.opening.now_column", lambda: _fixed(12))
        services.end_own_pause(learner, attempt)
        monkeypatch.undo()
    assert minutes_from_nine(attempt_of(learner, attempt).deadline) == 32


def _fixed(minutes):
    return literal(NINE + timedelta(minutes=minutes), UtcDateTime())


# --- pages ---------------------------------------------------------------------------------------


def test_the_pages_work_without_scripts(app, pausing, sat):
    learner, attempt = pausing
    paper = f"/attempts/{attempt}"
    slots = view(learner, attempt).slots
    with at(5):
        reader = Reader(app.test_client(), learner)
        page = reader.get(paper)
        assert "2 more times" in page and re.search("25\xa0(minutes|phút)", page)
        sent = {"s1": right_answer(slots[0]), "base.1": "0", "pause": "1"}
        assert reader.post(paper, sent).endswith(paper)
    assert view(learner, attempt).slots[0].answer == right_answer(slots[0])
    with at(7):
        page = reader.get(paper)
        assert "CÂU HỎI" not in page.upper() and "RIGHT" not in page and "WRONG" not in page
        assert re.search("25\xa0(minutes|phút)", page) and f'action="{paper}/resumption"' in page
        assert reader.client.get(f"{paper}/review").status_code == 303
        # a page that was left open sends what it has: kept, not stored
        page = reader.post(paper, {"s2": right_answer(slots[1]), "base.2": "0"}, 409)
        assert f'name="s2" value="{right_answer(slots[1])}"' in page and "RIGHT" not in page
        page = reader.post(f"{paper}/submission", {"s2": right_answer(slots[1]), "base.2": "0"}, 409)
        assert 'name="s2"' in page
        reader.post(f"{paper}/submission", {}, 409)
        reply = reader.client.post(
            f"{paper}/resumption",
            data={"csrf_token": reader.token, "s2": right_answer(slots[1]), "base.2": "0"},
            follow_redirects=True,
        )
        assert reply.status_code == 200 and "RIGHT" in reply.get_data(as_text=True)
    found = view(learner, attempt)
    assert found.slots[1].answer == right_answer(slots[1])
    assert minutes_from_nine(found.attempt.deadline) == 32


def test_the_room_stops_clocks_and_lets_them_go_on(app, sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    reader = Reader(app.test_client(), sat.instructor)
    room = f"/quizzes/{sat.quiz_id}/room"
    form = {"whom": "chosen", "attempt": attempt, "minutes": "10", "reason": "  "}
    page = reader.post(f"{room}/pauses", form, 422)
    assert 'value="10"' in page and f'value="{attempt}" checked' in page
    reader.post(f"{room}/pauses", {"whom": "chosen", "minutes": "10", "reason": ILL}, 422)
    reader.post(f"{room}/pauses", form | {"minutes": "x", "reason": ILL}, 422)
    reader.post(f"{room}/pauses", form | {"reason": ILL})
    assert "paused until" in reader.get(room)
    page = Reader(app.test_client(), learner).get(f"/attempts/{attempt}")
    assert "invigilator has stopped the clock" in page and ILL not in page and "RIGHT" not in page
    reader.post(f"{room}/pauses/end", {"whom": "all"})
    assert "paused until" not in reader.get(room)
    reader.post(f"{room}/pauses/end", {"whom": "all"}, 409)
    form = {"who": learner.username, "pauses": "2", "pause_minutes": "", "reason": REASON}
    assert 'value="2"' in reader.post(f"{room}/accommodations", form, 422)
    reader.post(f"{room}/accommodations", form | {"pause_minutes": "15", "pause_past_close": "1"})
    assert "also past the closing" in reader.get(room)
    assert "even after the quiz has closed" not in Reader(app.test_client(), learner).get(
        f"/quizzes/{sat.quiz_id}"
    )


def test_the_room_as_json(app, sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    reader = Reader(app.test_client(), sat.instructor)
    headers, url = {"X-CSRFToken": reader.token}, f"/api/v1/quizzes/{sat.quiz_id}"
    body = {"minutes": 10, "reason": ILL, "attempts": [attempt]}
    assert reader.client.post(f"{url}/pauses", json=body, headers=headers).get_json() == {"paused": 1}
    sitting = reader.client.get(f"{url}/sittings").get_json()["sittings"][0]
    assert sitting["paused_until"] and sitting["paused_seconds"] == 600
    assert reader.client.post(f"{url}/pauses/end", json={}, headers=headers).get_json() == {"going_on": 1}
    assert reader.client.post(f"{url}/pauses", json=body | {"minutes": 0}, headers=headers).status_code == 422
    granted = {"pauses": 3, "pause_minutes": 9, "reason": REASON}
    put = reader.client.put(f"{url}/accommodations/{learner.person_id}", json=granted, headers=headers)
    assert put.status_code == 204
    assert reader.client.get(f"{url}/accommodations").get_json()["items"][0]["pause_minutes"] == 9


def test_a_paper_without_pauses_costs_no_query_for_them(pausing, sat, count_queries):
    learner, attempt = pausing
    other = sat.learner("Ai khác")
    plain = services.start_attempt(other, sat.quiz_id)

    def cost(actor, attempt_id):
        with count_queries() as seen:
            found = view(actor, attempt_id)
            if found.attempt.pauses:
                own_pauses(found.attempt, found.server_now)
        return len(seen)

    assert cost(learner, attempt) == cost(other, plain) + 1
