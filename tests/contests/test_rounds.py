"""Entering, predicting, closing, excluding, deciding: a contest through its services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from academy.audit.models import AuditEntry
from academy.contests import results, services
from academy.contests.counting import stored_lines
from academy.contests.errors import CannotEnter, ContestNotFound, NotReady, RoundFixed, SamePerson
from academy.contests.models import ContestEntry, ContestPrediction
from academy.contests.queries import excluded_people, list_exclusions, own_entries
from academy.contests.schemas import RoundSettings
from academy.contests.verifying import differences
from academy.enrollment.services import enroll
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden, Invalid
from academy.kernel.jobs import Job
from academy.organization.services import post_person
from academy.quizzes.models import CONTENT, Quiz
from academy.quizzes.services import (
    end_own_pause,
    grant_accommodation,
    pause_own,
    start_attempt,
    submit_attempt,
)
from tests.contests.conftest import BEFORE, CLOSED, OPEN, PRIZES, Played, contest_settings, with_round
from tests.factories import create_actor, create_person, create_unit


def result_of(played: Played, number: int = 1):
    return results.newest_results(played.view)[played.view.round(number).id if number else None]


def board(played: Played, position: int = 2, number: int = 1):
    contest = played.view
    current = contest.round(number)
    prizes = current.prizes if current else contest.prizes
    wanted = next(one for one in contest.boards if one.position == position)
    return results.board_page(contest, result_of(played, number), wanted.id, prizes=prizes).items


# --- announcing --------------------------------------------------------------------------------


def test_a_round_closes_with_the_end_of_its_last_day_in_hanoi(played):
    current = played.view.round(1)
    assert current.opens_at == datetime(2025, 11, 24, 1, 0, tzinfo=UTC)
    assert current.closes_at == datetime(2025, 11, 30, 17, 0, tzinfo=UTC)
    assert clock.local(current.last_moment).strftime("%d/%m %H:%M:%S") == "30/11 23:59:59"


def test_what_is_missing_keeps_a_contest_and_a_round_from_being_announced(draft):
    with pytest.raises(NotReady, match="no round"):
        services.announce_contest(draft.organiser, draft.slug)
    settings = {"quiz": "final", "opens_at": "2025-11-24T08:00", "closes_on": "2025-11-30"}
    services.add_round(draft.organiser, draft.slug, RoundSettings().load(settings))
    with pytest.raises(NotReady, match="has not been announced"):
        services.announce_round(draft.organiser, draft.slug, 1)
    services.announce_contest(draft.organiser, draft.slug)
    with pytest.raises(NotReady, match="one attempt"):
        services.announce_round(draft.organiser, draft.slug, 1)
    services.fit_quiz(draft.organiser, draft.slug, 1)
    services.announce_round(draft.organiser, draft.slug, 1)
    assert draft.view.round(1).commitment


def test_a_round_cannot_be_announced_once_it_should_be_open(draft):
    settings = {"quiz": "final", "opens_at": "2025-11-24T08:00", "closes_on": "2025-11-30"}
    services.add_round(draft.organiser, draft.slug, RoundSettings().load(settings))
    services.announce_contest(draft.organiser, draft.slug)
    services.fit_quiz(draft.organiser, draft.slug, 1)
    with clock.frozen(OPEN), pytest.raises(NotReady, match="before it was announced"):
        services.announce_round(draft.organiser, draft.slug, 1)


def test_what_was_announced_stays(played):
    with clock.frozen(BEFORE):
        settings = RoundSettings().load(
            {"quiz": "final", "opens_at": "2025-11-25T08:00", "closes_on": "2025-11-30"}
        )
        for change in (
            lambda: services.change_round(played.organiser, played.slug, 1, settings),
            lambda: services.remove_round(played.organiser, played.slug, 1),
            lambda: services.fit_quiz(played.organiser, played.slug, 1),
        ):
            with pytest.raises(RoundFixed):
                change()
        changed = contest_settings(
            played.city.id, played.sat.course, boards=[], tie_rule="lots", title={"vi": "Tên khác"}
        )
        services.change_contest(played.organiser, played.slug, changed)
    contest = played.view
    assert (contest.title, contest.tie_rule, len(contest.boards)) == ({"vi": "Tên khác"}, "shared", 2)


def test_the_seed_stays_secret_until_the_draw(played):
    assert (played.view.round(1).salt, played.view.round(1).seed) == (None, None)
    played.close()
    assert played.view.round(1).seed is None
    with clock.frozen(CLOSED):
        services.draw(played.organiser, played.slug, 1)
    assert len(played.view.round(1).seed) == 64


def test_contests_are_run_by_those_of_the_unit_and_of_no_other(played):
    stranger = create_actor(Role.ADMINISTRATOR, unit=create_unit("Tỉnh khác"))
    with pytest.raises(ContestNotFound):
        services.draw(stranger, played.slug, 1)
    officer = create_actor(Role.INSPECTOR, unit=played.city)
    with pytest.raises(Forbidden):
        services.draw(officer, played.slug, 1)
    with pytest.raises(Forbidden):
        services.create_contest(stranger, contest_settings(played.city.id, played.sat.course))


# --- entering ----------------------------------------------------------------------------------


def test_entering_enrolls_starts_the_paper_and_stores_the_prediction(played, session):
    actor = played.person()
    with clock.frozen(OPEN):
        attempt = services.enter(actor, played.slug, 1, prediction=17)
        assert services.enter(actor, played.slug, 1, prediction=17) == attempt
    entry = own_entries(actor.person_id, played.view.id)[1]
    assert (entry.attempt_id, entry.prediction, entry.predicted_at) == (attempt, 17, OPEN)
    assert played.view.board(entry.board_id).name == "Cán bộ, công chức"
    assert session.scalar(select(func.count()).select_from(ContestPrediction)) == 1


@pytest.mark.parametrize("prediction", [None, -1, 10**8, True])
def test_a_prediction_is_a_number_that_could_be(played, prediction):
    with clock.frozen(OPEN), pytest.raises(Invalid):
        services.enter(played.person(), played.slug, 1, prediction=prediction)


def test_the_prediction_changes_until_the_paper_is_handed_in_and_every_one_is_kept(played, session):
    actor = played.person()
    with clock.frozen(OPEN):
        attempt = services.enter(actor, played.slug, 1, prediction=17)
        services.change_prediction(actor, played.slug, 1, prediction=20)
        submit_attempt(actor, attempt)
        with pytest.raises(CannotEnter, match="handed in"):
            services.change_prediction(actor, played.slug, 1, prediction=1)
        services.enter(actor, played.slug, 1, prediction=3)
    assert own_entries(actor.person_id, played.view.id)[1].prediction == 20
    kept = session.execute(select(ContestPrediction.sequence, ContestPrediction.value)).all()
    assert [tuple(row) for row in kept] == [(1, 17), (2, 20)]


def test_a_prediction_is_not_taken_once_the_papers_time_is_over(played):
    actor = played.person()
    with clock.frozen(OPEN):
        services.enter(actor, played.slug, 1, prediction=17)
    with clock.frozen(OPEN + timedelta(minutes=31)), pytest.raises(CannotEnter, match="handed in"):
        services.change_prediction(actor, played.slug, 1, prediction=1)


def test_outside_the_window_nobody_enters(played):
    actor = played.person()
    for instant, text in ((OPEN - timedelta(hours=2), "opens on"), (CLOSED, "closed on")):
        with clock.frozen(instant), pytest.raises(CannotEnter, match=text):
            services.enter(actor, played.slug, 1, prediction=1)


def test_the_last_second_of_the_last_day_is_inside(played):
    actor = played.person()
    with clock.frozen(played.view.round(1).last_moment):
        assert services.enter(actor, played.slug, 1, prediction=1)


def test_who_works_elsewhere_or_fits_no_board_cannot_enter(played):
    elsewhere = create_actor(unit=create_unit("Tỉnh khác"))
    with clock.frozen(OPEN):
        with pytest.raises(CannotEnter, match="people who work at"):
            services.enter(elsewhere, played.slug, 1, prediction=1)
        with pytest.raises(CannotEnter, match="No board"):
            services.enter(played.person(kind="other"), played.slug, 1, prediction=1)


def test_makers_and_excluded_people_cannot_enter(played):
    excluded = played.person()
    with clock.frozen(OPEN):
        services.exclude(played.organiser, played.slug, excluded.person_id, reason="Lộ đề")
        for actor, text in ((played.organiser, "do not take part"), (excluded, "excluded you")):
            with pytest.raises(CannotEnter, match=text):
                services.enter(actor, played.slug, 1, prediction=1)


def test_a_leaders_position_decides_the_board(played):
    actor = played.person()
    post_person(
        Actor.system(),
        actor.person_id,
        played.wards[0].id,
        position="Phó Chủ tịch Ủy ban nhân dân",
        starts_on=BEFORE.date(),
    )
    with clock.frozen(OPEN):
        services.enter(actor, played.slug, 1, prediction=1)
    entry = own_entries(actor.person_id, played.view.id)[1]
    assert played.view.board(entry.board_id).name == "Lãnh đạo"


# --- closing and counting ----------------------------------------------------------------------


def test_closing_counts_and_orders(played):
    names = ("Một An", "Hai An", "Ba An", "Bốn An", "Năm An")
    best, slow, far, wrong, empty = (played.person(name) for name in names)
    played.play(far, prediction=90)
    played.play(slow, prediction=3, seconds=300)
    played.play(best, prediction=3, seconds=200)
    played.play(wrong, right=2, prediction=3, seconds=10)
    played.play(empty, right=0, prediction=3, seconds=5)
    played.close()
    assert (result_of(played).truth, result_of(played).entries) == (3, 5)
    assert [(line.rank, line.seconds, line.gap) for line in board(played)] == [
        (1, 200, 0),
        (2, 300, 0),
        (3, 60, 87),
        (4, 10, 0),
        (5, 5, 0),
    ]
    assert board(played)[0].mark == Decimal("10.0")
    assert list(differences(played.slug)) == []


def test_a_round_that_is_open_is_not_closed(played):
    with clock.frozen(OPEN), pytest.raises(NotReady):
        services.close_round(Actor.system(), played.view.round(1).id)


def test_the_job_closes_the_round_by_itself(played, session):
    job = session.scalar(select(Job).where(Job.kind == "contests.close"))
    assert job.payload == {"round_id": played.view.round(1).id}
    assert job.run_at == datetime(2025, 11, 30, 17, 6, tzinfo=UTC)


def test_the_organisers_collect_by_hand_should_the_job_be_lost(played):
    played.play(played.person())
    with clock.frozen(OPEN), pytest.raises(NotReady, match="still open"):
        services.compute_again(played.organiser, played.slug, 1)
    with clock.frozen(CLOSED):
        services.compute_again(played.organiser, played.slug, 1)
    assert result_of(played).entries == 1


def test_a_quiz_from_a_file_is_not_changed_behind_its_file(draft, session):
    settings = {"quiz": "final", "opens_at": "2025-11-24T08:00", "closes_on": "2025-11-30"}
    services.add_round(draft.organiser, draft.slug, RoundSettings().load(settings))
    session.execute(update(Quiz).values(origin=CONTENT))
    with pytest.raises(RoundFixed, match="content folder"):
        services.fit_quiz(draft.organiser, draft.slug, 1)


def test_a_paper_left_open_counts_with_what_was_stored_and_its_whole_time(played):
    actor = played.person()
    with clock.frozen(OPEN):
        services.enter(actor, played.slug, 1, prediction=1)
    played.close()
    (line,) = board(played)
    assert (line.mark, line.seconds) == (Decimal("0.0"), 30 * 60)


def test_a_paper_without_an_entry_gets_one_without_a_prediction(played):
    actor, other = played.person(), played.person()
    with clock.frozen(OPEN):
        enroll(actor, played.sat.course)
        submit_attempt(actor, start_attempt(actor, played.sat.quiz_id, by_entrance=True))
    played.play(other, right=0, prediction=5, seconds=99)
    assert own_entries(actor.person_id, played.view.id) == {}
    played.close()
    assert [(line.rank, line.gap) for line in board(played)] == [(1, 5), (2, None)]
    assert list(differences(played.slug)) == []


def test_pauses_are_no_time_used(played):
    """Whoever may stop the clock is not ranked lower for it."""
    actor = played.person()
    with clock.frozen(BEFORE):
        enroll(actor, played.sat.course)
        granted = {"pauses": 1, "pause_minutes": 10, "reason": "Theo giấy xác nhận y tế"}
        grant_accommodation(played.sat.instructor, played.sat.quiz_id, actor.person_id, granted)
    with clock.frozen(OPEN):
        attempt = services.enter(actor, played.slug, 1, prediction=1)
        pause_own(actor, attempt)
    with clock.frozen(OPEN + timedelta(minutes=4)):
        end_own_pause(actor, attempt)
    with clock.frozen(OPEN + timedelta(minutes=5)):
        submit_attempt(actor, attempt)
    played.close()
    assert [line.entered.seconds for line in stored_lines(result_of(played).id)] == [60]


def test_makers_who_sat_the_quiz_are_excluded_by_rule(played):
    organiser = played.organiser
    with clock.frozen(OPEN):
        enroll(organiser, played.sat.course)
        submit_attempt(organiser, start_attempt(organiser, played.sat.quiz_id, by_entrance=True))
    played.close()
    assert (result_of(played).entries, result_of(played).excluded) == (0, 1)


def test_an_exclusion_takes_the_entry_out_and_changes_the_truth(played):
    cheat, honest = played.person(), played.person()
    played.play(cheat, prediction=2)
    played.play(honest, prediction=1)
    played.close()
    assert result_of(played).truth == 2
    with clock.frozen(CLOSED):
        services.exclude(played.organiser, played.slug, cheat.person_id, reason="Nhờ người làm hộ")
        services.compute_again(played.organiser, played.slug, 1)
    result = result_of(played)
    assert (result.truth, result.entries, result.excluded, result.version) == (1, 1, 1, 1)
    assert [line.gap for line in board(played)] == [0]


def test_an_exclusion_needs_a_reason_and_is_lifted_with_one(played):
    actor = played.person()
    with pytest.raises(Invalid):
        services.exclude(played.organiser, played.slug, actor.person_id, reason=" … ")
    services.exclude(played.organiser, played.slug, actor.person_id, reason="Nhầm")
    (row,) = list_exclusions(played.view.id)
    services.include_again(played.organiser, played.slug, row.id, reason="Đã xác minh")
    assert excluded_people(played.view.id) == set()
    with pytest.raises(RoundFixed):
        services.include_again(played.organiser, played.slug, row.id, reason="Lần nữa")


# --- participation -----------------------------------------------------------------------------


def test_participation_is_the_share_of_people_who_could(played):
    crowd = [played.person(f"Người {n}", ward=0) for n in range(10)] + [
        played.person(ward=1) for _n in range(6)
    ]
    create_person("Đã nghỉ", unit=played.wards[0], deactivated_at=BEFORE)
    played.person(kind="other", ward=0)  # fits no board
    for actor in crowd[:5]:
        played.play(actor)
    for actor in crowd[10:12]:
        played.play(actor)
    played.close()
    rows = results.league(result_of(played))
    assert [(row.rank, row.name, row.people, row.took_part, row.share) for row in rows] == [
        (1, "Phường A", 10, 5, Decimal("0.5000")),
        (None, "Phường B", 6, None, None),  # two are too few to tell
    ]


def test_small_units_are_left_out_of_the_league(played):
    for _number in range(4):
        played.play(played.person(ward=1))
    played.close()
    assert results.league(result_of(played)) == []


def test_one_who_moves_counts_where_the_entry_was_made(played):
    people = [played.person(ward=0) for _number in range(6)]
    for actor in people[:5]:
        played.play(actor)
    post_person(Actor.system(), people[0].person_id, played.wards[1].id, starts_on=clock.today())
    played.close()
    assert [(row.name, row.people, row.took_part) for row in results.league(result_of(played))] == [
        ("Phường A", 6, 5)
    ]


# --- deciding ----------------------------------------------------------------------------------


def test_the_way_to_the_public_takes_two_people(played):
    actor = played.person()
    played.play(actor)
    played.close()
    contest = played.view
    with clock.frozen(CLOSED):
        with pytest.raises(NotReady, match="not been drawn"):
            services.propose(played.organiser, played.slug, 1)
        services.draw(played.organiser, played.slug, 1)
        with pytest.raises(RoundFixed, match="not repeated"):
            services.draw(played.organiser, played.slug, 1)
        services.propose(played.organiser, played.slug, 1)
        with pytest.raises(Forbidden):
            services.approve(played.organiser, played.slug, 1)
        with pytest.raises(RoundFixed):
            services.publish(played.organiser, played.slug, 1)
        services.approve(played.approver, played.slug, 1)
        assert results.find_published(contest, played.view.round(1)) is None
        services.publish(played.organiser, played.slug, 1)
    assert results.find_published(contest, played.view.round(1)).state == "published"
    (place,) = results.own_places(contest, actor.person_id)
    assert (place.rank, place.of, place.prize) == (1, 1, "Giải Nhất")


def test_who_handed_in_cannot_approve_though_holding_both_rights(played):
    both = create_actor(Role.ADMINISTRATOR, Role.APPROVER, unit=played.city)
    played.close()
    with clock.frozen(CLOSED):
        services.draw(both, played.slug, 1)
        services.propose(both, played.slug, 1)
        with pytest.raises(SamePerson, match="somebody else"):
            services.approve(both, played.slug, 1)


def test_a_winner_cannot_approve_the_own_prize(played):
    winner = create_actor(Role.APPROVER, unit=played.city)
    played.play(winner)
    played.close()
    with clock.frozen(CLOSED):
        services.draw(played.organiser, played.slug, 1)
        services.propose(played.organiser, played.slug, 1)
        with pytest.raises(SamePerson, match="prize"):
            services.approve(winner, played.slug, 1)


def test_a_frozen_result_is_not_computed_again_but_sent_back_it_is(played):
    played.close()
    with clock.frozen(CLOSED):
        services.draw(played.organiser, played.slug, 1)
        services.propose(played.organiser, played.slug, 1)
        with pytest.raises(RoundFixed):
            services.compute_again(played.organiser, played.slug, 1)
        with pytest.raises(Invalid):
            services.send_back(played.approver, played.slug, 1, reason="")
        services.send_back(played.approver, played.slug, 1, reason="Thiếu biên bản")
        services.compute_again(played.organiser, played.slug, 1)
        services.propose(played.organiser, played.slug, 1)


def test_a_correction_is_a_new_version_with_a_reason_and_the_old_one_stays(played):
    cheat, honest = played.person(), played.person()
    played.play(cheat, prediction=2)
    played.play(honest, prediction=1, seconds=80)
    played.close()
    played.publish()
    before = result_of(played)
    with clock.frozen(CLOSED):
        services.exclude(played.organiser, played.slug, cheat.person_id, reason="Gian lận")
        with pytest.raises(Invalid):
            services.correct(played.organiser, played.slug, 1, reason="")
        services.correct(played.organiser, played.slug, 1, reason="Loại một bài thi")
    assert (result_of(played).version, result_of(played).entries) == (2, 1)
    shown = results.find_published(played.view, played.view.round(1))
    assert (shown.version, shown.digest) == (1, before.digest)
    with clock.frozen(CLOSED):
        services.propose(played.organiser, played.slug, 1)
        services.approve(played.approver, played.slug, 1)
        services.publish(played.organiser, played.slug, 1)
    states = {one.version: one.state for one in results.list_versions(played.view)}
    assert states == {1: "replaced", 2: "published"}
    assert list(differences(played.slug)) == []


def test_drawn_prizes_go_to_the_smallest_lot_without_a_prize(played):
    for number in range(6):
        played.play(played.person(f"Người {number}"), seconds=60 + number)
    played.close()
    played.publish()
    result = result_of(played)
    lines = results.all_lines(result.id)
    drawn = [row for row in lines if row.prize == 2]
    rest = [row for row in lines if row.prize not in (0, 1)]
    assert len(drawn) == 1 and drawn[0].lot == min(row.lot for row in rest)
    assert PRIZES[2]["how"] == "draw"


# --- names -------------------------------------------------------------------------------------


def test_only_winners_are_named_and_not_if_they_withdraw(played):
    first, second, third, fourth = (played.person(f"Người Số {n}") for n in range(4))
    for number, actor in enumerate((first, second, third, fourth)):
        played.play(actor, right=3 if number < 3 else 0, seconds=60 + number)
    played.close()
    played.publish()
    lines = board(played)
    assert [line.name for line in lines] == ["Người Số 0", "Người Số 1", "Người Số 2", None]
    services.withdraw_name(second, played.slug, withdrawn=True)
    assert [line.name for line in board(played)] == ["Người Số 0", None, "Người Số 2", None]
    services.withdraw_name(second, played.slug, withdrawn=False)
    assert board(played)[1].name == "Người Số 1"
    with pytest.raises(ContestNotFound):
        services.withdraw_name(played.person(), played.slug, withdrawn=True)


def test_a_board_of_few_tells_the_marks_of_winners_only(played):
    for number in range(4):
        played.play(played.person(), right=0, seconds=60 + number)
    played.close()
    played.publish()
    assert [line.mark for line in board(played)] == [Decimal("0.0"), Decimal("0.0"), None, None]
    assert [line.seconds for line in board(played)] == [60, 61, None, None]


def test_a_contest_that_names_nobody_names_nobody(app):
    played = with_round(name_rule="nobody")
    played.play(played.person("Người Thắng"))
    played.close()
    played.publish()
    assert [(line.prize, line.name) for line in board(played)] == [("Giải Nhất", None)]


# --- the whole contest -------------------------------------------------------------------------


def test_the_best_rounds_make_the_whole(app):
    played = with_round(best_rounds=1)
    steady, peak = played.person("Đều Tay"), played.person("Một Lần")
    with clock.frozen(BEFORE):
        played.add_round(opens_at="2025-12-01T08:00", closes_on="2025-12-07")
    second, after = OPEN + timedelta(days=7), CLOSED + timedelta(days=7)
    played.play(steady, right=2)
    played.play(peak, right=0)
    played.play(steady, right=2, number=2, at=second)
    played.play(peak, right=3, number=2, at=second)
    played.close()
    played.publish()
    with clock.frozen(after), pytest.raises(NotReady, match="all rounds"):
        services.compute_again(played.organiser, played.slug, 0)
    played.close(2, at=after)
    played.publish(2, at=after)
    with clock.frozen(after):
        services.compute_again(played.organiser, played.slug, 0)
    played.publish(0, at=after)
    lines = results.all_lines(result_of(played, 0).id)
    assert [(line.full_name, line.mark, line.rounds, line.prize) for line in lines] == [
        ("Một Lần", Decimal("10.0"), 1, 0),
        ("Đều Tay", Decimal("6.7"), 1, None),
    ]
    assert board(played, number=0)[0].prize == "Cúp"
    assert list(differences(played.slug)) == []


def test_only_the_first_attempt_counts_though_another_run_gives_another(played, session):
    actor = played.person()
    attempt = played.play(actor, right=1)
    played.close()
    assert session.scalars(select(ContestEntry.attempt_id)).all() == [attempt]


def test_every_step_is_in_the_journal(played, session):
    played.close()
    played.publish()
    acts = set(session.scalars(select(AuditEntry.act).where(AuditEntry.object_kind == "contest")))
    assert {f"contest.{act}" for act in ("create", "announce", "announce_round", "close", "draw")} <= acts
    assert {"contest.propose", "contest.approve", "contest.publish"} <= acts
