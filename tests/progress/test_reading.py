"""Active time is judged by the server's clock: flagged when implausible, never a bar."""

from __future__ import annotations

import pytest

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import Invalid
from academy.progress.models import LessonFinish, Reading
from academy.progress.queries import course_state
from tests.factories import create_actor, sign_in


def test_no_more_time_is_credited_than_has_passed(taught):
    with clock.frozen("2026-11-02T01:00:00Z"):
        learner = taught.learner()
        assert taught.read(learner, "bai-mot", seconds_active=500).seconds == 60
    with clock.frozen("2026-11-02T01:00:20Z"):
        assert taught.read(learner, "bai-mot", seconds_active=20).seconds == 20
        # the same seconds again, from a second tab on another lesson
        assert taught.read(learner, "bai-hai", seconds_active=20).seconds <= 5
    rows = db.session.query(Reading).all()
    assert sum(row.seconds for row in rows) <= 85
    assert sum(row.implausible for row in rows) == 2


def test_half_the_estimated_time_counts_as_read(taught):
    learner = taught.learner()
    for minute in range(6):
        with clock.frozen(f"2026-11-02T01:{minute:02}:00Z"):
            credited = taught.read(learner, "bai-mot", seconds_active=60)
    assert credited.finished and credited.total >= 300
    assert db.session.query(LessonFinish).one().how == "time"
    assert not db.session.query(LessonFinish).one().hasty


def test_finishing_at_once_is_flagged_and_accepted(taught):
    learner = taught.learner()
    assert taught.read(learner, "bai-mot", finished=True).finished
    assert db.session.query(LessonFinish).one().hasty


def test_the_place_is_kept_for_the_next_device_and_nonsense_is_not(taught):
    learner = taught.learner()
    taught.read(learner, "bai-mot", position="phan-mot-1", seconds_active=10)
    taught.read(learner, "bai-mot", position="khong-co", seconds_active=0)
    state = course_state(learner.person_id, taught.id)
    assert state.next_lesson.block == "phan-mot-1"


def test_days_are_local(taught):
    with clock.frozen("2026-06-30T17:30:00Z"):
        learner = taught.learner()
        taught.read(learner, "bai-mot", seconds_active=10)
    assert db.session.query(Reading).one().day.isoformat() == "2026-07-01"


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_absurd_seconds_are_refused(taught, seconds):
    learner = taught.learner()
    with pytest.raises(Invalid):
        taught.read(learner, "bai-mot", seconds_active=seconds)


def test_the_api_tells_what_is_unmet_and_takes_evidence(taught, client):
    learner = create_actor()
    token = {"X-CSRFToken": sign_in(client, learner)}
    assert client.post(f"/api/v1/courses/{taught.slug}/enrollment", headers=token).status_code == 201
    answer = client.post(
        f"/api/v1/courses/{taught.slug}/lessons/bai-mot/progress",
        json={"seconds_active": 30, "position": "phan-mot-1"},
        headers=token,
    )
    assert answer.get_json() == {"credited": 30, "total": 30, "finished": False}
    item = taught.item("e1")
    graded = client.post(f"/api/v1/exercises/{item}/responses", json={"answer": False}, headers=token).get_json()
    assert graded["score"] in ("0", "0.0000") and graded["solution"]
    progress = client.get(f"/api/v1/me/progress/{taught.slug}").get_json()
    assert {rule["rule"] for rule in progress["unmet"]} == {"lesson.read", "lesson.exercises", "quiz"}
    assert progress["outline"][0]["answered"] == 1


def test_pages_of_study_cost_few_queries(taught, client, count_queries):
    learner = taught.learner()
    sign_in(client, learner)
    for address in (f"/courses/{taught.slug}", f"/courses/{taught.slug}/lessons/bai-mot", "/", "/me"):
        client.get(address)
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 5, (address, queries.statements)


def test_a_lesson_page_betrays_no_answer(taught, client):
    learner = taught.learner()
    sign_in(client, learner)
    page = client.get(f"/courses/{taught.slug}/lessons/bai-mot").get_data(as_text=True)
    body = client.get(f"/api/v1/courses/{taught.slug}/lessons/bai-mot").get_json()
    assert "Đúng không?" in page
    assert "explanation" not in str(body) and "correct" not in str(body["exercises"])


def test_an_exercise_is_answered_without_scripts(taught, client):
    learner = taught.learner()
    token = sign_in(client, learner)
    item = taught.item("e1")
    answer = client.post(
        f"/courses/{taught.slug}/lessons/bai-mot/exercises/{item}",
        data={"csrf_token": token, f"ex-{item}": "true", "lang": "vi"},
    )
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"#exercise-{item}")
    page = client.get(f"/courses/{taught.slug}/lessons/bai-mot").get_data(as_text=True)
    assert "feedback" in page
