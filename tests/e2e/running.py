"""An academy of its own, filled with the demo and served by the commands that ``make run`` uses."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

from academy.config import PROJECT_ROOT

# for machines that are busy with something else; nothing gets slower by it
STARTS_WITHIN = 120


class Academy:
    """A served instance at ``address``; ``crash`` and ``start`` may be called again and again."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = instance.parent / "server.log"
        self._server: subprocess.Popen | None = None

    def fill(self) -> None:
        """Migrate and fill in the demo.

        Raises:
            AssertionError: the command failed; the message is what it printed.
        """
        done = subprocess.run(
            self._command("demo"),
            cwd=PROJECT_ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, f"academy demo:\n{done.stdout}\n{done.stderr}"

    def start(self) -> None:
        """Serve, and wait until the academy says that it is ready."""
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                self._command("serve", "--port", str(self.port)),
                cwd=PROJECT_ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self._server.poll() is None and time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def crash(self) -> None:
        """Kill web server and worker as a power cut would: nothing is finished, nothing is closed."""
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        while self._answers():
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server as Ctrl+C does; what does not end by itself is killed."""
        if self._server is None or self._server.poll() is not None:
            return
        self._server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(timeout=20)
        if self._server.poll() is None:
            self.crash()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "academy.cli", *arguments]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ACADEMY_")}
        return kept | {"ACADEMY_INSTANCE": str(self.instance), "ACADEMY_BASE_URL": self.address}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
