"""The house stands as its plan says: floors, room plan, one place that commits, one that reads the environment."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from academy.config import PROJECT_ROOT

SOURCES = sorted(
    path for folder in ("academy", "courses") for path in (PROJECT_ROOT / folder).rglob("*.py")
)
VAGUE = {"util.py", "utils.py", "helpers.py", "common.py", "misc.py", "stuff.py"}


@pytest.fixture
def undisturbed_logging() -> Iterator[None]:
    """The linter sets up logging for a process of its own and silences every logger it finds."""
    loggers = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    yield
    for one in loggers:
        one.disabled = False


def test_imports_respect_the_floors(monkeypatch, capsys, undisturbed_logging):
    monkeypatch.chdir(PROJECT_ROOT)
    assert lint_imports() == 0, capsys.readouterr().out


def test_every_package_says_what_it_owns_and_holds_no_code():
    for path in SOURCES:
        if path.name != "__init__.py" or path.parent.name == "sdk":
            continue
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree), f"{path} has no docstring"
        extra = [node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
        assert not extra, f"{path} holds code"


def test_no_room_without_a_name():
    assert not [path for path in SOURCES if path.name in VAGUE]


def test_only_the_unit_of_work_commits():
    found = [path for path in SOURCES if "session.commit()" in path.read_text()]
    assert [path.relative_to(PROJECT_ROOT).as_posix() for path in found] == ["academy/kernel/unit_of_work.py"]


@pytest.mark.parametrize("needle", ["os.environ", "os.getenv"])
def test_only_the_configuration_reads_the_environment(needle):
    allowed = {"academy/config.py", "academy/operations/serving.py"}  # the latter hands it to its processes
    found = {path.relative_to(PROJECT_ROOT).as_posix() for path in SOURCES if needle in path.read_text()}
    assert found <= allowed


def test_files_are_one_room_each():
    long = {
        path.relative_to(PROJECT_ROOT).as_posix(): lines
        for path in SOURCES
        if (lines := len(path.read_text().splitlines())) > 450
    }
    assert not long


def test_only_the_clock_asks_for_the_time():
    asking = [
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in SOURCES
        if "datetime.now(" in path.read_text() or "date.today(" in path.read_text()
    ]
    assert asking == ["academy/kernel/clock.py"]


def test_top_level_holds_what_the_plan_names():
    tracked = {"academy", "courses", "migrations", "content", "tests", ".ci"}
    folders = {path.name for path in Path(PROJECT_ROOT).iterdir() if path.is_dir() and path.name[0] != "."}
    assert folders - {"instance", "build"} - {name for name in folders if name.endswith(".egg-info")} <= tracked
