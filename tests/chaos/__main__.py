"""A long storm by command; exit code 1 if a promise was broken."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.disk import small_disk
from tests.chaos.processes import Served
from tests.chaos.site import make_site
from tests.chaos.storm import Storm
from tests.postgresql import create_database, running_cluster


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="storm-") as name, ExitStack() as stack:
        folder = Path(name)
        disk = database = None
        if options.postgresql:
            database = stack.enter_context(running_cluster())
        elif not options.calm:
            disk = stack.enter_context(small_disk(folder / "disk", options.disk))
        home = disk.folder if disk else folder / "instance"
        home.mkdir(exist_ok=True)
        url = create_database(database.url, "storm") if database else ""
        site = make_site(home, options.learners, database_url=url)
        storm = Storm(
            site,
            Served(site, page_limit=disk.page_limit if disk else None),
            disk,
            cluster=database,
            pause=max(0.1, options.learners / 60),
            ramp=options.ramp,
            rounds=options.rounds,
            calm=max(60, options.learners),
            faults=not options.calm,
            seed=options.seed,
            lasts=options.minutes * 60,
        )
        report = storm.run()
    print(f"{options.learners} learners, {report.seconds:.0f} s, seed {options.seed}")
    print(f"acknowledged {report.acknowledged}, refused as late {report.late}, handed in {report.submitted}")
    print(f"faults {', '.join(report.faults) or 'none'}; learners met {dict(report.seen) or 'no error'}")
    print(f"longest wait for an acknowledgement {report.longest_wait:.1f} s")
    print("\n".join(report.violations[:50]) or "every promise was kept")
    return 1 if report.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=2, help="go on with faults for so long, at least")
    parser.add_argument("--rounds", type=int, default=1, help="how often every fault comes, at least")
    parser.add_argument("--ramp", type=float, default=60, help="seconds within which everybody arrives")
    parser.add_argument("--disk", type=int, default=512, help="megabytes of the small disk")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--calm", action="store_true", help="nothing breaks: arrivals, answers, submissions only")
    parser.add_argument("--postgresql", action="store_true", help="on a private cluster that crashes, without a full disk")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
