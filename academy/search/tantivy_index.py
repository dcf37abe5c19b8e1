"""Tantivy in a folder: for when one machine's index grows.

One process writes, and opens the index anew before every write: a writer that stays open keeps files that
others have merged away. Readers map the files; the pages are shared by all processes of the machine.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from academy.search import tantivy_files
from academy.search.backend import Replace, Scope, SearchDoc
from academy.search.compound_lexicon import read_lexicon
from academy.search.folder_index import FolderIndex
from academy.search.following import State
from academy.search.tantivy_answering import Reader, TantivyAnswering


class TantivyState(State):
    """A Tantivy index opened for reading."""

    def __init__(self, folder: Path, before: "TantivyState | None"):
        self._folder = folder
        self._seen = tantivy_files.state_of(folder)
        searcher, schema = tantivy_files.open_searcher(folder)
        self.meta = tantivy_files.read_meta(searcher, schema)
        self._reader = Reader(searcher, schema)
        self._compounds = before._compounds if before is not None else read_lexicon(folder)
        self.documents, self.segments = self._reader.documents, searcher.num_segments

    def answering(self, scope: Scope) -> TantivyAnswering:
        return TantivyAnswering(self._reader, self._compounds, scope)

    def is_outdated(self) -> bool:
        return tantivy_files.state_of(self._folder) != self._seen


class TantivyIndex(FolderIndex):
    """Tantivy in a folder."""

    name = "tantivy"

    def __init__(self, root: Path):
        super().__init__(root)
        # files never change under their names: each is looked at once
        self._checked: frozenset[str] = frozenset()

    def _check(self, folder: Path) -> None:
        files = tantivy_files.committed_files(folder)
        for path in files:
            if path.name not in self._checked:
                tantivy_files.check_file(path)
        self._checked = frozenset(path.name for path in files)

    def _open(self, folder: Path, before: State | None) -> TantivyState:
        self._check(folder)
        return TantivyState(folder, before if isinstance(before, TantivyState) else None)

    def _read_meta(self, folder: Path) -> dict:
        self._check(folder)
        return tantivy_files.read_meta(*tantivy_files.open_searcher(folder))

    def _write(self, folder: Path, batch: Sequence[Replace], meta: dict) -> None:
        tantivy_files.write_batch(folder, batch, meta)

    def _build(self, folder: Path, docs: Iterable[SearchDoc], meta: dict) -> None:
        tantivy_files.build(folder, docs, meta)
