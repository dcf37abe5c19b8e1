"""One application and one schema per run; every test in a savepoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, g
from hypothesis import settings
from sqlalchemy import event
from sqlalchemy.engine import Engine

from academy.app import create_app
from academy.config import PROJECT_ROOT, Config
from academy.kernel.db import db as database
from academy.web import language

# the same examples every time: a run fails for what was changed, not by chance
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

# tests read messages in English, whether or not the catalogs have been compiled
language.CATALOGS = Path(__file__).parent / "no-catalogs"

SECRET = "tests only, tests only, tests only, tests only"


def make_config(instance: Path, **changes) -> Config:
    values = {
        "environment": "testing",
        "instance": instance,
        "content": PROJECT_ROOT / "content",
        "database_url": os.environ.get("ACADEMY_TEST_DATABASE_URL") or f"sqlite:///{instance / 'test.sqlite3'}",
        "secret_key": SECRET,
        "base_url": "http://localhost",
        "embedded_worker": False,
    }
    return Config(**(values | changes))


@pytest.fixture(scope="session")
def base_app(tmp_path_factory) -> Iterator[Flask]:
    """The application on a migrated, empty database."""
    app = create_app(make_config(tmp_path_factory.mktemp("instance")))
    # the tests' context outlives requests: each begins as in production, with nothing remembered
    app.before_request_funcs.setdefault(None, []).insert(0, _begin_afresh)
    with app.app_context():
        database.create_all()
        yield app
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def app(base_app: Flask) -> Iterator[Flask]:
    """The application; what the test writes is undone at its end."""
    engines = database.engines
    real = engines[None]
    connection = real.connect()
    outer = connection.begin()
    engines[None] = connection
    database.session.configure(join_transaction_mode="create_savepoint")
    _begin_afresh()
    try:
        yield base_app
    finally:
        database.session.remove()
        outer.rollback()
        connection.close()
        engines[None] = real


def _begin_afresh() -> None:
    database.session.remove()
    for name in list(g):
        g.pop(name, None)


@pytest.fixture
def session(app: Flask):
    return database.session


@pytest.fixture
def client(app: Flask):
    return app.test_client()


@dataclass
class Queries:
    """Statements run in a block; transaction control and savepoints do not count."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries(app: Flask):
    """``with count_queries() as queries: …; assert len(queries) <= 5``."""

    @contextmanager
    def count() -> Iterator[Queries]:
        seen = Queries()

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA")):
                seen.statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return count
