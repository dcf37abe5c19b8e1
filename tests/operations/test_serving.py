"""A web server or worker that ends is started again; one that does nothing but end is given up."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest

from academy.operations import serving
from tests.postgresql import free_port

PATIENCE = 60
LIVES = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(120)"


def lives(path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def wait_for(path, number: int) -> list[int]:
    until = time.monotonic() + PATIENCE
    while len(found := lives(path)) < number:
        assert time.monotonic() < until, found
        time.sleep(0.02)
    return found


@pytest.fixture
def ends(monkeypatch):
    """What a signal would set off, without a signal to the tests' own process."""
    handlers = {}
    monkeypatch.setattr(serving.signal, "signal", lambda number, act: handlers.update({number: act}))
    return lambda: handlers[signal.SIGTERM]()


def test_what_is_killed_comes_back_until_the_service_ends(tmp_path, monkeypatch, ends):
    web, worker = tmp_path / "web", tmp_path / "worker"
    monkeypatch.setattr(serving, "STEADY", 0.0)
    monkeypatch.setattr(serving, "web_command", lambda *_, **__: [sys.executable, "-c", LIVES, str(web)])
    command, codes = [sys.executable, "-c", LIVES, str(worker)], []
    service = threading.Thread(
        target=lambda: codes.append(serving.serve("127.0.0.1", free_port(), workers=1, worker=command))
    )
    service.start()
    for place in (web, worker, web, web, web):
        known = wait_for(place, 1)
        os.kill(known[-1], signal.SIGKILL)
        wait_for(place, len(known) + 1)
    ends()
    service.join(PATIENCE)
    assert codes == [0]
    for pid in lives(web) + lives(worker):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_does_nothing_but_end_is_given_up(tmp_path, monkeypatch, ends):
    short = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(serving, "web_command", lambda *_, **__: short)
    command = [sys.executable, "-c", LIVES, str(tmp_path / "worker")]
    assert serving.serve("127.0.0.1", free_port(), workers=1, worker=command) == 1
