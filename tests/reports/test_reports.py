"""Reports and results: over one's own units and courses only, and the same on screen as in a file."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from academy.catalog.services import set_instructors
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden
from academy.organization.identity import actor_of_account
from academy.reports.course_results import results_of
from academy.reports.figures import mean_mark
from academy.reports.tables import get_report
from tests.factories import create_actor, create_person, create_unit, grant, sign_in


@pytest.fixture
def wards(app):
    city = create_unit("Thành phố")
    return city, *(create_unit(name, kind="ward", parent=city) for name in ("Phường Ba Đình", "Phường An Khánh"))


def _rows(actor, name="coverage"):
    return {row[0]: list(row) for row in get_report(actor, name).rows}


def test_coverage_counts_people_of_a_ward_and_everything_below_it(taught, wards):
    city, first, second = wards
    office = create_unit("Văn phòng", kind="body", parent=first)
    learners = [create_actor(unit=unit, full_name="Lê An") for unit in (first, office, second)]
    for learner in learners[:2]:
        enroll(learner, taught.slug)
    taught.finish(learners[0])
    taught.sit(learners[0])
    admin = create_actor(Role.ADMINISTRATOR, unit=city)
    rows = _rows(admin)
    assert rows[first.code][2:] == [2, 2, 1, 50]
    assert rows[second.code][2:5] == [1, 0, 0]
    assert [row[1] for row in get_report(admin, "coverage").rows] == ["Phường An Khánh", "Phường Ba Đình"]


def test_figures_round_half_up_as_marks_do(taught, wards):
    learners = [create_actor(unit=wards[1], full_name="Lê An") for _ in range(16)]
    enroll(learners[0], taught.slug)
    taught.finish(learners[0])
    taught.sit(learners[0])
    assert str(_rows(create_actor(Role.ADMINISTRATOR, unit=wards[0]))[wards[1].code][5]) == "6.3"
    assert str(mean_mark(Decimal("16.3"), 2)) == "8.2" and mean_mark(None, 0) is None


def test_an_officer_sees_the_own_ward_only(taught, wards):
    city, first, second = wards
    officer = create_person("Đỗ Văn Dũng", unit=first, username="dung")
    grant(officer, Role.TRAINING_OFFICER, first)
    learner = create_actor(unit=second)
    enroll(learner, taught.slug)
    actor = actor_of_account(officer.account_id)
    assert set(_rows(actor)) == {first.code}
    assert get_report(actor, "courses").rows == []
    with pytest.raises(Forbidden):
        get_report(learner, "coverage")


def test_every_format_holds_what_the_screen_shows(taught, wards, client):
    admin = create_actor(Role.ADMINISTRATOR, unit=wards[0])
    learner = create_actor(unit=wards[1])
    enroll(learner, taught.slug)
    sign_in(client, admin)
    shown = client.get("/api/v1/reports/courses").get_json()
    text = client.get("/api/v1/reports/courses?format=csv").get_data()
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(client.get("/api/v1/reports/courses?format=xlsx").get_data())).active
    assert len(lines) == sheet.max_row == len(shown["rows"]) + 1 == 2
    assert lines[1][:4] == [str(value) for value in shown["rows"][0][:4]]
    page = client.get("/reports/courses").get_data(as_text=True)
    assert "Văn bản" in page
    assert client.get("/api/v1/reports/none").status_code == 404


def test_who_comes_again_is_one_learner(taught):
    learner = taught.learner("Trần Giỏi")
    taught.finish(learner)
    taught.sit(learner)
    enroll(learner, taught.slug)
    found = results_of(Actor.system(), taught.slug)
    assert (found.learners, found.completed) == (1, 1)
    assert [(row.name, row.state) for row in found.page.items] == [("Trần Giỏi", "active")]


def test_a_teacher_sees_the_own_course_and_no_practice(taught, client, count_queries):
    teacher = create_actor(Role.INSTRUCTOR, full_name="Phạm Thị Dạy")
    set_instructors(Actor.system(), taught.id, [teacher.account_id])
    for name in ("Vũ Bình", "Đỗ An", "Ngô Bình"):
        taught.learner(name)
    strong = taught.learner("Trần Giỏi")
    taught.finish(strong)
    taught.sit(strong)
    found = results_of(teacher, taught.slug)
    assert (found.learners, found.completed) == (4, 1)
    assert [row.name for row in found.page.items] == ["Đỗ An", "Ngô Bình", "Vũ Bình", "Trần Giỏi"]
    assert [(quiz.attempts, quiz.passed, quiz.mean) for quiz in found.quizzes] == [(1, 1, 10)]
    sign_in(client, teacher)
    with count_queries() as queries:
        page = client.get(f"/studio/courses/{taught.slug}/results")
    assert page.status_code == 200 and len(queries) <= 9
    with pytest.raises(Forbidden):
        results_of(create_actor(Role.INSTRUCTOR), taught.slug)
