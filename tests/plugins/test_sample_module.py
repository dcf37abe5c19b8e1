"""The sample in use: every part of the contract does what its docstring says."""

from __future__ import annotations

import pytest
import yaml
from sqlalchemy import create_engine, inspect

from academy.catalog.content import content_check
from academy.catalog.content_parts import Changes, content_parts
from academy.catalog.events import CourseMaterialChanged
from academy.catalog.queries import find_course
from academy.catalog.services import (
    CourseDescription,
    OutlinePlan,
    create_course,
    publish_course,
    publish_lesson_version,
    sync_content,
)
from academy.enrollment.services import enroll, enroll_person
from academy.kernel import migrations
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role, permissions
from academy.kernel.errors import Conflict, Forbidden
from academy.kernel.http import static_url
from academy.kernel.jobs import run_all
from academy.kernel.unit_of_work import unit_of_work
from academy.operations.database import branches
from academy.plugins.manager import installed_modules, tables_of
from academy.questions.registry import exercise_type, kinds
from academy.search.documents import course_documents
from tests.factories import create_actor, sign_in
from tests.sample_module import plugin as sample
from tests.sample_module import services
from tests.sample_module.policies import GREETINGS_FORGET


@pytest.fixture
def app(make_app):
    sample.heard.clear()
    return make_app(sample)


@pytest.fixture
def client(app):
    return app.test_client()


def make_course(*, level: str = "basic"):
    system = Actor.system()
    course = create_course(system, title={"vi": "Đếm", "en": "Counting"}, slug="dem", module="sample_module")
    text = "---\ntitle: Một\nobjectives: [x]\nsummary: s\n---\n## Một {#mot}\n\nChữ.\n"
    publish_lesson_version(system, course.id, "01-mot", {"vi": text})
    description = CourseDescription(title={"vi": "Đếm", "en": "Counting"}, level=level, languages=["vi"])
    return publish_course(system, course.id, description=description, outline=[OutlinePlan(lesson="01-mot")])


def test_it_is_the_only_module(app):
    assert [module.slug for module in installed_modules()] == ["sample_module"]


def test_its_kind_of_exercise_is_offered(app):
    assert exercise_type("sample_module:counting") in kinds()


def test_pages_rest_and_table(app, client):
    token = sign_in(client, create_actor())
    assert client.get("/modules/sample_module/").status_code == 200
    assert client.post("/modules/sample_module/", headers={"X-CSRFToken": token}).status_code == 303
    answer = client.post("/api/v1/modules/sample_module/greeting", headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.get_json()) == (201, {"times": 2})
    page = client.get("/modules/sample_module/").get_data(as_text=True)
    assert "Anh/Chị đã chào 2 lần." in page or "You greeted 2 times." in page


def test_pages_are_closed_to_strangers(app, client):
    assert client.get("/modules/sample_module/").status_code in (303, 401)
    assert client.get("/api/v1/modules/sample_module/greeting").status_code == 401


def test_static_files_are_kept_for_long(app, client):
    with app.test_request_context():
        url = static_url("greeting.js", "sample_module")
    with client.get(url) as answer:
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    sign_in(client, create_actor())
    assert url in client.get("/modules/sample_module/").get_data(as_text=True)


def test_permission(app, client):
    assert GREETINGS_FORGET in permissions()
    actor = create_actor()
    services.greet(actor)
    with pytest.raises(Forbidden):
        services.forget_all(actor)
    services.forget_all(create_actor(Role.ADMINISTRATOR))
    assert services.times_greeted(actor.person_id) == 0


@pytest.fixture
def folder(tmp_path):
    """A course of the module as files."""
    home = tmp_path / "content" / "sample_module" / "dem"
    (home / "farewells").mkdir(parents=True)
    (home.parents[1] / "topics.yaml").write_text("[]\n")
    course = {
        "id": "dem", "level": "basic", "periods": 1, "languages": ["vi"], "topics": [],
        "title": {"vi": "Đếm", "en": "Counting", "de": "Zählen"},
        "summary": {"vi": "Đếm.", "en": "Counting.", "de": "Zählen."},
        "outcomes": [{"id": "o1", "text": {"vi": "Đếm", "en": "Count", "de": "Zählen"}, "bloom": "apply"}],
        "outline": [{"lesson": "mot", "minutes": 5, "outcomes": ["o1"]}],
        "completion": {"lessons": "all", "exercises": "none", "quiz": None},
    }  # fmt: skip
    (home / "course.yaml").write_text(yaml.safe_dump(course, allow_unicode=True))
    (home / "mot.vi.md").write_text(
        "---\ntitle: Một\nobjectives: [x]\nsummary: s\n---\n## Một {#mot}\n\nChữ.\n"
    )
    return home


def test_its_own_files_are_checked_and_synced_with_the_course(app, folder):
    root, parts = folder.parents[1], content_parts(app)
    file = folder / "farewells" / "one.yaml"
    file.write_text("txt: Chào\n")
    faults = content_check(root, parts)
    assert {str(fault).partition(": ")[0] for fault in faults} == {"sample_module/dem/farewells/one.yaml:1"}
    file.write_text("text: Chào\n")
    assert content_check(root, parts) == []
    (course,) = sync_content(Actor.system(), root, parts).courses
    assert course.version == 1 and course.parts["farewells"] == Changes(changed=1)
    assert not sync_content(Actor.system(), root, parts).any
    sample.heard.clear()
    file.write_text("text: Tạm biệt\n")
    (course,) = sync_content(Actor.system(), root, parts).courses
    assert course.version is None and course.parts["farewells"].any
    assert [type(event) for event in sample.heard] == [CourseMaterialChanged]


def test_job_runs_from_the_outbox(app):
    services.greet(create_actor())
    services.greet(create_actor())
    assert run_all() == 1, "one waiting job counts for both"


def test_command(app):
    services.greet(create_actor())
    result = app.test_cli_runner().invoke(args=["sample-module", "total"])
    assert result.exit_code == 0 and result.output.strip() == "1"


def test_hook_event(app):
    course = make_course()
    assert [event.course_id for event in sample.heard] == [course.id]


def test_hook_enrollment_obstacles(app):
    make_course(level="advanced")
    actor = create_actor()
    with pytest.raises(Conflict) as refusal:
        enroll(actor, "dem")
    assert "Hãy chào trước." in str(refusal.value.message) or "Greet first." in str(refusal.value.message)
    services.greet(actor)
    enroll(actor, "dem")


def test_obstacles_are_those_of_who_is_enrolled_not_of_who_enrolls(app):
    course = make_course(level="advanced")
    officer, learner = create_actor(), create_actor()
    services.greet(officer)
    view = find_course(course.slug)
    with pytest.raises(Conflict):
        enroll_person(officer, learner.person_id, view, source="class")
    services.greet(learner)
    assert enroll_person(officer, learner.person_id, view, source="class").person_id == learner.person_id


def test_hook_search_documents(app):
    course = make_course()
    assert any("Mỗi lời chào đều được đếm." in str(document) for document in course_documents(course.id))


def test_hooks_export_and_erase(app):
    actor = create_actor()
    services.greet(actor)
    modules = installed_modules()
    assert modules.demand("academy_learner_export", person_id=actor.person_id) == {
        "sample_module": {"greetings": 1}
    }
    with unit_of_work():
        modules.demand("academy_learner_erase", person_id=actor.person_id)
    assert modules.demand("academy_learner_export", person_id=actor.person_id) == {
        "sample_module": {"greetings": 0}
    }


def test_a_hook_that_raises_harms_nobody(app, monkeypatch, caplog):
    def fail(**arguments):
        raise RuntimeError("no")

    monkeypatch.setattr(sample, "academy_search_documents", fail)
    monkeypatch.setattr(sample, "academy_on_event", fail)
    course = make_course()
    assert course_documents(course.id)
    assert "course module sample_module failed in academy_on_event" in caplog.text
    monkeypatch.setattr(sample, "academy_learner_erase", fail)
    with pytest.raises(RuntimeError):
        installed_modules().demand("academy_learner_erase", person_id=1)


def test_migration_branch_up_and_down(app, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with engine.connect() as connection:
        migrations.upgrade(connection, branches())
        assert migrations.differences(connection, tables_of(sample.MODULE)) == []
        migrations.downgrade(connection, branches(), "sample_module@base")
        names = inspect(connection).get_table_names()
        assert "sample_module_greeting" not in names and "course" in names
    engine.dispose()
