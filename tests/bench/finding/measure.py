"""What is measured of one size of library; every figure beside its yardsticks, taken in turn with them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
from sqlalchemy import create_engine, text

from academy.catalog.models import Course
from academy.kernel.db import db
from academy.kernel.text import fold
from academy.kernel.unit_of_work import unit_of_work
from academy.search.answering import filters_of
from academy.search.query import parse
from academy.search.snippets import MarkedDocument
from tests.bench.finding import ours, rivals
from tests.bench.finding.lessons import PER_COURSE, RESTRICTED, lesson, lessons, slug, text_of
from tests.bench.finding.questions import KINDS, Question, questions, typed
from tests.bench.finding.rivals import Ask, Rival
from tests.bench.site import Site, build, say

OWN_UNIT = "1/3/"  # of the first learner, as the data set has it
OTHER_UNIT = "1/9999/"
Waits = dict[tuple[str, Question], list[float]]
"""Milliseconds by who was asked what."""


@dataclass(slots=True)
class Built:
    """What it took to have an index: seconds, bytes, milliseconds to replace one lesson."""

    seconds: float
    bytes: int
    updates: list[float]


@dataclass(slots=True)
class Library:
    """An academy whose search holds so many lessons, with one backend, and the rivals over the same lessons."""

    lessons: int
    backend: str
    site: Site
    rivals: Sequence[Rival]
    rows: str  # the URL of the database with the lessons as rows
    text_bytes: int = 0
    built: dict[str, Built] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return self.site.learners[0].cookie


def library(
    stack: ExitStack, count: int, backend: str, academy: str | None, postgresql: str | None
) -> Library:
    """Build everything.

    Args:
        academy: URL of an empty database for the academy, None: SQLite.
        postgresql: URL of an empty database for the rival, None: it is left out.
    """
    site = stack.enter_context(build("small", academy, index=False, search_backend=backend))
    path = site.config.instance
    beside: list[Rival] = [rivals.Fts5(path / "fts5.sqlite3"), rivals.SqliteLike(path / "rows.sqlite3")]
    if postgresql:
        url = postgresql.replace("+psycopg", "")
        beside += [rivals.PostgreSQL(url), rivals.PostgreSQLLike(url)]
    made = Library(count, backend, site, beside, f"sqlite:///{path / 'rows.sqlite3'}")
    made.text_bytes = sum(len(f"{doc.title}\n{text_of(doc)}".encode()) for doc in lessons(count))
    with site.app.app_context():
        _restrict(count)
    _build(made)
    return made


def _restrict(count: int) -> None:
    """The courses of the library that are not for everybody; a few of them for the first learner."""
    with unit_of_work() as work:
        for course in range(0, -(-count // PER_COURSE), RESTRICTED):
            name, own = slug(course), course % (20 * RESTRICTED) == 0
            work.session.add(
                Course(
                    slug=name,
                    state="published",
                    visibility="restricted",
                    published_number=1,
                    title={"vi": name},
                    owner_unit_path=OWN_UNIT if own else OTHER_UNIT,
                    sort_key=name,
                    title_fold=fold(name),
                )  # fmt: skip
            )
    db.session.remove()


def _build(made: Library) -> None:
    app, count = made.site.app, made.lessons
    began = time.perf_counter()
    ours.build(app, lessons(count))
    took = time.perf_counter() - began
    with app.app_context():
        size = ours.backend_of(app).health().bytes
    made.built[made.backend] = Built(took, size, [])
    for rival in made.rivals:
        began = time.perf_counter()
        rival.build(lessons(count))
        made.built[rival.name] = Built(time.perf_counter() - began, rival.size(), [])


def measure_updates(made: Library, times: int) -> None:
    """Replace single lessons, everywhere in turn."""
    chance = Random(made.lessons)
    for turn in range(times + 1):
        number = chance.randrange(made.lessons)
        doc = lesson(number)
        steps: dict[str, Callable[[], None]] = {made.backend: lambda doc=doc: ours.update(made.site.app, doc)}
        steps |= {
            rival.name: lambda rival=rival, number=number, doc=doc: rival.update(number, doc)
            for rival in made.rivals
        }
        for name, step in steps.items():
            took = _timed(step)
            if turn:
                made.built[name].updates.append(took)


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - began)


class Took(NamedTuple):
    """Milliseconds by the clock, and those of the processor among them."""

    clock: float
    processor: float


def _took(step: Callable[[], object]) -> Took:
    clock, processor = time.perf_counter(), time.thread_time()
    step()
    return Took(1000 * (time.perf_counter() - clock), 1000 * (time.thread_time() - processor))


# --- waits ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """Everybody's waits, and the other figures of one library.

    The fixed promises in milliseconds are kept twice, by the clock and as processor time: who shares a machine waits
    for others too.
    """

    waits: Waits = field(default_factory=lambda: defaultdict(list))
    rows: list[float] = field(default_factory=list)  # ms for ten
    snippets: list[Took] = field(default_factory=list)  # each
    suggestions: list[Took] = field(default_factory=list)

    def of(self, who: str, *kinds: str, also: str = "") -> np.ndarray:
        """Milliseconds for questions of some classes, of all if none is named; ``also``: that this one was asked too."""
        found = [
            waits
            for (name, question), waits in self.waits.items()
            if name == who
            and (not kinds or question.kind in kinds)
            and (not also or (also, question) in self.waits)
        ]
        return np.concatenate(found) if found else np.empty(0)

    def ratio(self, one: str, other: str, *kinds: str) -> float | None:
        """Of the medians, over the questions that both were asked."""
        above, below = self.of(one, *kinds, also=other), self.of(other, *kinds, also=one)
        return float(np.median(above) / np.median(below)) if len(above) else None


MATCHERS = "Whoosh’s matchers"
SLOW = (MATCHERS, "LIKE, SQLite", "LIKE, PostgreSQL")
FEW = 4
"""So many questions of a class, once each, are asked of those who take seconds for one."""


def ask_all(made: Library, each: int, rounds: int) -> Asked:
    """Ask every question of everybody, one after the other; the first round warms up."""
    asked, found = questions(made.lessons, each), Asked()
    few = {question for kind in KINDS for question in [one for one in asked if one.kind == kind][:FEW]}
    with ExitStack() as stack:
        askers = _askers(made, asked, stack)
        rows = stack.enter_context(_row_reader(made))
        for turn in range(rounds + 1):
            for question in asked:
                for name, ask in askers.items():
                    if name in SLOW and (turn != 1 or question not in few):
                        continue
                    took = _timed(lambda ask=ask, question=question: ask(question))
                    if turn:
                        found.waits[name, question].append(took)
                if turn:
                    found.rows.append(_timed(rows))
        _ask_with_empty_caches(made, asked, found)
    found.snippets = list(_snippets(made, asked))
    found.suggestions = list(_suggestions(made))
    return found


def _askers(made: Library, asked: Sequence[Question], stack: ExitStack) -> dict[str, Ask]:
    app = made.site.app
    askers: dict[str, Ask] = {
        "endpoint": ours.endpoint(app, made.cookie), "search": ours.whole(app), "engine": ours.raw(app),
    }  # fmt: skip
    if made.backend == "whoosh":
        scorers = ours.Scorers(app)
        scorers.prepare(asked)
        askers |= {"scorer": scorers.ours, MATCHERS: stack.enter_context(scorers.stock())}
    return askers | {rival.name: stack.enter_context(rival.opened()) for rival in made.rivals}


def _ask_with_empty_caches(made: Library, asked: Sequence[Question], found: Asked) -> None:
    if made.backend != "whoosh":
        return
    scorers = ours.Scorers(made.site.app)
    scorers.prepare(asked)
    for question in asked:
        scorers.forget()
        took = _timed(lambda question=question: scorers.ours(question))
        found.waits["scorer, caches empty", question].append(took)


@contextmanager
def _row_reader(made: Library) -> Iterator[Callable[[], None]]:
    """Reads ten rows, each by its key, as an application does."""
    engine, chance = create_engine(made.rows), Random(1)
    statement = text("SELECT id, course, title, body FROM page WHERE id = :id")

    def read() -> None:
        for _row in range(ours.DEPTH):
            connection.execute(statement, {"id": chance.randrange(made.lessons)}).one()

    with engine.connect() as connection:
        yield read
    engine.dispose()


def _snippets(made: Library, asked: Sequence[Question]) -> Iterator[Took]:
    """Each excerpt: reading what is stored, marking it, choosing the passage."""
    backend = ours.backend_of(made.site.app)

    def excerpts(answering, query) -> list[Took]:
        plan = answering.plan(query)
        best = answering.find(plan, filters_of(query), None).best(0, ours.DEPTH)
        return [_took(lambda one=one: _excerpt(answering.stored(one.document), plan)) for one in best]

    for question in asked:
        with made.site.app.app_context():
            query = parse(question.text).narrowed(course=question.course)
            yield from backend._ask(
                ours.EVERYTHING, lambda answering, query=query: excerpts(answering, query)
            )


def _excerpt(data: Mapping, plan) -> None:
    marked = MarkedDocument(plan.marks, data["lang"], data["title"], data["passages"])
    marked.best_passage()
    marked.title()


def _suggestions(made: Library) -> Iterator[Took]:
    """The endpoint of suggestions, for beginnings that nobody typed before."""
    client = made.site.app.test_client(use_cookies=False)
    headers = {"Cookie": made.cookie}

    def ask(begun: str) -> None:
        path = f"/api/v1/search/suggestions?q={quote(begun)}"
        if client.get(path, headers=headers, base_url="http://127.0.0.1").status_code != 200:
            raise RuntimeError(f"no suggestions for {begun}")

    for place, begun in enumerate(typed(made.lessons, 220)):
        took = _took(lambda begun=begun: ask(begun))
        if place >= 20:
            yield took


def note(made: Library) -> None:
    say(
        f"{made.lessons:,} lessons with {made.backend}: "
        + ", ".join(f"{n} {b.seconds:.0f} s" for n, b in made.built.items())
    )
