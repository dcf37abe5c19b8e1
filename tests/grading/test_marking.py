"""Marking by people: who gets what, what the marks make, and that nothing leaks before the release."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import select

from academy.grading import queries, services
from academy.grading.deciding import decide
from academy.grading.models import MarkingAnswer, MarkingSeat
from academy.grading.overview_queries import overview_of
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import Job
from academy.organization.models import Person, Unit
from academy.quizzes.results import result_of
from tests.factories import create_actor, create_unit, grant
from tests.grading.conftest import worth


def seats(quiz_id: int) -> list[MarkingSeat]:
    db.session.expire_all()
    rows = select(MarkingSeat).join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
    return list(db.session.scalars(rows.where(MarkingAnswer.quiz_id == quiz_id).order_by(MarkingSeat.id)))


def answers() -> list[MarkingAnswer]:
    db.session.expire_all()
    return list(db.session.scalars(select(MarkingAnswer).order_by(MarkingAnswer.attempt_id, MarkingAnswer.slot)))


# --- what waits ------------------------------------------------------------------------------------


def test_an_answer_that_waits_for_a_person_is_no_failing_grader(marked):
    marked.sit()
    assert marked.view().attempt.pending
    assert not db.session.scalars(select(Job).where(Job.kind == "quizzes.grade_pending")).all()


def test_answers_are_taken_in_when_the_scheme_is_stored_and_when_they_are_handed_in(marked):
    marked.sit()
    assert not answers()
    marked.scheme()
    assert len(answers()) == 2
    marked.sit("Lê Văn Sau")
    assert len(answers()) == 4 and len({one.shuffle for one in answers()}) == 2


def test_what_was_not_answered_needs_no_marker(marked):
    marked.scheme()
    marked.sit(answers=("Bài làm", None))
    assert [one.slot for one in answers()] == [1]


# --- who marks what --------------------------------------------------------------------------------


def test_claimed_answers_come_in_an_order_of_the_marker_question_by_question(marked):
    for number in range(8):
        marked.sit(f"Người {number}")
    marked.scheme(mode="double")
    orders = []
    for marker in marked.markers[:2]:
        order = []
        while (seat := services.next_seat(marker, marked.quiz_id)) is not None:
            view = queries.get_seat(marker, seat)
            order.append((view.version.item_id, db.session.get(MarkingSeat, seat).answer_id))
            services.save_mark(marker, seat, worth(8))
        orders.append(order)
    for order in orders:
        items = [item for item, _answer in order]
        assert items == sorted(items) and len(order) == 16
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1])


def test_vertical_marking_keeps_the_answers_of_a_learner_together(marked):
    for number in range(5):
        marked.sit(f"Người {number}")
    marked.scheme(horizontal=False)
    attempts = []
    while (seat := services.next_seat(marked.markers[0], marked.quiz_id)) is not None:
        attempts.append(db.session.get(MarkingAnswer, db.session.get(MarkingSeat, seat).answer_id).attempt_id)
        services.save_mark(marked.markers[0], seat, worth(8))
    assert attempts[::2] == attempts[1::2] and len(set(attempts)) == 5


def test_an_even_share_differs_by_one_at_most_and_nobody_marks_twice(marked):
    for number in range(5):
        marked.sit(f"Người {number}")
    marked.scheme(mode="double", assignment="even")
    loads = Counter(seat.marker_id for seat in seats(marked.quiz_id))
    assert set(loads) == {one.account_id for one in marked.markers} and max(loads.values()) - min(loads.values()) <= 1
    both = Counter((seat.answer_id, seat.marker_id) for seat in seats(marked.quiz_id))
    assert set(both.values()) == {1}


def test_a_quota_is_kept_and_the_rest_waits(marked):
    for number in range(4):
        marked.sit(f"Người {number}")
    names = [{"account": marker.account_id, "quota": quota} for marker, quota in zip(marked.markers, (1, 2, 3), strict=True)]
    marked.scheme(markers=names, assignment="quota")
    assert marked.mark_all() == 6
    assert overview_of(marked.leader, marked.quiz_id).waiting == 2


def test_nobody_marks_their_own_unit_or_themselves(marked):
    unit = create_unit("Phường Ô Chợ Dừa")
    colleague = create_actor(Role.INSTRUCTOR, unit=unit)
    names = [{"account": colleague.account_id}]
    marked.sit()
    learner = marked.learners[0]
    with_unit = db.session.get(Person, learner.person_id)
    with_unit.unit_id = unit.id
    db.session.flush()
    for assignment in ("claim", "even"):
        marked.scheme(markers=names, assignment=assignment)
        assert services.next_seat(colleague, marked.quiz_id) is None, assignment
    marked.scheme(markers=names, avoid_own_unit=False)
    assert services.next_seat(colleague, marked.quiz_id) is not None


def test_a_marker_never_meets_an_answer_of_their_own(marked):
    marked.sit()
    learner = marked.learners[0]
    person = db.session.get(Person, learner.person_id)
    grant(person, Role.INSTRUCTOR, db.session.get(Unit, person.unit_id))
    marked.scheme(markers=[{"account": learner.account_id}], avoid_own_unit=False)
    assert services.next_seat(learner, marked.quiz_id) is None


@pytest.mark.parametrize("roles", [(), (Role.INSTRUCTOR, Role.REGISTRAR)])
def test_markers_are_instructors_and_no_registrars(marked, roles):
    stranger = create_actor(*roles)
    with pytest.raises(Invalid) as refusal:
        marked.scheme(markers=[{"account": stranger.account_id}])
    assert "markers" in refusal.value.errors


def test_only_markers_of_the_scheme_mark_and_only_their_own_seats(marked):
    marked.sit()
    marked.scheme()
    with pytest.raises(Forbidden):
        services.next_seat(create_actor(Role.INSTRUCTOR), marked.quiz_id)
    seat = services.next_seat(marked.markers[0], marked.quiz_id)
    for act in (lambda: queries.get_seat(marked.markers[1], seat), lambda: services.save_mark(marked.markers[1], seat, worth(5))):
        with pytest.raises(NotFound):
            act()


def test_a_marker_sees_neither_who_wrote_it_nor_other_marks(marked):
    marked.sit("TÊN BÍ MẬT")
    marked.scheme(mode="double")
    first = services.next_seat(marked.markers[0], marked.quiz_id)
    services.save_mark(marked.markers[0], first, worth(9, comment="LỜI CỦA NGƯỜI MỘT"))
    for seat in (services.next_seat(marked.markers[1], marked.quiz_id), first):
        actor = marked.markers[0] if seat == first else marked.markers[1]
        shown = repr(queries.get_seat(actor, seat))
        assert "TÊN BÍ MẬT" not in shown and str(marked.learners[0].person_id) not in shown.split("answer=")[0][-20:]
        assert ("LỜI CỦA NGƯỜI MỘT" in shown) == (seat == first)


def test_files_are_shown_to_markers_without_their_names(marked):
    marked.scheme()
    marked.sit(answers=({"files": [{"key": "ab.pdf", "name": "Trần Bình.pdf"}]}, None))
    seat = services.next_seat(marked.markers[0], marked.quiz_id)
    assert queries.get_seat(marked.markers[0], seat).answer == {"files": [{"key": "ab.pdf", "name": "1.pdf"}]}


def test_the_next_answer_costs_as_many_queries_for_five_as_for_forty(marked, count_queries):
    marked.scheme(mode="double")
    costs = []
    for learners in (3, 20):
        for number in range(learners):
            marked.sit(f"Người {learners} {number}")
        seat = services.next_seat(marked.markers[0], marked.quiz_id)
        with count_queries() as queries_next:
            services.next_seat(marked.markers[0], marked.quiz_id)
        with count_queries() as queries_seat:
            queries.get_seat(marked.markers[0], seat)
        costs.append((len(queries_next), len(queries_seat)))
    assert costs[0] == costs[1] and sum(costs[1]) <= 5


# --- what marks make -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "double", "rule", "score", "how", "third"),
    [
        ({}, False, "nearest", None, "", False),
        ({"first": "0.7"}, False, "nearest", "0.7", "single", False),
        ({"first": "0.7"}, True, "nearest", None, "", False),
        ({"first": "0.7", "second": "0.8"}, True, "nearest", "0.75", "mean", False),
        ({"first": "0.7", "second": "0.85"}, True, "nearest", "0.775", "mean", False),
        ({"first": "0.7", "second": "0.8501"}, True, "nearest", None, "", True),
        ({"first": "0.4", "second": "0.8", "third": "0.7"}, True, "nearest", "0.75", "nearest", True),
        ({"first": "0.4", "second": "0.8", "third": "0.5"}, True, "nearest", "0.45", "nearest", True),
        ({"first": "0.4", "second": "0.8", "third": "0.6"}, True, "nearest", "0.6", "third", True),
        ({"first": "0.4", "second": "0.8", "third": "0.7"}, True, "third", "0.7", "third", True),
        ({"first": "0.4", "second": "0.8", "moderation": "0.9"}, True, "third", "0.9", "moderation", False),
    ],
)
def test_what_the_marks_of_an_answer_make(marks, double, rule, score, how, third):
    given = {role: Decimal(value) for role, value in marks.items()}
    decision = decide(given, double=double, distance=Decimal("1.5"), third_rule=rule)
    assert decision.score == (None if score is None else Decimal(score))
    assert (decision.how, decision.needs_third) == (how, third)


def test_two_who_differ_bring_a_third_who_is_a_third_person(marked):
    marked.sit(answers=("Một", None))
    marked.scheme(mode="double")
    one, two, three = marked.markers
    services.save_mark(one, services.next_seat(one, marked.quiz_id), worth(4))
    assert services.next_seat(one, marked.quiz_id) is None
    services.save_mark(two, services.next_seat(two, marked.quiz_id), worth(9))
    assert overview_of(marked.leader, marked.quiz_id).thirds == 1
    assert services.next_seat(one, marked.quiz_id) is None and services.next_seat(two, marked.quiz_id) is None
    third = services.next_seat(three, marked.quiz_id)
    services.save_mark(three, third, worth(8))
    (answer,) = answers()
    assert (answer.state, answer.score, answer.how) == ("final", Decimal("0.85"), "nearest")


def test_a_third_mark_is_no_longer_asked_for_when_the_two_come_together(marked):
    marked.sit(answers=("Một", None))
    marked.scheme(mode="double")
    one, two, three = marked.markers
    first = services.next_seat(one, marked.quiz_id)
    services.save_mark(one, first, worth(4))
    services.save_mark(two, services.next_seat(two, marked.quiz_id), worth(9))
    services.save_mark(one, first, worth(8))
    assert services.next_seat(three, marked.quiz_id) is None
    assert answers()[0].score == Decimal("0.85")


def test_a_mark_can_be_undone_until_it_is_released(marked):
    marked.sit(answers=("Một", None))
    marked.scheme()
    marker = marked.markers[0]
    seat = services.next_seat(marker, marked.quiz_id)
    services.save_mark(marker, seat, worth(4))
    services.undo_mark(marker, seat)
    assert (answers()[0].state, answers()[0].score) == ("waiting", None)
    assert services.next_seat(marker, marked.quiz_id) == seat
    services.save_mark(marker, seat, worth(6))
    marked.release()
    for act in (lambda: services.undo_mark(marker, seat), lambda: services.save_mark(marker, seat, worth(1))):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.rule == "marking.released"
    assert marked.view().attempt.mark == Decimal("3.0")


def test_a_mark_without_a_level_is_refused_and_names_the_criterion(marked):
    marked.sit()
    marked.scheme()
    marker = marked.markers[0]
    seat = services.next_seat(marker, marked.quiz_id)
    with pytest.raises(Invalid) as refusal:
        services.save_mark(marker, seat, services.Mark(levels={"dung": "l3"}))
    assert list(refusal.value.errors) == ["level.lap-luan"]
    assert queries.get_seat(marker, seat).stored_at is None


# --- release ---------------------------------------------------------------------------------------


def test_nothing_is_told_before_the_release_and_the_review_policy_rules_after_it(marked):
    marked.sit()
    marked.scheme()
    marked.mark_all(8)
    view = marked.view()
    assert view.attempt.pending and view.attempt.mark is None and view.attempt.score is None
    assert [slot.score for slot in view.slots] == [0, 0] and "levels" not in repr([slot.grade_json for slot in view.slots])
    marked.release()
    view = marked.view()
    assert (view.attempt.mark, view.attempt.passed, view.attempt.pending) == (Decimal("8.0"), True, False)
    assert result_of(marked.learners[0], view, "vi").shows_score


def test_a_release_waits_for_every_mark_and_every_flag(marked):
    marked.sit()
    marked.scheme()
    one = marked.markers[0]
    services.save_mark(one, services.next_seat(one, marked.quiz_id), worth(5, flagged=True))
    with pytest.raises(Conflict) as refusal:
        marked.release()
    assert refusal.value.rule == "marking.waiting"
    services.save_mark(one, services.next_seat(one, marked.quiz_id), worth(5))
    with pytest.raises(Conflict) as refusal:
        marked.release()
    assert refusal.value.rule == "marking.flagged"
    services.confirm_marks(marked.leader, next(one.id for one in answers() if one.flagged))
    release = marked.release()
    assert release.answers == 2
    with pytest.raises(Conflict) as refusal:
        marked.release()
    assert refusal.value.rule == "marking.nothing"


def test_a_release_that_was_stopped_goes_on(marked):
    for number in range(3):
        marked.sit(f"Người {number}")
    marked.scheme()
    marked.mark_all(7)
    release = services.release_marks(marked.leader, marked.quiz_id)
    steps = services.apply_release(release.id)
    assert next(steps) == (1, 3)
    steps.close()
    assert [marked.view(number).attempt.mark for number in range(3)].count(None) == 2
    assert list(services.apply_release(release.id)) == [(1, 2), (2, 2)]
    assert {marked.view(number).attempt.mark for number in range(3)} == {Decimal("7.0")}
    assert not list(services.apply_release(release.id))


def test_comments_reach_the_learner_without_a_name(marked):
    marked.sit(answers=("Một", None))
    marked.scheme()
    marker = marked.markers[0]
    seat = services.next_seat(marker, marked.quiz_id)
    services.save_mark(marker, seat, worth(8, comment="Tốt, nên dẫn nguồn.", comments={"dung": "Đủ ý."}))
    marked.release()
    grade = marked.view().slots[0].grade()
    assert [remark.text["vi"] for remark in grade.feedback] == ["Đủ ý.", "Tốt, nên dẫn nguồn."]
    assert marker.full_name not in repr(grade) and grade.details["levels"] == {"dung": "l5", "lap-luan": "l3"}


def test_who_may_not_lead_neither_sets_up_nor_releases(marked):
    marked.sit()
    marked.scheme()
    for actor in (marked.markers[0], create_actor(Role.REGISTRAR, Role.ADMINISTRATOR), create_actor()):
        for act, more in (
            (services.save_scheme, [{"markers": []}]),
            (services.release_marks, []),
            (services.share_again, []),
            (overview_of, []),
        ):
            with pytest.raises(Forbidden):
                act(actor, marked.quiz_id, *more)


def test_another_scheme_keeps_what_is_marked_and_shares_out_the_rest(marked):
    for number in range(3):
        marked.sit(f"Người {number}")
    marked.scheme()
    one = marked.markers[0]
    services.save_mark(one, services.next_seat(one, marked.quiz_id), worth(9))
    services.next_seat(one, marked.quiz_id)
    scheme = marked.scheme(mode="double", assignment="even")
    assert scheme.number == 2 and marked.scheme(mode="double", assignment="even").number == 2
    roles = Counter(seat.role for seat in seats(marked.quiz_id))
    assert roles == {"first": 6, "second": 5}
    assert sum(seat.stored_at is not None for seat in seats(marked.quiz_id)) == 1
