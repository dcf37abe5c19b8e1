"""The index in PostgreSQL itself: for when one service is all that may run.

Posting lists come from a GIN index over vectors that our own analyzer makes; they are ranked here, as Whoosh's are.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from academy.kernel.db import db, separate_transaction
from academy.kernel.text import tokens
from academy.kernel.unit_of_work import apart
from academy.search import postgres_writing as writing
from academy.search.analysis import normal, pair, stem
from academy.search.answering import Filters, Found
from academy.search.array_answering import ArrayAnswering
from academy.search.backend import Applied, Health, IndexDamaged, Replace, Scope, SearchDoc
from academy.search.following import FollowingIndex, State
from academy.search.plan import LONGEST_SLIP, STEMMED, Plan
from academy.search.postgres_view import GENERATION, Connections, PostgresView, reading
from academy.search.query import Query
from academy.search.spelling import one_slip
from academy.search.state import applied_of


class AppConnections:
    """Statements of the running application: reads on the session's connection, writes on their own."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with apart():
            yield db.session.connection()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with separate_transaction() as connection:
            yield connection


class PostgresAnswering(ArrayAnswering):
    """Fetches the posting lists of a question in two statements: to read the words, and to rank."""

    def __init__(self, view: PostgresView, scope: Scope):
        self._source = view
        super().__init__(view, view.compounds, scope)

    def plan(self, query: Query) -> Plan:
        self._source.fetch({("body", term) for term in (*_expected(query), *self._slips(query))})
        return super().plan(query)

    def _slips(self, query: Query) -> Iterator[str]:
        """Words one slip away from those that occur nowhere, which the planner will count."""
        holds = self._source.lexicon.may_hold
        for token in tokens(query.text):
            folded = normal(token.word)[1]
            if (
                folded.isascii()
                and folded.isalpha()
                and len(folded) <= LONGEST_SLIP
                and not holds("body", folded)
            ):
                yield from (word for word in one_slip(folded) if holds("body", word))

    def find(self, plan: Plan, filters: Filters, prefer: str | None) -> Found:
        self._source.fetch(set(_terms(plan)))
        return super().find(plan, filters, prefer)


def _expected(query: Query) -> Iterator[str]:
    """Terms that the planner will count for certain."""
    forms = [normal(token.word) for token in tokens(query.text)]
    for exact, folded in forms:
        yield from (exact, folded)
        yield from (form for lang in STEMMED if (form := stem(lang, exact)))
    for (_exact, first), (_other, second) in zip(forms, forms[1:], strict=False):
        yield pair(first, second)


def _terms(plan: Plan) -> Iterator[tuple[str, str]]:
    """What the scorer will look up."""
    units = [unit for alternative in plan.alternatives for unit in alternative.units]
    pairs = [pair for alternative in plan.alternatives for pair in alternative.pairs]
    asked = [term for unit in (*units, *plan.excluded) for term in unit.exact + unit.loose + unit.every]
    asked += [term for one in pairs for term in one.terms]
    asked += [term for one in (*units, *pairs) for group in one.instead for term in group]
    for term in asked:
        yield "title", term
        yield "body", term


class PostgresState(State):
    """A generation at one state, opened for reading."""

    def __init__(self, view: PostgresView, connections: Connections):
        self.view, self._connections = view, connections
        self.documents, self.segments, self.meta = view.documents, 1, view.meta

    def answering(self, scope: Scope) -> PostgresAnswering:
        return PostgresAnswering(self.view, scope)

    def is_outdated(self) -> bool:
        return _latest(self._connections) != (self.view.generation, self.view.state)


def _latest(connections: Connections) -> tuple[int, int] | None:
    """The generation in use and its state; None if there is none, or it is damaged."""
    asked = select(GENERATION.c.id, GENERATION.c.state).where(
        GENERATION.c.is_current, GENERATION.c.damage.is_(None)
    )
    with reading(connections) as connection:
        found = connection.execute(asked).first()
    return (found.id, found.state) if found is not None else None


class PostgresIndex(FollowingIndex):
    """A search backend; see :class:`academy.search.backend.SearchBackend`."""

    name = "postgresql"
    key = "postgresql"  # the index is where the leases are: one for all machines

    def __init__(self, connections: Connections):
        super().__init__()
        self._connections = connections

    def _newest(self) -> State:
        before = self._state
        self._state = None
        with reading(self._connections) as connection:
            generation = writing.current(connection)
        if not isinstance(before, PostgresState) or before.view.generation != generation.id:
            before = None
        if before is None or before.view.state != generation.state:
            view = PostgresView(self._connections, generation.id, before.view if before else None)
            before = PostgresState(view, self._connections)
        self._state, self._generation = before, _name(generation.id)
        self._looked = time.monotonic()
        return before

    def _note_damage(self, reason: str) -> None:
        if self._generation:
            try:
                writing.note_damage(self._connections, int(self._generation[1:]), reason)
            except (SQLAlchemyError, RuntimeError):
                return  # the database is away, or a unit of work is open: whoever asks next notes it

    def health(self) -> Health:
        try:
            with self._lock:
                state = self._newest()
            with reading(self._connections) as connection:
                size = writing.size_in_bytes(connection)
        except IndexDamaged as damage:
            return Health(generation=self._generation, degraded=True, reason=str(damage))
        return Health(
            documents=state.documents,
            generation=self._generation,
            position=state.meta["position"],
            segments=state.segments,
            bytes=size,
        )

    # -- writing ----------------------------------------------------------------------------------

    def applied(self) -> Applied:
        with reading(self._connections) as connection:
            return applied_of(writing.current(connection).meta)

    def apply(self, batch: Sequence[Replace], *, before: Applied, after: Applied, token: int = 0) -> None:
        writing.write_batch(self._connections, batch, before, after, token)
        self.refresh()

    def rebuild(self, docs: Iterable[SearchDoc], applied: Applied, *, token: int = 0) -> str:
        return _name(writing.build(self._connections, docs, applied, token))

    def activate(self, generation: str) -> None:
        number = int(generation[1:])
        PostgresView(self._connections, number, None)  # raises if it cannot be read
        writing.activate(self._connections, number)
        self.refresh()


def _name(generation: int) -> str:
    return f"g{generation:06d}"
