"""Applications of their own for tests of course modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask

from academy.app import create_app
from academy.kernel.db import db
from tests.conftest import make_config


@pytest.fixture
def make_app(tmp_path) -> Iterator[Callable[..., Flask]]:
    """``make_app(plugin, …)``: an application with just these modules, on an empty database, entered."""
    entered = []

    def make(*plugins: ModuleType) -> Flask:
        instance = tmp_path / f"instance{len(entered)}"
        instance.mkdir()
        app = create_app(make_config(instance, database_url=f"sqlite:///{instance}/test.sqlite3"), modules=list(plugins))
        context = app.app_context()
        context.push()
        entered.append(context)
        db.create_all()
        return app

    yield make
    for context in reversed(entered):
        db.session.remove()
        db.engine.dispose()
        context.pop()
