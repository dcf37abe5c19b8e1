"""The short storm, and that it would see what it is there to see."""

from __future__ import annotations

import pytest

from tests.chaos.disk import small_disk
from tests.chaos.processes import Served
from tests.chaos.site import make_site
from tests.chaos.storm import Report, Storm
from tests.chaos.wsgi import FAULTS

DISK = 64


def storm(folder, *, learners: int, fault: str = "", **options) -> Report:
    with small_disk(folder / "disk", DISK) as disk:
        site = make_site(disk.folder, learners)
        served = Served(site, fault=fault, page_limit=disk.page_limit)
        return Storm(site, served, disk, **options).run()


def test_nothing_acknowledged_is_lost_while_everything_breaks(tmp_path):
    report = storm(tmp_path, learners=18, pause=0.15, calm=40)
    assert report.violations == [], report
    assert sorted(report.faults) == [
        "fill_the_disk",
        "kill_a_child",
        "kill_everything",
        "kill_the_worker",
        "stall_a_child",
        "stall_and_kill",
    ]
    assert report.submitted == 12 and report.late >= 6 and report.seen["507"] >= 3
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
