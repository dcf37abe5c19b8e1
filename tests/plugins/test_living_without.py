"""A grader that fails, a module that is gone: what was learned and answered stays."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import url_for
from sqlalchemy import inspect, select

from academy.catalog.models import Course
from academy.catalog.queries import find_course_by_id
from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict
from academy.questions.queries import find_item, get_item_version, grade_item, present_item
from academy.questions.services import save_item
from academy.quizzes.queries import get_attempt
from academy.quizzes.services import save_answer, save_quiz, start_attempt, submit_attempt
from academy.search.documents import course_documents
from tests.factories import create_actor, sign_in
from tests.plugins.examples import SAMPLE_SPEC
from tests.plugins.test_sample_module import make_course as make_sample_course
from tests.quizzes.conftest import SETTINGS, make_course
from tests.sample_module import plugin as sample
from tests.sample_module.counting import Counting
from tests.sample_module.models import Greeting

KIND = "sample_module:counting"


@pytest.fixture
def app(make_app):
    return make_app(sample)


def make_quiz() -> tuple[int, int]:
    """A course whose quiz asks one item of the sample's kind: ids of course and quiz."""
    course_id, _instructor = make_course()
    save_item(Actor.system(), course_id, "dem", KIND, SAMPLE_SPEC, lesson="01-van-ban", outcome="o1")
    settings = SETTINGS | {"draw": [{"outcome": "o1", "count": 1}]}
    return course_id, save_quiz(Actor.system(), course_id, "final", settings).quiz_id


def sit(quiz_id: int) -> tuple[Actor, int]:
    learner = create_actor()
    enroll(learner, "van-ban")
    attempt_id = start_attempt(learner, quiz_id)
    save_answer(learner, attempt_id, 1, 1, 5)
    return learner, attempt_id


def test_an_answer_is_graded(app):
    _course, quiz_id = make_quiz()
    learner, attempt_id = sit(quiz_id)
    submit_attempt(learner, attempt_id)
    attempt = get_attempt(learner, attempt_id).attempt
    assert not attempt.pending and attempt.mark == Decimal("10.0")


def test_a_grader_that_raises_leaves_the_answer_to_be_graded(app, monkeypatch, caplog):
    _course, quiz_id = make_quiz()
    learner, attempt_id = sit(quiz_id)

    def fail(self, spec, answer, seed):
        raise ZeroDivisionError("a fault of the module")

    monkeypatch.setattr(Counting, "grade", fail)
    submit_attempt(learner, attempt_id)
    view = get_attempt(learner, attempt_id)
    assert view.attempt.state == "submitted" and view.attempt.pending
    assert view.slots[0].answer == 5
    assert f"the grader of {KIND} failed" in caplog.text


@pytest.fixture
def orphaned(app, make_app):
    """The same database under an application without the module; version of the item, learner, attempt."""
    course_id, quiz_id = make_quiz()
    learner, attempt_id = sit(quiz_id)
    submit_attempt(learner, attempt_id)
    version_id = find_item(course_id, "dem").version.id
    return make_app(same_as=app), version_id, learner, attempt_id


def test_without_the_module_the_course_is_read(orphaned):
    app, _version, learner, _attempt = orphaned
    client = app.test_client()
    assert client.get("/courses").status_code == 200
    assert client.get("/courses/van-ban").status_code == 200
    page = client.get("/courses/van-ban/lessons/01-van-ban")
    assert page.status_code == 200 and "Chữ." in page.get_data(as_text=True)
    assert client.get("/modules/sample_module/").status_code == 404


def test_without_the_module_old_results_stay(orphaned):
    app, version_id, learner, attempt_id = orphaned
    view = get_attempt(learner, attempt_id)
    assert view.attempt.mark == Decimal("10.0") and view.slots[0].answer == 5
    client = app.test_client()
    sign_in(client, learner)
    with app.test_request_context():
        address = url_for("quizzes.show_attempt", attempt=attempt_id)
    page = client.get(address)
    assert page.status_code == 200 and "10,0" in page.get_data(as_text=True)
    assert "sample_module_greeting" in inspect(db.engine).get_table_names()


def test_without_the_module_its_exercise_says_so(orphaned):
    _app, version_id, _learner, _attempt = orphaned
    version = get_item_version(version_id)
    assert present_item(version, 1, "vi")["body"] == {"missing": KIND}
    assert grade_item(version, 5, 1).pending
    with pytest.raises(Conflict, match="sample_module"):
        version.type.check_answer(version.spec, 5)


def break_the_session(**_told):
    """What a careless module does: a write that the database refuses."""
    db.session.add(Greeting(person_id=999_999, times=1))
    db.session.flush()


def test_a_module_that_breaks_the_session_harms_nobody_after_commit(app, monkeypatch):
    monkeypatch.setattr(sample, "academy_on_event", break_the_session)
    make_course()  # publishing tells the module
    assert db.session.scalars(select(Course.slug)).all()


def test_a_module_that_breaks_the_session_does_not_keep_people_from_enrolling(app, monkeypatch):
    course = make_sample_course()
    monkeypatch.setattr(sample, "academy_enrollment_obstacles", break_the_session)
    learner = create_actor()
    enroll(learner, course.slug)
    assert enrollment_of(learner.person_id, course.id) is not None


def test_texts_that_break_off_are_left_out_of_the_index(app, monkeypatch):
    def halfway(course_id):
        yield {"ref": "one", "lang": "vi", "title": "Một", "text": "Một", "url": "/modules/sample_module/"}
        raise RuntimeError("no second one")

    course_id, _instructor = make_course()
    monkeypatch.setattr(sample, "academy_search_documents", halfway)
    assert {document.kind for document in course_documents(course_id)} == {"course", "lesson"}


def test_only_the_courses_own_module_is_asked_for_obstacles(app, monkeypatch):
    course_id, _instructor = make_course()
    assert find_course_by_id(course_id).module != "sample_module"
    asked = []
    monkeypatch.setattr(sample, "academy_enrollment_obstacles", lambda **told: asked.append(told) or [])
    enroll(create_actor(), find_course_by_id(course_id).slug)
    assert asked == []
