"""The engine is chosen by configuration, and changed without a pause."""

import pytest

from academy.app import create_app
from academy.config import ConfigError
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.search import services
from academy.search.backend import IndexDamaged
from academy.search.cli import group
from academy.search.engine import engine
from academy.search.queries import search
from tests.conftest import make_config
from tests.factories import create_actor, create_unit
from tests.postgresql import NoPostgreSQL, cluster, create_database
from tests.search.test_indexing import write_course

ANYBODY = Actor.anonymous()


@pytest.fixture(scope="module")
def postgresql():
    try:
        with cluster() as url:
            yield url
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))


@pytest.fixture
def academy(tmp_path):
    """Makes applications on one folder and one database, with real transactions."""
    made = []

    def make(backend, url=""):
        url = url or f"sqlite:///{tmp_path / 'academy.sqlite3'}"
        app = create_app(make_config(tmp_path, database_url=url, search_backend=backend))
        context = app.app_context()
        context.push()
        db.create_all()
        made.append(context)
        return app

    def end():
        db.session.remove()
        db.engine.dispose()
        made.pop().pop()

    make.end = end
    yield make
    while made:
        end()


def found(text):
    engine().refresh()
    results = search(ANYBODY, text)
    assert not results.degraded
    return {item.course for item in results.items}


def test_another_engine_takes_over_without_a_pause(academy):
    academy("whoosh")
    author = create_actor(Role.INSTRUCTOR, Role.ADMINISTRATOR, unit=create_unit())
    db.session.commit()
    write_course(author, "Văn thư", ("Đóng dấu", "Dấu giáp lai."))
    jobs.run_all()
    app = academy("whoosh")
    built = app.test_cli_runner().invoke(group, ["rebuild", "--backend", "tantivy"])
    assert built.exit_code == 0, built.output
    assert found("giáp lai") == {"van-thu"}  # the engine in use goes on
    write_course(author, "Lưu trữ", ("Hồ sơ", "Dấu giáp lai nữa."))
    jobs.run_all()
    assert found("giáp lai") == {"van-thu", "luu-tru"}
    app = academy("tantivy")
    assert engine().name == "tantivy" and not engine().health().degraded
    generation = engine().health().generation
    assert services.count_pending() > 0
    services.index_pending()
    assert found("giáp lai") == {"van-thu", "luu-tru"}
    assert engine().health().generation == generation  # caught up with, not built again
    status = app.test_cli_runner().invoke(group, ["status"])
    assert (
        "backend     tantivy" in status.output
        and "whoosh:" in status.output
        and "(this one)" in status.output
    )


def test_the_index_may_lie_in_postgresql(academy, postgresql):
    app = academy("postgresql", create_database(postgresql, "engines"))
    author = create_actor(Role.INSTRUCTOR, Role.ADMINISTRATOR, unit=create_unit())
    db.session.commit()
    with pytest.raises(IndexDamaged):
        engine().applied()
    assert search(ANYBODY, "giáp lai").degraded
    course = write_course(author, "Văn thư", ("Đóng dấu", "Dấu giáp lai."))
    write_course(author, "Kín", ("Giáp lai kín", "Dấu giáp lai kín."), visibility="restricted")
    jobs.run_all()
    assert found("giap lai") == {course.slug}
    assert search(ANYBODY, '"dấu giáp lai"').total == 1
    write_course(author, "Lưu trữ", ("Hồ sơ", "Dấu giáp lai nữa."))
    jobs.run_all()
    assert found("giap lai") == {course.slug, "luu-tru"}
    assert services.index_pending() == {"changes": 0, "documents": 0}
    services._asked.clear()  # it asked a moment ago
    engine()._note_damage("a test")
    engine().refresh()
    assert search(ANYBODY, "giap lai").degraded
    jobs.run_all()
    assert found("giap lai") == {course.slug, "luu-tru"}
    explained = app.test_cli_runner().invoke(group, ["explain", "giap lai", "lesson:1:vi", "--as", "nobody"])
    assert "There is no account nobody" in explained.output


@pytest.mark.parametrize(
    ("name", "says"),
    [("postgresql", "the database is SQLite"), ("lucene", "must be one of: whoosh, tantivy, postgresql")],
)
def test_what_cannot_be_is_said_at_the_start(tmp_path, name, says):
    with pytest.raises(ConfigError, match=says):
        create_app(
            make_config(tmp_path, database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}", search_backend=name)
        )


def test_the_index_in_memory_is_for_tests_only(academy, tmp_path):
    academy("memory")
    assert engine().name == "memory"
    with pytest.raises(ConfigError):
        create_app(make_config(tmp_path, search_backend="memory", environment="development"))
