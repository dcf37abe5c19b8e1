"""The embedded worker: drains the job table, in a process or a thread of its own."""

from __future__ import annotations

import logging
import threading
import time

from flask import Flask

from academy.kernel.jobs import run_one
from academy.kernel.periodic import LOOK_EVERY, enqueue_due

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5


def work(app: Flask, stop: threading.Event) -> None:
    """Run jobs until ``stop`` is set; the job at hand is finished first. A fault never ends the loop."""
    look_again = 0.0
    while not stop.is_set():
        try:
            with app.app_context():
                if time.monotonic() >= look_again:
                    enqueue_due()
                    look_again = time.monotonic() + LOOK_EVERY.total_seconds()
                busy = run_one()
        except Exception:
            log.exception("the worker met a fault and goes on")
            busy = False
        if not busy:
            stop.wait(IDLE_SECONDS)


def start_embedded(app: Flask) -> None:
    """Drain jobs in a thread of this web process, from its first request on (so after any fork)."""
    started = threading.Lock()

    @app.before_request
    def start_once() -> None:
        if started.acquire(blocking=False):
            stop = threading.Event()
            threading.Thread(target=work, args=(app, stop), name="worker", daemon=True).start()
