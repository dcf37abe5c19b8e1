"""Every search backend, made the same way for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine

from academy.kernel.db import Model
from academy.search.backend import Applied, SearchBackend, SearchDoc
from academy.search.memory_index import MemoryIndex
from academy.search.postgres_index import PostgresIndex
from academy.search.postgres_view import ENTRY, GENERATION, TERM
from academy.search.tantivy_index import TantivyIndex
from academy.search.whoosh_index import WhooshIndex
from tests.postgresql import cluster, create_database

NAMES = ("whoosh", "tantivy", "postgresql", "memory")
FOLDERS = {"whoosh": WhooshIndex, "tantivy": TantivyIndex}


class EngineConnections:
    """Statements on an engine of our own, without an application."""

    def __init__(self, engine: Engine):
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


class Shelf:
    """Makes indexes of one kind; each has a place of its own. PostgreSQL's are databases of a private cluster.

    Raises:
        NoPostgreSQL: it is wanted and not installed.
    """

    def __init__(self, name: str, folder: Path):
        self.name, self._folder, self._made = name, folder, 0
        self._open = ExitStack()
        self._cluster = self._open.enter_context(cluster()) if name == "postgresql" else ""

    def close(self) -> None:
        """End the cluster."""
        self._open.close()

    def empty(self) -> SearchBackend:
        """A backend without an index."""
        self._made += 1
        if self.name == "memory":
            return MemoryIndex()
        if self.name == "postgresql":
            return PostgresIndex(self._database())
        return FOLDERS[self.name](self._folder / str(self._made))

    def _database(self) -> EngineConnections:
        engine = create_engine(create_database(self._cluster, f"search{self._made}"))
        self._open.callback(engine.dispose)
        Model.metadata.create_all(engine, tables=[ENTRY, GENERATION, TERM])
        return EngineConnections(engine)

    def build(self, documents: Iterable[SearchDoc], applied: Applied = Applied()) -> SearchBackend:
        """An index of some documents."""
        index = self.empty()
        index.activate(index.rebuild(documents, applied))
        return index

    def again(self, index: SearchBackend) -> SearchBackend:
        """The same index as another process sees it."""
        if isinstance(index, MemoryIndex):
            return index
        if isinstance(index, PostgresIndex):
            return PostgresIndex(index._connections)
        return type(index)(index.generations.root)
