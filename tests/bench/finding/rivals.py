"""What one would otherwise take: FTS5, PostgreSQL's full text search, a LIKE scan; each as its manual shows it.

A rival can be pickled: processes of their own open it again. The lessons also stand here as rows of a table, whose
reading is the other yardstick of the endpoint.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from academy.search.backend import SearchDoc
from tests.bench.finding.lessons import text_of
from tests.bench.finding.questions import Question

Ask = Callable[[Question], int]
"""Asks a question; how many of the first ten there are."""

BATCH = 500


class Rival(ABC):
    """An engine over rows of lessons."""

    name: str

    @abstractmethod
    def build(self, docs: Iterable[SearchDoc]) -> None:
        """Take in all lessons."""

    @abstractmethod
    def size(self) -> int:
        """Bytes, the text that it keeps included."""

    @abstractmethod
    def update(self, number: int, doc: SearchDoc) -> None:
        """Replace one lesson, in a commit of its own."""

    @abstractmethod
    @contextmanager
    def opened(self) -> Iterator[Ask]:
        """Ask while the block runs."""


def row(number: int, doc: SearchDoc) -> tuple[int, str, str, str]:
    return number, doc.course, doc.title, text_of(doc)


def plain(text: str) -> str:
    """A question without the signs of our query language."""
    return text.replace('"', "").replace("*", "")


@dataclass(frozen=True, slots=True)
class Fts5(Rival):
    """SQLite's own: ``unicode61 remove_diacritics 2``, ranked by bm25 with titles weighted."""

    path: Path
    name = "SQLite FTS5"

    def build(self, docs: Iterable[SearchDoc]) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute(
                'CREATE VIRTUAL TABLE page USING fts5(course UNINDEXED, title, body, tokenize="unicode61 remove_diacritics 2")'
            )
            database.executemany(_INTO_FTS, (row(number, doc) for number, doc in enumerate(docs)))
            database.commit()

    def size(self) -> int:
        return self.path.stat().st_size

    def update(self, number: int, doc: SearchDoc) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("DELETE FROM page WHERE rowid = ?", (number,))
            database.execute(_INTO_FTS, row(number, doc))
            database.commit()

    @contextmanager
    def opened(self) -> Iterator[Ask]:
        with closing(sqlite3.connect(self.path)) as database:

            def ask(question: Question) -> int:
                statement = "SELECT rowid FROM page WHERE page MATCH ?"
                values: tuple[Any, ...] = (_match(question.text),)
                if question.course:
                    statement, values = statement + " AND course = ?", (*values, question.course)
                found = database.execute(statement + " ORDER BY bm25(page, 0, 10, 1) LIMIT 10", values)
                return len(found.fetchall())

            yield ask


_INTO_FTS = "INSERT INTO page (rowid, course, title, body) VALUES (?, ?, ?, ?)"


def _match(text: str) -> str:
    if text.startswith('"'):
        return text
    quoted = [f'"{word.rstrip("*")}"' + ("*" if word.endswith("*") else "") for word in text.split()]
    return " ".join(quoted)


@dataclass(frozen=True, slots=True)
class SqliteLike(Rival):
    """A scan of all rows, the newest ten first."""

    path: Path
    name = "LIKE, SQLite"

    def build(self, docs: Iterable[SearchDoc]) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, course TEXT, title TEXT, body TEXT)")
            database.executemany(
                "INSERT INTO page VALUES (?, ?, ?, ?)", (row(*one) for one in enumerate(docs))
            )
            database.commit()

    def size(self) -> int:
        return self.path.stat().st_size

    def update(self, number: int, doc: SearchDoc) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?)", row(number, doc))
            database.commit()

    @contextmanager
    def opened(self) -> Iterator[Ask]:
        with closing(sqlite3.connect(self.path)) as database:

            def ask(question: Question) -> int:
                within = "course = ? AND " if question.course else ""
                like = f"%{plain(question.text)}%"
                values = (*([question.course] if question.course else []), like, like)
                statement = f"SELECT id FROM page WHERE {within}(title LIKE ? OR body LIKE ?) ORDER BY id DESC LIMIT 10"
                return len(database.execute(statement, values).fetchall())

            yield ask


@dataclass(frozen=True, slots=True)
class PostgreSQL(Rival):
    """PostgreSQL's own: ``simple`` with ``unaccent``, a stored tsvector under GIN, ranked by ts_rank."""

    url: str
    name = "PostgreSQL FTS"

    def build(self, docs: Iterable[SearchDoc]) -> None:
        with psycopg.connect(self.url, autocommit=True) as database:
            for statement in _SCHEMA:
                database.execute(statement)
            with database.cursor().copy("COPY page (id, course, title, body) FROM STDIN") as rows:
                for one in enumerate(docs):
                    rows.write_row(row(*one))
            database.execute("CREATE INDEX ON page USING gin (words)")
            database.execute("CREATE INDEX ON page (course)")
            database.execute("VACUUM ANALYZE page")

    def size(self) -> int:
        with psycopg.connect(self.url) as database:
            return database.execute("SELECT pg_total_relation_size('page')").fetchone()[0]

    def update(self, number: int, doc: SearchDoc) -> None:
        with psycopg.connect(self.url) as database:
            _number, _course, title, body = row(number, doc)
            database.execute("UPDATE page SET title = %s, body = %s WHERE id = %s", (title, body, number))

    @contextmanager
    def opened(self) -> Iterator[Ask]:
        with psycopg.connect(self.url, autocommit=True) as database:

            def ask(question: Question) -> int:
                within = " AND course = %s" if question.course else ""
                values = (_asked(question.text), *([question.course] if question.course else []))
                return len(database.execute(_RANKED.format(within=within), values).fetchall())

            yield ask


_SCHEMA = (
    "CREATE EXTENSION unaccent",
    "CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION plain ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple",
    "CREATE TABLE page (id bigint PRIMARY KEY, course text, title text, body text, words tsvector GENERATED ALWAYS AS"
    " (setweight(to_tsvector('plain', title), 'A') || to_tsvector('plain', body)) STORED)",
)
_RANKED = (
    "SELECT id, ts_rank(words, asked, 1) AS rank FROM page, to_tsquery('plain', %s) asked"
    " WHERE words @@ asked{within} ORDER BY rank DESC LIMIT 10"
)


def _asked(text: str) -> str:
    between = " <-> " if text.startswith('"') else " & "
    words = text.strip('"').split()
    return between.join(f"'{word.rstrip('*')}'" + (":*" if word.endswith("*") else "") for word in words)


@dataclass(frozen=True, slots=True)
class PostgreSQLLike(Rival):
    """A scan of the rows of :class:`PostgreSQL`."""

    url: str
    name = "LIKE, PostgreSQL"

    def build(self, docs: Iterable[SearchDoc]) -> None:
        """The rows are there."""

    def size(self) -> int:
        return 0

    def update(self, number: int, doc: SearchDoc) -> None:
        """The rows are changed already."""

    @contextmanager
    def opened(self) -> Iterator[Ask]:
        with psycopg.connect(self.url, autocommit=True) as database:

            def ask(question: Question) -> int:
                within = "course = %s AND " if question.course else ""
                like = f"%{plain(question.text)}%"
                values = (*([question.course] if question.course else []), like, like)
                statement = f"SELECT id FROM page WHERE {within}(title ILIKE %s OR body ILIKE %s) ORDER BY id DESC LIMIT 10"
                return len(database.execute(statement, values).fetchall())

            yield ask
