"""The two yardsticks: what Flask gives on this server with nothing in it, and with one query.

They are plain on purpose, with the libraries' own settings: no change in the academy moves them.
``BENCH_DATABASE_URL`` names the database.
"""

from __future__ import annotations

import os

from flask import Flask
from sqlalchemy import column, create_engine, select, table
from sqlalchemy.orm import scoped_session, sessionmaker


def _bare() -> Flask:
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "Xin chào"

    return app


def _one_query() -> Flask:
    app = Flask("one_query")
    session = scoped_session(sessionmaker(create_engine(os.environ["BENCH_DATABASE_URL"])))
    unit = table("unit", column("id"), column("name"))

    @app.get("/")
    def name() -> str:
        return session.execute(select(unit.c.name).where(unit.c.id == 1)).scalar_one()

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        session.remove()

    return app


if os.environ.get("BENCH_DATABASE_URL"):
    bare, one_query = _bare(), _one_query()
