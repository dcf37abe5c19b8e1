"""Readers and writers on PostgreSQL, lost connections, and changes outside of a unit of work."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from academy.app import create_app
from academy.kernel import connections
from academy.kernel.connections import engine_options
from academy.kernel.db import db, separate_transaction
from academy.kernel.limits import RateCounter
from academy.kernel.unit_of_work import unit_of_work
from academy.kernel.write_turns import turns_of
from tests.conftest import make_config


@pytest.fixture
def served(tmp_path):
    """An application on engines of its own, as a server has it: no savepoints of tests around."""
    app = create_app(make_config(tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def on_postgresql(served):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("runs on PostgreSQL only")


def driver():
    return db.session.connection().connection.driver_connection


def backend() -> int:
    return db.session.scalar(text("SELECT pg_backend_pid()"))


def test_a_change_outside_of_a_unit_of_work_is_refused(served):
    db.session.add(RateCounter(key="k", window=1, hits=1, ends=1))
    with pytest.raises(RuntimeError, match="outside of a unit of work"):
        db.session.flush()
    db.session.rollback()


def test_reads_are_single_statements_and_writes_one_transaction(served, on_postgresql):
    assert driver().autocommit
    assert driver().info.transaction_status == 0
    with unit_of_work():
        assert not driver().autocommit
        assert db.session.scalar(text("SELECT 1")) == 1
        assert driver().info.transaction_status != 0
    assert driver().autocommit


@pytest.fixture
def on_sqlite(served):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("runs on SQLite only")


def is_free() -> bool:
    try:
        turns_of(db.engine.url.database).take(0).end()
    except TimeoutError:
        return False
    return True


def test_a_writer_has_the_turn_until_its_transaction_is_over(served, on_sqlite):
    def read() -> None:
        db.session.scalar(text("SELECT 1"))

    read()
    assert is_free()  # readers wait for nobody
    with unit_of_work():
        assert is_free()  # nothing was asked yet
        read()
        assert not is_free()
    assert is_free()
    with pytest.raises(ZeroDivisionError), unit_of_work():
        read()
        raise ZeroDivisionError
    assert is_free()
    with separate_transaction() as connection:
        connection.execute(text("SELECT 1"))
        assert not is_free()
    assert is_free()
    with pytest.raises(OperationalError), unit_of_work() as work:
        work.session.execute(text("SELECT nothing"))
    assert is_free()


def test_who_waits_too_long_for_other_writers_is_told_that_the_database_is_busy(served, on_sqlite, monkeypatch):
    monkeypatch.setattr(connections, "PATIENCE", 0.05)
    turn = turns_of(db.engine.url.database).take(0)
    with pytest.raises(OperationalError, match="database is locked"), unit_of_work():
        db.session.scalar(text("SELECT 1"))
    turn.end()
    with unit_of_work():
        db.session.scalar(text("SELECT 1"))


def test_a_connection_lost_while_it_rested_is_replaced(served, on_postgresql, monkeypatch):
    monkeypatch.setattr(connections, "TRUSTED_FOR", 0.0)
    lost = backend()
    db.session.remove()
    other = create_engine(db.engine.url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": lost})
    other.dispose()
    assert backend() != lost


def test_statements_are_prepared_unless_a_pooler_would_forget_them():
    url = "postgresql+psycopg://academy@db/academy"
    assert engine_options(url)["connect_args"]["prepare_threshold"] == 2
    assert engine_options(url, pooler=True)["connect_args"]["prepare_threshold"] is None
