"""Servers of one run: granian with the academy's settings on free ports of this machine, ended by their id."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from academy.config import PROJECT_ROOT
from academy.operations.serving import web_command
from tests.postgresql import free_port

WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``pid`` is that of its first process."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server and its workers have used so far."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))

    def megabytes(self) -> float:
        """Memory of the server and its workers: their own, and their share of what they have in common."""
        return sum(_megabytes(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def serve(
    target: str, environment: Mapping[str, str], log: Path, *, workers: int = WORKERS
) -> Iterator[Server]:
    """Serve a WSGI application while the block runs.

    Args:
        target: ``module:app``.
        log: a file for what the server says.

    Raises:
        RuntimeError: it does not answer within half a minute.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {**os.environ, **environment, "ACADEMY_BASE_URL": url, "ACADEMY_EMBEDDED_WORKER": "0"}
    with log.open("ab") as sink:
        process = subprocess.Popen(
            web_command("127.0.0.1", port, workers=workers, target=target),
            cwd=PROJECT_ROOT,
            env=settings,
            stdout=sink,
            stderr=sink,
        )
    try:
        _await(url, process, log)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server does not answer: {log.read_text()[-2000:]}")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
