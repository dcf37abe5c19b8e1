"""One state of a Whoosh index, opened for reading.

Whoosh stores; this module reads its segments directly (private members, hence the exact pin of the
package) because its matcher trees are slow. Segments never change once written, so a new snapshot takes
over the opened segments of the one before; only deletions are read anew.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from whoosh import query as whoosh_query
from whoosh.fields import ID, STORED, FieldType, Schema
from whoosh.formats import Existence
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from academy.search.backend import IndexDamaged
from academy.search.generations import LastingStorage
from academy.search.state import checked
from academy.search.view import FACETS, LENGTH_WEIGHT, NO_POSTINGS, Postings, View

# below 5,000 documents Whoosh's Or switches to a matcher that loses the best results within AndMaybe
whoosh_query.Or.matcher_type = whoosh_query.Or.DEFAULT_MATCHER

TERMS_READ = 5_000  # of a beginning, in each segment: more than begin with any two letters in real texts
INDEX_NAME = "MAIN"
META = "_meta"


class Bag(FieldType):
    """A field whose value is ``{term: weight}``; the weight is kept as the posting's weight."""

    def __init__(self, scorable: bool = True):
        super().__init__(Existence(), None, scorable=scorable, stored=False)

    def index(self, value: dict[str, float], **_options: Any) -> Iterator[tuple[bytes, float, float, bytes]]:
        for term, weight in sorted(value.items()):
            yield term.encode(), max(1, round(weight)), float(weight), b""

    def process_text(self, qstring: str, mode: str = "", tokenize: bool = True, **_options: Any) -> list[str]:
        return [qstring]


SCHEMA = Schema(
    ref=ID(unique=True),
    group=ID(),
    label=Bag(scorable=False),
    module=ID(),
    course=ID(),
    lang=ID(),
    tag=Bag(scorable=False),
    title=Bag(),
    body=Bag(),
    data=STORED(),
)


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever a torn file makes of Whoosh's parsers means one thing."""
    try:
        yield
    except (IndexDamaged, GeneratorExit):
        raise
    except Exception as error:
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


class _Segment:
    """An opened segment: its terms, stored values and per-document arrays."""

    def __init__(self, storage: LastingStorage, segment: Any):
        self.size = segment.doc_count_all()
        self._reader = SegmentReader(storage, SCHEMA, segment)
        self._lock = threading.Lock()  # the files behind a reader have one position for all threads
        self.lengths = {field: self._lengths(field) for field in LENGTH_WEIGHT}
        self.facets = {field: self._values(field) for field in FACETS}

    def _lengths(self, field: str) -> np.ndarray:
        perdoc = self._reader._perdoc
        return np.array([perdoc.doc_field_length(n, field, 0) or 0 for n in range(self.size)], np.float32)

    def _values(self, field: str) -> tuple[list[str], np.ndarray]:
        names, codes = [], np.full(self.size, -1, np.int32)
        if field in self._reader._terms.indexed_field_names():
            for number, value in enumerate([term for term, _count in self.terms_from(field, "")]):
                names.append(value)
                codes[self.postings(field, value)[0]] = number
        return names, codes

    def postings(self, field: str, term: str) -> Postings:
        """Document numbers and weights of a term, deleted documents included."""
        with self._lock, _reading():
            try:
                matcher = self._reader._terms.matcher(field, term.encode(), SCHEMA[field].format)
            except (TermNotFound, KeyError):
                return NO_POSTINGS
            ids, weights = [], []
            while True:
                matcher._read_data()
                ids.append(np.cumsum(np.asarray(matcher._data[0], np.int64)))
                block = matcher._data[1]
                if block is None or isinstance(block, float):
                    weights.append(np.full(len(ids[-1]), 1.0 if block is None else block, np.float32))
                else:
                    weights.append(np.asarray(block, np.float32))
                if matcher._lastblock:
                    break
                matcher._next_block()
        return np.concatenate(ids).astype(np.int32), np.concatenate(weights)

    def terms_from(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Terms that begin with ``prefix``, in order, with their document counts (deleted ones included)."""
        start = prefix.encode()
        terms = self._reader._terms
        if field not in terms.indexed_field_names():
            return
        with self._lock, _reading():
            items = terms.items_from(field, start)
            for (name, term), info in items:
                if name != field or not term.startswith(start):
                    return
                yield term.decode(), info.doc_frequency()

    def stored(self, number: int) -> dict:
        with self._lock, _reading():
            return self._reader._perdoc.stored_fields(number)["data"]  # of a torn file, documents of nothing


class WhooshView(View):
    """A view of a Whoosh index.

    Raises:
        IndexDamaged: the files are missing or torn, or were made by another version of the analysis.
    """

    def __init__(self, storage: LastingStorage, before: "WhooshView | None" = None):
        self.storage = storage
        with _reading():
            self._open(before)

    def _open(self, before: "WhooshView | None") -> None:
        contents = TOC.read(self.storage, INDEX_NAME, schema=SCHEMA)
        self.toc = contents.generation
        known = before._segments if before is not None else {}
        self._segments = {
            segment.segment_id(): known.get(segment.segment_id()) or _Segment(self.storage, segment)
            for segment in contents.segments
        }
        self._parts = list(self._segments.values())
        self._bases = np.cumsum([0] + [part.size for part in self._parts])
        self.size = int(self._bases[-1])
        self.live = np.ones(self.size, bool)
        for base, segment in zip(self._bases, contents.segments, strict=False):
            for number in segment.deleted_docs():
                self.live[base + number] = False
        found = self.read_postings("ref", META)[0]
        if len(found) != 1:
            raise IndexDamaged("the index does not tell how far it has come")
        self.meta = checked(self.stored(int(found[0])))
        self.live[found[0]] = False
        self.lengths = {
            field: self._joined([part.lengths[field] for part in self._parts]) for field in LENGTH_WEIGHT
        }
        self.facets = {field: self._facet(field) for field in FACETS}
        self.prepare()

    def _joined(self, arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(arrays) if arrays else np.empty(0, np.float32)

    def _facet(self, field: str) -> tuple[list[str], np.ndarray]:
        """All values of a field, and per document the number of its value (-1: none)."""
        names: dict[str, int] = {}
        codes = np.full(self.size, -1, np.int32)
        for base, part in zip(self._bases, self._parts, strict=False):
            values, local = part.facets[field]
            mapping = np.array([names.setdefault(value, len(names)) for value in values] + [-1], np.int32)
            codes[base : base + part.size] = mapping[local]
        return list(names), codes

    def read_postings(self, field: str, term: str) -> Postings:
        ids, weights = [], []
        for base, part in zip(self._bases, self._parts, strict=False):
            local, weight = part.postings(field, term)
            if len(local):
                ids.append(local + np.int32(base))
                weights.append(weight)
        if not ids:
            return NO_POSTINGS
        every, weight = np.concatenate(ids), np.concatenate(weights)
        alive = self.live[every]
        return every[alive], weight[alive]

    def read_terms(self, field: str, prefix: str, limit: int) -> list[str]:
        counts: dict[str, int] = {}
        for part in self._parts:
            for term, count in islice(part.terms_from(field, prefix), TERMS_READ):
                counts[term] = counts.get(term, 0) + count
        return sorted(counts, key=lambda term: (-counts[term], term))[:limit]

    def stored(self, number: int) -> dict:
        at = int(np.searchsorted(self._bases, number, side="right")) - 1
        return self._parts[at].stored(number - int(self._bases[at]))

    def expect(self, numbers: list[int]) -> None:
        """Nothing to fetch ahead: the files are mapped into memory."""

    def is_outdated(self) -> bool:
        """Whether there is a newer state on disk, or none at all."""
        return TOC._latest_generation(self.storage, INDEX_NAME) != self.toc

    @property
    def segments(self) -> int:
        return len(self._parts)


def read_meta(storage: LastingStorage) -> dict:
    """What the index says of itself, without opening all of it: ``position``, ``recent``, ``analysis``.

    Raises:
        IndexDamaged: it cannot be read, or was made by another version of the analysis.
    """
    with _reading():
        contents = TOC.read(storage, INDEX_NAME, schema=SCHEMA)
        for segment in contents.segments:
            reader = SegmentReader(storage, SCHEMA, segment)
            try:
                if ("ref", META) in reader:
                    matcher = reader.postings("ref", META)
                    if matcher.is_active():
                        return checked(reader.stored_fields(matcher.id())["data"])
            finally:
                reader.close()
    raise IndexDamaged("the index does not tell how far it has come")
