"""The server is killed while a quiz is being sat: what was acknowledged is there afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from threading import Event, Thread

import pytest

from academy.accounts.services import create_token
from academy.app import create_app
from academy.kernel.db import db
from academy.quizzes import queries, services
from academy.quizzes.models import OPEN
from tests.conftest import SECRET, make_config
from tests.quizzes.conftest import make_sat

LEARNERS = 3
KILLS = 2
ROUNDS = 10
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """granian with two workers on one database file, in a process group of its own."""

    def __init__(self, folder) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        environment = os.environ | {
            "ACADEMY_ENV": "development",
            "ACADEMY_INSTANCE": str(self.folder),
            "ACADEMY_DATABASE_URL": f"sqlite:///{self.folder / 'killed.sqlite3'}",
            "ACADEMY_SECRET_KEY": SECRET,
            "ACADEMY_BASE_URL": self.url,
            "ACADEMY_EMBEDDED_WORKER": "0",
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "academy.app:create_app",
                    "--host", "127.0.0.1", "--port", str(self.port), "--workers", "2", "--no-ws",
                ],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while not self._listens():
            assert time.monotonic() < until, (self.folder / "server.log").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        # the workers end a little after the process that was waited for
        while self._listens():
            time.sleep(0.01)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


class Learner(Thread):
    """Changes answers as fast as it can, repeats what was not acknowledged, and keeps a journal."""

    def __init__(self, server: Server, token: str, attempt: int, choices: dict[int, list[str]], stop: Event):
        super().__init__(daemon=True)
        self.server, self.token, self.attempt, self.choices, self.stop = server, token, attempt, choices, stop
        self.acknowledged: dict[int, tuple[int, str]] = {}
        self.sent: dict[int, dict[int, str]] = {slot: {} for slot in choices}
        self.replies = 0
        self.refusals: list[str] = []

    def run(self) -> None:
        chance = random.Random(self.attempt)
        sequence = dict.fromkeys(self.choices, 0)
        while not self.stop.is_set():
            slot = chance.choice(list(self.choices))
            sequence[slot] += 1
            answer = chance.choice(self.choices[slot])
            self.sent[slot][sequence[slot]] = answer
            while not self.stop.is_set() and not self._save(slot, sequence[slot], answer):
                time.sleep(0.02)

    def _save(self, slot: int, sequence: int, answer: str) -> bool:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/attempts/{self.attempt}/answers/{slot}",
            data=json.dumps({"sequence": sequence, "answer": answer}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                stored = json.load(reply)
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500:
                self.refusals.append(f"{refusal.code} {refusal.read()!r}")
                return True
            return False
        except (OSError, ValueError):
            return False
        assert stored["stored_sequence"] >= sequence
        self.acknowledged[slot] = (sequence, answer)
        self.replies += 1
        return True


def wait_for_replies(learners: list[Learner], number: int) -> None:
    """Wait until each of the learners, the slowest too, has got so many replies from now on."""
    wanted = {learner: learner.replies + number for learner in learners}
    until = time.monotonic() + PATIENCE
    while missing := {one.name: wanted[one] - one.replies for one in learners if one.replies < wanted[one]}:
        assert time.monotonic() < until, f"replies that did not come: {missing}"
        time.sleep(0.01)


@pytest.fixture
def prepared(tmp_path):
    """A database file with learners in the middle of a quiz, and an application to look at it."""
    app = create_app(make_config(tmp_path, database_url=f"sqlite:///{tmp_path / 'killed.sqlite3'}"))
    sittings = []
    with app.app_context():
        db.create_all()
        sat = make_sat()
        for number in range(LEARNERS):
            actor = sat.learner(f"Người {number}")
            token = create_token(actor, "test")
            attempt = services.start_attempt(actor, sat.quiz_id)
            view = queries.get_attempt(actor, attempt)
            choices = {
                slot.slot: [one["id"] for one in slot.version.type.present(slot.version.spec, slot.seed, "vi")["options"]]
                for slot in view.slots
            }
            sittings.append((actor, token, attempt, choices))
        db.session.remove()
    yield app, sittings
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(prepared, tmp_path):
    app, sittings = prepared
    server, stop = Server(tmp_path), Event()
    server.start()
    learners = [Learner(server, token, attempt, choices, stop) for _actor, token, attempt, choices in sittings]
    try:
        for learner in learners:
            learner.start()
        for _ in range(KILLS):
            wait_for_replies(learners, ROUNDS)
            server.kill()
            server.start()
        wait_for_replies(learners, 1)
    finally:
        stop.set()
        for learner in learners:
            learner.join(30)
        server.kill()
    assert [learner.refusals for learner in learners] == [[]] * LEARNERS
    with app.app_context():
        for learner, (actor, _token, attempt, _choices) in zip(learners, sittings, strict=True):
            view = queries.get_attempt(actor, attempt)
            assert view.attempt.state == OPEN
            for slot, (sequence, _answer) in learner.acknowledged.items():
                found = view.slot(slot)
                assert found.stored_sequence >= sequence
                assert learner.sent[slot][found.stored_sequence] == found.answer
            services.submit_attempt(actor, attempt)
        assert db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
