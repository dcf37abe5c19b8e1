"""The default backend: Whoosh keeps the posting lists, :mod:`academy.search.scorer` ranks."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from academy.search.array_answering import ArrayAnswering
from academy.search.backend import Replace, Scope, SearchDoc
from academy.search.compound_lexicon import read_lexicon
from academy.search.folder_index import FolderIndex
from academy.search.following import State
from academy.search.generations import LastingStorage
from academy.search.whoosh_view import WhooshView, read_meta
from academy.search.whoosh_writing import build, write_batch


class WhooshState(State):
    """A Whoosh index opened for reading."""

    def __init__(self, folder: Path, before: "WhooshState | None"):
        self.view = WhooshView(LastingStorage(folder), before.view if before is not None else None)
        self._compounds = before._compounds if before is not None else read_lexicon(folder)
        self.documents, self.segments, self.meta = self.view.documents, self.view.segments, self.view.meta

    def answering(self, scope: Scope) -> ArrayAnswering:
        return ArrayAnswering(self.view, self._compounds, scope)

    def is_outdated(self) -> bool:
        return self.view.is_outdated()


class WhooshIndex(FolderIndex):
    """Whoosh in a folder."""

    name = "whoosh"

    def _open(self, folder: Path, before: State | None) -> WhooshState:
        return WhooshState(folder, before if isinstance(before, WhooshState) else None)

    def _read_meta(self, folder: Path) -> dict:
        return read_meta(LastingStorage(folder))

    def _write(self, folder: Path, batch: Sequence[Replace], meta: dict) -> None:
        write_batch(folder, batch, meta)

    def _build(self, folder: Path, docs: Iterable[SearchDoc], meta: dict) -> None:
        build(folder, docs, meta)
