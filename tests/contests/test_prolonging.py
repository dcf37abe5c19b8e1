"""A round that closes later than announced, and the one way into its paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from academy.audit.models import AuditEntry
from academy.contests import results, services
from academy.contests.closing import AFTER_CLOSING
from academy.contests.errors import ContestNotFound, RoundFixed
from academy.contests.lots import commitment
from academy.contests.models import ContestPrediction, ContestResult
from academy.contests.queries import own_entries
from academy.contests.verifying import differences
from academy.enrollment.services import enroll
from academy.kernel import clock, jobs
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.jobs import Job
from academy.kernel.unit_of_work import unit_of_work
from academy.quizzes.errors import OtherEntrance
from academy.quizzes.models import CONTENT, Attempt, Quiz
from academy.quizzes.queries import get_quiz
from academy.quizzes.services import start_attempt
from tests.contests.conftest import BEFORE, CLOSED, OPEN
from tests.factories import create_actor
from tests.quizzes.sitting import view
from tests.quizzes.test_pages import Reader

REASON = "Sự cố đường truyền ngày 30/11"


@pytest.fixture
def end(played):
    return played.view.round(1).closes_at


def prolong(played, later, **named):
    return services.prolong_round(played.organiser, played.slug, 1, later, **({"reason": REASON} | named))


# --- prolonging ----------------------------------------------------------------------------------


def test_a_round_closes_later_with_its_quiz_and_everybody_reads_why(app, played, end, session):
    before = played.view.round(1)
    with clock.frozen(OPEN):
        later = prolong(played, end + timedelta(days=2))
        page = app.test_client().get(f"/contests/{played.slug}/rounds/1").get_data(as_text=True)
        told = app.test_client().get(f"/api/v1/contests/{played.slug}").get_json()["rounds"][0]
    assert later.closes_at == get_quiz(later.quiz_id).rules.closes == end + timedelta(days=2)
    assert (later.opens_at, later.commitment) == (before.opens_at, before.commitment)
    assert REASON in page and "02/12/2025" in page and "30/11/2025" in page
    assert told["prolongations"][0]["reason"] == REASON
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "contest.prolong_round")).one()
    assert (entry.account_id, entry.details["reason"]) == (played.organiser.account_id, REASON)
    assert entry.details["closes_before"] == end.isoformat()


def test_it_is_never_shortened_and_not_put_off_for_ever(played, end):
    with clock.frozen(OPEN):
        for later in (end, end - timedelta(minutes=1), end + timedelta(days=61)):
            with pytest.raises(Invalid) as refusal:
                prolong(played, later)
            assert "closes_on" in refusal.value.errors
        with pytest.raises(Invalid):
            prolong(played, end + timedelta(days=1), reason="  ")
    assert played.view.round(1).closes_at == end and not played.view.round(1).prolongations


def test_only_before_it_closes_only_once_announced_and_only_by_its_organisers(played, end):
    with clock.frozen(end), pytest.raises(RoundFixed):
        prolong(played, end + timedelta(days=1))
    with clock.frozen(OPEN):
        with pytest.raises(ContestNotFound):
            services.prolong_round(played.person(), played.slug, 1, end + timedelta(days=1), reason=REASON)
        inspector = create_actor(Role.INSPECTOR, unit=played.city)
        with pytest.raises(Forbidden):
            services.prolong_round(inspector, played.slug, 1, end + timedelta(days=1), reason=REASON)


def test_a_quiz_in_a_file_is_prolonged_there_first(played, end, session):
    quiz = session.get_one(Quiz, played.view.round(1).quiz_id)
    quiz.origin = CONTENT
    session.flush()
    with clock.frozen(OPEN), pytest.raises(Conflict) as refusal:
        prolong(played, end + timedelta(days=1))
    assert refusal.value.rule == "quiz.content"
    assert played.view.round(1).closes_at == end


def test_a_paper_that_the_old_end_cut_short_gets_its_whole_time(played, end):
    late, early = played.person("Người vào muộn"), played.person("Người vào sớm")
    with clock.frozen(OPEN):
        done = services.enter(early, played.slug, 1, prediction=1)
    with clock.frozen(end - timedelta(minutes=10)):
        attempt = services.enter(late, played.slug, 1, prediction=1)
        assert view(late, attempt).attempt.deadline == end
        prolong(played, end + timedelta(hours=1))
        assert view(late, attempt).attempt.deadline == end + timedelta(minutes=20)
        assert view(early, done).attempt.deadline == OPEN + timedelta(minutes=30)
    with clock.frozen(end + timedelta(minutes=15)):
        # the prediction goes with the paper, not with the old end
        assert services.change_prediction(late, played.slug, 1, prediction=7).prediction == 7
        assert services.enter(played.person("Người vào sau"), played.slug, 1, prediction=3)


def test_a_paper_is_moved_no_further_than_the_new_end(played, end):
    late = played.person()
    with clock.frozen(end - timedelta(minutes=10)):
        attempt = services.enter(late, played.slug, 1, prediction=1)
        prolong(played, end + timedelta(minutes=5))
        prolong(played, end + timedelta(minutes=12))
        assert view(late, attempt).attempt.deadline == end + timedelta(minutes=12)
    assert [one.closes_after for one in played.view.round(1).prolongations] == [
        end + timedelta(minutes=5),
        end + timedelta(minutes=12),
    ]


def test_boards_draw_and_proof_are_right_after_a_prolongation(played, end, session):
    """Who enters after the old end counts; the job that was to close the round puts itself off."""
    with clock.frozen(OPEN):
        promised = played.view.round(1).commitment
        prolong(played, end + timedelta(days=2))
    played.play(played.person("Sớm"), right=2)
    played.play(played.person("Muộn"), right=3, at=end + timedelta(hours=5))
    with unit_of_work() as work:
        work.session.execute(Job.__table__.delete().where(Job.kind.not_like("contests.%")))
    with clock.frozen(end + AFTER_CLOSING):
        jobs.run_all()
        assert session.scalar(select(func.count()).select_from(ContestResult)) == 0
        waiting = session.scalars(select(Job).where(Job.state == "waiting")).all()
        assert [job.run_at for job in waiting] == [end + timedelta(days=2) + AFTER_CLOSING]
    with clock.frozen(end + timedelta(days=2) + AFTER_CLOSING):
        jobs.run_all()
    newest = results.newest_results(played.view)[played.view.round(1).id]
    assert (newest.entries, newest.pending) == (2, 0)
    played.publish(at=end + timedelta(days=3))
    drawn = played.view.round(1)
    assert commitment(drawn.salt, drawn.seed) == drawn.commitment == promised
    assert not list(differences(played.slug))


def test_organisers_prolong_on_their_page(app, played, end):
    with clock.frozen(OPEN):
        reader = Reader(app.test_client(), played.organiser)
        page, act = f"/admin/contests/{played.slug}", f"/admin/contests/{played.slug}/rounds/1/prolongation"
        assert act in reader.get(page)
        for form in (
            {"closes_on": "", "reason": REASON},
            {"closes_on": "2025-12-32", "reason": REASON},
            {"closes_on": "2025-11-29", "reason": REASON},
            {"closes_on": "2025-12-02", "closes_time": "25:00", "reason": REASON},
        ):
            typed = reader.post(act, form, 422)
            assert REASON in typed and 'aria-invalid="true"' in typed
        assert 'value="2025-12-02"' in reader.post(act, {"closes_on": "2025-12-02", "reason": ""}, 422)
        reader.post(act, {"closes_on": "2025-12-02", "closes_time": "17:30", "reason": REASON})
    assert clock.local(played.view.round(1).closes_at).strftime("%d/%m %H:%M") == "02/12 17:30"
    with clock.frozen(end + timedelta(days=3)):
        reader = Reader(app.test_client(), played.organiser)
        assert act not in reader.get(page)
        reader.post(act, {"closes_on": "2025-12-20", "reason": REASON}, 409)


# --- the one way in ------------------------------------------------------------------------------


@pytest.fixture
def studying(played):
    """Somebody who studies the contest's course, and so could start its quizzes."""
    actor = played.person()
    with clock.frozen(BEFORE):
        enroll(actor, played.sat.course)
    return actor


def test_the_quiz_of_a_round_is_not_started_on_its_own(played, studying, session):
    quiz_id = played.view.round(1).quiz_id
    for instant in (BEFORE, OPEN):
        with clock.frozen(instant), pytest.raises(OtherEntrance) as refusal:
            start_attempt(studying, quiz_id)
        assert refusal.value.path == f"/contests/{played.slug}/rounds/1"
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0
    with clock.frozen(OPEN):
        attempt = services.enter(studying, played.slug, 1, prediction=12)
        # once begun it goes on from anywhere
        assert start_attempt(studying, quiz_id) == attempt
    assert own_entries(studying.person_id, played.view.id)[1].prediction == 12
    assert session.scalar(select(func.count()).select_from(ContestPrediction)) == 1


def test_the_course_page_leads_to_the_entry(app, played, studying):
    quiz_id = played.view.round(1).quiz_id
    entry = f"/contests/{played.slug}/rounds/1"
    with clock.frozen(OPEN):
        reader = Reader(app.test_client(), studying)
        page = reader.get(f"/quizzes/{quiz_id}")
        assert f'href="{entry}"' in page and f'action="/quizzes/{quiz_id}/attempts"' not in page
        # a form that was open before the round was announced
        assert reader.post(f"/quizzes/{quiz_id}/attempts").endswith(entry)
        assert 'name="prediction"' in reader.get(entry)


def test_over_the_api_it_starts_at_the_entry_only(app, played, studying):
    quiz_id = played.view.round(1).quiz_id
    with clock.frozen(OPEN):
        reader = Reader(app.test_client(), studying)
        headers = {"X-CSRFToken": reader.token}
        assert reader.client.get(f"/api/v1/quizzes/{quiz_id}").get_json()["entrance"].endswith("/rounds/1")
        refused = reader.client.post(f"/api/v1/quizzes/{quiz_id}/attempts", headers=headers)
        assert refused.status_code == 409 and refused.get_json()["type"].endswith(":quiz.entrance")
        assert f"/contests/{played.slug}/rounds/1" in refused.get_json()["next_step"]
        entered = reader.client.post(
            f"/api/v1/contests/{played.slug}/rounds/1/entry", json={"prediction": 4}, headers=headers
        )
        assert entered.status_code == 201 and entered.get_json()["prediction"] == 4


def test_the_quiz_has_no_entrance_before_the_announcement_and_after_the_end(app, played, studying):
    with clock.frozen(CLOSED):
        page = Reader(app.test_client(), studying).get(f"/quizzes/{played.view.round(1).quiz_id}")
    assert "/rounds/1" not in page
