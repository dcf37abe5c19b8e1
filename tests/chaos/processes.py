"""The served academy as processes that can be killed, stalled and started again, each by its id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from academy.config import PROJECT_ROOT
from tests.chaos.site import Place
from tests.postgresql import free_port

PATIENCE = 120


class Served:
    """A web server with two processes and a worker beside it."""

    def __init__(self, place: Place, *, fault: str = "", page_limit: Path | None = None) -> None:
        self.port = free_port()
        self.log = place.folder.parent / f"storm-{self.port}.log"
        self._held = place.folder / "held"
        self._environment = os.environ | place.environment | {"CHAOS_SERVE": "1", "CHAOS_FAULT": fault}
        self._environment["CHAOS_HOLD"] = str(self._held)
        self._environment["ACADEMY_BASE_URL"] = f"http://127.0.0.1:{self.port}"
        if page_limit is not None:
            self._environment["CHAOS_PAGE_LIMIT"] = str(page_limit)
        self._served: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._served = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.wsgi", str(self.port)],
                cwd=PROJECT_ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._served.poll() is None and time.monotonic() < until, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def web_children(self) -> list[int]:
        """The processes that answer requests."""
        return [child for pid in self._called("granian") for child in _children(pid)]

    def workers(self) -> list[int]:
        return self._called("tests.chaos.wsgi worker")

    def hold(self, moment: str) -> None:
        """Let the next save stop there: "before" or "after" its commit, unanswered, until everything is killed."""
        self._held.mkdir(exist_ok=True)
        (self._held / moment).touch()

    def holds(self) -> bool:
        """Whether a save has got to that moment."""
        return (self._held / "reached").exists()

    def kill_all(self) -> None:
        """Everything at once, as a power cut would."""
        if self._served is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._served.pid, signal.SIGKILL)
            self._served.wait()
        while self._listens():
            time.sleep(0.02)
        shutil.rmtree(self._held, ignore_errors=True)

    def stop(self) -> None:
        """End it as a restart of the service does; what does not end in time is killed."""
        if self._served is not None:
            self._served.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._served.wait(timeout=40)
        self.kill_all()

    def _called(self, words: str) -> list[int]:
        return [pid for pid in _children(self._served.pid) if words in _command_line(pid)]

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
            return True
        return False

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""
