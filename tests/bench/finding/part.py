"""The part ``search`` of a run: libraries built side by side, asked in turn, told as tables and held to their promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.bench.finding import saving
from tests.bench.finding.crowds import crowd
from tests.bench.finding.measure import (
    MATCHERS,
    SLOW,
    Asked,
    Library,
    ask_all,
    library,
    measure_updates,
    note,
)
from tests.bench.finding.ours import Engine, address
from tests.bench.finding.questions import KINDS, questions
from tests.bench.load import Ask, Measured, read_pages
from tests.bench.report import Report
from tests.bench.servers import serve
from tests.bench.site import say
from tests.postgresql import NoPostgreSQL, cluster, create_database

WHOLE_SITE = tuple(kind for kind in KINDS if kind != "in a course")
LARGE, LARGER = 20_000, 100_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked."""

    each: int  # questions of a class
    rounds: int
    updates: int
    saves: int
    seconds: float  # of each crowd


FULL, QUICK = Effort(12, 3, 20, 40, 5.0), Effort(3, 1, 3, 4, 1.0)


@dataclass(frozen=True, slots=True)
class Promise:
    """What was measured, and the most that it may be."""

    what: str
    found: float
    most: float
    unit: str = "×"

    @property
    def kept(self) -> bool:
        return self.found <= self.most


@dataclass(slots=True)
class Told:
    """One library with all its figures."""

    made: Library
    asked: Asked
    saved: list[float] = field(default_factory=list)


def finding(report: Report, sizes: Sequence[int], engines: Sequence[str], *, quick: bool) -> None:
    """Measure each backend at each size."""
    effort = QUICK if quick else FULL
    with ExitStack() as stack:
        database = _databases(stack)
        for engine in engines:
            told = []
            for size in sizes:
                academy = database(f"academy_{engine}_{size}") if engine == "postgresql" else None
                made = library(stack, size, engine, academy, database(f"rival_{engine}_{size}"))
                note(made)
                told.append(Told(made, ask_all(made, effort.each, effort.rounds)))
                _tell_waits(report, told[-1])
                measure_updates(made, effort.updates)
                _tell_engines(report, told[-1], effort)
                told[-1].saved = saving.waits(made.site, effort.saves, made.cookie)
                _tell_promises(report, told[-1])
            _tell_growth(report, engine, told)


def _databases(stack: ExitStack) -> Callable[[str], str | None]:
    try:
        server = stack.enter_context(cluster(durable=True))
    except NoPostgreSQL as missing:
        say(f"PostgreSQL is left out: {missing}")
        return lambda _name: None
    return lambda name: create_database(server, name)


# --- tables ---------------------------------------------------------------------------------------


def _tell_waits(report: Report, told: Told) -> None:
    made, asked = told.made, told.asked
    names = list(dict.fromkeys(name for name, _question in asked.waits))
    report.title(f"Search in {made.lessons:,} lessons with {made.backend}: ms by class of question (p50)")
    rows = [[kind, *(_share(asked.of(name, kind), 50) for name in names)] for kind in KINDS]
    for share in (50, 95, 99):
        rows.append([f"all, p{share}", *(_share(asked.of(name), share) for name in names)])
        for name in names:
            report.keep(
                f"search.{made.backend}.{made.lessons}.{name}.p{share}", _share(asked.of(name), share), "ms"
            )
    report.table(["class", *names], rows)


def _tell_engines(report: Report, told: Told, effort: Effort) -> None:
    made = told.made
    asked = questions(made.lessons, effort.each)
    rows = []
    for name, built in made.built.items():
        rival = next((one for one in made.rivals if one.name == name), None)
        opener = rival or Engine(made.site.config, name)
        few = asked if name not in SLOW else asked[:: max(1, len(asked) // 8)]
        alone, both = (crowd(opener, few, processes=number, seconds=effort.seconds) for number in (1, 2))
        rows.append(
            [name, built.seconds, made.lessons / built.seconds if built.bytes else None, built.bytes / 1e6,
             built.bytes / made.text_bytes, _share(built.updates, 50), _share(built.updates, 95), alone.megabytes,
             _share(alone.waits, 50), _share(alone.waits, 95), _share(alone.waits, 99), alone.rate, both.rate]
        )  # fmt: skip
        for what, value in zip(_ENGINE, rows[-1][1:], strict=True):
            report.keep(f"search.{made.backend}.{made.lessons}.{name}.{what}", value, what)
    for workers in (1, 2):
        rows.append(_served(made, asked, workers, effort.seconds))
    report.title(
        f"{made.lessons:,} lessons, {made.text_bytes / 1e6:.0f} MB of text: building, replacing one lesson, asking at random"
    )
    report.table(["engine", *_ENGINE], rows)


_ENGINE = (
    "build s", "lessons/s", "MB", "× text", "update p50 ms", "p95 ms", "memory MB", "p50 ms", "p95 ms", "p99 ms",
    "queries/s", "2 processes",
)  # fmt: skip


def _served(made: Library, asked, workers: int, seconds: float) -> list:
    """The endpoint over HTTP, eight connections at once."""
    asks = [Ask(address(question), made.cookie) for question in asked]
    with (
        TemporaryDirectory(prefix="academy-bench-log-") as folder,
        serve("wsgi:app", made.site.environment, Path(folder) / "log", workers=workers) as server,
    ):
        read_pages(server, asks, seconds=seconds)
        done: Measured = read_pages(server, asks, seconds=seconds)
        memory = server.megabytes()
    rates = [done.rate, None] if workers == 1 else [None, done.rate]
    name = f"endpoint over HTTP, {workers} worker{'s' if workers > 1 else ''}"
    return [name, *[None] * 6, memory, done.p50_ms, done.p95_ms, done.p99_ms, *rates]


def _tell_promises(report: Report, told: Told) -> None:
    made = told.made
    report.title(f"Held to, {made.lessons:,} lessons with {made.backend}")
    rows = []
    for promise in promises(told):
        rows.append([promise.what, *_cells(promise)])
        name = f"search.{made.backend}.{made.lessons}.promise.{promise.what}"
        report.keep(name, promise.found, promise.unit, promise.most)
    report.table(["what", "found", "at most", "unit", ""], rows)


def _tell_growth(report: Report, engine: str, told: Sequence[Told]) -> None:
    """What five times the lessons cost, if both sizes were measured."""
    by_size = {one.made.lessons: one for one in told}
    if LARGE not in by_size or LARGER not in by_size:
        return
    report.title(f"{LARGER:,} lessons against {LARGE:,}, {engine}")
    rows = []
    for what in ("endpoint", "engine"):
        ratio = _p50(by_size[LARGER], what) / _p50(by_size[LARGE], what)
        rows.append([what, *_cells(Promise(what, ratio, 6.0))])
        report.keep(f"search.{engine}.growth.{what}", ratio, "times", 6.0)
    report.table(["what", "found", "at most", "unit", ""], rows)


def _cells(promise: Promise) -> list:
    return [float(promise.found), float(promise.most), promise.unit, "kept" if promise.kept else "MISSED"]


def promises(told: Told) -> Iterator[Promise]:
    """What a library of this size is held to; ratios of medians, taken in turn."""
    made, asked = told.made, told.asked
    yield Promise(
        "endpoint ÷ (engine + ten rows)",
        _p50(told, "endpoint") / (_p50(told, "engine") + _share(asked.rows, 50)),
        3,
    )
    if made.lessons >= LARGE:
        for name, most, kinds in (
            ("PostgreSQL FTS", 0.3, WHOLE_SITE), ("LIKE, PostgreSQL", 0.02, ("rare",)), ("LIKE, SQLite", 0.02, ("rare",)),
        ):  # fmt: skip
            if (ratio := asked.ratio("endpoint", name, *kinds)) is not None:
                yield Promise(f"endpoint ÷ {name}{', rare terms' if kinds == ('rare',) else ''}", ratio, most)
        yield Promise("index ÷ text", made.built[made.backend].bytes / made.text_bytes, 1.0)
    for kind, most in (("two syllables", 0.05), ("4 to 8 syllables", 0.01)):
        if (ratio := asked.ratio("scorer", MATCHERS, kind)) is not None:
            yield Promise(f"scorer ÷ {MATCHERS}, {kind}", ratio, most)
    for by in ("clock", "processor"):
        snippets, suggestions = (
            [getattr(one, by) for one in them] for them in (asked.snippets, asked.suggestions)
        )
        yield Promise(f"a snippet, mean, by the {by}", float(np.mean(snippets)), 0.3, "ms")
        yield Promise(f"suggestions, p95, by the {by}", _share(suggestions, 95), 20, "ms")
    if told.saved:
        yield Promise("saved to findable, p95", _share(told.saved, 95), 5, "s")


def _p50(told: Told, name: str, *kinds: str) -> float:
    return _share(told.asked.of(name, *kinds), 50)


def _share(values, share: int) -> float | None:
    return float(np.percentile(values, share)) if len(values) else None
