"""Every search backend, made the same way for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from academy.search.backend import Applied, SearchBackend, SearchDoc
from academy.search.memory_index import MemoryIndex
from academy.search.tantivy_index import TantivyIndex
from academy.search.whoosh_index import WhooshIndex

NAMES = ("whoosh", "tantivy", "memory")
FOLDERS = {"whoosh": WhooshIndex, "tantivy": TantivyIndex}


class Shelf:
    """Makes indexes of one kind; each has a place of its own."""

    def __init__(self, name: str, folder: Path):
        self.name, self._folder, self._made = name, folder, 0

    def empty(self) -> SearchBackend:
        """A backend without an index."""
        self._made += 1
        if self.name == "memory":
            return MemoryIndex()
        return FOLDERS[self.name](self._folder / str(self._made))

    def build(self, documents: Iterable[SearchDoc], applied: Applied = Applied()) -> SearchBackend:
        """An index of some documents."""
        index = self.empty()
        index.activate(index.rebuild(documents, applied))
        return index

    def again(self, index: SearchBackend) -> SearchBackend:
        """The same index as another process sees it."""
        if isinstance(index, MemoryIndex):
            return index
        return type(index)(index.generations.root)


Make = Callable[[Iterable[SearchDoc]], SearchBackend]
