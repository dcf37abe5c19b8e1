"""What engines with files have in common: generations in a folder, one writer, readers that follow.

One process at a time writes; readers take a new state when there is one, at most once a second. The index
tells by itself how far the outbox has been applied, in the same commit as the documents.
"""

import logging
import time
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

from academy.search.backend import Applied, Health, IndexDamaged, Replace, SearchDoc
from academy.search.following import FollowingIndex, State
from academy.search.generations import Generations
from academy.search.state import applied_of, check_turn, meta_of

log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
DAMAGE_NOTE = "DAMAGED"  # left in a generation's folder by the process that met the damage


class FolderIndex(FollowingIndex):
    """A search backend in a folder of its own; see :class:`academy.search.backend.SearchBackend`."""

    name: str

    def __init__(self, root: Path):
        super().__init__()
        self.generations = Generations(root)

    # -- what an engine does in its own way -------------------------------------------------------

    @abstractmethod
    def _open(self, folder: Path, before: State | None) -> State:
        """Open the newest state; ``before`` is an older one of the same folder, if known.

        Raises:
            IndexDamaged: it cannot be read, or was made by another version of the analysis.
        """

    @abstractmethod
    def _read_meta(self, folder: Path) -> dict:
        """What the index in a folder says of itself; see :func:`academy.search.state.meta_of`.

        Raises:
            IndexDamaged: it cannot tell.
        """

    @abstractmethod
    def _write(self, folder: Path, batch: Sequence[Replace], meta: dict) -> None:
        """Write a batch and what the index says of itself then, in one commit.

        Raises:
            IndexDamaged: the index cannot be read.
            OSError: it cannot be written (the disk is full); it is as it was.
        """

    @abstractmethod
    def _build(self, folder: Path, docs: Iterable[SearchDoc], meta: dict) -> None:
        """Write a whole index into an empty folder."""

    # -- reading ----------------------------------------------------------------------------------

    def _newest(self) -> State:
        name = self.generations.current()
        if name is None:
            self._state = None
            raise IndexDamaged("there is no index yet")
        folder = self.generations.folder(name)
        before = self._state if name == self._generation else None
        if before is None or before.is_outdated() or (folder / DAMAGE_NOTE).exists():
            self._state = None  # if the new one cannot be opened, the old one must not answer for it
            self._state = self._opened(folder, before)
            self._generation = name
        self._looked = time.monotonic()
        return self._state

    def _note_damage(self, reason: str) -> None:
        try:
            (self.generations.folder(self._generation) / DAMAGE_NOTE).write_text(reason, "utf-8")
        except OSError:
            log.warning("the damage of the search index cannot be noted")

    def _opened(self, folder: Path, before: State | None) -> State:
        """Open the newest state; a writer may remove the state before while we look, so look again.

        Raises:
            IndexDamaged: it cannot be read, or some process has found it damaged while it read.
        """
        _refuse_damaged(folder)
        for attempt in range(3):
            try:
                return self._open(folder, before)
            except IndexDamaged:
                time.sleep(0.02 * (attempt + 1))
        return self._open(folder, before)

    def health(self) -> Health:
        name = self.generations.current() or ""
        folder = self.generations.folder(name)
        try:
            if not name:
                raise IndexDamaged("there is no index yet")
            state = self._newest_for_health(folder)
            size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
        except (IndexDamaged, OSError) as damage:
            return Health(generation=name, degraded=True, reason=str(damage))
        return Health(
            documents=state.documents,
            generation=name,
            position=state.meta["position"],
            segments=state.segments,
            bytes=size,
        )

    def _newest_for_health(self, folder: Path) -> State:
        with self._lock:
            known = self._state
            if known is None or known.is_outdated() or folder.name != self._generation:
                return self._newest()
        return self._opened(folder, known)

    # -- writing ----------------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """A name of this index that no other has, on whatever machine; made when first asked for."""
        return f"{self.name}:{self.generations.identity()}"

    def applied(self) -> Applied:
        return applied_of(self._read_meta(self._folder_in_use()))

    def apply(self, batch: Sequence[Replace], *, before: Applied, after: Applied, token: int = 0) -> None:
        with self.generations.lock("writer", wait=WAIT_SECONDS):
            folder = self._folder_in_use()
            check_turn(self._read_meta(folder), before, token)
            self._write(folder, batch, meta_of(after, token))
        self.refresh()

    def rebuild(self, docs: Iterable[SearchDoc], applied: Applied, *, token: int = 0) -> str:
        with self.generations.lock("rebuild"):
            self.generations.sweep()
            name = self.generations.create()
            self._build(self.generations.folder(name), docs, meta_of(applied, token))
            return name

    def activate(self, generation: str) -> None:
        self._opened(self.generations.folder(generation), None)  # raises if it cannot be read
        with self.generations.lock("writer", wait=WAIT_SECONDS):
            self.generations.activate(generation)
        self.refresh()

    def _folder_in_use(self) -> Path:
        name = self.generations.current()
        if name is None:
            raise IndexDamaged("there is no index yet")
        folder = self.generations.folder(name)
        _refuse_damaged(folder)
        return folder


def _refuse_damaged(folder: Path) -> None:
    try:
        reason = (folder / DAMAGE_NOTE).read_text("utf-8")
    except OSError:
        return
    raise IndexDamaged(reason)
