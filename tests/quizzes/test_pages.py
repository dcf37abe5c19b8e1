"""The pages as a browser without scripts uses them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from academy.kernel import clock
from academy.quizzes import queries, services
from tests.factories import create_actor, sign_in
from tests.questions.form_reader import Fields
from tests.questions.specs import AUTOMATIC
from tests.quizzes.sitting import right_answer, sit, view, wrong_answer

SECRETS = ("EXPLANATION", "PRAISE", "BLAME", "FEEDBACK", "hoà nhã", "97.4", "97,4", "0.05", "data-correct")


def secrets_in(text: str) -> list[str]:
    """Secrets in a page, moments left out: their fractions of a second are any digits."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "", text)
    return [secret for secret in SECRETS if secret in text]


class Reader:
    """Somebody with a browser."""

    def __init__(self, client, actor):
        self.client, self.actor = client, actor
        self.token = sign_in(client, actor)

    def get(self, path, status=200):
        reply = self.client.get(path)
        assert reply.status_code == status, reply.get_data(as_text=True)[:3000]
        return reply.get_data(as_text=True)

    def post(self, path, data=None, status=303):
        form = MultiDict(data or {})
        form["csrf_token"] = self.token
        reply = self.client.post(path, data=form)
        assert reply.status_code == status, reply.get_data(as_text=True)[:3000]
        return reply.headers.get("Location") if status == 303 else reply.get_data(as_text=True)


@pytest.fixture
def reader(app, sat):
    return Reader(app.test_client(), sat.learner())


def begin(reader, sat) -> int:
    location = reader.post(f"/quizzes/{sat.quiz_id}/attempts", {"lang": "vi"})
    return int(re.search(r"/attempts/(\d+)$", location)[1])


def test_the_quiz_page_says_the_rules_and_starts(reader, sat):
    page = reader.get(f"/quizzes/{sat.quiz_id}")
    assert f'action="/quizzes/{sat.quiz_id}/attempts"' in page
    attempt = begin(reader, sat)
    page = reader.get(f"/quizzes/{sat.quiz_id}")
    assert f'href="/attempts/{attempt}"' in page
    assert f'action="/quizzes/{sat.quiz_id}/attempts"' not in page


def test_anyone_may_read_the_rules_and_is_asked_to_sign_in(app, sat):
    page = app.test_client().get(f"/quizzes/{sat.quiz_id}").get_data(as_text=True)
    assert f"/login?next=/quizzes/{sat.quiz_id}" in page.replace("%2F", "/")
    assert app.test_client().get("/attempts/1").status_code == 303


def test_obstacles_stand_on_the_page_and_a_refused_start_names_the_rule(app, sat):
    reader = Reader(app.test_client(), create_actor())
    page = reader.get(f"/quizzes/{sat.quiz_id}")
    assert "notice-warning" in page and "/attempts" not in Fields(page).forms[-1].get("action", "")
    page = reader.post(f"/quizzes/{sat.quiz_id}/attempts", status=409)
    assert "notice-warning" in page


def test_a_whole_quiz_without_scripts(reader, sat):
    attempt = begin(reader, sat)
    page = reader.get(f"/attempts/{attempt}")
    fields = Fields(page)
    assert {"s1", "s2", "s3", "base.1", "base.2", "base.3"} <= fields.names
    slots = view(reader.actor, attempt).slots
    # the first button is what Enter presses: it must store, not hand in
    assert (
        fields.buttons
        and [b.get("formaction") for b in fields.buttons if b.get("name") in ("save", "review")]
        == [f"/attempts/{attempt}"] * 2
    )
    form = fields.values
    form["s1"], form["s3"] = right_answer(slots[0]), wrong_answer(slots[2])
    form["save"] = "1"
    assert reader.post(f"/attempts/{attempt}", form) == f"/attempts/{attempt}"
    page = reader.get(f"/attempts/{attempt}")
    fields = Fields(page)
    assert fields.values["s1"] == right_answer(slots[0]) and fields.values["base.1"] == "1"
    assert fields.values["base.2"] == "0"
    assert page.count('data-state="stored"') == 4  # two chips, two places in the overview
    fields.values["review"] = "1"
    assert reader.post(f"/attempts/{attempt}", fields.values) == f"/attempts/{attempt}/review"
    review = reader.get(f"/attempts/{attempt}/review")
    assert f'href="/attempts/{attempt}#slot-2"' in review
    assert reader.post(f"/attempts/{attempt}/submission") == f"/attempts/{attempt}"
    result = reader.get(f"/attempts/{attempt}")
    assert "3,3" in result and "Nhận biết văn bản" in result
    assert reader.client.get(f"/attempts/{attempt}/review").status_code == 303
    assert [row.sequence for row in queries.get_log(sat.instructor, attempt)] == [1, 1]


def test_sending_the_same_page_twice_stores_once(reader, sat):
    attempt = begin(reader, sat)
    form = Fields(reader.get(f"/attempts/{attempt}")).values
    form["s1"] = right_answer(view(reader.actor, attempt).slots[0])
    for _ in range(3):
        reader.post(f"/attempts/{attempt}", form)
    assert len(queries.get_log(sat.instructor, attempt)) == 1


def test_a_stale_page_does_not_overwrite_what_another_device_stored(reader, sat):
    attempt = begin(reader, sat)
    slot = view(reader.actor, attempt).slots[0]
    services.save_answer(reader.actor, attempt, 1, 1, wrong_answer(slot))
    stale = Fields(reader.get(f"/attempts/{attempt}")).values
    services.save_answer(reader.actor, attempt, 1, 2, right_answer(slot))
    reader.post(f"/attempts/{attempt}/submission", stale)
    assert view(reader.actor, attempt).slots[0].answer == right_answer(slot)
    assert view(reader.actor, attempt).attempt.mark > 0


def test_a_page_that_was_changed_wins_over_what_was_stored_before_it_was_sent(reader, sat):
    attempt = begin(reader, sat)
    slot = view(reader.actor, attempt).slots[0]
    page = Fields(reader.get(f"/attempts/{attempt}")).values
    services.save_answer(reader.actor, attempt, 1, 4, wrong_answer(slot))
    page["s1"] = right_answer(slot)
    reader.post(f"/attempts/{attempt}", page)
    assert view(reader.actor, attempt).slots[0].answer == right_answer(slot)
    assert view(reader.actor, attempt).slots[0].stored_sequence == 5


def test_an_answer_that_cannot_be_read_is_shown_again_with_the_reason_and_the_rest_is_stored(
    app, sat_all_kinds
):
    sat = sat_all_kinds
    reader = Reader(app.test_client(), sat.learner("Số"))
    attempt = begin(reader, sat)
    slots = {slot.version.kind: slot for slot in view(reader.actor, attempt).slots}
    form = Fields(reader.get(f"/attempts/{attempt}")).values
    form[f"s{slots['numeric'].slot}"] = "1.234"
    form[f"s{slots['short'].slot}"] = "đạo đức"
    page = reader.post(f"/attempts/{attempt}", form, status=422)
    assert 'value="1.234"' in page and "12340" not in page and "1.2340" in page
    now = {slot.version.kind: slot.answer for slot in view(reader.actor, attempt).slots}
    assert now["numeric"] is None and now["short"] == "đạo đức"


def test_every_kind_is_answered_by_form_fields_alone(app, sat_all_kinds):
    sat = sat_all_kinds
    reader = Reader(app.test_client(), sat.learner("Đủ"))
    attempt = begin(reader, sat)
    page = reader.get(f"/attempts/{attempt}")
    assert not secrets_in(page)
    form = Fields(page).values
    for slot in view(reader.actor, attempt).slots:
        name = f"s{slot.slot}"
        key = slot.version.type.solution(slot.version.spec, slot.seed, "vi")
        match slot.version.kind:
            case "single":
                form[name] = key["correct"][0]
            case "multiple":
                form.setlist(name, key["correct"])
            case "truefalse":
                form[name] = "true"
            case "short":
                form[name] = "hoa nha"
            case "numeric":
                form[name] = "97,4"
            case "calculated":
                form[name] = key["answer"].replace(".", ",")
            case "matching":
                for left, right in key["pairs"].items():
                    form[f"{name}.{left}"] = right
            case "ordering":
                for place, step in enumerate(key["order"], 1):
                    form[f"{name}.{step}"] = str(place)
            case "cloze":
                view_ = slot.version.type.present(slot.version.spec, slot.seed, "vi")
                options = next(part["options"] for part in view_["segments"] if "options" in part)
                form[f"{name}.1"] = next(one["id"] for one in options if one["text"] == "soạn")
                form[f"{name}.2"] = "ký"
            case "matrix":
                for row, columns in key["rows"].items():
                    form[f"{name}.{row}"] = columns[0]
            case "hotspot":
                form.setlist(f"{name}.x", [str(region["middle"][0]) for region in key["regions"]])
                form.setlist(f"{name}.y", [str(region["middle"][1]) for region in key["regions"]])
            case "placing":
                for place, entries in key["slots"].items():
                    form[f"{name}.{place}"] = entries[0]
    assert {name for name in form if name.startswith("s")} <= Fields(page).names
    reader.post(f"/attempts/{attempt}", form)
    again = Fields(reader.get(f"/attempts/{attempt}")).values
    sent = {name: sorted(form.getlist(name)) for name in form if name.startswith("s")}
    assert {name: sorted(again.getlist(name)) for name in sent} == sent
    reader.post(f"/attempts/{attempt}/submission", form)
    assert view(reader.actor, attempt).attempt.mark == 10


def answer_of(slot, *, right):
    """A right or a wrong answer to the item of a slot, of whichever kind."""
    key = slot.version.type.solution(slot.version.spec, slot.seed, "vi")
    match slot.version.kind:
        case "single":
            return right_answer(slot) if right else wrong_answer(slot)
        case "multiple":
            return key["correct"] if right else []
        case "truefalse":
            return key["answer"] if right else not key["answer"]
        case "short":
            return key["accept"][0] if right else "x"
        case "numeric" | "calculated":
            return key["answer"] if right else 1
        case "matching":
            return (
                key["pairs"]
                if right
                else dict(zip(key["pairs"], reversed(key["pairs"].values()), strict=True))
            )
        case "ordering":
            return key["order"] if right else key["order"][::-1]
        case "cloze":
            return {"2": "ký" if right else "x"}
        case "matrix":
            columns = {row: [one] for row, (one,) in key["rows"].items()}
            return (
                columns
                if right
                else {row: columns[other] for row, other in zip(columns, reversed(columns), strict=True)}
            )
        case "hotspot":
            return {"points": [region["middle"] if right else [1, 1] for region in key["regions"]]}
        case "placing":
            return {place: key["slots"][place if right else "1"][0] for place in key["slots"]}


@pytest.mark.parametrize("answered", ["right", "wrong", "nothing"])
def test_the_result_page_explains_every_kind_once_released(app, sat_all_kinds, answered):
    sat = sat_all_kinds
    sat.settings(
        draw=[{"difficulty": [5], "count": len(AUTOMATIC)}],
        review={"after_submit": ["score", "outcomes", "answers", "feedback"]},
    )
    learner = sat.learner("Xem")
    attempt = services.start_attempt(learner, sat.quiz_id)
    if answered != "nothing":
        for slot in view(learner, attempt).slots:
            services.save_answer(learner, attempt, slot.slot, 1, answer_of(slot, right=answered == "right"))
    services.submit_attempt(learner, attempt)
    page = Reader(app.test_client(), learner).get(f"/attempts/{attempt}")
    for told in ("EXPLANATION-SINGLE", "EXPLANATION-MULTIPLE", "EXPLANATION-TRUEFALSE"):
        assert told in page
    assert (
        ("97,4" in page) and ("đạo đức" in page) and ("REGION-ONE" in page) and "EXPLANATION-MATRIX" in page
    )
    assert "{{" not in page and "&lt;p&gt;" not in page
    assert ('class="option wrong"' in page) == (answered == "wrong") or answered == "nothing"


def test_instructors_read_an_attempt_but_cannot_sit_it(app, sat):
    learner = sat.learner("Ai")
    attempt = services.start_attempt(learner, sat.quiz_id)
    teacher = Reader(app.test_client(), sat.instructor)
    page = teacher.get(f"/attempts/{attempt}")
    assert "data-attempt" not in page and "csrf_token" not in "".join(Fields(page).names - {"csrf_token"})
    teacher.post(f"/attempts/{attempt}", {"base.1": "0", "s1": "x"}, status=404)
    teacher.post(f"/attempts/{attempt}/submission", status=404)
    stranger = Reader(app.test_client(), sat.learner("Khác"))
    stranger.get(f"/attempts/{attempt}", status=404)
    sit(learner, sat.quiz_id)
    assert "RIGHT" in teacher.get(f"/attempts/{attempt}")


def test_sending_a_page_after_the_time_stores_nothing_and_shows_the_result(reader, sat):
    attempt = begin(reader, sat)
    form = Fields(reader.get(f"/attempts/{attempt}")).values
    form["s1"] = right_answer(view(reader.actor, attempt).slots[0])
    with clock.frozen((clock.now() + timedelta(minutes=45)).isoformat()):
        reader.token = sign_in(reader.client, reader.actor)
        assert reader.post(f"/attempts/{attempt}", form) == f"/attempts/{attempt}"
        reader.post(f"/attempts/{attempt}/submission", form)
        page = reader.get(f"/attempts/{attempt}")
    assert "data-attempt-id" not in page
    closed = view(reader.actor, attempt)
    assert (closed.attempt.state, closed.attempt.mark, closed.unanswered) == ("expired", 0, (1, 2, 3))


def test_pages_cost_at_most_five_queries_and_a_result_seven(reader, sat, count_queries):
    attempt = begin(reader, sat)
    for path in (f"/quizzes/{sat.quiz_id}", f"/attempts/{attempt}", f"/attempts/{attempt}/review"):
        with count_queries() as seen:
            reader.get(path)
        assert len(seen) <= 5, (path, seen.statements)
    reader.post(f"/attempts/{attempt}/submission")
    with count_queries() as seen:
        reader.get(f"/attempts/{attempt}")
    # the seventh asks for the band of the mark and for an appeal
    assert len(seen) <= 7, seen.statements


def test_a_paper_with_an_answer_that_cannot_be_read_is_not_handed_in(app, sat_all_kinds):
    reader = Reader(app.test_client(), sat_all_kinds.learner())
    attempt = begin(reader, sat_all_kinds)
    slot = next(one for one in view(reader.actor, attempt).slots if one.version.kind == "numeric").slot
    page = reader.post(
        f"/attempts/{attempt}/submission", {f"base.{slot}": "0", f"s{slot}": "about ten"}, status=422
    )
    assert "about ten" in page and "data-attempt-id" in page
    assert view(reader.actor, attempt).attempt.is_open


def test_fields_of_other_slots_and_hostile_names_are_ignored(reader, sat):
    attempt = begin(reader, sat)
    hostile = {
        "base.99": "0",
        "s99": "x",
        "base.x": "1",
        "base.1": "-1",
        "base.": "0",
        "s1": "nonsense",
        "score": "10",
    }
    reader.post(f"/attempts/{attempt}", hostile)
    assert view(reader.actor, attempt).unanswered == (1, 2, 3)


def test_marks_in_the_list_of_attempts_wait_for_their_release(reader, sat):
    sat.settings(review={"after_submit": [], "after_close": ["score"]})
    sit(reader.actor, sat.quiz_id, right=2)
    assert "6,7" not in reader.get(f"/quizzes/{sat.quiz_id}")
    for _ in range(2):
        sit(reader.actor, sat.quiz_id, right=2)
    assert "6,7" in reader.get(f"/quizzes/{sat.quiz_id}")
