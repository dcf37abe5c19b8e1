"""A disk that can be filled: a small one in memory where this machine may mount it, else a limit on the database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.tools import find

BALLAST = "ballast"


class SmallDisk:
    """A mounted tmpfs; filled with a file that takes all that is left."""

    kind = "tmpfs"
    page_limit = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with suppress(OSError), (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            block = b"\0" * 65536
            while True:
                if ballast.write(block) < len(block):
                    block = b"\0" * 512  # to the last byte

    def empty(self) -> None:
        (self.folder / BALLAST).unlink(missing_ok=True)


class PageLimit:
    """SQLite is told not to grow, by the launcher, while a file is there."""

    kind = "max_page_count"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.page_limit = folder / "full"

    def fill(self) -> None:
        self.page_limit.touch()

    def empty(self) -> None:
        self.page_limit.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | PageLimit]:
    """A disk for an instance, in ``folder``; gone afterwards."""
    folder.mkdir(parents=True)
    mount = find("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = mount is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        yield PageLimit(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        # lazily: a process that is just ending may still hold a file
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)
