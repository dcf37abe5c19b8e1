"""One state of the index that PostgreSQL keeps: values of documents in arrays, posting lists asked for by batch."""

import bisect
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import numpy as np
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from academy.search.analysis import Compounds
from academy.search.backend import IndexDamaged, Scope
from academy.search.models import SearchEntry, SearchGeneration, SearchTerm
from academy.search.postgres_terms import is_word, lexemes_of, quoted, weight_of
from academy.search.state import checked
from academy.search.view import FACETS, NO_POSTINGS, Postings, View

ENTRY, GENERATION, TERM = SearchEntry.__table__, SearchGeneration.__table__, SearchTerm.__table__

COUNTED_AT_ONCE = 120

_POSTINGS = text(
    "SELECT wanted.lexeme, array_agg(entry.number) FROM unnest(CAST(:lexemes AS text[]), CAST(:queries AS text[]))"
    " AS wanted(lexeme, query) JOIN search_entry AS entry ON entry.terms @@ CAST(wanted.query AS tsquery)"
    " WHERE entry.generation_id = :generation AND entry.born <= :state GROUP BY wanted.lexeme"
)


class Connections(Protocol):
    """Where statements run."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which each statement sees what is committed."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction of its own."""


@contextmanager
def reading(connections: Connections) -> Iterator[Connection]:
    """Whatever the database says against a question means one thing."""
    try:
        with connections.reading() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise IndexDamaged(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error


class Lexicon:
    """Words by their beginnings, shared by all states of a generation: it only grows."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, int]] = {"title": {}, "body": {}}
        self._sorted: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def add(self, rows: Iterable[tuple[str, str, int]]) -> None:
        with self._lock:
            for field, term, documents in rows:
                self._documents[field][term] = documents
                self._sorted.pop(field, None)

    def may_hold(self, field: str, term: str) -> bool:
        """Whether any document may hold a term; of pairs, stems and numbers in bodies nothing is known."""
        return term in self._documents[field] or (field == "body" and not is_word(term))

    def begun(self, field: str, prefix: str, limit: int) -> list[str]:
        """Terms that begin so, the most frequent first."""
        with self._lock:
            words = self._sorted.get(field)
            if words is None:
                words = self._sorted[field] = sorted(self._documents[field])
            start = bisect.bisect_left(words, prefix)
            end = bisect.bisect_left(words, prefix + "\U0010ffff")
            documents = self._documents[field]
            return sorted(words[start:end], key=lambda term: (-documents[term], term))[:limit]


class PostgresView(View):
    """A view of a generation at one state; what came or went later is left out.

    Raises:
        IndexDamaged: it cannot be read, or was made by another version of the analysis.
    """

    def __init__(self, connections: Connections, generation: int, before: "PostgresView | None"):
        self._connections, self.generation = connections, generation
        with reading(connections) as connection:
            told = connection.execute(select(GENERATION).where(GENERATION.c.id == generation)).first()
            if told is None or not told.is_whole:
                raise IndexDamaged("the index is gone")
            if told.damage:
                raise IndexDamaged(told.damage)
            self.meta, self.state, self.size = checked(told.meta), told.state, told.numbers
            if before is not None and before.state < told.purged_at_state:
                before = None
            self.compounds = before.compounds if before is not None else Compounds(told.lexicon)
            self._read_entries(connection, before)
            self._read_lexicon(connection, before)
        self.prepare()

    def _read_entries(self, connection: Connection, before: "PostgresView | None") -> None:
        since = before.state if before is not None else -1
        self._kinds: dict[str, int] = dict(before._kinds) if before is not None else {}
        old = before.size if before is not None else 0
        self._kind_of, self.live = np.full(self.size, -1, np.int32), np.zeros(self.size, bool)
        self.lengths = {field: np.zeros(self.size, np.float32) for field in ("title", "body")}
        if before is not None:
            self._kind_of[:old], self.live[:old] = before._kind_of, before.live
            for field, lengths in self.lengths.items():
                lengths[:old] = before.lengths[field]
        columns = ("number", "values", "title_length", "body_length", "gone")
        changed = select(*(ENTRY.c[name] for name in columns)).where(
            ENTRY.c.generation_id == self.generation, ENTRY.c.changed > since, ENTRY.c.born <= self.state
        )
        for number, values, title_length, body_length, gone in connection.execute(changed):
            kind = json.dumps(values, sort_keys=True)
            self._kind_of[number] = self._kinds.setdefault(kind, len(self._kinds))
            self.lengths["title"][number], self.lengths["body"][number] = title_length, body_length
            self.live[number] = gone is None or gone > self.state
        self._values = [json.loads(kind) for kind in self._kinds]
        self.facets = {name: self._facet(name) for name in FACETS}

    def _facet(self, name: str) -> tuple[list[str], np.ndarray]:
        names: dict[str, int] = {}
        of_kind = [
            names.setdefault(values[name], len(names)) if values[name] else -1 for values in self._values
        ]
        return list(names), np.array([*of_kind, -1], np.int32)[self._kind_of]

    def _read_lexicon(self, connection: Connection, before: "PostgresView | None") -> None:
        self.lexicon = before.lexicon if before is not None else Lexicon()
        since = before.state if before is not None else -1
        rows = select(TERM.c.field, TERM.c.term, TERM.c.documents).where(
            TERM.c.generation_id == self.generation, TERM.c.state > since
        )
        self.lexicon.add(connection.execute(rows).tuples())

    # -- what the planner and the scorer ask ------------------------------------------------------

    def read_postings(self, field: str, term: str) -> Postings:
        if field in ("label", "tag"):
            return self._of_kinds([term in values[field] for values in self._values])
        if field in ("ref", "group"):
            return self._named(field, term)
        return self._asked({(field, term)})[field, term]

    def _of_kinds(self, fitting: list[bool]) -> Postings:
        ids = np.flatnonzero(np.array([*fitting, False])[self._kind_of] & self.live).astype(np.int32)
        return ids, np.ones(len(ids), np.float32)

    def _visible(self, scope: Scope) -> np.ndarray:
        fitting = [bool(scope.labels.intersection(values["label"])) for values in self._values]
        seen = np.array([*fitting, False])[self._kind_of] & self.live
        return seen & ~self._chosen("course", scope.closed)

    def _named(self, field: str, name: str) -> Postings:
        column = ENTRY.c.ref if field == "ref" else ENTRY.c.group_ref
        named = select(ENTRY.c.number).where(ENTRY.c.generation_id == self.generation, column == name)
        with reading(self._connections) as connection:
            found = np.array(sorted(connection.scalars(named)), np.int32)
        found = found[found < self.size]
        found = found[self.live[found]]
        return found, np.ones(len(found), np.float32)

    def fetch(self, wanted: set[tuple[str, str]]) -> None:
        """Read posting lists that will be asked for, all in one statement."""
        missing = {one for one in wanted if one not in self._cache}
        if missing:
            for (field, term), arrays in self._asked(missing).items():
                self._cache.get((field, term), lambda arrays=arrays: arrays, lambda each: each[0].nbytes * 2)

    def _asked(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Postings]:
        lexemes = {
            one: (field, term)
            for field, term in wanted
            if self.lexicon.may_hold(field, term)
            for one in lexemes_of(field, term)
        }
        parts: dict[tuple[str, str], list[Postings]] = {}
        if lexemes:
            values = {"lexemes": list(lexemes), "queries": [quoted(one) for one in lexemes]}
            with reading(self._connections) as connection:
                rows = connection.execute(
                    _POSTINGS, values | {"generation": self.generation, "state": self.state}
                ).all()
            for found, numbers in rows:
                ids = np.array(numbers, np.int32)
                parts.setdefault(lexemes[found], []).append(
                    (ids, np.full(len(ids), weight_of(found), np.float32))
                )
        return {one: self._joined(parts.get(one, [])) for one in wanted}

    def _joined(self, parts: list[Postings]) -> Postings:
        if not parts:
            return NO_POSTINGS
        ids, weights = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.argsort(ids)
        ids, weights = ids[order], weights[order]
        alive = self.live[ids]
        return ids[alive], weights[alive]

    def read_terms(self, field: str, prefix: str, limit: int) -> list[str]:
        if field == "tag":
            tags = {tag for values in self._values for tag in values["tag"] if tag.startswith(prefix)}
            return sorted(tags)[:limit]
        found = self.lexicon.begun(field, prefix, limit)
        self.fetch({("body", term) for term in found[:COUNTED_AT_ONCE]})  # the planner counts them one by one
        return found

    def expect(self, numbers: list[int]) -> None:
        missing = [number for number in numbers if ("data", number) not in self._cache]
        if not missing:
            return
        asked = select(ENTRY.c.number, ENTRY.c.data).where(
            ENTRY.c.generation_id == self.generation, ENTRY.c.number.in_(missing)
        )
        with reading(self._connections) as connection:
            for number, data in connection.execute(asked):
                self._cache.get(("data", number), lambda data=data: data, lambda _data: 10_000)

    def stored(self, number: int) -> dict:
        return self._cache.get(("data", number), lambda: self._read_data(number), lambda _data: 10_000)

    def _read_data(self, number: int) -> dict:
        asked = select(ENTRY.c.data).where(ENTRY.c.generation_id == self.generation, ENTRY.c.number == number)
        with reading(self._connections) as connection:
            data = connection.scalar(asked)
        if data is None:
            raise IndexDamaged(f"document {number} is gone")
        return data
