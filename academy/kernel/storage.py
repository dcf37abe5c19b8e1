"""Files by content: a file's name is the SHA-256 of its bytes, so it never changes.

Three folders: what the academy keeps (:func:`storage`), within it what learners hand in (:func:`answer_files`), of
which what no answer names is deleted, and exports (:func:`exports`), which hold personal data and are deleted after
``Config.export_days``. Backups hold the first two.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from flask import Flask, current_app

from academy.kernel import clock
from academy.kernel.errors import NotFound
from academy.kernel.settings import settings

_KEY = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,8})?")


class Storage:
    """A folder of files, two levels deep by hash."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, *, suffix: str = "") -> str:
        """Store bytes durably and give their key; storing the same bytes again changes nothing."""
        key = hashlib.sha256(data).hexdigest() + suffix
        self._keep(key, io.BytesIO(data))
        return key

    def put_file(self, source: Path, *, suffix: str = "") -> str:
        """Like :meth:`put`, for a file too large to be held in memory; the source stays where it is."""
        with source.open("rb") as stream:
            key = hashlib.file_digest(stream, "sha256").hexdigest() + suffix
        with source.open("rb") as stream:
            self._keep(key, stream)
        return key

    def path(self, key: str) -> Path:
        """Where the file lies.

        Raises:
            NotFound: no such file, or not a key.
        """
        target = self._target(key)
        if not target.is_file():
            raise NotFound()
        return target

    def holds(self, key: str) -> bool:
        return self._target(key).is_file()

    def read(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def forget(self, key: str) -> None:
        """Delete a file; one that is not there is deleted already."""
        self._target(key).unlink(missing_ok=True)

    def keys_before(self, instant: datetime) -> Iterator[str]:
        """The keys of files that were last stored before an instant."""
        for file in self.root.glob("??/??/*"):
            if _KEY.fullmatch(file.name) and file.stat().st_mtime < instant.timestamp():
                yield file.name

    def forget_before(self, instant: datetime) -> int:
        """Delete the files that were last stored before an instant; how many."""
        gone = 0
        for file in self.root.glob("??/??/*"):
            if file.stat().st_mtime < instant.timestamp():
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def _keep(self, key: str, stream: BinaryIO) -> None:
        target, now = self._target(key), clock.now().timestamp()
        if target.exists():
            os.utime(target, (now, now))
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(stream, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o640)
        os.utime(temporary, (now, now))
        os.replace(temporary, target)

    def _target(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound()
        return self.root / key[:2] / key[2:4] / key


def init_storage(app: Flask) -> None:
    instance = app.config["ACADEMY"].instance
    app.extensions["academy_storage"] = Storage(instance / "files")
    app.extensions["academy_answer_files"] = Storage(instance / "files" / "answers")
    app.extensions["academy_exports"] = Storage(instance / "exports")


def storage() -> Storage:
    """The files that the running app keeps."""
    return current_app.extensions["academy_storage"]


def answer_files() -> Storage:
    """Files that learners handed in; nothing else lies there, so what nobody names may be deleted."""
    return current_app.extensions["academy_answer_files"]


def exports() -> Storage:
    """Files that somebody asked for: each is deleted some days after it was made."""
    return current_app.extensions["academy_exports"]


def forget_old_exports() -> int:
    """Delete the exports that are older than the installation keeps them; how many files."""
    return exports().forget_before(clock.now() - timedelta(days=settings().export_days))
