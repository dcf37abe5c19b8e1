"""Third marks: who gets one, who may not, how it is given to another, and that it can be claimed where nobody has it."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from academy.accounts.models import Account
from academy.audit.models import AuditEntry
from academy.grading import services
from academy.grading.models import THIRD, MarkingAnswer, MarkingSeat
from academy.grading.third_queries import list_thirds
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.organization.models import Person, Unit
from academy.quizzes import services as quizzes
from tests.factories import create_actor, create_unit, grant
from tests.grading.conftest import TWO_QUESTIONS, worth
from tests.quizzes.test_api import Caller
from tests.quizzes.test_pages import Reader


@pytest.fixture
def four(marked):
    """The quiz with a fourth marker, marked twice and claimed; ``dispute()`` makes one and two differ at all answers."""
    city = create_unit("Sở Tài chính")
    fourth = create_actor(Role.INSTRUCTOR, unit=city, full_name="Hà Chấm Bốn")
    marked.markers = (*marked.markers, fourth)
    return marked


def dispute(marked, *names: str, answers=("Một", None)) -> None:
    for name in names:
        marked.sit(name, answers=answers)
    for marker, points in zip(marked.markers[:2], (3, 9), strict=True):
        while (seat := _first_or_second(marker, marked.quiz_id)) is not None:
            services.save_mark(marker, seat, worth(points))


def _first_or_second(marker, quiz_id: int) -> int | None:
    seat = services.next_seat(marker, quiz_id)
    return seat if seat is not None and db.session.get(MarkingSeat, seat).role != THIRD else None


def thirds(quiz_id: int) -> list[int | None]:
    db.session.expire_all()
    rows = select(MarkingSeat).join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
    found = db.session.scalars(rows.where(MarkingAnswer.quiz_id == quiz_id, MarkingSeat.role == THIRD))
    return [seat.marker_id for seat in found]


def test_a_third_mark_goes_to_who_has_the_least_to_do(four):
    four.scheme(mode="double")
    one, two, three, fourth = four.markers
    dispute(four, "Người 1", "Người 2", "Người 3", "Người 4", "Người 5")
    given = Counter(thirds(four.quiz_id))
    assert set(given) == {three.account_id, fourth.account_id}, "never to one of the first two"
    assert max(given.values()) - min(given.values()) == 1
    busy = fourth if given[fourth.account_id] == 2 else three
    idle = three if busy is fourth else fourth
    for _each in range(2):
        services.save_mark(idle, services.next_seat(idle, four.quiz_id), worth(5))
    dispute(four, "Người 6")
    assert Counter(thirds(four.quiz_id))[idle.account_id] == given[idle.account_id] + 1, (
        "what is marked is no load"
    )


def test_what_waits_at_another_quiz_is_load_too(four):
    three, fourth = four.markers[2:]
    first_quiz = four.quiz_id
    four.sat.quiz_id = quizzes.save_quiz(Actor.system(), four.sat.course_id, "second", TWO_QUESTIONS).quiz_id
    four.scheme(markers=[{"account": three.account_id}], assignment="even")
    four.sit("Người 1")
    four.sat.quiz_id = first_quiz
    four.scheme(mode="double")
    dispute(four, "Người 2")
    assert thirds(four.quiz_id) == [fourth.account_id], "by name alone it would be the other"
    (row,) = list_thirds(four.leader, four.quiz_id).items
    assert [(one.account, one.waiting) for one in row.candidates] == [(three.account_id, 2)], (
        "who has it is not offered"
    )


@pytest.mark.parametrize("obstacle", ["unit", "registrar", "closed", "own"])
def test_nobody_gets_it_who_must_not_mark_the_answer_and_then_it_can_be_claimed(four, obstacle):
    one, two, three, fourth = four.markers
    four.scheme(mode="double")
    four.sit("Người 1", answers=("Một", None))
    learner = db.session.get(Person, four.learners[0].person_id)
    for marker in (three, fourth):
        person = db.session.get(Person, marker.person_id)
        if obstacle == "unit":
            person.unit_id = learner.unit_id
        elif obstacle == "registrar":
            grant(person, Role.REGISTRAR, db.session.get(Unit, person.unit_id))
        elif obstacle == "closed":
            db.session.get(Account, marker.account_id).state = "disabled"
        db.session.flush()
    if obstacle == "own":
        four.markers = (one, two, four.learners[0])
        grant(learner, Role.INSTRUCTOR, db.session.get(Unit, learner.unit_id))
        four.scheme(mode="double", avoid_own_unit=False)
    dispute(four)
    assert thirds(four.quiz_id) == [None]
    (row,) = list_thirds(four.leader, four.quiz_id).items
    assert row.candidates == () and row.marker_id is None and row.distance == 6


def test_an_open_one_is_claimed_as_before(four):
    four.scheme(mode="double")
    three = four.markers[2]
    dispute(four, "Người 1")
    (answer,) = [row.answer_id for row in list_thirds(four.leader, four.quiz_id).items]
    services.give_third(four.leader, answer, None)
    assert thirds(four.quiz_id) == [None]
    assert all(services.next_seat(marker, four.quiz_id) is None for marker in four.markers[:2])
    services.save_mark(three, services.next_seat(three, four.quiz_id), worth(8))
    assert thirds(four.quiz_id) == [three.account_id]


def test_the_leader_gives_it_to_another_and_the_journal_tells(four):
    four.scheme(mode="double")
    one, two, three, fourth = four.markers
    dispute(four, "Người 1")
    (row,) = list_thirds(four.leader, four.quiz_id).items
    (candidate,) = row.candidates
    services.give_third(four.leader, row.answer_id, candidate.account)
    assert thirds(four.quiz_id) == [candidate.account]
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.act == "marking.third"))
    assert entry.details == {"before": row.marker_id, "after": candidate.account}
    before, after = (three, fourth) if row.marker_id == three.account_id else (fourth, three)
    assert services.next_seat(before, four.quiz_id) is None
    for account in (one.account_id, two.account_id, four.leader.account_id, 10**9):
        with pytest.raises(Invalid) as fault:
            services.give_third(four.leader, row.answer_id, account)
        assert "account" in fault.value.errors
    with pytest.raises(Forbidden):
        services.give_third(three, row.answer_id, three.account_id)
    services.save_mark(after, services.next_seat(after, four.quiz_id), worth(8))
    with pytest.raises(Conflict) as refusal:
        services.give_third(four.leader, row.answer_id, before.account_id)
    assert refusal.value.rule == "marking.no_third"


def test_sharing_again_gives_third_marks_again(four):
    four.scheme(mode="double")
    dispute(four, "Người 1", "Người 2")
    four.markers = four.markers[:3]
    four.scheme(mode="double")
    assert thirds(four.quiz_id) == [four.markers[2].account_id] * 2, "who is no longer a marker has none"


def test_a_quota_holds_for_third_marks(four):
    one, two, three, fourth = four.markers
    quotas = {one: 9, two: 9, three: 1, fourth: 1}
    names = [{"account": marker.account_id, "quota": quota} for marker, quota in quotas.items()]
    four.scheme(mode="double", assignment="claim")
    dispute(four, "Người 1", "Người 2", "Người 3")
    four.scheme(mode="double", assignment="quota", markers=names)
    assert sorted(thirds(four.quiz_id), key=str) == sorted(
        [three.account_id, fourth.account_id, None], key=str
    )


def test_finding_them_and_giving_them_costs_the_same_for_many(four, count_queries):
    four.scheme(mode="double")
    seen = []
    for names in (["Người 1"], [f"Người {n}" for n in range(2, 14)]):
        dispute(four, *names)
        with count_queries() as queries:
            assert len(list_thirds(four.leader, four.quiz_id).items) >= len(names)
        seen.append(len(queries))
        with count_queries() as queries:
            services.share_again(four.leader, four.quiz_id)
        seen.append(len([one for one in queries.statements if one.startswith("SELECT")]))
    assert seen[:2] == seen[2:] and seen[0] <= 7, seen


def test_the_pages_show_who_has_it_what_others_have_to_do_and_give_it_away(app, four):
    four.scheme(mode="double")
    dispute(four, "TÊN BÍ MẬT")
    browser = Reader(app.test_client(), four.leader)
    address = f"/studio/courses/{four.sat.course}/marking/final"
    (row,) = list_thirds(four.leader, four.quiz_id).items
    page = browser.get(address)
    assert (
        "Third marks to be given" in page
        and f'href="/marking/answers/{row.answer_id}"' in page
        and row.marker in page
    )
    page = browser.get(f"/marking/answers/{row.answer_id}")
    assert f"{row.candidates[0].name}: 0 answers left to mark" in page and "TÊN BÍ MẬT" not in page
    browser.post(f"/marking/answers/{row.answer_id}/third", {"account": row.candidates[0].account})
    assert thirds(four.quiz_id) == [row.candidates[0].account]
    page = browser.post(
        f"/marking/answers/{row.answer_id}/third", {"account": four.markers[0].account_id}, status=422
    )
    assert 'href="#f-account"' in page
    browser.post(f"/marking/answers/{row.answer_id}/third", {"account": "nobody"}, status=422)
    assert thirds(four.quiz_id) == [row.candidates[0].account]
    browser.post(f"/marking/answers/{row.answer_id}/third", {"account": ""})
    assert thirds(four.quiz_id) == [None] and "to be claimed" in browser.get(address)


def test_the_same_as_json(app, four):
    four.scheme(mode="double")
    dispute(four, "TÊN BÍ MẬT")
    leader = Caller(app.test_client(), four.leader)
    (row,) = leader("GET", f"/quizzes/{four.quiz_id}/marking/thirds")["items"]
    assert (row["distance"], row["candidates"][0]["waiting"]) == ("6.00", 0) and "BÍ MẬT" not in str(row)
    leader(
        "PUT",
        f"/marking/answers/{row['answer']}/third",
        json={"account": row["candidates"][0]["account"]},
        status=204,
    )
    assert thirds(four.quiz_id) == [row["candidates"][0]["account"]]
    leader(
        "PUT",
        f"/marking/answers/{row['answer']}/third",
        json={"account": four.markers[0].account_id},
        status=422,
    )
    leader("PUT", f"/marking/answers/{row['answer']}/third", json={}, status=422)
    leader("PUT", "/marking/answers/999999/third", json={"account": None}, status=404)
    stranger = Caller(app.test_client(), create_actor(Role.INSTRUCTOR))
    stranger("GET", f"/quizzes/{four.quiz_id}/marking/thirds", status=403)
    stranger("PUT", f"/marking/answers/{row['answer']}/third", json={"account": None}, status=403)
