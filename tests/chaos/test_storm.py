"""The short storm, and that it would see what it is there to see; on PostgreSQL where the tests run there."""

from __future__ import annotations

import os

import pytest

from tests.chaos.disk import small_disk
from tests.chaos.processes import Served
from tests.chaos.site import make_site
from tests.chaos.storm import Report, Storm
from tests.chaos.wsgi import FAULTS
from tests.postgresql import create_database, running_cluster

DISK = 64
ON_POSTGRESQL = bool(os.environ.get("ACADEMY_TEST_DATABASE_URL"))
# what breaks everywhere, and what breaks here
BREAKS = ["kill_a_child", "kill_everything", "kill_the_worker", "stall_a_child", "stall_and_kill"]
HERE = "crash_the_database" if ON_POSTGRESQL else "fill_the_disk"


def storm(folder, *, learners: int, fault: str = "", **options) -> Report:
    return (_on_postgresql if ON_POSTGRESQL else _on_sqlite)(folder, learners, fault, options)


def _on_sqlite(folder, learners: int, fault: str, options: dict) -> Report:
    with small_disk(folder / "disk", DISK) as disk:
        site = make_site(disk.folder, learners)
        served = Served(site, fault=fault, page_limit=disk.page_limit)
        return Storm(site, served, disk, **options).run()


def _on_postgresql(folder, learners: int, fault: str, options: dict) -> Report:
    """On a cluster of its own: the one of the other tests does not crash."""
    with running_cluster() as cluster:
        home = folder / "instance"
        home.mkdir()
        site = make_site(home, learners, database_url=create_database(cluster.url, "storm"))
        return Storm(site, Served(site, fault=fault), cluster=cluster, **options).run()


def test_nothing_acknowledged_is_lost_while_everything_breaks(tmp_path):
    report = storm(tmp_path, learners=18, pause=0.15, calm=40)
    assert report.violations == [], report
    assert sorted(report.faults) == sorted([*BREAKS, HERE])
    assert report.submitted == 12 and report.late >= 6
    assert ON_POSTGRESQL and report.seen["503"] or report.seen["507"] >= 3
    assert report.acknowledged >= 6 * 40


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ("acknowledge-before-commit", "lost"),
        ("accept-late", "late"),
        ("older-overwrites", "overwritten"),
    ],
)
def test_a_planted_fault_is_found(tmp_path, fault, names):
    assert fault in FAULTS
    report = storm(tmp_path, learners=4, fault=fault, pause=0.02, calm=80, faults=False)
    assert any(line.startswith(names) for line in report.violations), report
