"""The default backend: Whoosh keeps the posting lists, :mod:`academy.search.scorer` ranks.

One process at a time writes; readers take a new snapshot when there is one, at most once a second. The
index tells by itself how far the outbox has been applied, in the same commit as the documents.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from academy.search.analysis import Compounds
from academy.search.answering import Answering
from academy.search.backend import (
    Applied,
    Health,
    IndexDamaged,
    Replace,
    Scope,
    SearchDoc,
    SearchPage,
    Suggestion,
    WriterBusy,
)
from academy.search.generations import Generations, LastingStorage
from academy.search.query import Query
from academy.search.snapshot import Snapshot
from academy.search.whoosh_writing import build, read_applied, read_lexicon, write_batch

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
WAIT_SECONDS = 20.0
DAMAGE_NOTE = "DAMAGED"  # left in a generation's folder by the process that met the damage

T = TypeVar("T")


class WhooshIndex:
    """A search backend in a folder of its own; see :class:`academy.search.backend.SearchBackend`."""

    name = "whoosh"

    def __init__(self, root: Path):
        self.generations = Generations(root)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._compounds = Compounds()
        self._generation = ""
        self._looked = 0.0

    # -- reading ----------------------------------------------------------------------------------

    def search(
        self, query: Query, scope: Scope, *, limit: int = 10, offset: int = 0, prefer: str | None = None
    ) -> SearchPage:
        page = self._ask(
            scope, lambda answering: answering.search(query, limit=limit, offset=offset, prefer=prefer)
        )
        return replace(page, generation=self._generation)

    def suggest(self, typed: str, scope: Scope, *, limit: int = 8) -> list[Suggestion]:
        return self._ask(scope, lambda answering: answering.suggest(typed, limit=limit))

    def explain(self, query: Query, scope: Scope, *, limit: int = 10) -> list[str]:
        """How a query is read and why documents rank as they do."""
        return self._ask(scope, lambda answering: list(answering.explain(query, limit)))

    def refresh(self) -> None:
        """Look for a newer index at the next question, not within a second."""
        self._looked = 0.0

    def _ask(self, scope: Scope, question: Callable[[Answering], T]) -> T:
        snapshot, compounds = self._current()
        try:
            return question(Answering(snapshot, compounds, scope))
        except IndexDamaged as damage:
            self._note_damage(str(damage))
            raise

    def _current(self) -> tuple[Snapshot, Compounds]:
        """The newest snapshot; while one thread opens it, the others go on with the one before."""
        snapshot = self._snapshot
        if snapshot is not None and time.monotonic() - self._looked < LOOK_SECONDS:
            return snapshot, self._compounds
        if not self._lock.acquire(blocking=snapshot is None):
            return snapshot, self._compounds
        try:
            return self._newest(), self._compounds
        finally:
            self._lock.release()

    def _newest(self) -> Snapshot:
        name = self.generations.current()
        if name is None:
            self._snapshot = None
            raise IndexDamaged("there is no index yet")
        folder = self.generations.folder(name)
        before = self._snapshot if name == self._generation else None
        if before is None or before.is_outdated() or (folder / DAMAGE_NOTE).exists():
            self._snapshot = None  # if the new one cannot be opened, the old one must not answer for it
            self._snapshot = _opened(folder, before)
            self._compounds = read_lexicon(folder)
            self._generation = name
        self._looked = time.monotonic()
        return self._snapshot

    def _note_damage(self, reason: str) -> None:
        """Tell all processes that a file turned out to be damaged when it was read."""
        log.error("the search index cannot be read: %s", reason)
        self._snapshot = None
        try:
            (self.generations.folder(self._generation) / DAMAGE_NOTE).write_text(reason, "utf-8")
        except OSError:
            log.warning("the damage of the search index cannot be noted")

    def health(self) -> Health:
        name = self.generations.current() or ""
        folder = self.generations.folder(name)
        try:
            if not name:
                raise IndexDamaged("there is no index yet")
            snapshot = self._newest_for_health(folder)
            size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
        except (IndexDamaged, OSError) as damage:
            return Health(generation=name, degraded=True, reason=str(damage))
        return Health(
            documents=snapshot.documents,
            generation=name,
            position=snapshot.meta["position"],
            segments=snapshot.segments,
            bytes=size,
        )

    def _newest_for_health(self, folder: Path) -> Snapshot:
        with self._lock:
            known = self._snapshot
            if known is None or known.is_outdated() or folder.name != self._generation:
                return self._newest()
        return _opened(folder, known)

    # -- writing ----------------------------------------------------------------------------------

    def applied(self) -> Applied:
        return read_applied(self._folder_in_use())

    def apply(self, batch: Sequence[Replace], *, before: Applied, after: Applied) -> None:
        with self.generations.lock("writer", wait=WAIT_SECONDS):
            folder = self._folder_in_use()
            if read_applied(folder) != before:
                raise WriterBusy("another process has written the index in between")
            write_batch(folder, batch, after)
        self.refresh()

    def rebuild(self, docs: Iterable[SearchDoc], applied: Applied) -> str:
        with self.generations.lock("rebuild"):
            self.generations.sweep()
            name = self.generations.create()
            build(self.generations.folder(name), docs, applied)
            return name

    def activate(self, generation: str) -> None:
        _opened(self.generations.folder(generation), None)  # raises if it cannot be read
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


def _opened(folder: Path, before: Snapshot | None) -> Snapshot:
    """Open the newest state; a writer may remove the state before while we look, so look again.

    Raises:
        IndexDamaged: it cannot be read, or some process has found it damaged while it read.
    """
    _refuse_damaged(folder)
    for attempt in range(3):
        try:
            return Snapshot(LastingStorage(folder), before)
        except IndexDamaged:
            time.sleep(0.02 * (attempt + 1))
    return Snapshot(LastingStorage(folder), before)
