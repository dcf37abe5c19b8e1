"""The JSON that outside programs rely on."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest

from academy.kernel import clock
from academy.quizzes import services
from tests.factories import create_actor, sign_in
from tests.quizzes.sitting import right_answer, sit, view, wrong_answer

SECRETS = ("EXPLANATION", "PRAISE", "BLAME", "FEEDBACK", "hoà nhã", "97.4", "0.05", "tolerance")
KEY_NAMES = {"correct", "solution", "score", "feedback", "mark", "passed", "grade", "fraction", "accept", "explanation"}


class Caller:
    """A signed-in program."""

    def __init__(self, client, actor):
        self.client, self.actor = client, actor
        self.headers = {"X-CSRFToken": sign_in(client, actor)}

    def __call__(self, method, path, *, status=200, **named):
        reply = self.client.open(f"/api/v1{path}", method=method, headers=self.headers, **named)
        assert reply.status_code == status, reply.get_data(as_text=True)
        return reply.get_json()


@pytest.fixture
def call(app, sat):
    return Caller(app.test_client(), sat.learner())


def start(call, sat):
    return call("POST", f"/quizzes/{sat.quiz_id}/attempts", status=201)


def names_in(value):
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def secrets_in(text: str) -> list[str]:
    """Secrets in a text, moments left out: their fractions of a second are any digits."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "", text)
    return [secret for secret in SECRETS if secret in text]


def no_key_in(value):
    text = json.dumps(value, ensure_ascii=False)
    assert not secrets_in(text)
    assert not names_in(value) & KEY_NAMES


# --- quizzes -------------------------------------------------------------------------------------


def test_a_quiz_shows_its_rules_to_all_and_its_attempts_to_the_learner(app, sat, call):
    quiz = app.test_client().get(f"/api/v1/quizzes/{sat.quiz_id}").get_json()
    assert quiz["minutes"] == 30 and quiz["items"] == 3 and quiz["pass_mark"] == "5.0"
    assert [one["rule"] for one in quiz["obstacles"]] == ["sign-in-required"]
    quiz = call("GET", f"/quizzes/{sat.quiz_id}")
    assert (quiz["attempts"], quiz["attempts_left"], quiz["open_attempt"], quiz["obstacles"]) == (3, 3, None, [])
    attempt = start(call, sat)
    assert call("GET", f"/quizzes/{sat.quiz_id}")["open_attempt"] == attempt["id"]
    listed = call("GET", f"/courses/{sat.course}/quizzes")["items"]
    assert [(one["id"], one["slug"]) for one in listed] == [(sat.quiz_id, "final")]
    no_key_in(quiz)
    assert "draw" not in json.dumps(quiz)


def test_unknown_and_hidden_quizzes_are_not_found(app, sat, call):
    for path in ("/quizzes/999999", "/attempts/999999", "/attempts/99999999999999999999"):
        call("GET", path, status=404)
    assert app.test_client().get("/api/v1/attempts/1").status_code == 401


# --- sitting -------------------------------------------------------------------------------------


def test_starting_gives_the_paper_and_starting_again_the_same(sat, call):
    first = start(call, sat)
    assert first["state"] == "open" and datetime.fromisoformat(first["deadline"]) > clock.now()
    assert [item["slot"] for item in first["items"]] == [1, 2, 3]
    assert {item["kind"] for item in first["items"]} == {"single"}
    assert {option["id"] for option in first["items"][0]["body"]["options"]} != {"a", "b", "c"}
    again = start(call, sat)
    assert again["items"] == first["items"] and again["id"] == first["id"]


def test_storing_answers(sat, call):
    attempt = start(call, sat)
    path = f"/attempts/{attempt['id']}/answers/1"
    first, second = (option["id"] for option in attempt["items"][0]["body"]["options"][:2])
    reply = call("PUT", path, json={"sequence": 3, "answer": first})
    assert reply["slot"] == 1 and reply["stored_sequence"] == 3 and reply["stored_at"]
    assert call("PUT", path, json={"sequence": 3, "answer": first})["stored_sequence"] == 3
    late = call("PUT", path, json={"sequence": 2, "answer": second})
    assert late["stored_sequence"] == 3 and late["accepted"] is False
    seen = call("GET", f"/attempts/{attempt['id']}")["items"]
    assert (seen[0]["answer"], seen[0]["stored_sequence"]) == (first, 3)
    assert (seen[1]["answer"], seen[1]["stored_sequence"]) == (None, 0)


def test_storing_answers_as_the_pages_script_does(sat, call):
    attempt = start(call, sat)
    path = f"/attempts/{attempt['id']}/answers/2"
    choice = attempt["items"][1]["body"]["options"][0]["id"]
    call("PUT", path, json={"sequence": 1, "fields": {"s2": choice}})
    assert call("GET", f"/attempts/{attempt['id']}")["items"][1]["answer"] == choice
    call("PUT", path, json={"sequence": 2, "fields": {}})
    assert call("GET", f"/attempts/{attempt['id']}")["items"][1]["answer"] is None


def test_brackets_by_the_thousand_are_no_fault_of_the_server(sat, call):
    attempt = start(call, sat)
    body = '{"sequence": 1, "answer": ' + "[" * 100_000 + "]" * 100_000 + "}"
    call("PUT", f"/attempts/{attempt['id']}/answers/1", data=body, content_type="application/json", status=400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sequence": 1},
        {"answer": None},
        {"sequence": 0, "answer": None},
        {"sequence": -1, "answer": None},
        {"sequence": "1", "answer": None},
        {"sequence": 1.5, "answer": None},
        {"sequence": True, "answer": None},
        {"sequence": 2**60, "answer": None},
        {"sequence": 1, "answer": "nonsense"},
        {"sequence": 1, "answer": {"score": 1}},
        {"sequence": 1, "answer": None, "fields": {}},
        {"sequence": 1, "answer": None, "score": 1},
        {"sequence": 1, "fields": {"s1": 7}},
        {"sequence": 1, "fields": {"s1": [["x"]]}},
        {"sequence": 1, "fields": []},
    ],
    ids=str,
)
def test_what_cannot_be_stored_is_refused_with_a_reason(sat, call, body):
    attempt = start(call, sat)
    problem = call("PUT", f"/attempts/{attempt['id']}/answers/1", json=body, status=422)
    assert problem["errors"] and problem["detail"]
    assert call("GET", f"/attempts/{attempt['id']}")["items"][0]["stored_sequence"] == 0


def test_after_the_deadline_nothing_is_stored_whatever_the_client_claims(sat, call):
    attempt = start(call, sat)
    choice = attempt["items"][0]["body"]["options"][0]["id"]
    with clock.frozen((clock.now() + timedelta(minutes=31)).isoformat()):
        problem = call(
            "PUT", f"/attempts/{attempt['id']}/answers/1", json={"sequence": 9, "answer": choice}, status=409
        )
        assert problem["type"].endswith("attempt.deadline")
        seen = call("GET", f"/attempts/{attempt['id']}")
    assert seen["state"] == "expired" and seen["items"][0]["stored_sequence"] == 0


def test_submitting_is_final_and_may_be_repeated(sat, call):
    attempt = start(call, sat)
    path = f"/attempts/{attempt['id']}"
    first = call("POST", f"{path}/submission")
    again = call("POST", f"{path}/submission")
    assert first["state"] == again["state"] == "submitted"
    assert first["submitted_at"] == again["submitted_at"] and first["result"] == again["result"]
    choice = attempt["items"][0]["body"]["options"][0]["id"]
    problem = call("PUT", f"{path}/answers/1", json={"sequence": 1, "answer": choice}, status=409)
    assert problem["type"].endswith("attempt.closed")


def test_starting_is_refused_with_the_rule(app, sat):
    stranger = Caller(app.test_client(), create_actor())
    problem = stranger("POST", f"/quizzes/{sat.quiz_id}/attempts", status=409)
    assert problem["type"].endswith("quiz.enrollment") and problem["detail"]
    learner = sat.learner("Hai")
    for _ in range(3):
        sit(learner, sat.quiz_id)
    problem = Caller(app.test_client(), learner)("POST", f"/quizzes/{sat.quiz_id}/attempts", status=409)
    assert problem["type"].endswith("quiz.attempts")


# --- what must not be known ----------------------------------------------------------------------


def test_no_response_before_release_holds_a_key(app, sat_all_kinds):
    sat = sat_all_kinds
    sat.settings(draw=[{"difficulty": [5], "count": 8}], review={"after_submit": [], "after_close": []})
    learner = sat.learner("Bình")
    call = Caller(app.test_client(), learner)
    attempt = start(call, sat)
    no_key_in(attempt)
    for slot in view(learner, attempt["id"]).slots:
        form = {"sequence": 1, "answer": None}
        no_key_in(call("PUT", f"/attempts/{attempt['id']}/answers/{slot.slot}", json=form))
    no_key_in(call("GET", f"/attempts/{attempt['id']}"))
    closed = call("POST", f"/attempts/{attempt['id']}/submission")
    assert closed["result"] is None
    no_key_in(closed)
    no_key_in(call("GET", f"/attempts/{attempt['id']}"))
    no_key_in(call("GET", f"/quizzes/{sat.quiz_id}"))
    for page in (f"/attempts/{attempt['id']}", f"/quizzes/{sat.quiz_id}"):
        text = call.client.get(page).get_data(as_text=True)
        assert not secrets_in(text)


def test_a_right_and_a_wrong_answer_get_replies_of_one_shape(app, sat, call):
    attempt = start(call, sat)
    slot = view(call.actor, attempt["id"]).slots[0]
    path = f"/attempts/{attempt['id']}/answers/1"
    good = call("PUT", path, json={"sequence": 1, "answer": right_answer(slot)})
    bad = call("PUT", path, json={"sequence": 2, "answer": wrong_answer(slot)})
    differing = {name for name in good if good[name] != bad[name]}
    assert set(good) == set(bad) and differing <= {"stored_sequence", "stored_at"}


def test_release_by_phase(app, sat):
    learner = sat.learner("Ba")
    call = Caller(app.test_client(), learner)
    first = sit(learner, sat.quiz_id, right=2).attempt.id
    result = call("GET", f"/attempts/{first}")["result"]
    assert (result["mark"], result["passed"], result["pass_mark"]) == ("6.7", True, "5.0")
    assert {row["outcome"] for row in result["outcomes"]} == {"o1", "o2"}
    assert "items" not in result and "EXPLANATION" not in json.dumps(result)
    sit(learner, sat.quiz_id)
    sit(learner, sat.quiz_id)
    result = call("GET", f"/attempts/{first}")["result"]
    assert len(result["items"]) == 3
    assert "EXPLANATION" in json.dumps(result) and "PRAISE" in json.dumps(result)


@pytest.mark.parametrize(
    "flags, told, untold",
    [
        (["score"], ["mark"], ["outcomes", "items"]),
        (["outcomes"], ["outcomes"], ["mark", "passed", "slot"]),
        (["answers"], ["correct"], ["mark", "outcomes", "EXPLANATION", "PRAISE", "BLAME"]),
        (["feedback"], ["EXPLANATION", "PRAISE"], ["mark", "outcomes", "correct"]),
    ],
)
def test_each_flag_releases_its_own_and_nothing_else(app, sat, flags, told, untold):
    sat.settings(review={"after_submit": flags, "after_close": []})
    learner = sat.learner("Ba")
    call = Caller(app.test_client(), learner)
    text = json.dumps(call("GET", f"/attempts/{sit(learner, sat.quiz_id).attempt.id}")["result"])
    assert [word for word in told if word not in text] == []
    assert [word for word in untold if f'"{word}"' in text or f"{word} " in text] == []


def test_others_attempts_do_not_exist_and_instructors_read_them(app, sat, call):
    attempt = start(call, sat)["id"]
    choice = call("GET", f"/attempts/{attempt}")["items"][0]["body"]["options"][0]["id"]
    call("PUT", f"/attempts/{attempt}/answers/1", json={"sequence": 1, "answer": choice})
    other = Caller(app.test_client(), sat.learner("Khác"))
    other("GET", f"/attempts/{attempt}", status=404)
    other("POST", f"/attempts/{attempt}/submission", status=404)
    other("PUT", f"/attempts/{attempt}/answers/1", json={"sequence": 9, "answer": None}, status=404)
    other("GET", f"/attempts/{attempt}/log", status=404)
    call("GET", f"/attempts/{attempt}/log", status=403)
    teacher = Caller(app.test_client(), sat.instructor)
    assert teacher("GET", f"/attempts/{attempt}")["state"] == "open"
    (row,) = teacher("GET", f"/attempts/{attempt}/log")["items"]
    assert (row["slot"], row["sequence"], row["answer"]) == (1, 1, choice) and row["at"]
    teacher("PUT", f"/attempts/{attempt}/answers/1", json={"sequence": 9, "answer": None}, status=404)


def test_saving_costs_few_queries(app, sat, call, count_queries):
    attempt = start(call, sat)
    choice = attempt["items"][0]["body"]["options"][0]["id"]
    with count_queries() as queries:
        call("PUT", f"/attempts/{attempt['id']}/answers/1", json={"sequence": 1, "answer": choice})
    assert len(queries) <= 5, queries.statements
    with count_queries() as queries:
        call("GET", f"/attempts/{attempt['id']}")
    assert len(queries) <= 5, queries.statements


def test_an_attempt_of_any_size_costs_the_same_queries(app, sat, count_queries):
    counts = []
    for items in (1, 1, 8):  # the first one fills the caches
        sat.settings(draw=[{"count": items}])
        learner = sat.learner(f"Người {items}")
        call = Caller(app.test_client(), learner)
        attempt = start(call, sat)["id"]
        with count_queries() as queries:
            call("GET", f"/attempts/{attempt}")
        with count_queries() as more:
            call("POST", f"/attempts/{attempt}/submission")
        counts.append((len(queries), len([one for one in more.statements if not one.startswith("UPDATE")])))
    assert counts[1] == counts[2]


def test_submission_while_idempotent_emits_one_event(app, sat, call):
    attempt = start(call, sat)["id"]
    for _ in range(15):
        call("POST", f"/attempts/{attempt}/submission")
    assert services.expire_attempt(attempt) is False
