"""Writers of a SQLite file take turns.

SQLite lets one write at a time, and whoever finds it taken sleeps and looks again, up to a tenth of a second later
(``sqlite3_busy_timeout``): with thirty writers the file is idle most of the time. Here writers wait in a queue, threads on
a lock of their process and one thread of each process on a lock of a file beside the database, which the kernel frees
when a process dies. SQLite's own lock stays what keeps the data whole; who does not queue (a shell, an older process) is only
slower.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

LOOK_AGAIN = 0.001


class Turn:
    """The right to write; ended once, by whichever thread."""

    def __init__(self, lock: threading.Lock, handle: int | None) -> None:
        self._lock, self._handle = lock, handle
        self._ended = False

    def end(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # closing is not enough where a child has a copy
            os.close(self._handle)
        self._lock.release()


class WriteTurns:
    """The queue of one database file."""

    def __init__(self, database: str) -> None:
        self._lock = threading.Lock()
        self._path = Path(f"{database}-turns")

    def take(self, seconds: float) -> Turn:
        """Wait for a turn.

        Args:
            seconds: how long at most.

        Raises:
            TimeoutError: others write all that time.
        """
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise TimeoutError("others write")
        try:
            return Turn(self._lock, self._file_lock(until))
        except BaseException:
            self._lock.release()
            raise

    def _file_lock(self, until: float) -> int | None:
        """The lock against other processes; None where no file can be made, as on a full disk."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return handle
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise TimeoutError("another process writes") from None
                    time.sleep(LOOK_AGAIN)
        except BaseException:
            os.close(handle)
            raise


_queues: dict[str, WriteTurns] = {}
_making = threading.Lock()


def turns_of(database: str) -> WriteTurns:
    """The queue that all connections of this process to a file share."""
    with _making:
        return _queues.setdefault(database, WriteTurns(database))
