"""Playing turn by turn: nothing of the coming rain is told, nothing decided twice, every run can be seen again."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select

from academy.catalog.services import withdraw_course
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from academy.questions.services import save_item
from courses.smart_city import plugin, queries, services
from courses.smart_city.flood_chart import affected_panel, water_panel
from courses.smart_city.flood_model import Decision, play, rain_of
from courses.smart_city.models import FloodRun, FloodTurn
from tests.courses.smart_city.floods import spec
from tests.factories import create_account, create_actor

REASON = "Nước đang lên, dự báo mưa to, cần làm sớm, lượt {}"
HOME = "/modules/smart_city/"
PARTS = ("affected", "trust", "cost", "reasons")


def decide(actor, run_id, turn, **given):
    return services.decide(actor, run_id, turn, given)


def play_all(actor, scenario, *, repeats=None, **given):
    """A whole run with the same decision in every turn."""
    run_id = services.start_run(actor, scenario.digest, repeats=repeats)
    for turn in range(1, 7):
        after = decide(actor, run_id, turn, reason=REASON.format(turn), **given)
    return run_id, after


def seed_of(run_id):
    return db.session.scalar(select(FloodRun.seed).where(FloodRun.id == run_id))


def test_a_run_goes_from_turn_to_turn_and_ends_with_points(scenario):
    actor = create_actor()
    run_id, after = play_all(actor, scenario, pumps=2, inform=True)
    assert after.is_finished and not after.is_open
    stored = db.session.get(FloodRun, run_id)
    assert stored.score == after.score.total == sum(after.score.parts.values())
    assert after.score.reasons == 15
    assert stored.ended_at is not None


def test_what_is_stored_plays_again_to_the_same_run(scenario):
    actor = create_actor()
    run_id, after = play_all(actor, scenario, pumps=3)
    db.session.expire_all()
    seen = queries.get_run(actor, run_id)
    assert seen.turns == after.turns
    assert seen.score == after.score
    plan = [turn.decision for turn in after.turns]
    assert play(seen.flood, seed_of(run_id), plan) == after.turns


def test_a_turn_is_decided_once_and_in_order(scenario):
    actor = create_actor()
    run_id = services.start_run(actor, scenario.digest)
    decide(actor, run_id, 1, pumps=1)
    for turn in (1, 3, 0, -1):
        with pytest.raises(Conflict):
            decide(actor, run_id, turn, pumps=4)
    assert [turn.decision.pumps for turn in queries.get_run(actor, run_id).turns] == [1]


def test_limits_and_budget_hold_over_turns(scenario):
    actor = create_actor()
    run_id = services.start_run(actor, scenario.digest)
    decide(actor, run_id, 1, request=True, evacuate=50)
    for given in ({"request": True}, {"evacuate": 25}, {"pumps": 5}, {"pumps": "1"}, {"luck": 1}):
        with pytest.raises(Invalid):
            decide(actor, run_id, 2, **given)
    for turn in range(2, 6):
        after = decide(actor, run_id, turn, pumps=4, inform=True)
    assert after.now.spent == 27 + 36
    with pytest.raises(Invalid):
        decide(actor, run_id, 6, pumps=4)
    decide(actor, run_id, 6, pumps=3, inform=True)
    assert db.session.scalar(select(func.count()).select_from(FloodTurn)) == 6


def test_leaving_evacuation_out_keeps_it(scenario):
    actor = create_actor()
    run_id = services.start_run(actor, scenario.digest)
    decide(actor, run_id, 1, evacuate=25)
    assert decide(actor, run_id, 2).now.evacuated == 25


def test_an_open_run_is_gone_on_with_a_finished_one_is_not(scenario):
    actor = create_actor()
    first = services.start_run(actor, scenario.digest)
    assert services.start_run(actor, scenario.digest) == first
    services.give_up(actor, first)
    second = services.start_run(actor, scenario.digest)
    assert second != first
    with pytest.raises(Conflict):
        decide(actor, first, 1)
    services.give_up(actor, first)  # again: nothing happens
    assert queries.get_run(actor, first).score is None


def test_the_same_rain_can_be_met_again_only_after_it_is_over(scenario):
    actor = create_actor()
    run_id, after = play_all(actor, scenario, pumps=1)
    again, other = play_all(actor, scenario, repeats=run_id, pumps=1)
    assert again != run_id and other.turns == after.turns
    assert queries.get_run(actor, again).repeats_id == run_id
    going = services.start_run(actor, scenario.digest)
    with pytest.raises(Conflict):
        services.start_run(actor, scenario.digest, repeats=going)
    with pytest.raises(NotFound):
        services.start_run(create_actor(), scenario.digest, repeats=run_id)


def test_other_peoples_runs_do_not_exist(scenario, client, learner):
    run_id, _after = play_all(create_actor(), scenario)
    for act in (
        lambda: queries.get_run(learner, run_id),
        lambda: decide(learner, run_id, 1),
        lambda: services.give_up(learner, run_id),
    ):
        with pytest.raises(NotFound):
            act()
    for page in ("", "/debrief", "/replay/1"):
        assert client.get(f"{HOME}flood/runs/{run_id}{page}").status_code == 404


def test_who_may_play(scenario):
    with pytest.raises(Unauthenticated):
        services.start_run(Actor.anonymous(), scenario.digest)
    nobody = Actor(account_id=create_account().id)
    with pytest.raises(Forbidden):
        services.start_run(nobody, scenario.digest)


def test_starts_are_limited(scenario):
    actor = create_actor()
    for _start in range(services.STARTS_PER_HOUR):
        services.start_run(actor, scenario.digest)
    with pytest.raises(TooMany):
        services.start_run(actor, scenario.digest)


def test_floods_of_courses_that_are_not_open_cannot_be_begun_but_runs_stay(course, scenario):
    actor = create_actor()
    run_id = services.start_run(actor, scenario.digest)
    withdraw_course(Actor.system(), course.id)
    assert queries.list_scenarios(actor) == []
    with pytest.raises(NotFound):
        services.start_run(actor, scenario.digest)
    assert decide(actor, run_id, 1, pumps=1).turns[0].decision == Decision(pumps=1)


def test_a_changed_flood_leaves_begun_runs_as_they_were(course, scenario):
    actor = create_actor()
    run_id = services.start_run(actor, scenario.digest)
    save_item(
        Actor.system(),
        course.id,
        "ngap",
        "smart_city:flood",
        spec(pumps_max=2),
        lesson="bai",
        outcome="o1",
        use_pool=False,
    )
    assert queries.list_scenarios(actor)[0].digest != scenario.digest
    assert decide(actor, run_id, 1, pumps=4).flood.pumps_max == 4


def test_a_comparison_needs_five_persons_and_counts_each_once(scenario):
    version = scenario.version.id
    people = [create_actor() for _person in range(4)]
    runs = [play_all(person, scenario, pumps=2, inform=True) for person in people]
    play_all(people[0], scenario, repeats=runs[0][0], pumps=2)
    play_all(people[1], scenario)
    assert queries.distribution(version) is None
    play_all(create_actor(), scenario)
    compared = queries.distribution(version)
    assert (compared.persons, sum(compared.bins)) == (5, 5)
    scores = sorted(
        db.session.scalars(select(FloodRun.score).where(FloodRun.id.in_([run_id for run_id, _run in runs])))
    )
    assert min(scores) <= compared.median <= max(scores) or compared.median in scores
    assert isinstance(compared.median, Decimal)


# --- pages ----------------------------------------------------------------------------------------


def post(client, path, **form):
    return client.post(path, data={"csrf_token": client.csrf, **form})


def start(client, scenario):
    return post(client, f"{HOME}flood/{scenario.digest}/runs").headers["Location"]


def test_half_a_tenth_of_a_point_is_rounded_up(app):
    details = {
        "total": "34.55", "ways": [["nothing", "20.25"]], "of": dict.fromkeys(PARTS, 25),
        "parts": {"affected": "11.75", "trust": "8.85", "cost": "11.45", "reasons": "2.50"},
    }  # fmt: skip
    with app.test_request_context():
        parts = app.jinja_env.get_template("smart_city/parts.html").module
        shown = re.findall(r"\d+,\d+", str(parts.points(details)) + str(parts.ways(details)))
    assert sorted(shown) == ["11,5", "11,8", "2,5", "20,3", "32,1", "34,6", "8,9"]


def test_pages_of_a_run_without_scripts(client, learner, scenario):
    assert "Phường Ven Sông" in client.get(HOME).get_data(as_text=True)
    assert client.get(f"{HOME}flood/{scenario.digest}").status_code == 200
    address = start(client, scenario)
    run_id = int(address.rpartition("/")[2])
    for turn in range(1, 7):
        page = client.get(address)
        assert page.status_code == 200
        answer = post(
            client,
            f"{address}/turns/{turn}",
            **{"decision.pumps": "2", "decision.inform": "1", "decision.reason": REASON},
        )
        assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/debrief")
    debrief = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert (
        str(queries.get_run(learner, run_id).score.total.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
        in debrief
    )
    assert "Chúng tôi đã chạy thử mô hình" in debrief
    assert client.get(address).status_code == 303
    for turn in range(1, 7):
        assert client.get(f"{address}/replay/{turn}").status_code == 200
    for turn in (0, 7):
        assert client.get(f"{address}/replay/{turn}").status_code == 404


def test_the_page_of_a_turn_knows_no_rain_to_come(client, learner, scenario):
    address = start(client, scenario)
    run_id = int(address.rpartition("/")[2])
    post(client, f"{address}/turns/1", **{"decision.pumps": "1"})
    before = client.get(address).get_data(as_text=True)
    rain = rain_of(queries.get_run(learner, run_id).flood, seed_of(run_id))
    shown = queries.get_run(learner, run_id)
    assert len(shown.without) == len(shown.turns) == 1
    assert shown.turns[0].rain == rain[0]
    bars = re.findall(r'<rect class="rain" x="[\d.]+" y="[\d.]+" width="14.0"', before)
    assert len(bars) == 1


def test_a_refused_decision_comes_back_as_typed(client, learner, scenario):
    address = start(client, scenario)
    for turn in range(1, 6):
        post(client, f"{address}/turns/{turn}", **{"decision.pumps": "4", "decision.inform": "1", "decision.evacuate": "25" if turn == 1 else ""})  # fmt: skip
    page = post(client, f"{address}/turns/6", **{"decision.pumps": "4", "decision.inform": "1", "decision.evacuate": "50", "decision.reason": "vì <b>nước</b>"})  # fmt: skip
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert '<option value="4" selected>' in text and '<option value="50" selected>' in text
    assert "vì &lt;b&gt;nước&lt;/b&gt;" in text
    assert re.search(r"\b21\b.*\b13\b", re.search(r"notice-title.*", text)[0])  # the cost, and what is left


def test_a_form_sent_twice_decides_once(client, learner, scenario):
    address = start(client, scenario)
    for _time in range(2):
        assert post(client, f"{address}/turns/1", **{"decision.pumps": "1"}).status_code == 303
    run = queries.get_run(learner, int(address.rpartition("/")[2]))
    assert len(run.turns) == 1


def test_ending_early_shows_what_there_is(client, learner, scenario):
    address = start(client, scenario)
    post(client, f"{address}/turns/1", **{"decision.pumps": "1"})
    assert post(client, f"{address}/end").status_code == 303
    assert client.get(f"{address}/debrief").status_code == 200
    assert client.get(HOME).status_code == 200


def test_the_debrief_compares_from_five_persons_on(client, learner, scenario):
    run_id, _after = play_all(learner, scenario)
    page = f"{HOME}flood/runs/{run_id}/debrief"
    assert "own-bar" not in client.get(page).get_data(as_text=True)
    for _person in range(4):
        play_all(create_actor(), scenario, pumps=4)
    assert "own-bar" in client.get(page).get_data(as_text=True)


def test_unknown_addresses(client, learner, scenario):
    for path in ("flood/0123456789abcdef", "flood/runs/999999", "flood/runs/999999/debrief"):
        assert client.get(f"{HOME}{path}").status_code == 404
    assert post(client, f"{HOME}flood/{scenario.digest}/runs", repeats="abc").status_code == 404
    assert post(client, f"{HOME}flood/{scenario.digest}/runs", repeats="99999").status_code == 404


def test_pages_are_open_to_readers_playing_is_not(client, scenario):
    page = client.get(HOME)
    assert page.status_code == 200 and "1.000 hộ" in page.get_data(as_text=True)
    assert client.get(f"{HOME}flood/{scenario.digest}").status_code == 200
    assert client.get(f"{HOME}flood/runs/1").status_code == 303


def test_the_exercise_in_its_lesson(client, learner, course):
    enroll(learner, "do-thi")
    lesson = "/courses/do-thi/lessons/bai"
    page = client.get(lesson).get_data(as_text=True)
    action = re.search(r'action="([^"]+/exercises/\d+)"', page)[1]
    name = re.search(r'name="([^"]+)\.1\.pumps"', page)[1]
    assert "Chúng tôi đã chạy thử" not in page
    form = {f"{name}.{turn}.pumps": "2" for turn in range(1, 7)} | {f"{name}.1.reason": REASON}
    assert post(client, action, **form).status_code == 303
    after = client.get(lesson).get_data(as_text=True)
    assert "flood-result" in after and "Chúng tôi đã chạy thử" in after
    assert after.count('<option value="2" selected>') == 6


def test_pages_ask_the_database_little(client, learner, scenario, count_queries):
    for _run in range(3):
        run_id, _after = play_all(learner, scenario)
    for path, most in (("", 6), (f"flood/{scenario.digest}", 6), (f"flood/runs/{run_id}/debrief", 9)):
        client.get(f"{HOME}{path}")
        with count_queries() as asked:
            assert client.get(f"{HOME}{path}").status_code == 200
        assert len(asked) <= most, (path, asked.statements)


# --- personal data ----------------------------------------------------------------------------------


def test_what_is_kept_can_be_exported_and_erased(scenario):
    actor, other = create_actor(), create_actor()
    run_id, _after = play_all(actor, scenario, pumps=1)
    play_all(actor, scenario, repeats=run_id)
    play_all(other, scenario)
    exported = plugin.academy_learner_export(actor.person_id)["flood_runs"]
    assert [len(run["turns"]) for run in exported] == [6, 6]
    assert exported[0]["turns"][0]["reason"] == REASON.format(1)
    plugin.academy_learner_erase(actor.person_id)
    assert plugin.academy_learner_export(actor.person_id) == {"flood_runs": []}
    assert db.session.scalar(select(func.count()).select_from(FloodTurn)) == 6


def test_every_table_with_personal_data_is_declared():
    declared = {stored.table for stored in plugin.academy_course_module().stored_data}
    assert declared == {FloodRun.__tablename__, FloodTurn.__tablename__}


# --- charts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("played", [0, 1, 6])
@pytest.mark.parametrize("scale", [0.01, 1.0, 4000.0])
def test_charts_stay_inside_their_frame(played, scale):
    rows = [{"water": 10.0 * turn * scale, "rain": 8.0 * scale, "affected": 100.0 * turn * scale} for turn in range(1, played + 1)]  # fmt: skip
    for panel in (
        water_panel(rows, rows, of=6, begin=12.0, level=35.0),
        affected_panel(rows, rows, of=6),
    ):
        for x, y, _value in (*panel.own, *panel.without):
            assert 0 <= x <= panel.width and 0 <= y <= panel.base
        for _x, y, _width, height, _value in panel.bars:
            assert y >= 0 and height >= 0
        values = [value for _y, value in panel.ticks]
        assert values == sorted(set(values)) and values[0] == 0


def test_charts_are_described_drawings(client, learner, scenario):
    run_id, _after = play_all(learner, scenario)
    page = client.get(f"{HOME}flood/runs/{run_id}/debrief").get_data(as_text=True)
    drawings = re.findall(r"<svg viewBox=\"0 0 360 200\".*?</svg>", page, re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        tree = ElementTree.fromstring(drawing)
        labels = tree.get("aria-labelledby").split()
        assert [tree.find(name).get("id") for name in ("title", "desc")] == labels
        assert all(tree.find(name).text.strip() for name in ("title", "desc"))
