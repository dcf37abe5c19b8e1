"""Regrades from the preview to the reversal: what changes, what is left alone, who decides, what is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from academy.audit.models import AuditEntry
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.unit_of_work import unit_of_work
from academy.plugins.contract import Grade
from academy.questions.queries import pool
from academy.quizzes import services as quizzes
from academy.quizzes.models import APPEAL, Attempt, AttemptItem, GradeChange
from academy.quizzes.services import NewGrade, change_grades
from academy.quizzes.verifying import verify_marks
from academy.regrading import queries, services
from academy.regrading.errors import RegradeNotFound, WrongState
from tests.factories import create_unit
from tests.item_analysis import crowd
from tests.quizzes.conftest import single
from tests.quizzes.sitting import view
from tests.regrading.conftest import with_roles


def counts(wrong, regrade):
    return queries.get_regrade(wrong.teacher, regrade).counts


@pytest.fixture
def proven(app):
    """Whatever a test did, all marks must follow from what is stored."""
    yield
    assert list(verify_marks()) == []


pytestmark = pytest.mark.usefixtures("proven")


def test_a_corrected_key_raises_some_lowers_others_and_keeps_the_rest(wrong):
    right, fooled, blank = (wrong.learner(name) for name in ("Lê An", "Lê Bình", "Lê Chi"))
    knew, guessed, empty = (
        wrong.sit(right, {"mot-1": "b"}, rest="a"),
        wrong.sit(fooled, {"mot-1": "a", "mot-2": "b", "mot-3": "b", "mot-4": "b", "hai-6": "b"}),
        wrong.sit(blank, {"mot-1": None}),
    )
    assert [wrong.mark(*one) for one in ((right, knew), (fooled, guessed), (blank, empty))] == ["8.8", "5.0", "8.8"]
    number = wrong.correct_key()
    regrade = wrong.prepared(action="version", to_number=number)
    told = counts(wrong, regrade)
    assert (told.examined, told.regraded, told.raised, told.lowered) == (3, 3, 1, 1)
    assert (told.passing, told.failing, told.left) == (0, 1, {})
    assert wrong.mark(right, knew) == "8.8", "a preview changes nothing"
    planned = wrong.lines(regrade)
    assert (planned[guessed].mark_before, planned[guessed].mark_after) == (Decimal("5.0"), Decimal("3.8"))
    wrong.carry_out(regrade)
    assert [wrong.mark(*one) for one in ((right, knew), (fooled, guessed), (blank, empty))] == ["10.0", "3.8", "8.8"]
    assert all(line.state == "applied" for line in wrong.lines(regrade).values())
    slot = next(one for one in view(right, knew).slots if one.version.key == "mot-1")
    assert (slot.version.number, slot.graded.number) == (1, number)
    assert queries.get_regrade(wrong.teacher, regrade).state == "done"


def test_an_edited_text_is_followed_by_the_authors_id(wrong):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    spec = single(1)
    spec["options"][1] |= {"text": {"vi": "WRONG 1, sửa lỗi chính tả", "en": "WRONG 1, misprint corrected"}}
    wrong.carried_out(action="version", to_number=wrong.correct_key(options=spec["options"]))
    assert wrong.mark(learner, attempt) == "10.0"


def test_what_has_no_counterpart_is_said_and_left_alone(wrong):
    learner, other = wrong.learner("Lê An"), wrong.learner("Lê Bình")
    gone, kept = wrong.sit(learner, {"mot-1": "c"}), wrong.sit(other, {"mot-1": "b"})
    spec = single(1)
    regrade = wrong.carried_out(action="version", to_number=wrong.correct_key(options=spec["options"][:2]))
    assert counts(wrong, regrade).left == {"unmapped": 1}
    assert (wrong.mark(learner, gone), wrong.mark(other, kept)) == ("8.8", "10.0")
    assert wrong.lines(regrade)[gone].state == "left"


def test_swapped_texts_are_what_was_chosen_not_what_it_was_called(wrong):
    """The author corrects the key by exchanging two texts: who chose a text keeps that text."""
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    spec = single(1)
    texts = [one["text"] for one in spec["options"]]
    spec["options"][0]["text"], spec["options"][1]["text"] = texts[1], texts[0]
    number = wrong.sat.item("mot-1", "single", spec).number
    wrong.carried_out(action="version", to_number=number)
    assert wrong.mark(learner, attempt) == "10.0"


def test_another_option_is_accepted_for_those_who_chose_it(wrong):
    learner, other = wrong.learner("Lê An"), wrong.learner("Lê Bình")
    chose, did_not = wrong.sit(learner, {"mot-1": "b"}), wrong.sit(other, {"mot-1": "c"})
    regrade = wrong.carried_out(action="accept", option="b")
    assert (wrong.mark(learner, chose), wrong.mark(other, did_not)) == ("10.0", "8.8")
    assert set(wrong.lines(regrade)) == {chose}
    details = next(one for one in view(learner, chose).slots if one.version.key == "mot-1").grade().details
    assert details["chosen"] == "b" and details["decision"] == "accept"


def test_full_points_are_for_blanks_too(wrong):
    learner, other, best = (wrong.learner(name) for name in ("Lê An", "Lê Bình", "Lê Chi"))
    blank, failed, right = wrong.sit(learner, {"mot-1": None}), wrong.sit(other, {"mot-1": "c"}), wrong.sit(best, {})
    regrade = wrong.carried_out(action="full")
    assert [wrong.mark(*one) for one in ((learner, blank), (other, failed), (best, right))] == ["10.0"] * 3
    assert set(wrong.lines(regrade)) == {blank, failed}, "who had full points has them"


def test_a_void_question_is_out_of_the_mark_for_everybody(wrong):
    learner, other = wrong.learner("Lê An"), wrong.learner("Lê Bình")
    lost, won = wrong.sit(learner, {"mot-1": "c"}), wrong.sit(other, {"mot-2": "c"})
    assert (wrong.mark(learner, lost), wrong.mark(other, won)) == ("8.8", "8.8")
    regrade = wrong.carried_out(action="void")
    assert (wrong.mark(learner, lost), wrong.mark(other, won)) == ("10.0", "8.6"), "6 of 7: for everybody"
    row = db.session.scalars(select(GradeChange).where(GradeChange.attempt_id == lost)).one()
    assert (row.weight_before, row.weight_after, row.score_before) == (1, 0, row.score_after)
    back = services.propose_reversal(wrong.teacher, regrade, reason="Câu hỏi vẫn dùng được")
    services.prepare_regrade(back)
    wrong.carry_out(back)
    assert (wrong.mark(learner, lost), wrong.mark(other, won)) == ("8.8", "8.8")


def test_the_last_question_of_a_paper_cannot_be_void(wrong):
    wrong.sat.settings(draw=[{"kinds": ["single"], "count": 1}], attempts=5)
    for number in range(2, 9):
        key = f"mot-{number}" if number < 6 else f"hai-{number}"
        wrong.sat.item(key, "single", single(number), "o1" if number < 6 else "o2", use_pool=False)
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "c"})
    regrade = wrong.prepared(action="void")
    assert counts(wrong, regrade).left == {"last_item": 1} and wrong.mark(learner, attempt) == "0.0"
    with pytest.raises(WrongState, match="change nothing"):
        services.hand_in(wrong.teacher, regrade)


def test_a_reversal_restores_all_but_what_somebody_changed_since(wrong):
    learner, other = wrong.learner("Lê An"), wrong.learner("Lê Bình")
    first, second = wrong.sit(learner, {"mot-1": "b"}), wrong.sit(other, {"mot-1": "b"})
    before = {attempt: view(person, attempt).slots for person, attempt in ((learner, first), (other, second))}
    regrade = wrong.carried_out(action="version", to_number=wrong.correct_key())
    slot = next(one.slot for one in view(other, second).slots if one.version.key == "mot-1")
    half = NewGrade(grade=Grade(score=Decimal("0.5")))
    change_grades(Actor.system(), second, {slot: half}, source=APPEAL, reason="Phúc khảo")
    back = services.propose_reversal(wrong.teacher, regrade, reason="Đáp án cũ vẫn đúng")
    services.prepare_regrade(back)
    assert counts(wrong, back).left == {"changed": 1}
    wrong.carry_out(back)
    assert view(learner, first).slots == before[first], "score, weight, version and evidence are what they were"
    assert wrong.mark(other, second) == "9.4", "the appeal stands"
    assert queries.get_regrade(wrong.teacher, regrade).reversed_by == back
    with pytest.raises(WrongState):
        services.propose_reversal(wrong.teacher, regrade, reason="noch einmal")


def test_carrying_out_goes_on_where_it_stopped_and_never_twice(wrong):
    people = [wrong.learner(f"Người {n}") for n in range(4)]
    attempts = [wrong.sit(person, {"mot-1": "b"}) for person in people]
    regrade = wrong.prepared(action="accept", option="b")
    services.hand_in(wrong.teacher, regrade)
    services.approve(wrong.approver, regrade)
    real, calls = quizzes.change_many, []

    def breaks(*args, **named):
        calls.append(args)
        outcomes = real(*args, **named)
        if len(calls) == 2:
            raise RuntimeError("the machine is switched off")
        return outcomes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("academy.regrading.applying.change_many", breaks)
        patch.setattr("academy.regrading.applying.PIECE", 2)
        with pytest.raises(RuntimeError):
            services.apply_regrade(regrade)
        assert [line.state for _at, line in sorted(wrong.lines(regrade).items())] == ["applied"] * 2 + ["planned"] * 2
        assert services.apply_regrade(regrade) == 2
    assert services.apply_regrade(regrade) == 0
    assert [wrong.mark(*one) for one in zip(people, attempts, strict=True)] == ["10.0"] * 4
    assert db.session.scalar(select(func.count()).select_from(GradeChange)) == 4


def test_a_grade_that_changed_after_the_preview_is_left_alone(wrong):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    slot = next(one.slot for one in view(learner, attempt).slots if one.version.key == "mot-1")
    change_grades(Actor.system(), attempt, {slot: NewGrade(grade=Grade(score=Decimal("0.25")))}, source=APPEAL)
    wrong.carry_out(regrade)
    assert wrong.mark(learner, attempt) == "9.1" and counts(wrong, regrade).left == {"changed": 1}


def test_attempts_being_sat_and_later_ones_are_named_and_not_touched(wrong):
    closed, sitting, later = (wrong.learner(name) for name in ("Lê An", "Lê Bình", "Lê Chi"))
    wrong.sit(closed, {"mot-1": "b"})
    quizzes.start_attempt(sitting, wrong.sat.quiz_id)
    regrade = wrong.prepared(action="full")
    after = wrong.sit(later, {"mot-1": "b"})
    told = queries.get_regrade(wrong.teacher, regrade)
    assert (told.counts.examined, told.being_sat, told.newer) == (1, 1, 1)
    wrong.carry_out(regrade)
    assert wrong.mark(later, after) == "8.8"
    again = wrong.prepared(action="full")
    assert set(wrong.lines(again)) == {after}, "a second regrade finds what the first could not"


def test_two_persons_are_needed_and_registrars_give_no_marks(wrong):
    learner = wrong.learner()
    wrong.sit(learner, {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    services.hand_in(wrong.teacher, regrade)
    ward = create_unit("Phường", kind="ward", parent=wrong.unit)
    both = with_roles(wrong.unit, Role.APPROVER, Role.REGISTRAR, name="Hai Vai")
    registrar = with_roles(wrong.unit, Role.REGISTRAR, Role.INSTRUCTOR, name="Văn Thư")
    elsewhere = with_roles(ward, Role.APPROVER, name="Nơi Khác")
    for person in (both, wrong.teacher, elsewhere, learner, registrar):
        with pytest.raises((Forbidden, RegradeNotFound)):
            services.approve(person, regrade)
    with pytest.raises((Forbidden, RegradeNotFound)):
        services.propose(registrar, wrong.sat.course, "mot-1", action="full", from_number=1, reason="x")
    services.approve(wrong.approver, regrade)
    assert queries.get_regrade(wrong.approver, regrade).state == "approved"


def test_an_administrator_who_proposed_or_sat_it_does_not_decide(wrong):
    chief = with_roles(wrong.unit, Role.ADMINISTRATOR, name="Trưởng Phòng")
    wrong.sit(wrong.learner(), {"mot-1": "b"})
    own = services.propose(chief, wrong.sat.course, "mot-1", action="full", from_number=1, reason="x")
    services.prepare_regrade(own)
    services.hand_in(chief, own)
    with pytest.raises(Forbidden, match="did not make it"):
        services.approve(chief, own)
    services.withdraw(chief, own)
    enroll(chief, wrong.sat.course)
    wrong.sit(chief, {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    services.hand_in(wrong.teacher, regrade)
    with pytest.raises(Forbidden):
        services.approve(chief, regrade)
    services.approve(wrong.approver, regrade)


def test_nothing_happens_before_it_is_approved_or_after_it_is_refused(wrong):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    assert services.apply_regrade(regrade) == 0
    with pytest.raises(WrongState):
        services.approve(wrong.approver, regrade)
    services.hand_in(wrong.teacher, regrade)
    assert services.apply_regrade(regrade) == 0
    with pytest.raises(Invalid):
        services.reject(wrong.approver, regrade, reason="  ")
    services.reject(wrong.approver, regrade, reason="Đáp án đúng")
    assert services.apply_regrade(regrade) == 0 and wrong.mark(learner, attempt) == "8.8"
    with pytest.raises(WrongState):
        services.approve(wrong.approver, regrade)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"action": "full", "reason": " "}, "reason"),
        ({"action": "nonsense"}, "action"),
        ({"action": "version", "to_number": 1}, "to_number"),
        ({"action": "version"}, "to_number"),
        ({"action": "accept", "option": "z"}, "option"),
        ({"action": "full", "from_number": 9}, "from_number"),
        ({"action": "full", "reason": "x" * 1001}, "reason"),
    ],
)
def test_bad_input_names_its_field(wrong, fields, field):
    with pytest.raises(Invalid) as refusal:
        services.propose(wrong.teacher, wrong.sat.course, "mot-1", **({"from_number": 1, "reason": "x"} | fields))
    assert list(refusal.value.errors) == [field]


def test_one_regrade_of_a_question_at_a_time(wrong):
    wrong.sit(wrong.learner(), {"mot-1": "b"})
    first = wrong.prepared(action="full")
    with pytest.raises(Conflict) as refusal:
        wrong.prepared(action="void")
    assert refusal.value.rule == "regrade.second"
    services.withdraw(wrong.teacher, first)
    wrong.prepared(action="void")


def test_everything_is_in_the_journal_and_the_learners_attempt_with_it(wrong):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    regrade = wrong.carried_out(action="full")
    rows = db.session.execute(select(AuditEntry.act, AuditEntry.account_id).where(AuditEntry.object_kind == "regrade").order_by(AuditEntry.number)).all()
    assert [tuple(row) for row in rows] == [
        ("regrade.create", wrong.teacher.account_id),
        ("regrade.propose", wrong.teacher.account_id),
        ("regrade.approve", wrong.approver.account_id),
        ("regrade.done", wrong.approver.account_id),
    ]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "regrade.apply")).one()
    assert (entry.person_id, entry.object_id) == (learner.person_id, str(attempt))
    assert entry.details["mark_after"] == "10.0" and entry.details["regrade"] == regrade


def test_learners_are_told_once_and_only_of_marks_that_changed(wrong):
    learner, untouched = wrong.learner("Lê An"), wrong.learner("Lê Bình")
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.sit(untouched, {})
    assert queries.notices_of(learner) == []
    wrong.carried_out(action="full")
    assert [one.attempt_id for one in queries.notices_of(learner)] == [attempt]
    assert queries.notices_of(untouched) == [] and queries.notices_of(Actor.anonymous()) == []
    services.mark_seen(learner)
    assert queries.notices_of(learner) == []


def test_verifying_finds_whatever_was_changed_by_hand(wrong):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.carried_out(action="full")
    assert list(verify_marks()) == []
    for model, values, word in (
        (Attempt, {"mark": Decimal("9.0")}, "mark"),
        (Attempt, {"passed": False}, "passed"),
        (Attempt, {"score": Decimal("0.5")}, "score"),
        (AttemptItem, {"weight": Decimal(2)}, ""),
        (GradeChange, {"score_after": Decimal("0.5")}, "score of slot"),
        (GradeChange, {"mark_after": Decimal("3.0")}, "mark after"),
    ):
        with db.session.begin_nested() as savepoint:
            column = Attempt.id if model is Attempt else model.attempt_id
            statement = update(model).where(column == attempt)
            if model is AttemptItem:
                statement = statement.where(AttemptItem.slot == 1, AttemptItem.score == 1)
                values = {"score": Decimal(0)}
                word = "score"
            db.session.execute(statement.values(**values))
            found = [one.what for one in verify_marks()]
            assert any(word in what for what in found), (values, found)
            savepoint.rollback()
    with unit_of_work():
        assert list(verify_marks()) == []


def crowd_of(wrong, size: int) -> list[int]:
    """Closed attempts of new people; every other one chose what is right in truth."""
    first = wrong.versions()[1]
    asked = [one for one in pool(wrong.sat.course_id) if one.kind == "single"]
    versions = [first if one.key == "mot-1" else one.version_id for one in asked]
    papers = [{one: "b" if one == first and number % 2 else "a" for one in versions} for number in range(size)]
    return crowd.sit(wrong.sat.quiz_id, papers)


def test_a_preview_asks_the_same_of_fifty_attempts_as_of_two_hundred(wrong, count_queries):
    number, seen = wrong.correct_key(), {}
    for size, more in ((50, 50), (200, 150)):
        crowd_of(wrong, more)
        regrade = services.propose(
            wrong.teacher, wrong.sat.course, "mot-1", action="version", from_number=1, to_number=number, reason="Sai"
        )
        with count_queries() as asked:
            services.prepare_regrade(regrade)
        seen[size] = len(asked)
        told = counts(wrong, regrade)
        assert (told.examined, told.regraded, told.raised, told.lowered) == (size, size, size // 2, size // 2)
        services.withdraw(wrong.teacher, regrade)
    assert seen[50] == seen[200] <= 14, seen


def test_carrying_out_and_reversing_ask_the_same_for_every_piece(wrong, count_queries):
    """What other slices ask for an attempt whose mark changes, and the row that is kept of it, are not counted."""
    others = ("enrollment", "course", "lesson", "exercise_response", "reading", "judged_result", "marking_scheme")

    def cost(regrade: int) -> int:
        with count_queries() as queries:
            wrong.carry_out(regrade)
        return sum(not any(name in one for name in others) and "INSERT INTO grade_change" not in one for one in queries.statements)

    seen = []
    for size in (20, 20, 40):
        crowd_of(wrong, size)
        seen.append(cost(wrong.prepared(action="full")))
        assert counts(wrong, queries.list_regrades(wrong.teacher).items[0].id).regraded == size // 2
    # ten, ten and twenty changed: one piece each
    assert seen[0] == seen[1] == seen[2], seen
    crowd_of(wrong, 80)
    regrade = wrong.prepared(action="full")
    assert cost(regrade) - seen[0] <= 16
    reversal = services.propose_reversal(wrong.teacher, regrade, reason="doch")
    with count_queries() as asked:
        services.prepare_regrade(reversal)
    assert len(asked) <= 16 and counts(wrong, reversal).lowered == 40
