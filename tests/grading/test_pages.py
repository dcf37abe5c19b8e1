"""The pages of marking and appeals as a browser without scripts uses them; and the same as JSON."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from academy.grading import services
from academy.grading.models import MarkingAnswer
from academy.kernel.db import db
from tests.factories import create_actor
from tests.grading.conftest import run_jobs, worth
from tests.quizzes.test_api import Caller
from tests.quizzes.test_pages import Reader

LEVELS = {"level.dung": "l5", "level.lap-luan": "l4"}


@pytest.fixture
def reader(app):
    """``reader(actor)``: somebody with a browser."""
    return lambda actor: Reader(app.test_client(), actor)


@pytest.fixture
def call(app):
    return lambda actor: Caller(app.test_client(), actor)


def test_a_marker_marks_one_answer_after_the_other(marked, reader):
    marked.sit("TÊN BÍ MẬT", answers=("Bài làm thứ nhất", "Bài làm thứ hai"))
    marked.scheme()
    browser = reader(marked.markers[0])
    page = browser.get("/marking")
    assert f'action="/marking/quizzes/{marked.quiz_id}/next"' in page
    seat = browser.post(f"/marking/quizzes/{marked.quiz_id}/next")
    page = browser.get(seat)
    assert "Bài làm thứ" in page and "MODEL ANSWER" in page and "Mức 3" in page
    assert "TÊN BÍ MẬT" not in page
    following = browser.post(seat, LEVELS | {"comment": "Nên dẫn nguồn.", "phrase": "Nên dẫn nguồn."})
    page = browser.get(following)
    assert following != seat and "Stored" in page and f'href="{seat}"' in page
    chosen = re.search(r'name="use" value="(\d+)"', page)[1]
    end = browser.post(following, LEVELS | {"comment": "Tốt.", "use": chosen})
    assert end == "/marking" and "all marked" in browser.get("/marking")
    assert "Tốt.\nNên dẫn nguồn." in browser.get(following)
    browser.post(f"{following}/undo")
    assert "1 marked, 1 left" in browser.get("/marking")


def test_a_refused_mark_names_the_criterion_and_loses_nothing(marked, reader):
    marked.sit()
    marked.scheme()
    browser = reader(marked.markers[0])
    seat = browser.post(f"/marking/quizzes/{marked.quiz_id}/next")
    page = browser.post(seat, {"level.dung": "l5", "comment": "ĐÃ VIẾT RỒI", "comment.dung": "LỜI RIÊNG"}, status=422)
    assert 'href="#f-level.lap-luan"' in page and "ĐÃ VIẾT RỒI" in page and "LỜI RIÊNG" in page
    assert re.search(r'value="l5" checked', page)
    browser.post(seat, {"level.dung": "x" * 5000, "level.lap-luan": "l1", "level.": "y"}, status=422)


def test_the_queue_costs_the_same_for_many_answers(marked, reader, count_queries):
    marked.scheme(mode="double")
    browser, costs = reader(marked.markers[0]), []
    for learners in (2, 12):
        for number in range(learners):
            marked.sit(f"Người {learners} {number}")
        seat = browser.post(f"/marking/quizzes/{marked.quiz_id}/next")
        with count_queries() as seen:
            browser.get(seat)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 8, seen.statements


def test_others_do_not_find_a_seat_and_learners_no_page_of_marking(marked, reader):
    marked.sit()
    marked.scheme()
    seat = services.next_seat(marked.markers[0], marked.quiz_id)
    answer = db.session.scalar(select(MarkingAnswer.id))
    reader(marked.markers[1]).get(f"/marking/seats/{seat}", 404)
    learner = reader(marked.learners[0])
    learner.get(f"/marking/seats/{seat}", 404)
    learner.get(f"/marking/answers/{answer}", 403)
    learner.get("/studio/courses/van-ban/marking/final", 403)
    assert "Start marking" not in learner.get("/marking")


def test_the_scheme_is_set_up_by_a_form_and_the_marks_are_released(marked, reader):
    marked.sit()
    leader = reader(marked.leader)
    page = leader.get("/studio/courses/van-ban/marking")
    assert "/studio/courses/van-ban/marking/final" in page
    address = "/studio/courses/van-ban/marking/final"
    form = {
        "mode": "double", "assignment": "even", "distance": "1,5", "third_rule": "nearest", "band_set": "four-1",
        "markers": "\n".join(one.username for one in marked.markers), "horizontal": "1",
        "appeal.days": "5", "appeal.decide_days": "15", "appeal.threshold": "0,5", "appeal.may_lower": "1",
        "appeal.days_off": "17/02/2027, 18/02/2027",
    }  # fmt: skip
    page = leader.post(address, form | {"markers": "không-ai", "appeal.days": "x"}, status=422)
    assert "không-ai" in page and 'value="x"' in page
    page = leader.post(address, form | {"appeal.days": "x", "appeal.days_off": "hôm qua"}, status=422)
    assert "f-appeal.days" in page and "hôm qua" in page
    assert leader.post(address, form) == address
    page = leader.get(address)
    assert "17/02/2027" in page and marked.markers[0].full_name in page and "version 1" in page
    assert leader.post(f"{address}/release", status=409)
    marked.mark_all(8)
    assert f'action="{address}/release"' in leader.get(address)
    leader.post(f"{address}/release")
    run_jobs()
    page = leader.get(address)
    assert "Nothing waits to be released" in page
    assert "Passed" in reader(marked.learners[0]).get(f"/attempts/{marked.attempts[0]}")


def test_before_the_release_no_page_and_no_endpoint_tells_a_mark(marked, reader, call):
    marked.sit()
    marked.scheme()
    marker = marked.markers[0]
    while (seat := services.next_seat(marker, marked.quiz_id)) is not None:
        services.save_mark(marker, seat, worth(9, comment="LỜI KHEN CHƯA CÔNG BỐ"))
    attempt = marked.attempts[0]
    browser, program = reader(marked.learners[0]), call(marked.learners[0])
    for page in (f"/attempts/{attempt}", f"/quizzes/{marked.quiz_id}", "/me", "/", "/marking"):
        text = browser.get(page)
        assert "LỜI KHEN" not in text and "9.0" not in text and "9,0" not in text, page
    for path in (f"/attempts/{attempt}", "/me/progress", "/me/appeals", "/me/marking"):
        answer = repr(program("GET", path))
        assert "LỜI KHEN" not in answer and "'9.0'" not in answer, path
    marked.release()
    assert "LỜI KHEN" in browser.get(f"/attempts/{attempt}") and "9,0" in browser.get(f"/attempts/{attempt}")


def test_a_moderator_draws_confirms_and_marks(marked, reader):
    marked.sit()
    marked.scheme()
    marker = marked.markers[0]
    services.save_mark(marker, services.next_seat(marker, marked.quiz_id), worth(4, flagged=True))
    leader = reader(marked.leader)
    page = leader.get("/studio/courses/van-ban/marking/final/moderation?rule=flagged&seed=7&size=99999")
    address = re.search(r'href="(/marking/answers/\d+)"', page)[1]
    assert "Let the marks stand" in leader.get(address)
    leader.post(f"{address}/confirmation")
    assert "Let the marks stand" not in leader.get(address)
    page = leader.post(address, LEVELS | {"comment": "Giữ lời này"}, status=422)
    assert "Giữ lời này" in page and "f-reason" in page
    leader.post(address, LEVELS | {"reason": "Chấm thiếu một ý."})
    assert "9 of 10" in leader.get(address)


@pytest.fixture
def released(marked):
    marked.sit()
    marked.scheme()
    marked.mark_all(5, marked.markers[:1])
    marked.release()
    return marked


def test_an_appeal_from_the_result_to_the_decision(released, reader):
    attempt = released.attempts[0]
    learner, leader = reader(released.learners[0]), reader(released.leader)
    page = learner.get(f"/attempts/{attempt}")
    assert f'href="/attempts/{attempt}/appeal"' in page and "Trung bình" in page
    page = learner.post(f"/attempts/{attempt}/appeal", {"reason.1": "  "}, status=422)
    page = learner.post(f"/attempts/{attempt}/appeal", {"slot": "2", "reason.1": "ĐÃ NÊU ĐỦ Ý"}, status=422)
    assert "ĐÃ NÊU ĐỦ Ý" in page and "f-reason.2" in page
    address = learner.post(f"/attempts/{attempt}/appeal", {"reason.1": "ĐÃ NÊU ĐỦ Ý"})
    assert "To be decided by" in learner.get(address)
    assert address in leader.get("/marking") and address in learner.get("/me")
    chosen = released.markers[1].account_id
    page = leader.post(f"{address}/assignment", {"marker": str(released.markers[0].account_id)}, status=422)
    leader.post(f"{address}/assignment", {"marker": str(chosen)})
    marker = reader(released.markers[1])
    assert f"{address}/marks" in marker.get("/marking")
    page = marker.get(f"{address}/marks")
    assert "ĐÃ NÊU ĐỦ Ý" in page and released.learners[0].full_name not in page
    page = marker.post(f"{address}/marks", {"1.level.dung": "l5", "1.comment": "XEM LẠI"}, status=422)
    assert "XEM LẠI" in page
    marker.post(f"{address}/marks", {"1.level.dung": "l5", "1.level.lap-luan": "l4", "1.comment": "XEM LẠI"})
    assert "XEM LẠI" not in learner.get(address) and "9" not in re.findall(r"second look (\S+)", learner.get(address))
    approver = reader(released.approver)
    assert "second look 9" in approver.get(address)
    approver.post(f"{address}/decision", {"reason": ""}, status=422)
    approver.post(f"{address}/decision", {"reason": "Nâng điểm theo quy chế."})
    page = learner.get(address)
    assert "The mark is raised" in page and "XEM LẠI" in page and "Nâng điểm theo quy chế." in page
    assert "The mark is raised" in learner.get(f"/attempts/{attempt}") and "The mark is raised" in learner.get("/me")
    learner.post(f"{address}/withdrawal", status=409)


def test_a_changed_mark_goes_over_two_pages_of_two_people(released, reader):
    leader, approver = reader(released.leader), reader(released.approver)
    form = f"/attempts/{released.attempts[0]}/items/1/change"
    assert "5" in leader.get(form)
    page = leader.post(form, {"points": "mười", "reason": "LÝ DO"}, status=422)
    assert "mười" in page and "LÝ DO" in page
    address = leader.post(form, {"points": "7,5", "reason": "LÝ DO"})
    assert "Waits for somebody else" in leader.get(address)
    assert address in approver.get("/marking")
    leader.get(address)
    assert leader.client.post(f"{address}/approval", data={"csrf_token": leader.token}).status_code == 403
    approver.post(f"{address}/rejection", {"reason": ""}, status=422)
    approver.post(f"{address}/approval")
    assert "approved" in approver.get(address) and str(released.view().attempt.mark) == "6.3"
    approver.post(f"{address}/approval", status=409)
    reader(released.learners[0]).get(address, 404)


def test_marking_and_appeals_as_json(marked, call):
    marked.sit()
    marked.scheme()
    program, leader = call(marked.markers[0]), call(marked.leader)
    assert program("GET", "/me/marking")["items"][0]["open"] == 2
    for _number in range(2):
        seat = program("POST", f"/quizzes/{marked.quiz_id}/marking/next")["seat"]
        shown = program("GET", f"/marking/seats/{seat}")
        assert shown["answer"].startswith("Bài làm") and shown["points"] is None and shown["rubric"]["criteria"]
        program("PUT", f"/marking/seats/{seat}/mark", status=422, json={"levels": {"dung": "l5"}})
        stored = program("PUT", f"/marking/seats/{seat}/mark", json={"levels": {"dung": "l5", "lap-luan": "l4"}})
        assert stored["stored_at"] and stored["levels"]["dung"] == "l5"
    assert program("POST", f"/quizzes/{marked.quiz_id}/marking/next") == {"seat": None}
    assert leader("GET", f"/quizzes/{marked.quiz_id}/marking")["final"] == 2
    program("GET", f"/quizzes/{marked.quiz_id}/marking", status=403)
    assert leader("POST", f"/quizzes/{marked.quiz_id}/marking/release", status=202)["answers"] == 2
    run_jobs()
    learner = call(marked.learners[0])
    body = {"questions": [{"slot": 1, "reason": "Có lý do"}]}
    appeal = learner("POST", f"/attempts/{marked.attempts[0]}/appeal", status=201, json=body)
    assert appeal["state"] == "submitted" and appeal["mark_before"] == "9.0"
    learner("POST", f"/attempts/{marked.attempts[0]}/appeal", status=409, json=body)
    assert learner("GET", "/me/appeals")["items"][0]["id"] == appeal["id"]
    call(create_actor())("GET", f"/appeals/{appeal['id']}", status=404)
