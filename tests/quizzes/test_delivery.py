"""How an examination is handed out: windows and time of one's own, code, network, device, freeze, the room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal

from academy.audit.models import AuditEntry
from academy.catalog.freezing import Frozen
from academy.catalog.services import OutlinePlan, publish_course, withdraw_course
from academy.enrollment.services import enroll
from academy.kernel import clock, database_clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import UtcDateTime, db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from academy.quizzes import queries, services
from academy.quizzes.accommodations import list_accommodations
from academy.quizzes.board import get_board
from academy.quizzes.enrollments import standing
from academy.quizzes.errors import AttemptClosed, CannotStart, OtherDevice, WrongPlace
from academy.quizzes.models import AccessCode
from academy.quizzes.publishing import save_quiz
from academy.quizzes.results import result_of
from academy.quizzes.seat import Seat, is_within
from tests.factories import create_actor
from tests.quizzes.conftest import SETTINGS, single
from tests.quizzes.sitting import right_answer, view, wrong_answer
from tests.quizzes.test_pages import Reader

NINE = datetime(2026, 12, 1, 2, tzinfo=UTC)
WINDOW = {"opens": "2026-12-01T09:00", "closes": "2026-12-01T10:00"}
HERE, THERE = Seat(device="one", address="10.1.2.3"), Seat(device="two", address="10.1.2.4")
REASON = "Theo giấy xác nhận y tế"


def acts(act):
    return db.session.query(AuditEntry).filter_by(act=act).all()


# --- the database's clock ------------------------------------------------------------------------


def test_the_databases_clock_is_the_machines_and_stops_with_the_codes(app):
    assert abs((database_clock.now() - clock.now()).total_seconds()) < 5
    with clock.frozen(NINE):
        assert database_clock.now() == NINE


def test_the_deadline_is_judged_by_the_database_not_by_the_web_machine(sat, monkeypatch):
    """A web machine whose clock is an hour behind takes no late answer; one that is ahead refuses no timely one."""
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    slot = view(learner, attempt).slots[0]
    machine = datetime.now
    monkeypatch.setattr(clock, "now", lambda: machine(UTC) + timedelta(hours=1))
    assert services.save_answer(learner, attempt, 1, 1, right_answer(slot)).accepted
    monkeypatch.setattr(clock, "now", lambda: machine(UTC) - timedelta(hours=1))
    monkeypatch.setattr("academy.quizzes.opening.now_column", lambda: _in(hours=1))
    with pytest.raises(AttemptClosed):
        services.save_answer(learner, attempt, 1, 2, wrong_answer(slot))


def _in(**span):
    return literal(datetime.now(UTC) + timedelta(**span), UtcDateTime())


# --- accommodations ------------------------------------------------------------------------------


def grant(sat, learner, **granted):
    return services.grant_accommodation(
        sat.instructor, sat.quiz_id, learner.username, {"reason": REASON} | granted
    )


def test_extra_time_is_a_share_rounded_up_and_minutes_on_top(sat):
    learner = sat.learner()
    sat.settings(minutes=45)
    grant(sat, learner, extra_percent=25, extra_minutes=5)
    with clock.frozen(NINE):
        attempt = services.start_attempt(learner, sat.quiz_id)
        assert view(learner, attempt).attempt.deadline == NINE + timedelta(minutes=45 + 12 + 5)
        other = sat.learner("Ai khác")
        attempt = services.start_attempt(other, sat.quiz_id)
        assert view(other, attempt).attempt.deadline == NINE + timedelta(minutes=45)


def test_extra_time_goes_past_the_closing_for_all(sat):
    learner = sat.learner()
    sat.settings(minutes=60, window=WINDOW)
    grant(sat, learner, extra_percent=50)
    with clock.frozen(NINE):
        attempt = services.start_attempt(learner, sat.quiz_id)
    with clock.frozen(NINE + timedelta(minutes=89)):
        slot = view(learner, attempt).slots[0]
        assert services.save_answer(learner, attempt, 1, 1, right_answer(slot)).accepted
    with clock.frozen(NINE + timedelta(minutes=91)), pytest.raises(AttemptClosed):
        services.save_answer(learner, attempt, 1, 2, wrong_answer(slot))


def test_a_window_of_ones_own_holds_for_its_owner_only(sat):
    learner, other = sat.learner(), sat.learner("Ai khác")
    sat.settings(window=WINDOW)
    grant(sat, learner, opens=NINE + timedelta(days=1), closes=NINE + timedelta(days=1, minutes=20))
    with clock.frozen(NINE):
        with pytest.raises(CannotStart) as refusal:
            services.start_attempt(learner, sat.quiz_id)
        assert refusal.value.rule == "quiz.window"
        services.start_attempt(other, sat.quiz_id)
    with clock.frozen(NINE + timedelta(days=1)):
        attempt = services.start_attempt(learner, sat.quiz_id)
        assert view(learner, attempt).attempt.deadline == NINE + timedelta(days=1, minutes=20)


def test_attempts_more_are_a_limit_that_the_schema_keeps_too(sat):
    learner = sat.learner()
    sat.settings(attempts=1)
    grant(sat, learner, extra_attempts=1)
    for _ in range(2):
        services.submit_attempt(learner, services.start_attempt(learner, sat.quiz_id))
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(learner, sat.quiz_id)
    assert refusal.value.rule == "quiz.attempts"


def test_a_grant_is_journalled_shown_before_the_start_and_taken_back_with_a_reason(app, sat):
    learner = sat.learner()
    person = grant(sat, learner, extra_minutes=15)
    assert person == learner.person_id
    assert acts("quizzes.accommodation.grant")[0].details["reason"] == REASON
    page = Reader(app.test_client(), learner).get(f"/quizzes/{sat.quiz_id}")
    assert "15 minutes more" in page and REASON not in page
    assert [one.extra_minutes for one in list_accommodations(sat.instructor, sat.quiz_id)] == [15]
    with pytest.raises(Invalid):
        services.withdraw_accommodation(sat.instructor, sat.quiz_id, person, reason=" ")
    services.withdraw_accommodation(sat.instructor, sat.quiz_id, person, reason="Cấp nhầm người")
    assert list_accommodations(sat.instructor, sat.quiz_id) == []
    assert acts("quizzes.accommodation.withdraw")[0].person_id == person


@pytest.mark.parametrize(
    "granted",
    [{}, {"extra_minutes": 5, "reason": "  "}, {"opens": NINE, "closes": NINE}],
    ids=["nothing", "no reason", "empty window"],
)
def test_a_grant_of_nothing_or_without_a_reason_is_refused(sat, granted):
    with pytest.raises(Invalid):
        grant(sat, sat.learner(), **granted)


def test_nobody_grants_who_does_not_invigilate_and_nobody_to_themselves(sat):
    learner = sat.learner()
    for stranger in (learner, create_actor(Role.INSTRUCTOR)):
        with pytest.raises(Forbidden):
            services.grant_accommodation(
                stranger, sat.quiz_id, learner.username, {"reason": REASON, "extra_minutes": 5}
            )
    with pytest.raises(Invalid):
        grant(sat, create_actor(), extra_minutes=5)
    enroll(sat.instructor, sat.course)
    with pytest.raises(Forbidden):
        grant(sat, sat.instructor, extra_minutes=5)


def released(actor, attempt):
    return result_of(actor, view(actor, attempt), "vi").flags


def test_answers_are_released_only_when_the_last_person_with_time_of_their_own_has_finished(sat):
    early, slow = sat.learner(), sat.learner("Người có thêm giờ")
    sat.settings(minutes=60, window=WINDOW)
    grant(sat, slow, extra_percent=50)
    with clock.frozen(NINE):
        attempt = services.start_attempt(early, sat.quiz_id)
        services.submit_attempt(early, attempt)
        services.start_attempt(slow, sat.quiz_id)
    with clock.frozen(NINE + timedelta(minutes=80)):
        assert "answers" not in released(early, attempt)
    with clock.frozen(NINE + timedelta(minutes=95)):
        services.expire_overdue()
        assert "answers" in released(early, attempt)


def test_answers_wait_for_a_window_of_somebody_elses_own(sat):
    early, later = sat.learner(), sat.learner("Người thi sau")
    sat.settings(window=WINDOW)
    grant(sat, later, opens=NINE + timedelta(days=1), closes=NINE + timedelta(days=1, hours=1))
    with clock.frozen(NINE):
        attempt = services.start_attempt(early, sat.quiz_id)
        services.submit_attempt(early, attempt)
    with clock.frozen(NINE + timedelta(hours=3)):
        assert "answers" not in released(early, attempt)
    with clock.frozen(NINE + timedelta(days=1, hours=2)):
        assert "answers" in released(early, attempt)


def test_whoever_was_granted_an_attempt_more_does_not_see_the_answers_before_it(sat):
    learner = sat.learner()
    sat.settings(attempts=1)
    grant(sat, learner, extra_attempts=1)
    first = services.start_attempt(learner, sat.quiz_id)
    services.submit_attempt(learner, first)
    assert "answers" not in released(learner, first)
    services.submit_attempt(learner, services.start_attempt(learner, sat.quiz_id))
    assert "answers" in released(learner, first)


# --- access code ---------------------------------------------------------------------------------


def test_a_code_is_needed_to_start_and_changes_without_a_new_version(sat):
    learner = sat.learner()
    number = queries.get_quiz(sat.quiz_id).number
    services.set_access_code(sat.instructor, sat.quiz_id, "Sen-Hồng 26")
    for wrong in ("", "sen hong 26", "Sen Hồng 27"):
        with pytest.raises(CannotStart) as refusal:
            services.start_attempt(learner, sat.quiz_id, code=wrong)
        assert refusal.value.rule == "quiz.code"
    attempt = services.start_attempt(learner, sat.quiz_id, code=" sEN hồng26 ")
    services.set_access_code(sat.instructor, sat.quiz_id, "another")
    assert services.start_attempt(learner, sat.quiz_id) == attempt
    assert queries.get_quiz(sat.quiz_id).number == number
    services.set_access_code(sat.instructor, sat.quiz_id, "")
    services.start_attempt(sat.learner("Ai khác"), sat.quiz_id)


def test_codes_cannot_be_guessed_one_after_another(sat):
    learner = sat.learner()
    services.set_access_code(sat.instructor, sat.quiz_id, "abcdef")
    for number in range(10):
        with pytest.raises(CannotStart):
            services.start_attempt(learner, sat.quiz_id, code=f"wrong{number}")
    with pytest.raises(TooMany):
        services.start_attempt(learner, sat.quiz_id, code="abcdef")
    services.start_attempt(sat.learner("Ai khác"), sat.quiz_id, code="abcdef")


def test_a_code_is_kept_as_a_hash_that_differs_between_quizzes(sat):
    services.set_access_code(sat.instructor, sat.quiz_id, "abcdef")
    other = save_quiz(Actor.system(), sat.course_id, "other", SETTINGS).quiz_id
    services.set_access_code(sat.instructor, other, "abcdef")
    first, second = db.session.query(AccessCode).all()
    assert first.mac != second.mac and "abcdef" not in first.mac + second.mac
    assert "abcdef" not in str([entry.details for entry in acts("quizzes.code.set")])


@pytest.mark.parametrize("code", ["!!!!!", " - ", "…"])
def test_a_code_of_no_letters_opens_no_room(sat, code):
    """Nothing of it is left to type: taken as it is, it would have removed the code that held."""
    services.set_access_code(sat.instructor, sat.quiz_id, "abcdef")
    with pytest.raises(Invalid):
        services.set_access_code(sat.instructor, sat.quiz_id, code)
    with pytest.raises(CannotStart):
        services.start_attempt(sat.learner(), sat.quiz_id)


def test_only_invigilators_set_codes(sat):
    with pytest.raises(Forbidden):
        services.set_access_code(sat.learner(), sat.quiz_id, "abcdef")
    with pytest.raises(Invalid):
        services.set_access_code(sat.instructor, sat.quiz_id, "ab")


# --- networks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.1.2.3", True), ("10.2.0.0", False), ("::ffff:10.1.2.3", True), ("2001:db8::7", True),
        ("2001:db9::7", False), ("192.168.7.9", True), ("192.168.7.10", False), ("", False), ("unknown", False),
        ("fe80::1%eth0", False),
    ],
)  # fmt: skip
def test_networks_of_both_kinds_and_single_addresses(address, inside):
    assert is_within(address, ["10.1.0.0/16", "2001:db8::/32", "192.168.7.9/32"]) is inside


def test_a_quiz_for_one_network_is_neither_started_nor_written_from_another(sat):
    learner = sat.learner()
    sat.settings(delivery={"networks": ["10.1.2.3"]})
    for seat in (THERE, Seat(device="one")):
        with pytest.raises(WrongPlace):
            services.start_attempt(learner, sat.quiz_id, seat=seat)
    attempt = services.start_attempt(learner, sat.quiz_id, seat=HERE)
    slot = view(learner, attempt).slots[0]
    services.save_answer(learner, attempt, 1, 1, right_answer(slot), seat=HERE)
    with pytest.raises(WrongPlace):
        services.save_answer(learner, attempt, 1, 2, wrong_answer(slot), seat=THERE)
    assert view(learner, attempt).slots[0].stored_sequence == 1


def test_what_the_caller_claims_of_its_address_counts_for_nothing(app, sat):
    """Without a trusted proxy before it, the academy believes the connection, not the header."""
    sat.settings(delivery={"networks": ["10.0.0.0/8"]})
    reader = Reader(app.test_client(), sat.learner())
    reply = reader.client.post(
        f"/quizzes/{sat.quiz_id}/attempts",
        data={"csrf_token": reader.token},
        headers={"X-Forwarded-For": "10.1.2.3", "X-Real-IP": "10.1.2.3", "Forwarded": "for=10.1.2.3"},
    )
    assert reply.status_code == 403 and "127.0.0.1" in reply.get_data(as_text=True)


@pytest.mark.parametrize("network", ["10.1.2.3/33", "10.1.2.3/16", "room 5", ""])
def test_what_is_no_network_is_refused_with_an_example(sat, network):
    with pytest.raises(Invalid) as refusal:
        sat.settings(delivery={"networks": [network]})
    assert "10.1.2.0/24" in str(refusal.value.errors)


def test_rules_of_delivery_that_are_not_set_make_no_new_version(sat):
    before = queries.get_quiz(sat.quiz_id).number
    sat.settings()
    assert queries.get_quiz(sat.quiz_id).number == before


# --- one device ----------------------------------------------------------------------------------


@pytest.fixture
def on_one(sat):
    sat.settings(delivery={"one_device": True})
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id, seat=HERE)
    slot = view(learner, attempt).slots[0]
    services.save_answer(learner, attempt, 1, 4, right_answer(slot), seat=HERE)
    return learner, attempt, slot


def test_a_second_device_is_refused_until_it_takes_over_and_then_the_first_is(on_one):
    learner, attempt, slot = on_one
    with pytest.raises(OtherDevice):
        services.save_answer(learner, attempt, 1, 5, wrong_answer(slot), seat=THERE)
    with pytest.raises(OtherDevice):
        services.submit_attempt(learner, attempt, seat=THERE)
    services.take_over(learner, attempt, THERE)
    services.take_over(learner, attempt, THERE)
    assert view(learner, attempt).slots[0].answer == right_answer(slot)
    services.save_answer(learner, attempt, 1, 5, wrong_answer(slot), seat=THERE)
    with pytest.raises(OtherDevice):
        services.save_answer(learner, attempt, 1, 6, right_answer(slot), seat=HERE)
    assert view(learner, attempt).slots[0].stored_sequence == 5
    services.submit_attempt(learner, attempt, seat=THERE)


def test_what_the_first_device_kept_counts_once_it_takes_back_unless_something_newer_is_stored(on_one):
    learner, attempt, slot = on_one
    other = view(learner, attempt).slots[1]
    services.take_over(learner, attempt, THERE)
    services.save_answer(learner, attempt, 1, 9, wrong_answer(slot), seat=THERE)
    services.take_over(learner, attempt, HERE)
    assert not services.save_answer(learner, attempt, 1, 5, right_answer(slot), seat=HERE).accepted
    assert services.save_answer(learner, attempt, 2, 1, right_answer(other), seat=HERE).accepted
    assert view(learner, attempt).slots[0].answer == wrong_answer(slot)


def test_nobody_takes_over_somebody_elses_attempt_or_one_that_is_over(sat, on_one):
    learner, attempt, _slot = on_one
    with pytest.raises(NotFound):
        services.take_over(sat.learner("Ai khác"), attempt, THERE)
    with clock.frozen(clock.now() + timedelta(hours=2)), pytest.raises(AttemptClosed):
        services.take_over(learner, attempt, THERE)


def test_two_browsers_by_pages_without_scripts(app, sat):
    """What the refused browser had typed comes along; it is stored where nothing newer stands."""
    sat.settings(delivery={"one_device": True})
    learner = sat.learner()
    first, second = (Reader(app.test_client(), learner) for _ in range(2))
    attempt = int(first.post(f"/quizzes/{sat.quiz_id}/attempts").rpartition("/")[2])
    slots = view(learner, attempt).slots
    assert f'action="/attempts/{attempt}/device"' in second.get(f"/attempts/{attempt}")
    assert "s1" not in second.get(f"/attempts/{attempt}")
    second.post(f"/attempts/{attempt}/device")
    assert "data-attempt-id" in second.get(f"/attempts/{attempt}")
    second.post(f"/attempts/{attempt}", {"base.1": "0", "s1": wrong_answer(slots[0])})
    typed = {"base.1": "0", "s1": right_answer(slots[0]), "base.2": "0", "s2": right_answer(slots[1])}
    page = first.post(f"/attempts/{attempt}", typed, status=409)
    assert all(f'name="{name}" value="{value}"' in page for name, value in typed.items())
    first.post(f"/attempts/{attempt}/device", typed)
    now = view(learner, attempt).slots
    assert now[0].answer == wrong_answer(slots[0]) and now[1].answer == right_answer(slots[1])


def test_the_paper_is_not_read_on_a_second_device_through_the_api(app, sat):
    sat.settings(delivery={"one_device": True})
    learner = sat.learner()
    first, second = (Reader(app.test_client(), learner) for _ in range(2))
    attempt = int(first.post(f"/quizzes/{sat.quiz_id}/attempts").rpartition("/")[2])
    assert first.client.get(f"/api/v1/attempts/{attempt}").status_code == 200
    refused = second.client.get(f"/api/v1/attempts/{attempt}")
    assert refused.status_code == 409 and refused.get_json()["type"] == "urn:academy:problem:attempt.device"
    assert first.client.get(f"/api/v1/attempts/{attempt}/clock").get_json()["active"] is True
    assert second.client.get(f"/api/v1/attempts/{attempt}/clock").get_json()["active"] is False


# --- freeze --------------------------------------------------------------------------------------

EXAM = {"window": WINDOW, "delivery": {"freeze_minutes": 60}}


@pytest.fixture
def frozen(sat):
    with clock.frozen(NINE - timedelta(days=1)):
        sat.settings(**EXAM)
    return sat


def changes(sat):
    """Every way in which what an examination uses might change."""
    return {
        "item": lambda: sat.item("mot-1", "single", single(1, outcome_text="khác")),
        "new item": lambda: sat.item("mot-99", "single", single(99)),
        "use of an item": lambda: sat.item("mot-1", "single", single(1), difficulty=5),
        "rules": lambda: sat.settings(**EXAM, minutes=5),
        "retired quiz": lambda: services.retire_quiz(sat.instructor, sat.quiz_id),
        "content files": lambda: services.sync_quizzes(Actor.system(), sat.course_id, {"final": SETTINGS}),
        "publication": lambda: publish_course(
            Actor.system(), sat.course_id, outline=[OutlinePlan(lesson="01-van-ban", minutes=99)]
        ),
        "withdrawal": lambda: withdraw_course(Actor.system(), sat.course_id, reason=REASON),
    }


@pytest.mark.parametrize("minutes", [-60, -59, 30, 60])
@pytest.mark.parametrize("name", changes(None))
def test_from_an_hour_before_until_it_has_closed_nothing_it_uses_changes(frozen, name, minutes):
    with clock.frozen(NINE + timedelta(minutes=minutes)), pytest.raises(Frozen) as refusal:
        changes(frozen)[name]()
    assert "Kiểm tra" in str(refusal.value) and "01/12/2026 10:00" in str(refusal.value)


@pytest.mark.parametrize("minutes", [-61, 61])
@pytest.mark.parametrize("name", ["item", "new item", "use of an item", "rules", "retired quiz", "content files", "withdrawal"])
def test_before_and_after_everything_can_change(frozen, name, minutes):
    with clock.frozen(NINE + timedelta(minutes=minutes)):
        changes(frozen)[name]()


def test_what_the_exam_does_not_use_can_change(frozen):
    with clock.frozen(NINE):
        frozen.item("mot-1", "single", single(1))  # the same again
        frozen.item("bai-1", "single", single(77), use_pool=False)


def test_the_freeze_lasts_while_somebody_with_time_of_their_own_sits(frozen):
    learner = frozen.learner()
    grant(frozen, learner, extra_percent=100)
    with clock.frozen(NINE + timedelta(minutes=55)):
        services.start_attempt(learner, frozen.quiz_id)
    with clock.frozen(NINE + timedelta(minutes=85)), pytest.raises(Frozen):
        changes(frozen)["item"]()


def test_an_administrator_lifts_it_with_a_reason(frozen):
    administrator = create_actor(Role.ADMINISTRATOR)
    with clock.frozen(NINE):
        with pytest.raises(Forbidden):
            services.lift_freeze(frozen.instructor, frozen.quiz_id, reason=REASON)
        with pytest.raises(Invalid):
            services.lift_freeze(administrator, frozen.quiz_id, reason="")
        services.lift_freeze(administrator, frozen.quiz_id, reason="Câu 3 in sai đáp án")
        changes(frozen)["item"]()
        assert acts("quizzes.freeze.lift")[0].details["reason"] == "Câu 3 in sai đáp án"
        with pytest.raises(Conflict):
            services.lift_freeze(administrator, frozen.quiz_id, reason=REASON)


def test_what_was_lifted_once_is_frozen_again_for_another_date(frozen):
    with clock.frozen(NINE):
        services.lift_freeze(create_actor(Role.ADMINISTRATOR), frozen.quiz_id, reason=REASON)
    with clock.frozen(NINE + timedelta(days=1)):
        frozen.settings(**EXAM | {"window": {"opens": "2026-12-08T09:00", "closes": "2026-12-08T10:00"}})
    with clock.frozen(NINE + timedelta(days=7)), pytest.raises(Frozen):
        changes(frozen)["item"]()


def test_of_two_examinations_the_one_that_lasts_longer_is_named(frozen):
    longer = SETTINGS | EXAM | {"window": {"opens": "2026-12-01T09:00", "closes": "2026-12-01T12:00"}}
    with clock.frozen(NINE - timedelta(days=1)):
        save_quiz(Actor.system(), frozen.course_id, "second", longer)
    with clock.frozen(NINE):
        assert clock.local(services.find_freeze(frozen.course_id).until).hour == 12


def test_a_freeze_without_a_window_is_refused(sat):
    with pytest.raises(Invalid):
        sat.settings(delivery={"freeze_minutes": 60})


# --- the room ------------------------------------------------------------------------------------


def test_the_board_says_who_sits_and_what_was_stored(sat):
    sat.settings(delivery={"one_device": True})
    with clock.frozen(NINE):
        first, second = sat.learner("Trần Bình"), sat.learner("Lê An")
        attempt = services.start_attempt(first, sat.quiz_id, seat=HERE)
        services.start_attempt(second, sat.quiz_id, seat=THERE)
    with clock.frozen(NINE + timedelta(minutes=5)):
        services.save_answer(first, attempt, 1, 1, right_answer(view(first, attempt).slots[0]), seat=HERE)
        services.take_over(first, attempt, THERE)
    with clock.frozen(NINE + timedelta(minutes=10)):
        board = get_board(sat.instructor, sat.quiz_id)
    assert board.open == 2 and [one.full_name for one in board.sittings] == ["Lê An", "Trần Bình"]
    found = board.sittings[1]
    assert (found.answered, found.items, found.devices) == (1, 3, 2)
    assert found.last_stored_at == NINE + timedelta(minutes=5) and found.minutes_left(board.now) == 20


def test_the_board_costs_the_same_however_many_sit(sat, count_queries):
    def cost():
        with count_queries() as seen:
            get_board(sat.instructor, sat.quiz_id)
        return len(seen)

    services.start_attempt(sat.learner(), sat.quiz_id)
    once = cost()
    for _ in range(4):
        services.start_attempt(sat.learner(), sat.quiz_id)
    assert cost() == once <= 8


def test_more_time_for_one_and_for_all(sat):
    with clock.frozen(NINE):
        learners = [sat.learner(f"Người {number}") for number in range(2)]
        attempts = [services.start_attempt(one, sat.quiz_id) for one in learners]
        assert services.grant_time(sat.instructor, sat.quiz_id, 10, reason=REASON, attempts=attempts[:1]) == 1
        assert services.grant_time(sat.instructor, sat.quiz_id, 5, reason="Mất điện 5 phút") == 2
    ends = [view(one, attempt).attempt.deadline for one, attempt in zip(learners, attempts, strict=True)]
    assert ends == [NINE + timedelta(minutes=45), NINE + timedelta(minutes=35)]
    assert [entry.details["minutes"] for entry in acts("quizzes.time.grant")] == [10, 5, 5]
    with clock.frozen(NINE + timedelta(minutes=44)):
        assert services.expire_overdue() == 1
        slot = view(learners[0], attempts[0]).slots[0]
        assert services.save_answer(learners[0], attempts[0], 1, 1, right_answer(slot)).accepted
    with clock.frozen(NINE + timedelta(minutes=46)):
        assert services.expire_attempt(attempts[0])


def test_more_time_comes_too_late_for_what_is_over_and_not_from_learners(sat):
    learner = sat.learner()
    with clock.frozen(NINE):
        attempt = services.start_attempt(learner, sat.quiz_id)
        with pytest.raises(Forbidden):
            services.grant_time(learner, sat.quiz_id, 10, reason=REASON)
        for minutes in (0, 241, -5):
            with pytest.raises(Invalid):
                services.grant_time(sat.instructor, sat.quiz_id, minutes, reason=REASON)
        with pytest.raises(Invalid):
            services.grant_time(sat.instructor, sat.quiz_id, 5, reason="")
    with clock.frozen(NINE + timedelta(hours=1)), pytest.raises(Conflict):
        services.grant_time(sat.instructor, sat.quiz_id, 10, reason=REASON, attempts=[attempt])


def test_everything_in_the_room_works_without_scripts_and_keeps_what_was_typed(app, sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    reader = Reader(app.test_client(), sat.instructor)
    room = f"/quizzes/{sat.quiz_id}/room"
    assert learner.full_name in reader.get(room)
    page = reader.post(f"{room}/time", {"minutes": "7", "whom": "chosen", "attempt": attempt, "reason": ""}, 422)
    assert 'value="7"' in page and f'value="{attempt}" checked' in page
    reader.post(f"{room}/time", {"minutes": "7", "whom": "chosen", "attempt": attempt, "reason": REASON})
    assert "+7" in reader.get(room)
    reader.post(f"{room}/code", {"code": "ab"}, 422)
    reader.post(f"{room}/code", {"code": ""}, 422)
    reader.post(f"{room}/code", {"code": "abcdef"})
    reader.post(f"{room}/code", {"remove": "1"})
    form = {"who": learner.username, "extra_minutes": "x", "reason": REASON}
    assert REASON in reader.post(f"{room}/accommodations", form, 422)
    reader.post(f"{room}/accommodations", form | {"extra_minutes": "10", "closes": "2030-01-01T10:00"})
    assert REASON in reader.get(room)
    reader.post(f"{room}/accommodations/{learner.person_id}/withdrawal", {"reason": "Cấp nhầm người"})
    assert REASON not in reader.get(room)
    assert standing(learner.person_id, sat.quiz_id, sat.course_id, clock.now()).used == 0
