"""The parts of a run that make their own academies: growth, import, the crowds; each tells its table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.crowd import Crowded, Plan, crowd, prepare
from tests.bench.growth import SIZES, grow
from tests.bench.importing import ITEMS, import_banks
from tests.bench.report import Report
from tests.bench.servers import serve
from tests.bench.site import build
from tests.bench.stored import examination

Database = Callable[[str], str | None]
"""Makes an empty database under a name; its URL, None: SQLite."""

ROOM = Plan(sessions=205, arrive=60, stay=30, saves=6)
"""A room: 205 learners start within a minute."""
CITY = Plan(sessions=3_000, arrive=300, stay=300, saves=5)
"""3,000 sessions: what is planned for a quarter of an hour, pressed into five minutes, and all at their papers together.

That asks for 10 starts, 50 saves and 10 submissions a second; a machine that others use, too, may not have them.
"""


def growth(report: Report, kind: str, database: Database, *, quick: bool) -> None:
    """Steps by the number of attempts that are stored already."""
    sizes = SIZES[:2] if quick else SIZES
    found = grow({size: database(f"growth{size}") for size in sizes}, rounds=5 if quick else 24)
    report.title(f"Growth of stored attempts at one examination, {kind}: ms, and how many times those at {sizes[0]}")
    for step, times in found.items():
        for size, took in times.items():
            report.keep(f"{kind}.growth.{step.replace(' ', '-')}.{size}", took, "ms", times[sizes[0]])
    header = ["step", *(f"{size:,}" for size in sizes), *(f"×{size:,}" for size in sizes[1:])]
    rows = [
        [step, *times.values(), *(took / times[sizes[0]] for size, took in times.items() if size != sizes[0])]
        for step, times in found.items()
    ]
    report.table(header, rows)


def importing(report: Report, kind: str, database: Database, *, quick: bool) -> None:
    """Banks of questions by format."""
    items = ITEMS // 20 if quick else ITEMS
    rows = []
    with build("import", database("import"), index=False) as site:
        for name, done in import_banks(site, items):
            rows.append(
                [name, done.megabytes_sent, *done.seconds.values(), done.bare, done.whole / done.bare,
                 done.items / done.whole, done.peak]
            )  # fmt: skip
            report.keep(f"{kind}.import.{name}", done.whole, "s", done.bare)
    report.title(f"Import of {items:,} questions, {kind}: processor seconds, against a bare parser and bare inserts")
    report.table(["format", "MB", "check", "write", "bare", "times bare", "questions/s", "peak MB"], rows)


def room(report: Report, kind: str, database: Database, *, quick: bool) -> None:
    plan = Plan(sessions=40, arrive=5, stay=5, saves=6) if quick else ROOM
    _crowd(report, kind, database, plan, "room", f"{plan.sessions} learners start within {plan.arrive:.0f} s")


def city(report: Report, kind: str, database: Database, *, quick: bool) -> None:
    plan = Plan(sessions=300, arrive=15, stay=20, saves=5) if quick else CITY
    said = (
        f"{plan.sessions:,} sessions: start within {plan.arrive:.0f} s, {plan.saves} answers in {plan.stay:.0f} s,"
        " hand in"
    )
    _crowd(report, kind, database, plan, "city", said)


def _crowd(report: Report, kind: str, database: Database, plan: Plan, name: str, said: str) -> None:
    with ExitStack() as stack:
        site = stack.enter_context(build(name, database(name), index=False))
        exam = examination(site.app)
        learners = prepare(site, exam, plan.sessions)
        server = stack.enter_context(_served(site.environment))
        done = crowd(server, exam, learners, plan)
    report.title(f"{said}, {kind}")
    report.table(
        ["step", "p50 ms", "p95 ms", "p99 ms", "longest ms"],
        [[step, *waits.values()] for step, waits in done.waits.items()],
    )
    for step, waits in done.waits.items():
        for share, took in waits.items():
            report.keep(f"{kind}.{name}.{step}.{share}", took, "ms")
    report.keep(f"{kind}.{name}.failed", done.failed, "requests", done.requests)
    print(_summary(done), flush=True)


def _summary(done: Crowded) -> str:
    lines = [
        f"{done.failed} of {done.requests:,} requests failed; at most {done.open_at_once:,} learners at once; "
        f"processor: server {done.server_cpu / done.seconds:.2f}, driver {done.driver_cpu / done.seconds:.2f} cores; "
        f"server {1000 * done.server_cpu / max(1, done.requests):.1f} ms a request, {done.server_mb:.0f} MB"
    ]
    return "\n".join([*lines, *(f"  {fault}" for fault in done.faults)])


@contextmanager
def _served(environment: dict[str, str]) -> Iterator:
    with (
        TemporaryDirectory(prefix="academy-bench-log-") as folder,
        serve("wsgi:app", environment, Path(folder) / "log") as server,
    ):
        yield server
