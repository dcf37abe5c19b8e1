"""Applications of their own for tests of course modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask

from academy.app import create_app
from academy.kernel.db import db
from tests.conftest import _begin_afresh, make_config
from tests.plugins.subjects import PLUGINS


@pytest.fixture
def make_app(tmp_path) -> Iterator[Callable[..., Flask]]:
    """``make_app(plugin, …)``: an application with just these modules, entered.

    On an empty database, or on that of ``same_as``, another application.
    """
    entered = []

    def make(*plugins: ModuleType, same_as: Flask | None = None) -> Flask:
        instance = same_as.config["ACADEMY"].instance if same_as else tmp_path / "instance"
        instance.mkdir(exist_ok=True)
        config = make_config(instance, database_url=f"sqlite:///{instance}/test.sqlite3")
        app = create_app(config, modules=list(plugins))
        # the test's context outlives requests
        app.before_request_funcs.setdefault(None, []).insert(0, _begin_afresh)
        if entered:
            db.session.remove()
        context = app.app_context()
        context.push()
        entered.append(context)
        if same_as is None:
            db.create_all()
        return app

    yield make
    for context in reversed(entered):
        db.session.remove()
        db.engine.dispose()
        context.pop()


@pytest.fixture(scope="session")
def all_modules_app(tmp_path_factory) -> Iterator[Flask]:
    """An application with the installed modules and the sample beside them; not entered, for rendering."""
    instance = tmp_path_factory.mktemp("contract")
    config = make_config(instance, database_url=f"sqlite:///{instance}/test.sqlite3")
    app = create_app(config, modules=list(PLUGINS.values()))
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
