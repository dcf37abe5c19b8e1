"""Trying queries: on the page of an exercise, in free practice and by API; what is kept of it, and for how long."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import render_template_string

from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid, TooMany, Unauthenticated
from courses.information_technology import plugin, services
from courses.information_technology.datasets import DataSet, practice_set
from courses.information_technology.models import QueryRun
from courses.information_technology.queries import list_own_queries
from tests.factories import create_actor, sign_in

RUNS = "/modules/information_technology/runs"
SMALL = DataSet(
    tables="CREATE TABLE dossier (id TEXT);",
    rows="INSERT INTO dossier VALUES ('H1'), ('H2');",
    item_key="mot-bai",
)


@pytest.fixture
def learner(client):
    actor = create_actor()
    client.csrf = sign_in(client, actor)
    return actor


def token_for(app, data=SMALL, field="s3"):
    """The token as the exercise's page carries it."""
    with app.test_request_context():
        return render_template_string(
            "{{ information_technology_seal(script, key, field) }}",
            script={"tables": data.tables, "rows": data.rows},
            key=data.item_key,
            field=field,
        )


def post(client, headers=(), **form):
    return client.post(RUNS, data={"csrf_token": client.csrf, **form}, headers=dict(headers))


def test_the_practice_data_match_their_totals(app):
    actor = create_actor()
    tried = services.try_query(
        actor,
        practice_set(),
        "SELECT count(*), count(finished_on), sum(finished_on <= due_on), (SELECT count(*) FROM ward) FROM dossier",
    )
    assert tried.result.rows == ((5233, 4130, 4023, 126),)
    lost = services.try_query(
        actor,
        practice_set(),
        "SELECT count(*) FROM ward w LEFT JOIN dossier d ON d.ward = w.code WHERE d.id IS NULL",
    )
    assert lost.result.rows == ((7,),)


def test_the_practice_page_is_public_but_running_needs_a_reader(client):
    page = client.get("/modules/information_technology/")
    assert page.status_code == 200
    assert b"finished_on" in page.data
    assert RUNS.encode() not in page.data
    assert client.get("/modules/information_technology/queries").status_code == 303


def test_running_on_the_practice_page(client, learner):
    page = post(client, query="SELECT count(*) AS tổng FROM ward")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert '<td class="num">126</td>' in text and "tổng" in text
    assert text.count("SELECT count(*) AS tổng FROM ward") == 2  # in the box, and among the last queries


def test_running_from_an_exercise_gives_a_fragment_or_a_page(app, client, learner):
    token = token_for(app)
    fragment = post(
        client, {"HX-Request": "true"}, data_set=token, s3="SELECT id FROM dossier", s4="nonsense"
    )
    text = fragment.get_data(as_text=True)
    assert fragment.status_code == 200 and "<html" not in text
    assert re.findall(r"<td>(H\d)</td>", text) == ["H1", "H2"]
    page = post(client, data_set=token, s3="SELECT id FROM dossier WHERE id > 'H1'")
    assert "<html" in page.get_data(as_text=True)
    own = list_own_queries(learner, "mot-bai").items
    assert [item.query for item in own] == [
        "SELECT id FROM dossier WHERE id > 'H1'",
        "SELECT id FROM dossier",
    ]
    assert all(item.ok for item in own)


def test_an_error_is_explained_in_place(app, client, learner):
    page = post(client, {"HX-Request": "true"}, data_set=token_for(app), s3="SELECT ids FROM dossier")
    assert page.status_code == 200
    assert "feedback-wrong" in page.get_data(as_text=True)
    assert [item.ok for item in list_own_queries(learner, "mot-bai").items] == [False]


@pytest.mark.parametrize("query", ["", "   ", "x" * 4001])
def test_what_is_no_query_is_said_and_not_kept(app, client, learner, query):
    page = post(client, data_set=token_for(app), s3=query)
    assert page.status_code == 422
    assert list_own_queries(learner).items == []


def test_only_data_that_the_academy_showed_can_be_queried(app, client, learner):
    token = token_for(app)
    for forged in (token[:-2] + "xx", "nonsense", "." + token):
        assert post(client, data_set=forged, s3="SELECT 1").status_code == 422


def test_markup_in_data_and_queries_stays_text(app, client, learner):
    nasty = DataSet(tables="CREATE TABLE t (x TEXT);", rows="INSERT INTO t VALUES ('<script>alert(1)</script>');", item_key="k")  # fmt: skip
    page = post(client, data_set=token_for(app, nasty), s3='SELECT x AS "<b>" FROM t --</pre><script>')
    assert b"<script>alert" not in page.data
    assert b"&lt;script&gt;alert" in page.data and b"<b></code>" not in page.data
    assert b"--</pre>" not in page.data


def test_tries_are_limited(app):
    actor = create_actor()
    with clock.frozen("2026-11-02T01:00:00Z"):
        for _try in range(services.TRIES_PER_MINUTE):
            services.try_query(actor, SMALL, "SELECT 1")
        with pytest.raises(TooMany):
            services.try_query(actor, SMALL, "SELECT 1")
    with clock.frozen("2026-11-02T01:01:01Z"):
        assert services.try_query(actor, SMALL, "SELECT 1").result.rows == ((1,),)


def test_strangers_cannot_run_anything(app):
    with pytest.raises(Unauthenticated):
        services.try_query(Actor.anonymous(), SMALL, "SELECT 1")


def test_nobody_sees_the_queries_of_another(client, learner):
    other = create_actor()
    services.try_query(other, SMALL, "SELECT 'secret of another'")
    assert b"secret of another" not in client.get("/modules/information_technology/queries").data
    assert client.get("/api/v1/modules/information_technology/runs").get_json()["items"] == []


def test_queries_are_kept_for_ninety_days(app):
    actor, begin = create_actor(), datetime(2026, 1, 1, tzinfo=UTC)
    with clock.frozen(begin):
        services.try_query(actor, SMALL, "SELECT 'old'")
    with clock.frozen(begin + services.KEPT - timedelta(minutes=1)):
        services.try_query(actor, SMALL, "SELECT 'newer'")
        assert len(list_own_queries(actor).items) == 2
    with clock.frozen(begin + services.KEPT + timedelta(minutes=1)):
        services.try_query(create_actor(), SMALL, "SELECT 'of another'")
        assert [item.query for item in list_own_queries(actor).items] == ["SELECT 'newer'"]


def test_own_queries_come_page_by_page(client, learner):
    for number in range(12):
        services.try_query(learner, SMALL, f"SELECT {number}")
    page = client.get("/modules/information_technology/queries?item=mot-bai")
    text = page.get_data(as_text=True)
    assert "SELECT 11" in text and "SELECT 1<" not in text
    following = re.search(r'href="(/modules/information_technology/queries\?[^"]*cursor=[^"]+)"', text)[1]
    assert "SELECT 1<" in client.get(following.replace("&amp;", "&")).get_data(as_text=True)
    assert client.get("/modules/information_technology/queries?cursor=nonsense").status_code == 404


def test_the_api_runs_and_lists(client, learner):
    headers = {"X-CSRFToken": client.csrf}
    answer = client.post(
        "/api/v1/modules/information_technology/runs",
        json={"query": "SELECT field, NULL FROM dossier ORDER BY 1 LIMIT 1"},
        headers=headers,
    )
    body = answer.get_json()
    assert (body["rows"], body["error"], body["remarks"]) == ([["BUSINESS", None]], None, [])
    answer = client.post(
        "/api/v1/modules/information_technology/runs", json={"query": "SELEC"}, headers=headers
    )
    assert answer.get_json()["error"] == "syntax" and answer.get_json()["remarks"]
    for bad in ("{}", '{"query": ""}', '{"query": "  "}', r'{"query": "\ud800"}', '{"query": 5}'):
        answer = client.post(
            "/api/v1/modules/information_technology/runs",
            data=bad,
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code == 422, bad
    listed = client.get("/api/v1/modules/information_technology/runs?limit=1&item=").get_json()
    assert [item["query"] for item in listed["items"]] == ["SELEC"]
    assert listed["next_cursor"]


def test_what_is_kept_can_be_exported_and_erased(app):
    actor, other = create_actor(), create_actor()
    for person in (actor, other):
        services.try_query(person, SMALL, "SELECT 1")
    exported = plugin.academy_learner_export(actor.person_id)
    assert [row["query"] for row in exported["queries"]] == ["SELECT 1"]
    plugin.academy_learner_erase(actor.person_id)
    assert plugin.academy_learner_export(actor.person_id) == {"queries": []}
    assert len(plugin.academy_learner_export(other.person_id)["queries"]) == 1


def test_every_table_with_personal_data_is_declared(app):
    declared = {stored.table for stored in plugin.academy_course_module().stored_data}
    assert declared == {QueryRun.__tablename__}


def test_pages_ask_the_database_little(client, learner, count_queries):
    for number in range(8):
        services.try_query(learner, SMALL, f"SELECT {number}")
    client.get("/modules/information_technology/")
    with count_queries() as queries:
        client.get("/modules/information_technology/")
    assert len(queries) <= 4


def test_a_query_that_is_too_long_is_invalid_also_in_the_service(app):
    with pytest.raises(Invalid):
        services.try_query(create_actor(), SMALL, "x" * 4001)
