"""Migrations: up from nothing, equal to the models, and down again; on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, inspect

from academy.app import create_app
from academy.kernel import migrations
from academy.kernel.db import Model
from academy.operations.database import branches
from academy.plugins.manager import installed_modules, tables_of
from tests.conftest import make_config
from tests.postgresql import NoPostgreSQL, cluster, create_database


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    try:
        with cluster() as url:
            yield create_database(url, "migrations")
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request, tmp_path) -> Iterator[Connection]:
    """A connection to an empty database, inside an application with all installed modules."""
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    app = create_app(make_config(tmp_path, database_url=f"sqlite:///{tmp_path / 'unused.sqlite3'}"))
    engine = create_engine(url)
    with app.app_context(), engine.connect() as open_connection:
        yield open_connection
        open_connection.rollback()
    engine.dispose()


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _installed_tables() -> set[str]:
    """The core's tables and those of installed modules; other tests may have imported further models."""
    core = {
        mapper.local_table.name
        for mapper in Model.registry.mappers
        if mapper.class_.__module__.startswith("academy.")
    }
    return core.union(*(tables_of(module) for module in installed_modules()))


def test_up_equals_the_models_and_down_leaves_nothing(connection):
    migrations.upgrade(connection, branches())
    assert _tables(connection) == _installed_tables()
    assert migrations.differences(connection, _installed_tables()) == []
    assert migrations.missing(connection, branches()) == []
    migrations.downgrade(connection, branches(), "base")
    assert _tables(connection) == set()


def test_a_module_can_be_taken_down_alone(connection):
    migrations.upgrade(connection, branches())
    for module in installed_modules():
        own = set(tables_of(module))
        if not own:
            continue
        migrations.downgrade(connection, branches(), f"{module.slug}@base")
        assert not own & _tables(connection), module.slug
        assert "course" in _tables(connection)
    migrations.upgrade(connection, branches())
    assert _tables(connection) == _installed_tables()


def test_every_module_branch_bears_its_slug(connection):
    script = migrations.ScriptDirectory.from_config(migrations.configuration(connection, branches()))
    for module in installed_modules():
        if tables_of(module):
            first = script.get_revision(f"{module.slug}@base") or script.get_revision(module.slug)
            assert first is not None
