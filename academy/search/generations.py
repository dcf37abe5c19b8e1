"""Where the index lies: one folder per generation, a pointer to the one in use, locks, lasting writes.

::

    search/CURRENT            name of the generation in use, replaced atomically
    search/g000007-51c0ffee/  an index
    search/NAME               a name of this index that no other machine's has
    search/writer.lock        held while the generation in use is written
    search/rebuild.lock       held while another is built
"""

import fcntl
import io
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from academy.search.backend import WriterBusy

KEEP_SECONDS = 600  # readers leave a replaced generation within a second; slow ones have ten minutes

_NAME = re.compile(r"g(\d{6})-[0-9a-f]{8}")


class _SelfClosing(io.FileIO):
    """A file that closes when nothing refers to it any more, without a word: readers go when their last snapshot
    goes, and Whoosh forgets files that it could not finish opening."""

    def __del__(self) -> None:
        self.close()

    def _dealloc_warn(self, source: object) -> None:
        """Asked for by the buffer around it."""


class LastingStorage(FileStorage):
    """Whoosh's files, on disk before the table of contents names them.

    Whoosh itself never calls fsync, so a power cut could leave a table of contents that points to torn
    segments. Files are read, not mapped: a mapped file that somebody truncates kills the process.
    """

    def __init__(self, folder: Path):
        super().__init__(str(folder), supports_mmap=False)
        self._lasting: set[str] = set()

    def open_file(self, name: str, **options: Any) -> StructFile:
        return StructFile(io.BufferedReader(_SelfClosing(self._fpath(name))), name=name, **options)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        for name in self.list():
            path = os.path.join(self.folder, name)
            if name.endswith(".seg") and name not in self._lasting and os.path.isfile(path):
                _sync(path)
                self._lasting.add(name)
        _sync(os.path.join(self.folder, oldname))
        os.replace(os.path.join(self.folder, oldname), os.path.join(self.folder, newname))
        _sync(self.folder)


def _sync(path: str | Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Generations:
    """The folders under one root, which is created when first written."""

    def __init__(self, root: Path):
        self.root = root

    def current(self) -> str | None:
        """The name of the generation in use, None if there is none or the pointer is damaged."""
        try:
            name = (self.root / "CURRENT").read_text("ascii").strip()
        except (OSError, ValueError):
            return None
        return name if _NAME.fullmatch(name) else None

    def identity(self) -> str:
        """A name that this root bears from its first use on, whatever machine or folder it is moved to."""
        path = self.root / "NAME"
        try:
            name = path.read_text("ascii").strip()
            if re.fullmatch(r"[0-9a-f]{16}", name):
                return name
        except (OSError, ValueError):
            pass
        self.root.mkdir(parents=True, exist_ok=True)
        with self.lock("name", wait=5.0):
            if not path.exists():
                temporary = path.with_name(f"NAME.{os.getpid()}")
                temporary.write_text(secrets.token_hex(8) + "\n", "ascii")
                _sync(temporary)
                os.replace(temporary, path)
            return path.read_text("ascii").strip()

    def folder(self, name: str) -> Path:
        return self.root / name

    def create(self) -> str:
        """Make an empty folder for the next generation; its name was never used before, even if all were deleted."""
        self.root.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in self._folders()] + [self.current() or "g000000-00000000"]
        number = max(int(_NAME.fullmatch(name)[1]) for name in names) + 1
        name = f"g{number:06d}-{secrets.token_hex(4)}"
        self.folder(name).mkdir()
        return name

    def activate(self, name: str) -> None:
        """Point readers to a generation."""
        temporary = self.root / f"CURRENT.{os.getpid()}"
        temporary.write_text(name + "\n", "ascii")
        _sync(temporary)
        os.replace(temporary, self.root / "CURRENT")
        _sync(self.root)

    def sweep(self, *, keep: str = "") -> None:
        """Remove generations that nobody uses; call it with the rebuild lock held."""
        used = {self.current(), keep}
        for path in self._folders():
            if path.name not in used and time.time() - path.stat().st_mtime > KEEP_SECONDS:
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[Path]:
        try:
            return [path for path in self.root.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]
        except OSError:
            return []

    @contextmanager
    def lock(self, name: str, *, wait: float = 0.0) -> Iterator[None]:
        """Hold ``writer`` or ``rebuild`` alone among all processes; the kernel frees it if we die.

        Raises:
            WriterBusy: still held by another after ``wait`` seconds.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            until = time.monotonic() + wait
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise WriterBusy(f"the {name} lock of {self.root} is held") from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(handle)
