"""Serving: granian for the web, one worker beside it, both ended together."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from academy.config import PROJECT_ROOT

log = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "academy.cli", "worker")
# a process that has run for so many seconds is no hopeless case; so many lives shorter than that are one
STEADY = 15.0
SHORT_LIVES = 3


class CannotServe(Exception):
    """The server cannot start; the message is one line with the remedy."""


_OTHER_HOST = "name an address of this machine with HOST, for instance 127.0.0.1, or 0.0.0.0 for all."
_REMEDIES = {
    errno.EADDRINUSE: "end what listens there, or choose another with PORT, for instance PORT=8080.",
    errno.EACCES: "ports below 1024 are kept for administrators; choose another with PORT, for instance PORT=8080.",
}


def check_port(host: str, port: int) -> None:
    """See that nobody listens there yet.

    Raises:
        CannotServe: the port is taken or not allowed, or the address is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            # a server that shares its port lets others bind to it, but not listen
            probe.listen(1)
        except OSError as error:
            remedy = _REMEDIES.get(error.errno, _OTHER_HOST)
            raise CannotServe(f"Port {port} on {host} cannot be used ({error.strerror}): {remedy}") from error


def web_command(host: str, port: int, *, workers: int, target: str = "wsgi:app") -> list[str]:
    """The command line that serves a WSGI application."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    # pages are made by one thread at a time; a second one keeps a slow request from standing in everybody's way
    command += ["--workers", str(workers), "--blocking-threads", "2", "--no-access-log"]
    return [*command, "--log-level", "warning", "--respawn-failed-workers", target]


def serve(
    host: str, port: int, *, workers: int, target: str = "wsgi:app", worker: Sequence[str] = WORKER
) -> int:
    """Run web server and worker until a signal arrives, each started again should it end; the exit code.

    A web server that has lost two processes within seconds ends itself, as after a fault of the machine's memory;
    it must not take an examination with it. One that cannot stay up for :data:`STEADY` seconds, time after time,
    is given up.

    Args:
        target: the WSGI application.
        worker: the command line of the worker.

    Raises:
        CannotServe: see :func:`check_port`.
    """
    check_port(host, port)
    environment = {**os.environ, "ACADEMY_EMBEDDED_WORKER": "0"}
    environment.setdefault("ACADEMY_BASE_URL", f"http://{host}:{port}")
    commands = (web_command(host, port, workers=workers, target=target), list(worker))
    kept = [_Kept(command, environment) for command in commands]
    ended = threading.Event()
    with suppress(ValueError):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
    try:
        while not ended.is_set() and all(one.is_kept() for one in kept):
            ended.wait(0.2)
    finally:
        _end([one.process for one in kept])
    return 0 if ended.is_set() else 1


class _Kept:
    """A process that is started again when it ends, unless it does nothing but end."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = command, environment
        self._short_lives = 0
        self._start()

    def _start(self) -> None:
        self._since = time.monotonic()
        self.process = subprocess.Popen(self._command, cwd=PROJECT_ROOT, env=self._environment)

    def is_kept(self) -> bool:
        """Whether it runs, or runs again."""
        if self.process.poll() is None:
            return True
        lived = time.monotonic() - self._since
        self._short_lives = self._short_lives + 1 if lived < STEADY else 0
        if self._short_lives >= SHORT_LIVES:
            return False
        log.error("%s ended with %s and is started again", self._command[2], self.process.returncode)
        time.sleep(self._short_lives * 0.5)
        self._start()
        return True


def _end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()
