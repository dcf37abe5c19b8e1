"""Appeals: states, deadlines, who marks again, who decides, what the rule makes, what is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.grading import appeal_queries, services
from academy.grading.appeal_states import (
    APPEAL_STATES,
    ASSIGN,
    DECIDE,
    REFUSE,
    REMARK,
    RETURN,
    TRANSITIONS,
    WITHDRAW,
    after,
)
from academy.grading.appealing import by_rule
from academy.grading.models import Appeal
from academy.grading.scheme import AppealRules
from academy.grading.working_days import end_of_working_day
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.organization.identity import actor_of_account
from academy.organization.models import Person
from academy.plugins.contract import Grade
from academy.quizzes.models import REGRADE
from academy.quizzes.results import result_of
from academy.quizzes.services import NewGrade, change_grades
from tests.factories import create_actor, create_unit, grant
from tests.grading.conftest import run_jobs, worth

ACTS = (ASSIGN, REMARK, DECIDE, RETURN, REFUSE, WITHDRAW)
ALLOWED = {
    "submitted": {ASSIGN: "assigned", REFUSE: "refused", WITHDRAW: "withdrawn"},
    "assigned": {ASSIGN: "assigned", REMARK: "remarked"},
    "remarked": {DECIDE: "decided", RETURN: "submitted"},
    "decided": {},
    "refused": {},
    "withdrawn": {},
}


@pytest.mark.parametrize(("state", "act"), list(product(APPEAL_STATES, ACTS)))
def test_every_act_in_every_state_is_in_the_table_or_impossible(state, act):
    if act in ALLOWED[state]:
        assert after(state, act) == ALLOWED[state][act]
        return
    with pytest.raises(Conflict):
        after(state, act)


@pytest.mark.parametrize(("before", "wanted"), list(product(APPEAL_STATES, APPEAL_STATES)))
def test_a_row_cannot_leave_the_table_even_by_hand(before, wanted):
    appeal = Appeal()
    appeal.__dict__["state"] = before
    possible = before == wanted or wanted in {end for (start, _act), end in TRANSITIONS.items() if start == before}
    if possible:
        appeal.state = wanted
        return
    with pytest.raises(Conflict):
        appeal.state = wanted


def test_a_new_appeal_cannot_begin_as_decided():
    with pytest.raises(Conflict):
        Appeal(state="decided")


@pytest.mark.parametrize(
    ("start", "days", "off", "end"),
    [
        ("2026-11-27T09:00+07:00", 1, (), "2026-12-01T00:00+07:00"),  # Friday → Monday
        ("2026-11-27T23:30+07:00", 5, (), "2026-12-05T00:00+07:00"),
        ("2026-11-27T16:30+00:00", 1, (), "2026-12-01T00:00+07:00"),
        ("2026-11-27T17:30+00:00", 1, (), "2026-12-01T00:00+07:00"),  # Saturday in Hanoi by then
        ("2026-12-31T09:00+07:00", 1, (), "2027-01-05T00:00+07:00"),  # New Year is a Friday
        ("2026-11-27T09:00+07:00", 1, (date(2026, 11, 30),), "2026-12-02T00:00+07:00"),
    ],
)
def test_working_days_skip_weekends_holidays_and_named_days(start, days, off, end):
    assert end_of_working_day(datetime.fromisoformat(start), days, off) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("before", "again", "lower", "result"),
    [
        ("0.5", "0.54", True, "0.5"),
        ("0.5", "0.55", True, "0.55"),
        ("0.5", "0.46", True, "0.5"),
        ("0.5", "0.45", True, "0.45"),
        ("0.5", "0.45", False, "0.5"),
        ("0.5", "0.9", False, "0.9"),
    ],
)
def test_what_a_second_look_makes_of_a_score(before, again, lower, result):
    rules = AppealRules(days=5, decide_days=15, threshold=Decimal("0.5"), may_lower=lower, days_off=frozenset())
    assert by_rule(Decimal(before), Decimal(again), rules) == Decimal(result)


# --- from asking to the decision -------------------------------------------------------------------


@pytest.fixture
def released(marked):
    """One learner whose two answers the first marker gave five points each."""
    marked.sit()
    marked.scheme()
    marked.mark_all(5, marked.markers[:1])
    marked.release()
    return marked


def ask(released, reasons=None) -> int:
    return services.ask_appeal(released.learners[0], released.attempts[0], reasons or {1: "Tôi đã nêu đủ ý."})


def remarked(released, points: int) -> int:
    appeal = ask(released)
    services.assign_appeal(released.leader, appeal, released.markers[1].account_id)
    services.remark_appeal(released.markers[1], appeal, {1: worth(points, comment="Xem lại: có dẫn nguồn.")})
    return appeal


def test_an_appeal_goes_from_asking_to_a_raised_mark(released):
    appeal = remarked(released, 9)
    assert released.view().attempt.mark == Decimal("5.0")
    told = appeal_queries.get_appeal(released.learners[0], appeal)
    assert told.state == "remarked" and told.outcome is None
    services.decide_appeal(released.approver, appeal, reason="Bài có dẫn nguồn đầy đủ.")
    view = released.view()
    assert (view.attempt.mark, view.slots[0].score, view.slots[1].score) == (Decimal("7.0"), Decimal("0.9"), Decimal("0.5"))
    decided = appeal_queries.get_appeal(released.learners[0], appeal)
    assert (decided.outcome, decided.mark_before, decided.mark_after) == ("raised", Decimal("5.0"), Decimal("7.0"))
    acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.object_kind == "appeal").order_by(AuditEntry.number))
    assert list(acts) == ["appeal.ask", "appeal.assign", "appeal.remark", "appeal.decide"]


@pytest.mark.parametrize(
    ("points", "lower", "outcome", "mark"),
    [(5, True, "unchanged", "5.0"), (3, True, "lowered", "4.0"), (3, False, "unchanged", "5.0")],
)
def test_outcomes_by_the_rule_of_the_scheme(marked, points, lower, outcome, mark):
    marked.sit()
    marked.scheme(appeal={"may_lower": lower})
    marked.mark_all(5, marked.markers[:1])
    marked.release()
    appeal = remarked(marked, points)
    services.decide_appeal(marked.approver, appeal, reason="Theo quy chế.")
    assert appeal_queries.get_appeal(marked.learners[0], appeal).outcome == outcome
    assert marked.view().attempt.mark == Decimal(mark)


def test_the_deadline_is_kept_to_the_second(released):
    view = released.view()
    chance = appeal_queries.chance_of(released.learners[0], view, result_of(released.learners[0], view, "vi"))
    assert chance.is_open
    with clock.frozen(chance.deadline), pytest.raises(Conflict) as refusal:
        ask(released)
    assert refusal.value.rule == "appeal.deadline"
    with clock.frozen(chance.deadline - timedelta(seconds=1)):
        assert ask(released)


def test_there_is_no_appeal_before_the_release_without_a_rule_or_by_others(marked):
    marked.sit()
    marked.scheme(appeal={"days": 0})
    with pytest.raises(Conflict) as refusal:
        ask(marked)
    assert refusal.value.rule == "appeal.none"
    marked.mark_all(5, marked.markers[:1])
    marked.release()
    with pytest.raises(Conflict):
        ask(marked)
    for other in (create_actor(), marked.leader):
        with pytest.raises(NotFound):
            services.ask_appeal(other, marked.attempts[0], {1: "x"})


def test_one_appeal_for_an_attempt_and_another_after_it_was_withdrawn(released):
    first = ask(released)
    with pytest.raises(Conflict) as refusal:
        ask(released)
    assert refusal.value.rule == "appeal.once"
    services.withdraw_appeal(released.learners[0], first)
    second = ask(released)
    services.assign_appeal(released.leader, second, released.markers[1].account_id)
    with pytest.raises(Conflict):
        services.withdraw_appeal(released.learners[0], second)


def test_an_appeal_names_questions_and_reasons(released):
    with pytest.raises(Invalid) as refusal:
        ask(released, {1: "  ", 2: "Có lý do"})
    assert list(refusal.value.errors) == ["reason.1"]
    with pytest.raises(Invalid):
        services.ask_appeal(released.learners[0], released.attempts[0], {})
    with pytest.raises(NotFound):
        ask(released, {9: "Không có câu này"})


def test_who_marked_before_does_not_mark_again_and_who_marks_does_not_decide(released):
    appeal = ask(released)
    view = appeal_queries.get_appeal(released.leader, appeal)
    offered = {account for account, _name in appeal_queries.candidates(view)}
    assert released.markers[0].account_id not in offered and released.markers[1].account_id in offered
    for account in (released.markers[0].account_id, released.learners[0].account_id, None, 999_999):
        with pytest.raises(Invalid):
            services.assign_appeal(released.leader, appeal, account)
    services.assign_appeal(released.leader, appeal, released.markers[1].account_id)
    for stranger in (released.markers[0], released.markers[2], released.leader, released.learners[0]):
        with pytest.raises(NotFound):
            services.remark_appeal(stranger, appeal, {1: worth(9)})
    services.remark_appeal(released.markers[1], appeal, {1: worth(9)})
    registrar = create_actor(Role.APPROVER, Role.REGISTRAR)
    for actor, refusal in ((released.leader, Forbidden), (registrar, NotFound), (released.markers[1], NotFound)):
        with pytest.raises(refusal):
            services.decide_appeal(actor, appeal, reason="x")


def test_an_approver_who_marked_or_marks_again_does_not_decide(released):
    city = create_unit()
    for marker in released.markers:
        grant(db.session.get(Person, marker.person_id), Role.APPROVER, city)
    first, again, third = (actor_of_account(marker.account_id) for marker in released.markers)
    appeal = remarked(released, 9)
    for actor in (first, again):
        with pytest.raises(Forbidden):
            services.decide_appeal(actor, appeal, reason="x")
    services.decide_appeal(third, appeal, reason="Có dẫn nguồn.")


def test_who_marks_again_sees_neither_learner_nor_earlier_marks(released):
    appeal = ask(released)
    services.assign_appeal(released.leader, appeal, released.markers[1].account_id)
    _view, questions = appeal_queries.get_remark(released.markers[1], appeal)
    assert [one.slot for one in questions] == [1] and "score" not in questions[0].shown
    with pytest.raises(NotFound):
        appeal_queries.get_appeal(released.markers[1], appeal)


def test_a_second_look_that_is_given_back_goes_to_a_third_person(released):
    appeal = remarked(released, 9)
    services.return_appeal(released.approver, appeal, reason="Chưa chấm theo thang điểm.")
    view = appeal_queries.get_appeal(released.leader, appeal)
    assert view.state == "submitted" and view.questions[0].points is None
    offered = {account for account, _name in appeal_queries.candidates(view)}
    assert not offered & {one.account_id for one in released.markers[:2]}
    services.assign_appeal(released.leader, appeal, released.markers[2].account_id)
    services.remark_appeal(released.markers[2], appeal, {1: worth(5)})
    services.decide_appeal(released.approver, appeal, reason="Giữ nguyên.")
    assert appeal_queries.get_appeal(released.learners[0], appeal).outcome == "unchanged"


def test_an_attempt_that_waits_to_be_graded_anew_is_not_decided(released):
    appeal = remarked(released, 9)
    waits = NewGrade(grade=Grade(score=Decimal(0), pending=True))
    change_grades(Actor.system(), released.attempts[0], {2: waits}, source=REGRADE)
    with pytest.raises(Conflict) as refusal:
        services.decide_appeal(released.approver, appeal, reason="Đã xét.")
    assert refusal.value.rule == "grading.no_mark"
    assert appeal_queries.get_appeal(released.leader, appeal).state == "remarked"


def test_a_second_look_without_a_level_is_refused_and_stores_nothing(released):
    appeal = ask(released, {1: "Một", 2: "Hai"})
    services.assign_appeal(released.leader, appeal, released.markers[1].account_id)
    with pytest.raises(Invalid) as refusal:
        services.remark_appeal(released.markers[1], appeal, {1: worth(9)})
    assert set(refusal.value.errors) == {"2.level.dung", "2.level.lap-luan"}
    assert appeal_queries.get_appeal(released.leader, appeal).questions[0].points is None


def test_a_refused_appeal_tells_why(released):
    appeal = ask(released)
    services.refuse_appeal(released.approver, appeal, reason="Đơn không nêu căn cứ.")
    view = appeal_queries.get_appeal(released.learners[0], appeal)
    assert (view.state, view.note) == ("refused", "Đơn không nêu căn cứ.")


def test_seeing_and_listing_agree(released):
    appeal = ask(released)
    everyone = (released.leader, released.approver, *released.markers, *released.learners, create_actor(*Role), create_actor())
    for actor in everyone:
        listed = appeal in {one.id for one in (*appeal_queries.list_open(actor), *appeal_queries.list_own(actor))}
        try:
            seen = bool(appeal_queries.get_appeal(actor, appeal))
        except NotFound:
            seen = False
        assert listed == seen, actor.full_name


def test_figures_are_told_from_five_on(marked):
    marked.scheme()
    for number in range(5):
        marked.sit(f"Người {number}", answers=("Một", None))
    marked.mark_all(5, marked.markers[:1])
    marked.release()
    run_jobs()
    for number in range(5):
        figures = appeal_queries.figures_of(marked.leader, marked.quiz_id)
        assert figures.decided is None and figures.requests == (0 if number == 0 else None)
        appeal = services.ask_appeal(marked.learners[number], marked.attempts[number], {1: "Có lý do"})
        services.assign_appeal(marked.leader, appeal, marked.markers[1].account_id)
        services.remark_appeal(marked.markers[1], appeal, {1: worth(9 if number < 2 else 5)})
        services.decide_appeal(marked.approver, appeal, reason="Đã xét.")
    figures = appeal_queries.figures_of(marked.leader, marked.quiz_id)
    assert (figures.requests, figures.decided, figures.changed, figures.mean_change) == (5, 5, 2, Decimal("2.0"))
    assert figures.median_days == 0
