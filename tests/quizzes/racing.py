"""Many at once: an application on a database of its own, and threads that act at the same moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from academy.app import create_app
from academy.kernel.db import db
from tests.conftest import make_config
from tests.quizzes.conftest import Sat, make_sat


@contextmanager
def quiz_house(folder: Path) -> Iterator[tuple[Flask, Sat]]:
    """An application on a database of its own, with a quiz: nothing is rolled back here."""
    with own_database(folder) as url:
        app = create_app(make_config(folder, database_url=url))
        with app.app_context():
            db.create_all()
            sat = make_sat()
            db.session.remove()
        yield app, sat
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """A file, or a new database of the cluster that the tests run on."""
    shared = os.environ.get("ACADEMY_TEST_DATABASE_URL")
    if not shared:
        yield f"sqlite:///{folder / 'races.sqlite3'}"
        return
    engine = create_engine(shared, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE quizzes_races"))
        yield make_url(shared).set(database="quizzes_races").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE quizzes_races WITH (FORCE)"))
    engine.dispose()


def at_once(app, number: int, act: Callable[[int], Any]) -> list[Any]:
    """Call ``act(n)`` from so many threads at the same moment; their results, or what they raised."""
    gate = Barrier(number)

    def run(index: int) -> Any:
        with app.app_context():
            gate.wait()
            try:
                return act(index)
            except Exception as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def rows(app, statement):
    with app.app_context():
        found = db.session.execute(statement).all()
        db.session.remove()
        return found
