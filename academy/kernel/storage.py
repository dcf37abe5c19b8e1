"""Files by content: a file's name is the SHA-256 of its bytes, so it never changes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from flask import Flask, current_app

from academy.kernel.errors import NotFound

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

    def read(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def _keep(self, key: str, stream: BinaryIO) -> None:
        target = self._target(key)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(stream, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o640)
        os.replace(temporary, target)

    def _target(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound()
        return self.root / key[:2] / key[2:4] / key


def init_storage(app: Flask) -> None:
    app.extensions["academy_storage"] = Storage(app.config["ACADEMY"].instance / "files")


def storage() -> Storage:
    """The storage of the running app."""
    return current_app.extensions["academy_storage"]
