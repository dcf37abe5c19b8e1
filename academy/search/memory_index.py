"""A search backend that keeps everything in memory and looks at every document for every term.

For tests: it is the measure that real engines are compared with. Nothing survives the process.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from academy.search.analysis import Compounds
from academy.search.array_answering import ArrayAnswering
from academy.search.backend import (
    Applied,
    Health,
    Hit,
    IndexDamaged,
    Replace,
    Scope,
    SearchDoc,
    SearchPage,
    Suggestion,
    WriterBusy,
)
from academy.search.compound_lexicon import InBuildingOrder
from academy.search.explaining import explain, explain_document
from academy.search.fields import body_terms, stored_values, title_terms
from academy.search.query import Query
from academy.search.state import applied_of, check_turn, checked, meta_of
from academy.search.view import FACETS, NO_POSTINGS, Postings, View, coded


@dataclass(frozen=True)
class _Entry:
    doc: SearchDoc
    terms: dict[str, Counter[str]]

    @classmethod
    def of(cls, doc: SearchDoc, compounds: Compounds) -> "_Entry":
        return cls(doc, {"title": title_terms(doc, compounds), "body": body_terms(doc, compounds)})

    def weights(self, field: str) -> dict[str, float]:
        """The terms of a field."""
        if field == "label":
            return dict.fromkeys(self.doc.labels, 1.0)
        if field == "tag":
            return dict.fromkeys(self.doc.tags, 1.0)
        if field in ("ref", "group"):
            return {getattr(self.doc, field): 1.0}
        return self.terms[field]


class MemoryView(View):
    """A view of documents in memory."""

    def __init__(self, entries: Sequence[_Entry], meta: dict, compounds: Compounds):
        self._entries, self.meta, self.compounds = entries, meta, compounds
        self.size = len(entries)
        self.live = np.ones(self.size, bool)
        self.lengths = {
            field: np.array([sum(entry.terms[field].values()) for entry in entries], np.float32)
            for field in ("title", "body")
        }
        self.facets = {name: coded([getattr(entry.doc, name) for entry in entries]) for name in FACETS}
        self.prepare()

    def read_postings(self, field: str, term: str) -> Postings:
        found = [
            (number, entry.weights(field)[term])
            for number, entry in enumerate(self._entries)
            if term in entry.weights(field)
        ]
        if not found:
            return NO_POSTINGS
        ids, weights = zip(*found, strict=True)
        return np.array(ids, np.int32), np.array(weights, np.float32)

    def read_terms(self, field: str, prefix: str, limit: int) -> list[str]:
        counts = Counter(term for entry in self._entries for term in entry.weights(field))
        begun = [term for term in counts if term.startswith(prefix)]
        return sorted(begun, key=lambda term: (-counts[term], term))[:limit]

    def stored(self, number: int) -> dict:
        return stored_values(self._entries[number].doc)

    def expect(self, numbers: list[int]) -> None:
        """Nothing to fetch ahead."""


class MemoryIndex:
    """A search backend; see :class:`academy.search.backend.SearchBackend`."""

    name = "memory"
    key = "memory"

    def __init__(self) -> None:
        self._generations: dict[str, MemoryView] = {}
        self._current = ""
        self._numbers = itertools.count(1)
        self._writer, self._builder = threading.Lock(), threading.Lock()

    def _view(self) -> MemoryView:
        if self._current not in self._generations:
            raise IndexDamaged("there is no index yet")
        view = self._generations[self._current]
        checked(view.meta)
        return view

    def _answering(self, scope: Scope) -> ArrayAnswering:
        view = self._view()
        return ArrayAnswering(view, view.compounds, scope)

    def search(
        self, query: Query, scope: Scope, *, limit: int = 10, offset: int = 0, prefer: str | None = None
    ) -> SearchPage:
        page = self._answering(scope).search(query, limit=limit, offset=offset, prefer=prefer)
        return replace(page, generation=self._current)

    def suggest(self, typed: str, scope: Scope, *, limit: int = 8) -> list[Suggestion]:
        return self._answering(scope).suggest(typed, limit=limit)

    def similar(self, ref: str, scope: Scope, *, limit: int = 5) -> list[Hit]:
        return self._answering(scope).similar(ref, limit=limit)

    def explain(self, query: Query, scope: Scope, *, ref: str | None = None, limit: int = 10) -> list[str]:
        answering = self._answering(scope)
        if ref is None:
            return list(explain(answering, query, limit))
        return list(explain_document(answering, query, scope, ref))

    def refresh(self) -> None:
        """Readers see what is written at once."""

    def applied(self) -> Applied:
        return applied_of(self._view().meta)

    def apply(self, batch: Sequence[Replace], *, before: Applied, after: Applied, token: int = 0) -> None:
        with self._writer:
            view = self._view()
            check_turn(view.meta, before, token)
            groups = {change.group for change in batch}
            kept = [entry for entry in view._entries if entry.doc.group not in groups]
            new = [_Entry.of(doc, view.compounds) for change in batch for doc in change.docs]
            self._generations[self._current] = MemoryView(
                [*kept, *new], meta_of(after, token), view.compounds
            )

    def rebuild(self, docs: Iterable[SearchDoc], applied: Applied, *, token: int = 0) -> str:
        if not self._builder.acquire(blocking=False):
            raise WriterBusy("another thread builds")
        try:
            ordered = InBuildingOrder(docs)
            entries = [_Entry.of(doc, compounds) for doc, compounds in ordered]
        finally:
            self._builder.release()
        name = f"g{next(self._numbers):06d}"
        self._generations[name] = MemoryView(entries, meta_of(applied, token), ordered.compounds)
        return name

    def activate(self, generation: str) -> None:
        self._current = generation
        self._generations = {generation: self._generations[generation]}

    def health(self) -> Health:
        try:
            view = self._view()
        except IndexDamaged as damage:
            return Health(generation=self._current, degraded=True, reason=str(damage))
        size = sum(len(str(text)) for text in self._texts(view))
        return Health(
            documents=view.documents,
            generation=self._current,
            position=view.meta["position"],
            segments=1,
            bytes=size,
        )

    @staticmethod
    def _texts(view: MemoryView) -> Iterator[str]:
        for entry in view._entries:
            yield from (passage.text for passage in entry.doc.passages)
