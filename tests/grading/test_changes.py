"""Moderation, agreement of markers, and the two people that a changed mark needs."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import select

from academy.audit.chain import verify
from academy.audit.models import AuditEntry
from academy.grading import services
from academy.grading.agreement import agreement, severity_of, spread_of
from academy.grading.bands import BAND_SETS
from academy.grading.models import JudgedResult, MarkingAnswer
from academy.grading.overview_queries import get_answer, get_proposal, list_proposals, overview_of, sample_of
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.quizzes.models import GradeChange
from tests.factories import create_actor
from tests.grading.conftest import TWO_QUESTIONS, worth


def pairs(*points: tuple[int, int]) -> Counter[tuple[Decimal, Decimal]]:
    return Counter((Decimal(one) / 10, Decimal(other) / 10) for one, other in points)


def test_agreement_of_two_markers():
    found = agreement(pairs((5, 5), (6, 7), (8, 8), (3, 6)))
    assert (found.pairs, found.exact, found.adjacent) == (4, Decimal("0.50"), Decimal("0.75"))
    # 1 − Σ(a−b)² ÷ Σ over all pairs of first and second: observed 10/4, expected 33.5+43.5−2·5.5·6.5 = 5.5
    assert found.kappa == Decimal("0.55")
    assert agreement(pairs((5, 5), (7, 7))).kappa == 1
    assert agreement(pairs((5, 5), (5, 5))).kappa is None and agreement({}).exact is None
    assert severity_of(pairs((5, 6), (7, 9))) == Decimal("-1.50")
    assert spread_of(Counter([Decimal("0.4"), Decimal("0.8")])) == Decimal("2.00")


def test_the_overview_compares_markers_in_as_many_queries_for_any_number(marked, count_queries):
    marked.scheme(mode="double")
    costs = []
    for batch in range(2):
        for number in range(1 + 5 * batch):
            marked.sit(f"Người {batch} {number}")
        for marker, points in ((marked.markers[0], 7), (marked.markers[1], 8)):
            marked.mark_all(points, (marker,))
        with count_queries() as seen:
            overview = overview_of(marked.leader, marked.quiz_id)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 8
    rows = {row.account: row for row in overview.markers}
    severe, mild = rows[marked.markers[0].account_id], rows[marked.markers[1].account_id]
    assert (severe.severity, mild.severity, severe.mean) == (
        Decimal("-1.00"),
        Decimal("1.00"),
        Decimal("7.00"),
    )
    assert severe.agreement.adjacent == 1 and severe.stored == 14


def test_a_sample_is_drawn_alike_by_the_same_seed(marked):
    marked.scheme()
    for number in range(6):
        marked.sit(f"Người {number}")
    marked.mark_all(7)
    one, again, other = (
        [row.id for row in sample_of(marked.leader, marked.quiz_id, size=5, seed=seed)]
        for seed in ("a", "a", "b")
    )
    assert one == again != other and len(one) == 5
    assert sample_of(marked.leader, marked.quiz_id, rule="flagged") == []


def test_a_moderators_mark_counts_and_has_a_reason(marked):
    marked.sit(answers=("Một", None))
    marked.scheme()
    marker = marked.markers[0]
    seat = services.next_seat(marker, marked.quiz_id)
    services.save_mark(marker, seat, worth(4, flagged=True))
    answer = db.session.scalar(select(MarkingAnswer.id))
    with pytest.raises(Invalid):
        services.moderate(marked.leader, answer, worth(7), reason=" ")
    services.moderate(marked.leader, answer, worth(7), reason="Bỏ sót ý hai.")
    view = get_answer(marked.leader, answer)
    assert (view.points, view.how, view.flagged) == (Decimal(7), "moderation", False)
    with pytest.raises(Conflict) as refusal:
        services.save_mark(marker, seat, worth(1))
    assert refusal.value.rule == "marking.moderated"
    with pytest.raises(Forbidden):
        services.moderate(marker, answer, worth(1), reason="x")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.act == "marking.moderate"))
    assert entry.details == {"before": "0.4", "after": "0.7", "reason": "Bỏ sót ý hai."}


# --- two people ------------------------------------------------------------------------------------


@pytest.fixture
def released(marked):
    marked.sit()
    marked.scheme()
    marked.mark_all(5)
    marked.release()
    return marked


def propose(released, points: str = "8", actor=None) -> int:
    return services.propose_change(
        actor or released.leader, released.attempts[0], 1, points=Decimal(points), reason="Cộng nhầm điểm."
    )


def test_a_changed_mark_takes_two_people(released):
    proposal = propose(released)
    assert released.view().attempt.mark == Decimal("5.0")
    services.approve_change(released.approver, proposal)
    view = released.view()
    assert (view.attempt.mark, view.slots[0].score) == (Decimal("6.5"), Decimal("0.8"))
    rows = db.session.scalars(
        select(GradeChange).where(GradeChange.attempt_id == view.attempt.id).order_by(GradeChange.id)
    ).all()
    assert rows[-1].reason == "Cộng nhầm điểm." and rows[-1].by_id == released.approver.account_id
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_kind == "mark_proposal").order_by(AuditEntry.number)
    ).all()
    assert [(one.act, one.account_id) for one in entries] == [
        ("grade.propose", released.leader.account_id),
        ("grade.approve", released.approver.account_id),
    ]
    assert verify().broken_at is None


def test_the_same_person_cannot_do_both_and_registrars_neither(marked):
    marked.sit()
    both = create_actor(Role.INSTRUCTOR, Role.APPROVER, Role.ADMINISTRATOR)
    from academy.catalog.services import set_instructors
    from academy.kernel.actor import Actor

    set_instructors(Actor.system(), marked.sat.course_id, [marked.leader.account_id, both.account_id])
    marked.scheme()
    marked.mark_all(5)
    marked.release()
    proposal = propose(marked, actor=both)
    with pytest.raises(Forbidden):
        services.approve_change(both, proposal)
    registrar = create_actor(Role.APPROVER, Role.REGISTRAR)
    with pytest.raises(NotFound):
        services.approve_change(registrar, proposal)
    with pytest.raises(Forbidden):
        propose(marked, actor=create_actor(Role.ADMINISTRATOR, Role.REGISTRAR))
    assert marked.view().attempt.mark == Decimal("5.0")


def test_a_learner_who_approves_cannot_approve_their_own_mark(released):
    from academy.organization.identity import actor_of_account
    from academy.organization.models import Person, Unit
    from tests.factories import grant

    person = db.session.get(Person, released.learners[0].person_id)
    grant(person, Role.APPROVER, db.session.get(Unit, person.unit_id))
    learner = actor_of_account(person.account_id)
    with pytest.raises(Forbidden):
        services.approve_change(learner, propose(released))


def test_proposals_are_rejected_withdrawn_and_never_decided_twice(released):
    first = propose(released)
    with pytest.raises(Conflict):
        propose(released, "9")
    with pytest.raises(Invalid):
        services.reject_change(released.approver, first, reason="")
    services.reject_change(released.approver, first, reason="Điểm đúng.")
    with pytest.raises(Conflict):
        services.approve_change(released.approver, first)
    second = propose(released)
    with pytest.raises(Forbidden):
        services.withdraw_change(released.approver, second)
    services.withdraw_change(released.leader, second)
    assert get_proposal(released.leader, second).state == "withdrawn"
    assert released.view().attempt.mark == Decimal("5.0")


def test_a_proposal_for_a_score_that_changed_since_is_not_approved(released):
    appeal = services.ask_appeal(released.learners[0], released.attempts[0], {1: "Có lý do"})
    proposal = propose(released)
    other = next(one for one in released.markers if one.account_id not in _markers(released, appeal))
    services.assign_appeal(released.leader, appeal, other.account_id)
    services.remark_appeal(other, appeal, {1: worth(9)})
    services.decide_appeal(released.approver, appeal, reason="Nâng điểm.")
    with pytest.raises(Conflict) as refusal:
        services.approve_change(released.approver, proposal)
    assert refusal.value.rule == "grading.stale"


def _markers(released, appeal):
    from academy.grading.appeal_queries import get_appeal

    return get_appeal(released.leader, appeal).markers


def test_what_cannot_be_proposed(released):
    for points, rule in (
        (Decimal(5), "grading.same"),
        (Decimal(11), "marking.points"),
        (None, "marking.points"),
    ):
        with pytest.raises((Conflict, Invalid)) as refusal:
            services.propose_change(released.leader, released.attempts[0], 1, points=points, reason="x")
        assert refusal.value.rule == rule
    with pytest.raises(NotFound):
        services.propose_change(released.leader, released.attempts[0], 7, points=Decimal(1), reason="x")


def test_a_proposal_tells_the_deduction_that_comes_with_it(marked):
    marked.sat.settings(
        **TWO_QUESTIONS | {"draw": [{"kinds": ["tests:essay"], "count": 2, "penalty": "0.25"}]}
    )
    marked.sit()
    marked.scheme()
    marked.mark_all(5)
    marked.release()
    proposal = propose(marked, "0")
    told = get_proposal(marked.leader, proposal)
    assert (told.points_before, told.points_after) == (Decimal(5), Decimal("-2.5"))
    services.approve_change(marked.approver, proposal)
    assert marked.view().slots[0].score == Decimal("-0.25")
    assert marked.view().attempt.mark == told.mark_after == Decimal("1.3")
    with pytest.raises(Conflict) as refusal:
        propose(marked, "0")
    assert refusal.value.rule == "grading.same"


def test_seeing_and_listing_proposals_agree(released):
    proposal = propose(released)
    everyone = (
        released.leader,
        released.approver,
        *released.markers,
        *released.learners,
        create_actor(*Role),
        create_actor(),
    )
    for actor in everyone:
        listed = proposal in {one.id for one in list_proposals(actor, state="proposed")}
        try:
            seen = bool(get_proposal(actor, proposal))
        except NotFound:
            seen = False
        assert listed == seen, actor.full_name


# --- bands -----------------------------------------------------------------------------------------


def judged(attempt_id: int) -> JudgedResult | None:
    db.session.expire_all()
    return db.session.get(JudgedResult, attempt_id)


def test_a_result_keeps_the_set_it_was_judged_with(marked):
    marked.sit(answers=("Một", None))
    marked.scheme(band_set="five-1")
    assert judged(marked.attempts[0]) is None
    marked.mark_all(9)
    marked.release()
    assert (judged(marked.attempts[0]).band_set, judged(marked.attempts[0]).mark) == (
        "five-1",
        Decimal("4.5"),
    )
    marked.scheme(band_set="four-1")
    services.approve_change(marked.approver, propose(marked, "10"))
    assert (judged(marked.attempts[0]).band_set, judged(marked.attempts[0]).mark) == (
        "five-1",
        Decimal("5.0"),
    )


def test_sets_are_in_order_and_end_where_one_fails():
    for bands in BAND_SETS.values():
        least = [band.least for band in bands]
        assert least == sorted(least, reverse=True) and least[-1] == 5
