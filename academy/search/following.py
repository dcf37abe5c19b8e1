"""Readers that follow an index: they keep one state open and take a newer one at most once a second."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from academy.search.answering import Answering
from academy.search.backend import Hit, IndexDamaged, Scope, SearchPage, Suggestion
from academy.search.explaining import explain, explain_document
from academy.search.query import Query

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0

T = TypeVar("T")


class State(ABC):
    """One state of an index, opened for reading.

    ``meta`` is what the index says of itself; see :mod:`academy.search.state`.
    """

    documents: int
    segments: int
    meta: dict

    @abstractmethod
    def answering(self, scope: Scope) -> Answering:
        """Answers for one reader."""

    @abstractmethod
    def is_outdated(self) -> bool:
        """Whether there is a newer state or none at all."""


class FollowingIndex(ABC):
    """The reading half of a search backend; see :class:`academy.search.backend.SearchBackend`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: State | None = None
        self._generation = ""
        self._looked = 0.0

    @abstractmethod
    def _newest(self) -> State:
        """Open the newest state, keep it in ``_state`` with the name of its generation, note that it was looked for.

        Raises:
            IndexDamaged: there is none that can be read; none must be kept then.
        """

    @abstractmethod
    def _note_damage(self, reason: str) -> None:
        """Tell all processes that the index turned out to be damaged when it was read."""

    def search(
        self, query: Query, scope: Scope, *, limit: int = 10, offset: int = 0, prefer: str | None = None
    ) -> SearchPage:
        page = self._ask(
            scope, lambda answering: answering.search(query, limit=limit, offset=offset, prefer=prefer)
        )
        return replace(page, generation=self._generation)

    def suggest(self, typed: str, scope: Scope, *, limit: int = 8) -> list[Suggestion]:
        return self._ask(scope, lambda answering: answering.suggest(typed, limit=limit))

    def similar(self, ref: str, scope: Scope, *, limit: int = 5) -> list[Hit]:
        return self._ask(scope, lambda answering: answering.similar(ref, limit=limit))

    def explain(self, query: Query, scope: Scope, *, ref: str | None = None, limit: int = 10) -> list[str]:
        if ref is None:
            return self._ask(scope, lambda answering: list(explain(answering, query, limit)))
        return self._ask(scope, lambda answering: list(explain_document(answering, query, scope, ref)))

    def refresh(self) -> None:
        """Look for a newer index at the next question, not within a second."""
        self._looked = 0.0

    def _ask(self, scope: Scope, question: Callable[[Answering], T]) -> T:
        state = self._current()
        try:
            return question(state.answering(scope))
        except IndexDamaged as damage:
            log.error("the search index cannot be read: %s", damage)
            self._state = None
            self._note_damage(str(damage))
            raise

    def _current(self) -> State:
        """The newest state; while one thread opens it, the others go on with the one before."""
        state = self._state
        if state is not None and time.monotonic() - self._looked < LOOK_SECONDS:
            return state
        if not self._lock.acquire(blocking=state is None):
            return state
        try:
            return self._newest()
        finally:
            self._lock.release()
