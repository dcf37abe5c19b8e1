"""One state of an index, opened for reading: posting lists as arrays, filters as masks.

What the planner and the scorer read. An engine gives the lists and the values of each document; everything
that follows from them is worked out here.
"""

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from academy.search.backend import Scope

CACHE_BYTES = 64 * 1024 * 1024
K1 = 1.3
LENGTH_WEIGHT = {"title": 0.3, "body": 0.6}
FACETS = ("module", "course", "lang")
TAG = "tag"  # what a document is about: a facet of which it may have several values
MOST_TAGS = 1000

Postings = tuple[np.ndarray, np.ndarray]
NO_POSTINGS: Postings = (np.empty(0, np.int32), np.empty(0, np.float32))


class Cache:
    """Least recently used values under a limit of bytes; safe between threads."""

    def __init__(self, limit: int):
        self._limit, self._size = limit, 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
        value = make()
        weight = size(value) + 200
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, weight)
                self._size += weight
            while self._size > self._limit:
                _key, (_value, freed) = self._values.popitem(last=False)
                self._size -= freed
        return value


def _size_of(arrays: Postings) -> int:
    return arrays[0].nbytes + arrays[1].nbytes


class View(ABC):
    """A consistent view of the whole index; documents are numbered from 0 to ``size - 1``.

    Attributes, to be set by the engine:
        size: numbers given, those of deleted documents too.
        live: which numbers are documents that can be found.
        lengths: per field of ``LENGTH_WEIGHT``: how many terms each document has.
        facets: per facet: all values, and per document the number of its value (-1: none).
        meta: what the index says of itself: ``position``, ``recent``, ``analysis``.
    """

    size: int
    live: np.ndarray
    lengths: dict[str, np.ndarray]
    facets: dict[str, tuple[list[str], np.ndarray]]
    meta: dict

    def prepare(self) -> None:
        """To be called by the engine when the attributes are set."""
        self._cache = Cache(CACHE_BYTES)
        self.documents = int(self.live.sum())
        self.averages = {
            field: float(lengths[self.live].mean()) if self.documents else 1.0
            for field, lengths in self.lengths.items()
        }

    @abstractmethod
    def read_postings(self, field: str, term: str) -> Postings:
        """The living documents that hold a term, ascending, and the term's weight in each; not cached."""

    @abstractmethod
    def read_terms(self, field: str, prefix: str, limit: int) -> list[str]:
        """Terms that begin with ``prefix``, the most frequent first; not cached."""

    @abstractmethod
    def stored(self, number: int) -> dict:
        """What was stored with a document."""

    @property
    def segments(self) -> int:
        return 1

    @abstractmethod
    def expect(self, numbers: list[int]) -> None:
        """Told which documents will be asked for, an engine may fetch them in one go."""

    def postings(self, field: str, term: str) -> Postings:
        """The living documents that hold a term, ascending, and the term's weight in each."""
        return self._cache.get((field, term), lambda: self.read_postings(field, term), _size_of)

    def impacts(self, field: str, term: str) -> Postings:
        """Documents that hold a term and its BM25 score in each."""
        return self._cache.get((field, term, "impact"), lambda: self._impacts(field, term), _size_of)

    def _impacts(self, field: str, term: str) -> Postings:
        ids, weights = self.postings(field, term)
        if not len(ids):
            return NO_POSTINGS
        share = LENGTH_WEIGHT[field]
        norm = K1 * (1 - share + share * self.lengths[field][ids] / max(self.averages[field], 1.0))
        rarity = np.log(1 + (self.documents - len(ids) + 0.5) / (len(ids) + 0.5))
        return ids, (rarity * weights * (K1 + 1) / (weights + norm)).astype(np.float32)

    def visible(self, scope: Scope) -> np.ndarray:
        """Which documents a scope may find, as a mask (not to be changed)."""
        if scope.everything:
            return self.live
        return self._cache.get(
            ("scope", scope.labels, scope.closed), lambda: self._visible(scope), lambda mask: mask.nbytes
        )

    def _visible(self, scope: Scope) -> np.ndarray:
        mask = np.zeros(self.size, bool)
        for label in scope.labels:
            mask[self.read_postings("label", label)[0]] = True
        return mask & ~self._chosen("course", scope.closed)

    def chosen(self, field: str, values: frozenset[str]) -> np.ndarray | None:
        """Which documents have one of the values of a facet (not to be changed); None for no restriction."""
        if not values:
            return None
        return self._cache.get(
            ("chosen", field, values), lambda: self._chosen(field, values), lambda mask: mask.nbytes
        )

    def _chosen(self, field: str, values: frozenset[str]) -> np.ndarray:
        if field == TAG:
            mask = np.zeros(self.size, bool)
            for value in values:
                mask[self.tagged().get(value, NO_POSTINGS[0])] = True
            return mask
        names, codes = self.facets[field]
        return np.isin(codes, [number for number, name in enumerate(names) if name in values])

    def tagged(self) -> dict[str, np.ndarray]:
        """All tags, and the documents of each."""
        return self._cache.get(
            (TAG,),
            lambda: {tag: self.read_postings(TAG, tag)[0] for tag in self.read_terms(TAG, "", MOST_TAGS)},
            lambda found: sum(numbers.nbytes for numbers in found.values()),
        )

    def count(self, term: str, mask: np.ndarray) -> int:
        """How many documents of a mask hold a term (bodies contain the words of titles)."""
        return int(mask[self.postings("body", term)[0]].sum())

    def expand(self, field: str, prefix: str, limit: int) -> list[str]:
        """Terms that begin with ``prefix``, the most frequent first."""
        key = ("expand", field, prefix, limit)
        return self._cache.get(
            key, lambda: self.read_terms(field, prefix, limit), lambda terms: 60 * len(terms)
        )


def coded(values: list[str | None]) -> tuple[list[str], np.ndarray]:
    """Values of a facet, one per document, as names and numbers of names."""
    names: dict[str, int] = {}
    codes = [names.setdefault(value, len(names)) if value else -1 for value in values]
    return list(names), np.array(codes, np.int32)
