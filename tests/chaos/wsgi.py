"""What the storm's web and worker processes run: the academy, told to keep books, and to be wrong where asked to be.

``CHAOS_FAULT`` names a fault to plant, so that tests can see the storm find it. Only this launcher knows of faults.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, literal
from sqlalchemy.engine import Engine

from academy.app import create_app
from academy.kernel.db import UtcDateTime
from academy.kernel.events import subscribe
from academy.kernel.jobs import job
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.kernel.worker import work
from academy.operations.serving import serve
from academy.quizzes import answers, opening
from academy.quizzes.events import AttemptSubmitted

NOTE = "chaos.submitted"
# seconds after which a save that is stopped goes on, should nobody kill it
HELD_FOR = 120


@job(NOTE)
def note_submitted(progress: Any, *, attempt_id: int) -> None:
    """Nothing to do: that there is one such job for each submission is what the verdict looks at."""


def make_app() -> Flask:
    app = create_app()
    keep_books(app)
    if page_limit := os.environ.get("CHAOS_PAGE_LIMIT"):
        _limit_pages(Path(page_limit))
    if held := os.environ.get("CHAOS_HOLD"):
        _hold(Path(held))
    if fault := os.environ.get("CHAOS_FAULT"):
        FAULTS[fault]()
    return app


def keep_books(app: Flask) -> None:
    """Let every submission put one job into the outbox, in its own transaction."""
    subscribe(app, AttemptSubmitted, _enqueue_note, atomic=True)


def _enqueue_note(submitted: AttemptSubmitted) -> None:
    with unit_of_work() as work:
        work.enqueue(NOTE, attempt_id=submitted.attempt_id)


def _limit_pages(full: Path) -> None:
    """Where no small disk can be mounted: SQLite refuses to grow while the file ``full`` is there."""

    @event.listens_for(Engine, "checkout")
    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        pages = 1 if full.exists() else 2**30
        connection.execute(f"PRAGMA max_page_count = {pages}")  # 1: as many as there are now


# --- saves that are stopped, to be killed there ---------------------------------------------------


def _hold(folder: Path) -> None:
    """A save stops before its commit while there is a file ``before``, after it while there is ``after``."""
    commit = UnitOfWork._commit

    def stop(self: UnitOfWork, moment: str) -> None:
        if self.scratch.get("chaos") and (folder / moment).exists():
            (folder / "reached").touch()
            time.sleep(HELD_FOR)

    def stopping(self: UnitOfWork) -> None:
        stop(self, "before")
        commit(self)
        stop(self, "after")

    UnitOfWork._commit = stopping
    _mark_saves()


def _mark_saves() -> None:
    """Let units of work that store an answer be told from others."""
    write = answers.write_answer

    def mark(unit: UnitOfWork, *answer: Any) -> None:
        unit.scratch["chaos"] = True
        write(unit, *answer)

    answers.write_answer = mark


# --- faults to plant -----------------------------------------------------------------------------


def _acknowledge_before_commit() -> None:
    """One transaction in eight is gone although its reply says that it stands, as after a crash between the two."""
    commit = UnitOfWork._commit

    def lose(self: UnitOfWork) -> None:
        if self.scratch.get("chaos") and random.random() < 1 / 8:
            self.session.rollback()
        else:
            commit(self)

    UnitOfWork._commit = lose
    _mark_saves()


def _accept_late() -> None:
    opening.now_column = lambda: literal(datetime(2020, 1, 1, tzinfo=UTC), UtcDateTime())


def _let_older_overwrite() -> None:
    store = answers._store

    def overwrite(unit: Any, item: Any, version: Any, sequence: int, answer: Any, *more: Any) -> Any:
        if sequence < item.stored_sequence:
            item.answer = answers.check_answer(version, answer)
        return store(unit, item, version, sequence, answer, *more)

    answers._store = overwrite


FAULTS: dict[str, Callable[[], None]] = {
    "acknowledge-before-commit": _acknowledge_before_commit,
    "accept-late": _accept_late,
    "older-overwrites": _let_older_overwrite,
}


def run_worker() -> None:
    """The worker beside the web processes, until it is told to end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    work(make_app(), stop)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        sys.exit(run_worker())
    own = [sys.executable, "-m", "tests.chaos.wsgi", "worker"]
    sys.exit(serve("127.0.0.1", int(sys.argv[1]), workers=2, target="tests.chaos.wsgi:app", worker=own))
elif "CHAOS_SERVE" in os.environ:
    app = make_app()
