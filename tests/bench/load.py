"""Load: many requests over few connections that stay open, from a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from academy.config import PROJECT_ROOT
from tests.bench.servers import Server
from tests.tools import find

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("pages.lua")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; ``body`` makes it a JSON one."""

    path: str
    cookie: str = ""
    method: str = "GET"
    body: str = ""
    csrf_token: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; ``failed`` counts answers that were not 2xx or 3xx, ``cpu_ms`` the server's processor time."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    p99_ms: float = 0.0

    @property
    def rate(self) -> float:
        """Answered well, by the second."""
        return (self.requests - self.failed) / self.seconds if self.seconds else 0.0


def read_pages(server: Server, asks: Sequence[Ask], *, seconds: float) -> Measured:
    """GET the addresses in turn, again and again, for so many seconds; by wrk where it is installed."""
    wrk = find("wrk")
    if wrk is None:
        return send(server, asks, seconds=seconds)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("".join(f"{ask.path}\t{ask.cookie}\n" for ask in asks))
        file.flush()
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
        command += ["-s", SCRIPT, server.url, "--", file.name]
        before = server.cpu_seconds()
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
        used = server.cpu_seconds() - before
    told = json.loads(done.stderr.strip().splitlines()[-1])
    told.pop("bytes")
    return Measured(**told, cpu_ms=1000 * used / max(1, told["requests"]))


def send(
    server: Server, asks: Sequence[Ask], *, seconds: float | None = None, connections: int = CONNECTIONS
) -> Measured:
    """Send the requests in order: each once, or from the front again until the time is over."""
    plan = {"url": server.url, "asks": [asdict(ask) for ask in asks], "seconds": seconds}
    before = server.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.driver", str(connections)],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        check=True,
    )
    used = server.cpu_seconds() - before
    if done.stderr:
        print(done.stderr.strip(), file=sys.stderr)
    told = json.loads(done.stdout)
    return Measured(**told, cpu_ms=1000 * used / max(1, told["requests"]))
