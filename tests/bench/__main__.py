"""``python -m tests.bench [--quick] [--database …] [--scale …] [--only NAME]``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from academy.kernel.db import db
from tests.bench import contest, inside
from tests.bench.analysis import analyse
from tests.bench.load import CONNECTIONS, Ask, Measured, read_pages, send
from tests.bench.pages import pages
from tests.bench.quiz import sit
from tests.bench.servers import Server, serve
from tests.bench.site import Site, build, say
from tests.postgresql import NoPostgreSQL, cluster, create_database
from tests.tools import install_for_measuring

SCALES = {"small": ("small",), "full": ("full",), "both": ("small", "full")}
NAMES = (
    "content", "search", "queries", "start", "home", "catalog", "course", "lesson", "quiz", "sitting", "analysis", "documents",
    "contest",
)  # fmt: skip


class Run:
    """One run: which measurements are wanted, how long each may take, and where figures go."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.only: str | None = options.only
        self.quick: bool = options.quick
        self.seconds = 1.0 if options.quick else 3.0
        # learners who send at the same moment, and how many sit in each turn
        self.crowds = {1: 16, 8: 64} if options.quick else {1: 64, 8: 240, 32: 240, 200: 400}
        self.attempts = 2_000 if options.quick else 30_000

    def wants(self, name: str) -> bool:
        return self.only is None or name == self.only or name.startswith(f"{self.only}.")

    def tell(self, bench: str, value: float | None, unit: str, baseline: float | None = None) -> None:
        """Print a figure; ``ratio`` is its share of the baseline."""
        if value is None:
            return
        ratio = round(value / baseline, 4) if baseline else None
        figures = {"value": round(value, 4), "unit": unit, "baseline": baseline and round(baseline, 4)}
        print(json.dumps({"bench": bench, **figures, "ratio": ratio}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the academy.")
    parser.add_argument("--quick", action="store_true", help="short measurements: to see that they run")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--scale", choices=tuple(SCALES), default="both", help="full: 100 times the rows")
    parser.add_argument("--only", metavar="NAME", help=f"one measurement: {', '.join(NAMES)}, or a part such as lesson.anonymous")
    options = parser.parse_args()
    if options.only and options.only.partition(".")[0] not in NAMES:
        parser.error(f"there is no measurement {options.only}; there are {', '.join(NAMES)}")
    run = Run(options)
    install_for_measuring()
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    for database in databases if options.only not in ("documents", "contest") else ():  # they need no academy
        with ExitStack() as stack:
            try:
                server = stack.enter_context(cluster()) if database == "postgresql" else None
            except NoPostgreSQL as missing:
                say(f"PostgreSQL is left out: {missing}")
                continue
            urls = {scale: create_database(server, scale) if server else None for scale in SCALES[options.scale]}
            _measure(run, database, urls, stack)
    if run.wants("documents"):
        run.tell("documents", inside.documents_per_second(run.seconds), "PDFs/s")
    if run.wants("contest"):
        for step, took in contest.seconds(quick=run.quick).items():
            run.tell(f"contest.{step.replace(' ', '_')}", took, "s")
    return 0


def _measure(run: Run, database: str, urls: Mapping[str, str | None], stack: ExitStack) -> None:
    """All scales of one database side by side, so that each figure has its counterpart from the same minute."""
    sites = {
        scale: stack.enter_context(build(scale, url, index=scale == "small" or not run.quick))
        for scale, url in urls.items()
    }
    for scale, site in sites.items():
        _tell_inside(run, f"{database}.{scale}", site)
    logs = Path(stack.enter_context(TemporaryDirectory(prefix="academy-bench-log-")))
    first = next(iter(sites.values()))
    plain = {"BENCH_DATABASE_URL": first.config.database_url}
    bare = stack.enter_context(serve("tests.bench.baselines:bare", plain, logs / "bare"))
    query = stack.enter_context(serve("tests.bench.baselines:one_query", plain, logs / "query"))
    servers = {
        scale: stack.enter_context(serve("wsgi:app", site.environment, logs / scale))
        for scale, site in sites.items()
    }
    _measure_pages(run, database, sites, servers, bare, query)
    _measure_quiz(run, database, sites, servers)
    if run.wants("analysis"):
        done = analyse(first, run.attempts)
        run.tell(f"{database}.analysis", done.attempts / done.seconds, "attempts/s", done.attempts / done.reading)
        run.tell(f"{database}.analysis.seconds", done.seconds, "s", done.reading)
        run.tell(f"{database}.analysis.memory", done.megabytes, "MB")


def _tell_inside(run: Run, place: str, site: Site) -> None:
    for name, seconds in site.seconds.items():
        if run.wants(name):
            run.tell(f"{place}.{name}", seconds, "s")
    if run.wants("search.index") and site.documents:
        run.tell(f"{place}.search.documents", site.documents, "documents")
    if run.wants("queries"):
        for name, count in inside.queries_per_page(site).items():
            run.tell(f"{place}.{name}.queries", count, "queries", 5)
    if run.wants("start"):
        made, page = inside.cold_start(site)
        run.tell(f"{place}.start.application", made, "s")
        run.tell(f"{place}.start.first-page", page, "s")


def _measure_pages(
    run: Run, database: str, sites: Mapping[str, Site], servers: Mapping[str, Server], bare: Server, query: Server
) -> None:
    asked: dict[str, dict[str, list[Ask]]] = {}
    for scale, site in sites.items():
        with site.app.app_context():
            asked[scale] = pages(site)
            db.session.remove()
    for name in dict.fromkeys(name for found in asked.values() for name in found):
        if not run.wants(name):
            continue
        base = read_pages(bare, [Ask("/")], seconds=run.seconds / 2)
        before = read_pages(query, [Ask("/")], seconds=run.seconds / 2)
        done: dict[str, Measured] = {}
        for scale, found in asked.items():
            if found.get(name):
                _warm(servers[scale], found[name])
                done[scale] = read_pages(servers[scale], found[name], seconds=run.seconds)
        yardstick = _between(before, read_pages(query, [Ask("/")], seconds=run.seconds / 2))
        for scale, measured in done.items():
            _tell_page(run, f"{database}.{scale}.{name}", measured, base, yardstick)
        if len(done) == 2 and done["full"].rate:
            run.tell(f"{database}.{name}.growth", done["small"].rate / done["full"].rate, "times", 1.0)
            run.tell(f"{database}.{name}.growth.cpu", done["full"].cpu_ms / done["small"].cpu_ms, "times", 1.0)


def _warm(server: Server, asks: Sequence[Ask]) -> None:
    """Have what is immutable come into the memory of both workers."""
    once_each = list({ask.path: ask for ask in asks}.values())[:200]
    send(server, once_each * 3)


def _between(one: Measured, other: Measured) -> Measured:
    means = {name: (getattr(one, name) + getattr(other, name)) / 2 for name in ("p50_ms", "p95_ms", "cpu_ms")}
    return Measured(one.requests + other.requests, one.seconds + other.seconds, one.failed + other.failed, **means)


def _tell_page(run: Run, bench: str, measured: Measured, bare: Measured, query: Measured) -> None:
    if measured.failed:
        say(f"{bench}: {measured.failed} of {measured.requests} requests failed")
        if measured.failed == measured.requests:
            return
    run.tell(bench, measured.rate, "requests/s", query.rate)
    run.tell(f"{bench}.against-bare", measured.rate, "requests/s", bare.rate)
    run.tell(f"{bench}.p95", measured.p95_ms, "ms", query.p95_ms)
    # the other way round, so that it reads like the ratio of rates
    run.tell(f"{bench}.cpu", 1 / measured.cpu_ms if measured.cpu_ms else None, "requests/ms", 1 / query.cpu_ms)


def _measure_quiz(run: Run, database: str, sites: Mapping[str, Site], servers: Mapping[str, Server]) -> None:
    if not run.wants("sitting"):
        return
    rates: dict[str, dict[str, float]] = {}
    for at_once, sitters in run.crowds.items():
        for scale, site in sites.items():
            with site.app.app_context():
                sitting = sit(site, servers[scale], sitters=sitters, seconds=run.seconds, at_once=at_once)
                db.session.remove()
            for step, measured in _steps(sitting):
                _tell_step(run, f"{database}.{scale}.sitting.{step}.{at_once}", measured)
                if at_once == CONNECTIONS:
                    rates.setdefault(step, {})[scale] = measured.rate
    for step, found in rates.items():
        if len(found) == 2 and found["full"]:
            run.tell(f"{database}.sitting.{step}.growth", found["small"] / found["full"], "times", 1.0)


def _tell_step(run: Run, bench: str, measured: Measured) -> None:
    if measured.failed:
        say(f"{bench}: {measured.failed} of {measured.requests} requests failed")
    run.tell(bench, measured.rate, "requests/s")
    for share in ("p50", "p95", "p99"):
        run.tell(f"{bench}.{share}", getattr(measured, f"{share}_ms"), "ms")


def _steps(sitting) -> Iterator[tuple[str, Measured]]:
    yield from (("start", sitting.start), ("save", sitting.save), ("submit", sitting.submit))


if __name__ == "__main__":
    raise SystemExit(main())
