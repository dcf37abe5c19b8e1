"""Authors who act at once, against a database of its own: nobody waits for ever, nothing typed is lost."""

from __future__ import annotations

import pytest

from academy.app import create_app
from academy.authoring import queries, services
from academy.kernel.authorization import Role
from academy.kernel.db import db
from tests.authoring.conftest import text
from tests.conftest import make_config
from tests.factories import create_actor, create_unit
from tests.quizzes.racing import at_once, own_database


@pytest.fixture
def house(tmp_path):
    with own_database(tmp_path) as url:
        app = create_app(make_config(tmp_path, database_url=url))
        with app.app_context():
            db.create_all()
            author = create_actor(Role.INSTRUCTOR, unit=create_unit())
            db.session.commit()
            slug = services.create_course(author, title="Văn bản")
            lesson = services.add_lesson(author, slug, title="Bài một")
            description = queries.get_studio_course(author, slug).description | {"summary": {"vi": "Tóm tắt"}}
            wanted = {name: description[name] for name in ("title", "summary")}
            services.update_settings(author, slug, wanted, base_version=1)
            db.session.remove()
        yield app, author, slug, lesson
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_what_is_stored_while_the_course_is_published_stays_the_draft(house):
    app, author, slug, lesson = house
    for number in range(6):
        with app.app_context():
            base = queries.get_draft(author, slug, lesson, "vi").version
            first = services.save_draft(author, slug, lesson, "vi", text(body=f"## Mở đầu\n\nCũ {number}."), base_version=base)
            db.session.remove()

        def act(which: int, number: int = number, version: int = first.version):
            if which:
                return services.publish(author, slug)
            return services.save_draft(author, slug, lesson, "vi", text(body=f"## Mở đầu\n\nMới {number}."), base_version=version)

        done = at_once(app, 2, act)
        with app.app_context():
            draft = queries.get_draft(author, slug, lesson, "vi")
            db.session.remove()
        if isinstance(done[0], Exception):  # publishing came first and gave the heading its id: a later version
            assert type(done[0]).__name__ == "DraftConflict", done
        else:
            assert not isinstance(done[1], Exception), done
            assert f"Mới {number}" in draft.text.body, "publishing must not bring back the text before"


def test_questions_added_at_once_are_all_there(house):
    app, author, slug, lesson = house
    place = services.QuestionPlace(lesson=lesson)

    def add(number: int) -> str:
        spec = {"text": {"vi": f"Câu {number}", "en": f"Item {number}"}, "answer": True}
        return services.add_question(author, slug, "truefalse", spec, place)[0]

    keys = at_once(app, 6, add)
    assert len(set(keys)) == 6 and all(isinstance(key, str) for key in keys), keys


def test_a_question_changed_at_once_has_a_version_for_each_change(house):
    app, author, slug, lesson = house
    place = services.QuestionPlace(lesson=lesson)

    def change(number: int) -> int:
        spec = {"text": {"vi": f"Câu {number}", "en": f"Item {number}"}, "answer": True}
        return services.change_question(author, slug, f"{lesson}-1", spec, place).number

    with app.app_context():
        spec = {"text": {"vi": "Câu", "en": "Item"}, "answer": True}
        services.add_question(author, slug, "truefalse", spec, place)
        db.session.remove()
    numbers = at_once(app, 6, change)
    assert sorted(numbers) == [2, 3, 4, 5, 6, 7], numbers
