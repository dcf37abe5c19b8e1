"""Serving: granian for the web, one worker beside it, both ended together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from academy.config import PROJECT_ROOT


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


def serve(host: str, port: int, *, workers: int) -> int:
    """Run web server and worker until one ends or a signal arrives; the exit code.

    Raises:
        CannotServe: see :func:`check_port`.
    """
    check_port(host, port)
    environment = {**os.environ, "ACADEMY_EMBEDDED_WORKER": "0"}
    environment.setdefault("ACADEMY_BASE_URL", f"http://{host}:{port}")
    web = web_command(host, port, workers=workers)
    worker = [sys.executable, "-m", "academy.cli", "worker"]
    processes = [
        subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment) for command in (web, worker)
    ]
    with suppress(ValueError):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: _end(processes))
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
    finally:
        _end(processes)
    faults = [process.returncode for process in processes if process.returncode not in (0, -signal.SIGTERM)]
    return 1 if faults else 0


def _end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()
