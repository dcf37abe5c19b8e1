"""The pages of regrading, as each of its people uses them."""

from __future__ import annotations

import csv
import html
import io

import pytest
from sqlalchemy import select

from academy.kernel import jobs
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.quizzes import cli as quizzes_cli
from academy.quizzes.models import Attempt
from academy.regrading import queries, services
from academy.regrading.models import Regrade
from tests.factories import create_actor, sign_in
from tests.quizzes.conftest import single
from tests.quizzes.test_api import Caller


class Browser:
    """Somebody signed in."""

    def __init__(self, app, actor):
        self.client = app.test_client()
        self.token = sign_in(self.client, actor)

    def get(self, path: str, status: int = 200) -> str:
        reply = self.client.get(path)
        assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
        return html.unescape(reply.get_data(as_text=True))

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        reply = self.client.post(path, data={"csrf_token": self.token} | fields)
        assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
        return reply.headers.get("Location") or html.unescape(reply.get_data(as_text=True))


@pytest.fixture
def teacher(app, wrong):
    return Browser(app, wrong.teacher)


@pytest.fixture
def approver(app, wrong):
    return Browser(app, wrong.approver)


def test_from_a_wrong_key_to_the_learners_result(app, wrong, teacher, approver):
    learner = wrong.learner("Nguyễn Thị Hoa")
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.sat.settings(draw=[{"kinds": ["single"], "count": 8}], attempts=1, review={"after_submit": ["score", "answers", "feedback"], "after_close": ["score", "answers", "feedback"]})
    number = wrong.correct_key()
    form = teacher.get(f"/regrades/new?course={wrong.sat.course}&key=mot-1")
    assert "Version 1: 1 attempts" in form and "Accept another option too" in form
    page = teacher.post("/regrades", course=wrong.sat.course, key="mot-1", action="version", from_number=1, to_number=number, option="", reason="Đáp án ghi nhầm")
    assert "Work has begun" in teacher.get(page)
    jobs.run_all()
    shown = teacher.get(page)
    assert "Nguyễn Thị Hoa" in shown and "8,8 → 10,0" in shown and "Đáp án ghi nhầm" in shown
    assert "Approve and carry out" not in shown
    teacher.post(f"{page}/handing-in")
    assert "mot-1" in approver.get("/")
    assert "Approve and carry out" in approver.get(page)
    approver.post(f"{page}/approval", note="Đồng ý")
    jobs.run_all()
    assert "What was changed" in approver.get(page)
    reader = Browser(app, learner)
    assert f"/attempts/{attempt}#changes" in reader.get("/")
    result = reader.get(f"/attempts/{attempt}")
    assert "Mark 8,8 became 10,0." in result and "Why: Đáp án ghi nhầm" in result
    told = reader.client.get(f"/api/v1/attempts/{attempt}").json["result"]
    assert told["changes"][0]["mark_after"] == "10.0" and told["changes"][0]["reason"] == "Đáp án ghi nhầm"
    reader.post("/me/regrades")
    assert "#changes" not in reader.get("/")


def test_the_result_shows_the_solution_of_the_version_that_graded(app, wrong):
    learner = wrong.learner()
    wrong.sat.settings(draw=[{"kinds": ["single"], "count": 8}], attempts=1, review={"after_submit": ["score", "answers", "feedback"], "after_close": ["score", "answers", "feedback"]})
    attempt = wrong.sit(learner, {"mot-1": "b"})
    spec = single(1)
    spec["options"][1]["text"] = {"vi": "WRONG 1 (sửa)", "en": "WRONG 1 (corrected)"}
    spec["options"][1].pop("feedback")
    number = wrong.correct_key(options=spec["options"], explanation={"vi": "GIẢI THÍCH MỚI", "en": "NEW EXPLANATION"})
    reader = Browser(app, learner)
    assert "EXPLANATION 1" in reader.get(f"/attempts/{attempt}")
    wrong.carried_out(action="version", to_number=number)
    page = reader.get(f"/attempts/{attempt}")
    assert "GIẢI THÍCH MỚI" in page and "EXPLANATION 1<" not in page
    items = reader.client.get(f"/api/v1/attempts/{attempt}").json
    slot = next(one for one in items["items"] if "Câu hỏi 1" in one["body"]["text"])
    solution = next(one for one in items["result"]["items"] if one["slot"] == slot["slot"])["solution"]
    assert solution["correct"] == [slot["answer"]], "named as the paper named it, though its text was edited since"


def test_marks_that_are_not_released_stay_so(app, wrong):
    learner = wrong.learner()
    wrong.sat.settings(draw=[{"kinds": ["single"], "count": 8}], attempts=2, review={"after_submit": ["outcomes"], "after_close": ["score"]})
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.carried_out(action="full")
    page = Browser(app, learner).get(f"/attempts/{attempt}")
    assert "Changed after the attempt" in page and "8,8" not in page and "10,0" not in page


def test_a_void_question_is_marked_on_the_result(app, wrong):
    learner = wrong.learner()
    wrong.sat.settings(draw=[{"kinds": ["single"], "count": 8}], attempts=1, review={"after_submit": ["score", "answers"], "after_close": ["score", "answers"]})
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.carried_out(action="void")
    assert Browser(app, learner).get(f"/attempts/{attempt}").count("taken out of the mark") == 1


def test_bad_input_comes_back_as_it_was_typed(wrong, teacher):
    wrong.sit(wrong.learner(), {"mot-1": "b"})
    page = teacher.post("/regrades", 422, course=wrong.sat.course, key="mot-1", action="accept", from_number=1, option="", reason="Vì sao?")
    assert "Vì sao?" in page and "Choose the option that is accepted too." in page
    page = teacher.post("/regrades", 422, course=wrong.sat.course, key="mot-1", action="full", from_number="1٣", reason="")
    assert "Give a reason" in page or "no version" in page
    teacher.post("/regrades", 404, course=wrong.sat.course, key="no-such", action="full", from_number=1, reason="x")
    wrong.prepared(action="full")
    page = teacher.post("/regrades", 409, course=wrong.sat.course, key="mot-1", action="void", from_number=1, reason="Lý do của tôi")
    assert "has not come to its end" in page and "Lý do của tôi" in page


def test_a_refusal_needs_a_reason_and_a_reversal_too(wrong, teacher, approver):
    wrong.sit(wrong.learner(), {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    services.hand_in(wrong.teacher, regrade)
    assert "Say why, for the one who proposed it." in approver.post(f"/regrades/{regrade}/rejection", 422, note=" ")
    approver.post(f"/regrades/{regrade}/rejection", note="Chưa rõ")
    assert "Chưa rõ" in teacher.get(f"/regrades/{regrade}")
    done = wrong.carried_out(action="full")
    assert "Give a reason" in teacher.post(f"/regrades/{done}/reversal", 422, reason="")
    back = teacher.post(f"/regrades/{done}/reversal", reason="Đổi ý")
    jobs.run_all()
    assert "10,0 → 8,8" in teacher.get(back)
    assert "is being reversed" in teacher.get(f"/regrades/{done}")


def test_exports_hold_every_line(wrong, teacher):
    for number in range(3):
        wrong.sit(wrong.learner(f"=Người {number}"), {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    reply = teacher.client.get(f"/regrades/{regrade}/export.csv")
    rows = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert len(rows) == 4 and [row[6:8] for row in rows[1:]] == [["8.8", "10.0"]] * 3
    assert all(row[1].startswith("'=") for row in rows[1:]), "no spreadsheet runs a name"
    assert teacher.client.get(f"/regrades/{regrade}/export.xlsx").status_code == 200
    teacher.get(f"/regrades/{regrade}/export.doc", 404)


def test_others_do_not_even_know_of_it(app, wrong):
    learner = wrong.learner()
    wrong.sit(learner, {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    stranger = Browser(app, wrong.sat.learner("Người Lạ"))
    stranger.get(f"/regrades/{regrade}", 403)
    other = Browser(app, create_actor(Role.INSTRUCTOR))
    other.get(f"/regrades/{regrade}", 404)
    assert "mot-1" not in other.get("/regrades")
    other.post(f"/regrades/{regrade}/handing-in", 404)


def test_pages_cost_the_same_for_more_attempts(wrong, teacher, count_queries):
    seen = []
    for size in (2, 6):
        for number in range(size):
            wrong.sit(wrong.learner(f"Người {number}"), {"mot-1": "b"})
        regrade = wrong.prepared(action="full")
        with count_queries() as queries:
            teacher.get(f"/regrades/{regrade}")
        seen.append(len(queries))
        services.withdraw(wrong.teacher, regrade)
        with count_queries() as queries:
            teacher.get("/regrades")
        seen.append(len(queries))
    assert seen[:2] == seen[2:] and max(seen) <= 22, seen


def test_the_command_proves_marks_and_finds_a_forged_one(app, wrong):
    attempt = wrong.sit(wrong.learner(), {"mot-1": "b"})
    runner = app.test_cli_runner()
    proven = runner.invoke(quizzes_cli.quizzes, ["verify-marks"])
    assert (proven.exit_code, proven.output) == (0, "0 differences.\n")
    row = db.session.scalars(select(Attempt).where(Attempt.id == attempt)).one()
    row.mark = 10
    db.session.flush()
    forged = runner.invoke(quizzes_cli.quizzes, ["verify-marks"])
    assert forged.exit_code == 1 and f"attempt {attempt}: mark is 10.0, should be 8.8" in forged.output


def test_certificates_are_named_and_stay(app, wrong, teacher):
    learner = wrong.learner()
    attempt = wrong.sit(learner, {"mot-1": "b"})
    wrong.sit(wrong.learner("Lê Không"), {"mot-1": "b"})
    run = db.session.scalar(select(Attempt.enrollment_id).where(Attempt.id == attempt))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.extensions, "academy_documents_of_runs", lambda runs: {run: ["HV-2026-000007"]} if run in runs else {})
        regrade = wrong.prepared(action="full")
    page = teacher.get(f"/regrades/{regrade}")
    assert "HV-2026-000007" in page and "has a certificate" in page
    assert queries.get_regrade(wrong.teacher, regrade).counts.documented == 1, "those without any are not counted"
    assert db.session.get(Regrade, regrade).state == "drafted"


# --- JSON -----------------------------------------------------------------------------------------


def test_a_regrade_as_json_from_its_preview_to_its_outcome(app, wrong):
    learners = [wrong.learner(name) for name in ("Lê An", "Lê Bình")]
    attempts = [wrong.sit(learner, {"mot-1": choice}) for learner, choice in zip(learners, "ba", strict=True)]
    regrade = wrong.prepared(action="version", to_number=wrong.correct_key())
    call = Caller(app.test_client(), wrong.approver)
    (row,) = call("GET", "/regrades?state=drafted")["items"]
    assert (row["id"], row["question"], row["state"]) == (regrade, "mot-1", "drafted")
    told = call("GET", f"/regrades/{regrade}")
    assert told["counts"] | {"left": {}} == {
        "examined": 2, "regraded": 2, "raised": 1, "lowered": 1, "passing": 0, "failing": 0, "documented": 0, "applied": 0, "left": {}
    }  # fmt: skip
    assert (told["from_version"], told["to_version"]) == (1, 2) and "version 1 are graded by version 2" in told["what"]
    first = call("GET", f"/regrades/{regrade}/lines?limit=1")
    rest = call("GET", f"/regrades/{regrade}/lines?limit=1&cursor={first['next_cursor']}")
    lines = {line["attempt"]: line for line in first["items"] + rest["items"]}
    assert rest["next_cursor"] is None and set(lines) == set(attempts)
    assert (lines[attempts[0]]["mark_before"], lines[attempts[0]]["mark_after"], lines[attempts[0]]["state"]) == ("8.8", "10.0", "planned")
    wrong.carry_out(regrade)
    assert call("GET", f"/regrades/{regrade}")["state"] == "done"
    assert {line["state"] for line in call("GET", f"/regrades/{regrade}/lines")["items"]} == {"applied"}


def test_json_is_for_those_who_may_read_the_pages(app, wrong):
    wrong.sit(wrong.learner(), {"mot-1": "b"})
    regrade = wrong.prepared(action="full")
    learner = Caller(app.test_client(), wrong.learner("Lê An"))
    other = Caller(app.test_client(), create_actor(Role.INSTRUCTOR))
    for path in (f"/regrades/{regrade}", f"/regrades/{regrade}/lines"):
        learner("GET", path, status=403)
        other("GET", path, status=404)
    learner("GET", "/regrades", status=403)
    assert other("GET", "/regrades")["items"] == []
    other("GET", "/regrades?state=none", status=422)


def test_json_costs_the_same_for_more_attempts(app, wrong, count_queries):
    call, seen = Caller(app.test_client(), wrong.teacher), []
    for size in (2, 6):
        for number in range(size):
            wrong.sit(wrong.learner(f"Người {number}"), {"mot-1": "b"})
        regrade = wrong.prepared(action="full")
        for path in ("/regrades", f"/regrades/{regrade}", f"/regrades/{regrade}/lines"):
            with count_queries() as queries:
                call("GET", path)
            seen.append(len(queries))
        services.withdraw(wrong.teacher, regrade)
    assert seen[:3] == seen[3:] and max(seen) <= 13, seen
