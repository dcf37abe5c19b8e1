"""``python -m tests.bench [PART …] [--quick] [--database …] [--scale …] [--only NAME] [--json FILE]``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from academy.kernel.db import db
from tests.bench import contest, inside, parts
from tests.bench.analysis import analyse
from tests.bench.finding.part import finding
from tests.bench.load import CONNECTIONS, Ask, Measured, read_pages, send
from tests.bench.pages import pages
from tests.bench.quiz import sit
from tests.bench.report import Report
from tests.bench.servers import Server, serve
from tests.bench.site import Site, build, say
from tests.postgresql import NoPostgreSQL, cluster, create_database
from tests.tools import install_for_measuring

SCALES = {"small": ("small",), "full": ("full",), "both": ("small", "full")}
# what each part measures; those of a running academy share its sites and servers
RUNNING = {
    "pages": ("content", "search", "queries", "start", "home", "catalog", "course", "lesson", "quiz"),
    "quiz": ("sitting",),
    "analysis": ("analysis",),
}
OWN = {"growth": parts.growth, "import": parts.importing, "room": parts.room, "sessions": parts.city}
SQLITE_ONLY = {"import"}  # it is the process that is measured; the rows go the same way into both databases
ALONE = ("documents", "contest", "search")
PARTS = (*RUNNING, *OWN, *ALONE)
BY_REQUEST = {"sessions"}  # ten minutes for each database
NAMES = tuple(name for names in RUNNING.values() for name in names)


class Run:
    """One run: which measurements are wanted, how long each may take, and where figures go."""

    def __init__(self, options: argparse.Namespace, report: Report) -> None:
        self.parts = tuple(options.part) or tuple(part for part in PARTS if part not in BY_REQUEST)
        self.only: str | None = options.only
        self.quick: bool = options.quick
        self.scales = SCALES[options.scale]
        self.report = report
        self.seconds = 1.0 if options.quick else 3.0
        # learners who send at the same moment, and how many sit in each turn
        self.crowds = {1: 16, 8: 64} if options.quick else {1: 64, 8: 240, 32: 240, 200: 400}
        self.attempts = 2_000 if options.quick else 30_000
        self.tell = report.tell

    @property
    def running(self) -> bool:
        return any(part in RUNNING for part in self.parts)

    def wants(self, name: str) -> bool:
        part = next((part for part, names in RUNNING.items() if name.partition(".")[0] in names), name)
        chosen = self.only is None or name == self.only or name.startswith(f"{self.only}.")
        return chosen and part in self.parts


def main() -> int:
    options = _options()
    install_for_measuring()
    with ExitStack() as stack:
        sink = stack.enter_context(open(options.json, "w", encoding="utf-8")) if options.json else None
        report = Report(sink)
        report.machine()
        run = Run(options, report)
        databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
        for kind in databases:
            _on(run, kind)
        if "documents" in run.parts:
            with report.part("documents"):
                run.tell("documents", inside.documents_per_second(run.seconds), "PDFs/s")
        if "contest" in run.parts:
            with report.part("contest"):
                report.title("A week of a contest of 25,980 entries")
                for step, took in contest.seconds(quick=run.quick).items():
                    run.tell(f"contest.{step.replace(' ', '_')}", took, "s")
        if "search" in run.parts:
            with report.part("search"):
                finding(report, options.lessons, options.engine, quick=run.quick)
        report.durations()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the academy.")
    parser.add_argument(
        "part", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all but {', '.join(BY_REQUEST)} if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="short measurements: to see that they run")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--scale", choices=tuple(SCALES), default="both", help="full: 100 times the rows")
    parser.add_argument("--only", metavar="NAME", help=f"one of the pages: {', '.join(NAMES)}, or a part such as lesson.anonymous")
    parser.add_argument(
        "--lessons", type=_numbers, default=[1_000, 20_000], metavar="N,N", help="sizes of the libraries that are searched"
    )
    parser.add_argument("--engine", type=_names, default=["whoosh"], metavar="NAME,NAME", help="search backends")
    parser.add_argument("--json", metavar="FILE", help="every figure as a line of JSON")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if options.only and options.only.partition(".")[0] not in NAMES:
        parser.error(f"there is no measurement {options.only}; there are {', '.join(NAMES)}")
    if options.only and not options.part:
        options.part = [part for part, names in RUNNING.items() if options.only.partition(".")[0] in names]
    return options


def _numbers(given: str) -> list[int]:
    return [int(one.replace("_", "")) for one in given.split(",")]


def _names(given: str) -> list[str]:
    return given.split(",")


def _on(run: Run, kind: str) -> None:
    """The parts that need a database, on one of them."""
    wanted = [part for part in OWN if part in run.parts and (kind == "sqlite" or part not in SQLITE_ONLY)]
    if not wanted and not run.running:
        return
    with ExitStack() as stack:
        try:
            server = stack.enter_context(cluster(durable=True)) if kind == "postgresql" else None
        except NoPostgreSQL as missing:
            say(f"PostgreSQL is left out: {missing}")
            return

        def database(name: str) -> str | None:
            return create_database(server, name) if server else None

        if run.running:
            with run.report.part("running academy"), ExitStack() as sites:
                run.report.title(f"A running academy, {kind}")
                _measure(run, kind, {scale: database(scale) for scale in run.scales}, sites)
        for part in wanted:
            with run.report.part(part):
                OWN[part](run.report, kind, database, quick=run.quick)


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
    rows: list[list] = []
    for at_once, sitters in run.crowds.items():
        for scale, site in sites.items():
            with site.app.app_context():
                sitting = sit(site, servers[scale], sitters=sitters, seconds=run.seconds, at_once=at_once)
                db.session.remove()
            for step, measured in _steps(sitting):
                _keep_step(run, f"{database}.{scale}.sitting.{step}.{at_once}", measured)
                waits = [measured.p50_ms, measured.p95_ms, measured.p99_ms, measured.cpu_ms]
                rows.append([f"{scale}: {step}", at_once, measured.rate, *waits, measured.failed])
                if at_once == CONNECTIONS:
                    rates.setdefault(step, {})[scale] = measured.rate
    run.report.title(f"Sitting a quiz, {database}: learners who send at the same moment")
    header = ["step", "at once", "per second", "p50 ms", "p95 ms", "p99 ms", "cpu ms", "failed"]
    run.report.table(header, sorted(rows, key=lambda row: (row[0].split(": ")[0], STEPS.index(row[0].split(": ")[1]), row[1])))
    for step, found in rates.items():
        if len(found) == 2 and found["full"]:
            run.tell(f"{database}.sitting.{step}.growth", found["small"] / found["full"], "times", 1.0)


def _keep_step(run: Run, bench: str, measured: Measured) -> None:
    run.report.keep(bench, measured.rate, "requests/s")
    for share in ("p50", "p95", "p99"):
        run.report.keep(f"{bench}.{share}", getattr(measured, f"{share}_ms"), "ms")


STEPS = ("start", "save", "submit")


def _steps(sitting) -> Iterator[tuple[str, Measured]]:
    yield from ((step, getattr(sitting, step)) for step in STEPS)


if __name__ == "__main__":
    raise SystemExit(main())
