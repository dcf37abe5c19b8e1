"""Starting, storing, submitting: through the services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from academy.enrollment.queries import enrollment_of
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Forbidden, Invalid, NotFound
from academy.kernel.events import subscriptions
from academy.kernel.jobs import Job
from academy.kernel.periodic import enqueue_due
from academy.kernel.unit_of_work import unit_of_work
from academy.plugins.contract import Grade
from academy.questions.registry import exercise_type
from academy.quizzes import queries, services
from academy.quizzes.errors import AttemptClosed, CannotStart
from academy.quizzes.events import AttemptGraded, AttemptSubmitted
from academy.quizzes.models import Attempt
from tests.factories import create_actor, reload
from tests.quizzes.sitting import right_answer, run_jobs, sit, view, wrong_answer

START = "2026-11-22T03:00:00Z"


def at(minutes: float):
    return clock.frozen((clock.datetime.fromisoformat(START) + timedelta(minutes=minutes)).isoformat())


@pytest.fixture
def heard(app):
    """Events of attempts, as an atomic subscriber hears them."""
    events: list = []
    subscribed = subscriptions()
    for kind in (AttemptSubmitted, AttemptGraded):
        subscribed.add(kind, events.append, atomic=True)
    yield events
    for kind in (AttemptSubmitted, AttemptGraded):
        subscribed._atomic[kind].remove(events.append)


# --- starting ------------------------------------------------------------------------------------


def test_a_paper_follows_the_blueprint_and_is_pinned(sat):
    learner = sat.learner()
    paper = view(learner, services.start_attempt(learner, sat.quiz_id))
    assert [slot.slot for slot in paper.slots] == [1, 2, 3]
    assert sorted(slot.version.outcome for slot in paper.slots) == ["o1", "o1", "o2"]
    assert paper.attempt.number == 1 and paper.attempt.attempt_limit == 3
    assert paper.attempt.deadline - paper.attempt.started_at == timedelta(minutes=30)
    assert paper.unanswered == (1, 2, 3)


def test_starting_again_gives_the_open_attempt(sat):
    learner = sat.learner()
    assert services.start_attempt(learner, sat.quiz_id) == services.start_attempt(learner, sat.quiz_id)


def test_learners_get_different_papers(sat):
    sat.settings(draw=[{"count": 3}])
    papers = set()
    for number in range(8):
        learner = sat.learner(f"Người {number}")
        papers.add(tuple(s.version.id for s in view(learner, services.start_attempt(learner, sat.quiz_id)).slots))
    assert len(papers) > 4


def test_attempts_run_out(sat):
    learner = sat.learner()
    numbers = [sit(learner, sat.quiz_id).attempt.number for _ in range(3)]
    assert numbers == [1, 2, 3]
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(learner, sat.quiz_id)
    assert refusal.value.rule == "quiz.attempts" and "3" in str(refusal.value.message)


def test_the_schema_itself_refuses_an_attempt_too_many(sat):
    learner = sat.learner()
    first = sit(learner, sat.quiz_id).attempt
    values = {
        name: getattr(first, name)
        for name in ("quiz_id", "quiz_version_id", "person_id", "attempt_limit", "seed", "lang", "started_at")
    }
    values["enrollment_id"] = enrollment_of(learner.person_id, sat.course_id).id
    for number, state in ((4, "submitted"), (1, "submitted"), (0, "submitted")):
        with pytest.raises(IntegrityError), unit_of_work() as work:
            work.session.add(Attempt(number=number, state=state, submitted_at=clock.now(), **values))
    with unit_of_work() as work:
        work.session.add(Attempt(number=2, **values))
    with pytest.raises(IntegrityError), unit_of_work() as work:
        work.session.add(Attempt(number=3, **values))


def test_without_a_limit_attempts_never_run_out(sat):
    sat.settings(attempts=None)
    learner = sat.learner()
    assert [sit(learner, sat.quiz_id).attempt.number for _ in range(4)] == [1, 2, 3, 4]


def test_obstacles_are_named(sat):
    stranger = create_actor()
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(stranger, sat.quiz_id)
    assert refusal.value.rule == "quiz.enrollment" and str(refusal.value.next_step)
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(Actor.system(), sat.quiz_id)
    assert refusal.value.rule == "quiz.person"
    with pytest.raises(NotFound):
        services.start_attempt(stranger, 999_999)


def test_the_window_is_kept(sat):
    learner = sat.learner()
    sat.settings(window={"opens": "2026-11-22 10:00", "closes": "2026-11-22 10:20"})
    for minutes in (-1, 20, 25):
        with at(minutes), pytest.raises(CannotStart) as refusal:
            services.start_attempt(learner, sat.quiz_id)
        assert refusal.value.rule == "quiz.window"
    with at(5):
        attempt = view(learner, services.start_attempt(learner, sat.quiz_id)).attempt
    assert attempt.deadline - attempt.started_at == timedelta(minutes=15)


def test_a_pool_too_small_refuses_and_leaves_nothing(sat):
    sat.settings(draw=[{"outcome": "o2", "count": 9}])
    learner = sat.learner()
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(learner, sat.quiz_id)
    assert refusal.value.rule == "quiz.pool"
    assert queries.attempts_of(learner.person_id, sat.quiz_id) == []


def test_a_retired_quiz_cannot_be_started_but_its_open_attempt_goes_on(sat):
    learner, late = sat.learner(), sat.learner("Phạm Muộn")
    attempt = services.start_attempt(learner, sat.quiz_id)
    services.retire_quiz(Actor.system(), sat.quiz_id)
    with pytest.raises(CannotStart) as refusal:
        services.start_attempt(late, sat.quiz_id)
    assert refusal.value.rule == "quiz.retired"
    assert services.start_attempt(learner, sat.quiz_id) == attempt


def test_the_language_of_a_paper(sat):
    learner = sat.learner()
    assert view(learner, services.start_attempt(learner, sat.quiz_id, lang="en")).attempt.lang == "en"
    other = sat.learner("Hai")
    assert view(other, services.start_attempt(other, sat.quiz_id, lang="xx")).attempt.lang == "vi"


# --- storing -------------------------------------------------------------------------------------


def stored(actor, attempt_id, slot=1):
    found = view(actor, attempt_id).slot(slot)
    return found.answer, found.stored_sequence


def log_of(sat, attempt_id):
    return [(row.slot, row.sequence, row.answer) for row in queries.get_log(sat.instructor, attempt_id)]


def test_an_answer_is_stored_with_its_sequence_and_logged(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    slot = view(learner, attempt).slots[0]
    good, bad = right_answer(slot), wrong_answer(slot)
    reply = services.save_answer(learner, attempt, 1, 1, bad)
    assert (reply.slot, reply.stored_sequence, reply.accepted) == (1, 1, True)
    assert services.save_answer(learner, attempt, 1, 7, good).stored_sequence == 7
    assert stored(learner, attempt) == (good, 7)
    assert log_of(sat, attempt) == [(1, 1, bad), (1, 7, good)]


def test_a_lower_or_equal_sequence_changes_nothing_and_says_what_is_stored(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    slot = view(learner, attempt).slots[0]
    good, bad = right_answer(slot), wrong_answer(slot)
    first = services.save_answer(learner, attempt, 1, 5, good)
    for sequence in (1, 4, 5):
        reply = services.save_answer(learner, attempt, 1, sequence, bad)
        assert (reply.stored_sequence, reply.stored_at, reply.accepted) == (5, first.stored_at, False)
    again = services.save_answer(learner, attempt, 1, 5, good)
    assert (again.stored_sequence, again.accepted) == (5, True)
    assert stored(learner, attempt) == (good, 5)
    assert log_of(sat, attempt) == [(1, 5, good)]


def test_an_answer_can_be_taken_back(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    services.save_answer(learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0]))
    services.save_answer(learner, attempt, 1, 2, None)
    assert stored(learner, attempt) == (None, 2)
    assert view(learner, attempt).unanswered == (1, 2, 3)


def test_an_answer_that_does_not_fit_is_refused_and_not_stored(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    with pytest.raises(Invalid):
        services.save_answer(learner, attempt, 1, 1, "nonsense")
    assert stored(learner, attempt) == (None, 0)
    assert log_of(sat, attempt) == []


def test_only_ones_own_attempt_and_its_slots(sat):
    learner, other = sat.learner(), sat.learner("Khác")
    attempt = services.start_attempt(learner, sat.quiz_id)
    for actor in (other, sat.instructor, Actor.system(), Actor.anonymous()):
        with pytest.raises(NotFound):
            services.save_answer(actor, attempt, 1, 1, None)
        with pytest.raises(NotFound):
            services.submit_attempt(actor, attempt)
    for slot in (0, 4, -1):
        with pytest.raises(NotFound):
            services.save_answer(learner, attempt, slot, 1, None)
    with pytest.raises(NotFound):
        queries.get_attempt(other, attempt)
    assert queries.get_attempt(sat.instructor, attempt).attempt.id == attempt


def test_the_log_is_for_instructors(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    with pytest.raises(Forbidden):
        queries.get_log(learner, attempt)
    with pytest.raises(NotFound):
        queries.get_log(sat.learner("Khác"), attempt)


@pytest.mark.parametrize("minutes, accepted", [(29, True), (30, True), (30.15, True), (30.2, False), (600, False)])
def test_after_deadline_and_grace_nothing_is_stored(sat, minutes, accepted):
    learner = sat.learner()
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id)
        slot = view(learner, attempt).slots[0]
        services.save_answer(learner, attempt, 1, 1, wrong_answer(slot))
    with at(minutes):
        if accepted:
            services.save_answer(learner, attempt, 1, 2, right_answer(slot))
        else:
            with pytest.raises(AttemptClosed) as refusal:
                services.save_answer(learner, attempt, 1, 2, right_answer(slot))
            assert refusal.value.rule == "attempt.deadline"
    assert stored(learner, attempt)[1] == (2 if accepted else 1)
    assert len(log_of(sat, attempt)) == (2 if accepted else 1)


# --- submitting ----------------------------------------------------------------------------------


def test_submitting_marks_what_is_stored_once(sat, heard):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    slots = view(learner, attempt).slots
    services.save_answer(learner, attempt, 1, 1, right_answer(slots[0]))
    services.save_answer(learner, attempt, 2, 1, wrong_answer(slots[1]))
    assert [services.submit_attempt(learner, attempt) for _ in range(3)] == ["submitted"] * 3
    result = view(learner, attempt)
    assert result.attempt.mark == Decimal("3.3") and result.attempt.passed is False
    assert result.attempt.score == Decimal("0.333333")
    assert [slot.score for slot in result.slots] == [1, 0, 0]
    (event,) = heard
    assert (event.attempt_id, event.mark, event.passed, event.pending) == (attempt, Decimal("3.3"), False, False)
    with pytest.raises(AttemptClosed) as refusal:
        services.save_answer(learner, attempt, 3, 1, right_answer(slots[2]))
    assert refusal.value.rule == "attempt.closed"


def test_the_pass_mark_is_held_against_the_rounded_mark(sat):
    learner = sat.learner()
    sat.settings(pass_mark="6.7")
    assert sit(learner, sat.quiz_id, right=2).attempt.passed is True
    sat.settings(pass_mark="6.8")
    assert sit(learner, sat.quiz_id, right=2).attempt.passed is False


def test_what_a_subscriber_raises_undoes_the_submission(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)

    def refuse(_event):
        raise RuntimeError("no")

    subscriptions().add(AttemptSubmitted, refuse, atomic=True)
    try:
        with pytest.raises(RuntimeError):
            services.submit_attempt(learner, attempt)
    finally:
        subscriptions()._atomic[AttemptSubmitted].remove(refuse)
    assert view(learner, attempt).attempt.is_open


def test_time_that_is_over_closes_with_what_is_stored(sat, heard):
    learner = sat.learner()
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id)
        services.save_answer(learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0]))
    with at(30.1):
        assert services.expire_overdue() == 0
        run_jobs()
    assert view(learner, attempt).attempt.is_open
    with at(31):
        run_jobs()
        assert services.expire_overdue() == 0
        assert services.submit_attempt(learner, attempt) == "expired"
    closed = view(learner, attempt).attempt
    assert (closed.state, closed.mark, closed.submitted_at) == ("expired", Decimal("3.3"), closed.deadline)
    assert len(heard) == 1


def test_overdue_attempts_are_swept_even_if_their_job_was_lost(sat):
    with at(0):
        attempts = [services.start_attempt(sat.learner(f"Người {n}"), sat.quiz_id) for n in range(3)]
    with unit_of_work() as work:
        work.session.execute(delete(Job))
    with at(31):
        assert "quizzes.expire_overdue" in enqueue_due()
        run_jobs()
    assert {queries.get_attempt(sat.instructor, one).attempt.state for one in attempts} == {"expired"}


def test_starting_after_an_attempt_ran_out_closes_it_and_starts_the_next(sat):
    learner = sat.learner()
    with at(0):
        first = services.start_attempt(learner, sat.quiz_id)
    with at(40):
        second = services.start_attempt(learner, sat.quiz_id)
    assert view(learner, first).attempt.state == "expired"
    assert view(learner, second).attempt.number == 2


def test_the_last_attempt_that_ran_out_is_closed_even_though_no_other_may_start(sat):
    sat.settings(attempts=1)
    learner = sat.learner()
    with at(0):
        first = services.start_attempt(learner, sat.quiz_id)
    with at(40), pytest.raises(CannotStart):
        services.start_attempt(learner, sat.quiz_id)
    assert view(learner, first).attempt.state == "expired"


def test_looking_at_an_attempt_whose_time_is_over_closes_it(sat):
    learner = sat.learner()
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id)
    with at(31):
        assert services.get_current_attempt(learner, attempt).attempt.state == "expired"


def test_a_quiz_without_time_limit_never_runs_out(sat):
    sat.settings(minutes=None)
    learner = sat.learner()
    with at(0):
        attempt = services.start_attempt(learner, sat.quiz_id)
    with at(60 * 24 * 365):
        services.save_answer(learner, attempt, 1, 1, right_answer(view(learner, attempt).slots[0]))
        assert services.expire_overdue() == 0
    assert view(learner, attempt).attempt.deadline is None


# --- pinned versions -----------------------------------------------------------------------------


def test_an_attempt_keeps_the_versions_it_was_drawn_from(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    before = view(learner, attempt)
    for slot in before.slots:
        spec = dict(slot.version.spec)
        spec["options"] = [dict(row, correct=not row["correct"]) for row in spec["options"][:2]]
        assert sat.item(slot.version.key, "single", spec, slot.version.outcome).number == 2
    sat.settings(pass_mark="9.9", minutes=1, draw=[{"count": 1}])
    after = view(learner, attempt)
    assert [slot.version for slot in after.slots] == [slot.version for slot in before.slots]
    assert after.rules.pass_mark == 5 and after.attempt.deadline == before.attempt.deadline
    for slot in before.slots:
        services.save_answer(learner, attempt, slot.slot, 1, right_answer(slot))
    services.submit_attempt(learner, attempt)
    assert view(learner, attempt).attempt.mark == 10
    fresh = view(learner, services.start_attempt(learner, sat.quiz_id))
    assert len(fresh.slots) == 1


def test_resuming_on_another_device_shows_paper_and_answers_unchanged(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    services.save_answer(learner, attempt, 2, 3, right_answer(view(learner, attempt).slots[1]))
    assert view(learner, attempt) == view(learner, services.start_attempt(learner, sat.quiz_id))
    assert stored(learner, attempt, 2)[1] == 3


# --- graders that fail ---------------------------------------------------------------------------


def test_a_grader_that_fails_leaves_the_answer_to_be_graded_later(sat, heard, monkeypatch):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    for slot in view(learner, attempt).slots:
        services.save_answer(learner, attempt, slot.slot, 1, right_answer(slot))
    kind = type(exercise_type("single"))

    def fail(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(kind, "grade", fail)
        services.submit_attempt(learner, attempt)
        waiting = view(learner, attempt)
        assert waiting.attempt.pending and waiting.attempt.mark is None and waiting.attempt.passed is None
        assert all(slot.is_answered and slot.grade().pending for slot in waiting.slots)
        run_jobs()
        assert view(learner, attempt).attempt.pending
    with clock.frozen((clock.now() + timedelta(hours=1)).isoformat()):
        run_jobs()
    assert view(learner, attempt).attempt.mark == 10
    assert [type(event).__name__ for event in heard] == ["AttemptSubmitted", "AttemptGraded"]
    assert heard[0].pending and heard[0].mark is None and heard[1].passed


def test_a_slow_grader_runs_before_the_transaction(sat, monkeypatch):
    """While one answer is graded, others must be able to store theirs."""
    from academy.kernel.connections import writing

    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    inside = []

    def grade(*_):
        inside.append(writing.get())
        return Grade(score=Decimal(1))

    monkeypatch.setattr(type(exercise_type("single")), "grade", grade)
    services.submit_attempt(learner, attempt)
    assert inside == [False] * 3


# --- results -------------------------------------------------------------------------------------


def test_results_per_outcome(sat):
    learner = sat.learner()
    attempt = services.start_attempt(learner, sat.quiz_id)
    for slot in view(learner, attempt).slots:
        if slot.version.outcome == "o2":
            services.save_answer(learner, attempt, slot.slot, 1, right_answer(slot))
    services.submit_attempt(learner, attempt)
    rows = queries.outcome_results(view(learner, attempt), [{"id": "o2", "text": {"vi": "Hai"}}])
    assert [(row.outcome, row.items, row.share) for row in rows] == [("o2", 1, 1), ("o1", 2, 0)]


def test_reload_sees_decimals(sat):
    learner = sat.learner()
    row = reload(unit_of_work_get(sit(learner, sat.quiz_id, right=1).attempt.id))
    assert str(row.mark) == "3.3" and str(row.score) == "0.333333"


def unit_of_work_get(attempt_id):
    with unit_of_work() as work:
        return work.session.get(Attempt, attempt_id)


@pytest.mark.parametrize(("kind", "empty"), [("multiple", []), ("matching", {}), ("cloze", {}), ("ordering", {})])
def test_an_answer_without_anything_in_it_is_no_answer(sat_all_kinds, kind, empty):
    learner = sat_all_kinds.learner()
    attempt = services.start_attempt(learner, sat_all_kinds.quiz_id)
    slot = next(slot.slot for slot in view(learner, attempt).slots if slot.version.kind == kind)
    assert services.save_answer(learner, attempt, slot, 1, empty).accepted
    assert slot in view(learner, attempt).unanswered
