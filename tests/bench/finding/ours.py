"""Our search: as an endpoint, below HTTP, its scorer alone; and Whoosh's own matchers on the same index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from whoosh.index import FileIndex
from whoosh.query import AndMaybe, Or
from whoosh.query import Query as WhooshQuery
from whoosh.query import Term as WhooshTerm

from academy.app import create_app
from academy.config import Config
from academy.search.answering import filters_of
from academy.search.backend import Applied, Replace, Scope, SearchBackend, SearchDoc
from academy.search.generations import LastingStorage
from academy.search.plan import Alternative, Plan
from academy.search.query import parse
from academy.search.whoosh_view import INDEX_NAME, SCHEMA
from tests.bench.finding.questions import Question
from tests.bench.finding.rivals import Ask

EVERYTHING = Scope(frozenset(), everything=True)
DEPTH = 10


def backend_of(app: Flask) -> SearchBackend:
    return app.extensions["academy_search"]


def build(app: Flask, docs: Iterable[SearchDoc]) -> None:
    """Put an index of exactly these into place."""
    backend = backend_of(app)
    with app.app_context():
        backend.activate(backend.rebuild(docs, Applied()))


def update(app: Flask, doc: SearchDoc) -> None:
    """Replace one lesson, in a commit of its own."""
    backend = backend_of(app)
    with app.app_context():
        applied = backend.applied()
        backend.apply([Replace(doc.group, (doc,))], before=applied, after=applied)
        backend.refresh()


def endpoint(app: Flask, cookie: str) -> Ask:
    """A request as a signed-in learner makes it, without a network: who he is, what he may see, JSON."""
    client = app.test_client(use_cookies=False)

    def ask(question: Question) -> int:
        return len(
            client.get(address(question), headers={"Cookie": cookie}, base_url="http://127.0.0.1").json[
                "items"
            ]
        )

    return ask


def address(question: Question) -> str:
    within = f"&course={question.course}" if question.course else ""
    return f"/api/v1/search?q={quote(question.text)}{within}"


def raw(app: Flask) -> Ask:
    """The engine's query: what is asked is read, found and ranked; no mask, no text, no snippets."""
    backend = backend_of(app)

    def ask(question: Question) -> int:
        query = parse(question.text).narrowed(course=question.course)
        with app.app_context():
            return backend._ask(
                EVERYTHING,
                lambda answering: len(
                    answering.find(answering.plan(query), filters_of(query), None).best(0, DEPTH)
                ),
            )

    return ask


def whole(app: Flask) -> Ask:
    """A search as the endpoint has it done, with snippets and facets, without HTTP."""
    backend = backend_of(app)

    def ask(question: Question) -> int:
        with app.app_context():
            query = parse(question.text).narrowed(course=question.course)
            return len(backend.search(query, EVERYTHING, limit=DEPTH).hits)

    return ask


class Scorers:
    """Our scorer and Whoosh's matchers: the same index, the same terms, the same ten wanted; what is asked has been
    read before."""

    def __init__(self, app: Flask):
        self._app, self._backend, self._plans = app, backend_of(app), {}

    def prepare(self, asked: Iterable[Question]) -> None:
        with self._app.app_context():
            for question in asked:
                query = parse(question.text).narrowed(course=question.course)
                plan = self._backend._ask(EVERYTHING, lambda answering, query=query: answering.plan(query))
                self._plans[question] = (plan, filters_of(query), stock_query(plan))

    def ours(self, question: Question) -> int:
        plan, filters, _stock = self._plans[question]
        return self._backend._ask(
            EVERYTHING, lambda answering: len(answering.find(plan, filters, None).best(0, DEPTH))
        )

    def forget(self) -> None:
        """Empty the cache of posting lists."""
        self._backend._ask(EVERYTHING, lambda answering: answering._view.prepare())

    @contextmanager
    def stock(self) -> Iterator[Ask]:
        generations = self._backend.generations
        folder: Path = generations.folder(generations.current())
        index = FileIndex(LastingStorage(folder), schema=SCHEMA, indexname=INDEX_NAME)
        with index.searcher() as searcher:

            def ask(question: Question) -> int:
                return len(searcher.search(self._plans[question][2], limit=DEPTH).top_n)

            yield ask


def stock_query(plan: Plan) -> WhooshQuery:
    """The terms of a plan as Whoosh would be asked for them: by pairs if there are any, words only help to rank."""
    return Or([_stock_alternative(one) for one in plan.alternatives])


def _stock_alternative(alternative: Alternative) -> WhooshQuery:
    words = [term for unit in alternative.units for term in (*unit.exact, *unit.loose, *unit.every)]
    pairs = [term for pair in alternative.pairs for term in pair.terms]
    return AndMaybe(_any(pairs), _any(words)) if pairs else _any(words)


def _any(terms: Iterable[str]) -> WhooshQuery:
    return Or([WhooshTerm(field, term) for term in dict.fromkeys(terms) for field in ("title", "body")])


@dataclass(frozen=True, slots=True)
class Engine:
    """One of our backends for processes of their own."""

    config: Config
    name: str

    @contextmanager
    def opened(self) -> Iterator[Ask]:
        yield whole(create_app(self.config))
