"""A private PostgreSQL cluster on a free port of this machine, gone when its user is done.

``python -m tests.postgresql COMMAND…`` runs a command with ``ACADEMY_TEST_DATABASE_URL`` set to an
empty database of such a cluster.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.tools import find

OPTIONS = "-c synchronous_commit=on -c max_connections=60"
# tests lose nothing by a power cut
FAST = "-c fsync=off -c full_page_writes=off"


class NoPostgreSQL(Exception):
    """PostgreSQL's binaries are not installed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A started cluster; ``url`` is its superuser's, without a database name at the end."""

    def __init__(self, folder: Path, control: Path, as_owner: list[str], options: str) -> None:
        port = free_port()
        self.url = f"postgresql+psycopg://academy@127.0.0.1:{port}/"
        self._control = [*as_owner, control, "-D", folder / "data", "-w"]
        settings = f"{options} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        self._start = [*self._control, "-l", folder / "log", "-o", settings, "start"]

    def start(self) -> None:
        """Start it; after a crash it first recovers what was committed."""
        _run(self._start)

    def crash(self) -> None:
        """End it at once: nothing is finished, nothing is written back."""
        _run([*self._control, "-m", "immediate", "stop"])


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster.

    Args:
        durable: flush every commit to disk, as one that holds examinations does; for measurements.

    Raises:
        NoPostgreSQL: there are no binaries to start it with.
    """
    initdb, control = find("initdb"), find("pg_ctl")
    if initdb is None or control is None:
        raise NoPostgreSQL("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="academy-pg-"))
    try:
        as_owner = _owner(folder)
        _run(
            [*as_owner, initdb, "-D", folder / "data", "-U", "academy", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        )
        made = Cluster(folder, control, as_owner, OPTIONS if durable else f"{OPTIONS} {FAST}")
        made.start()
        try:
            yield made
        finally:
            made.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Start a cluster; its URL, without a database name at the end.

    Args:
        durable: as for :func:`running_cluster`.

    Raises:
        NoPostgreSQL: there are no binaries to start it with.
    """
    with running_cluster(durable=durable) as made:
        yield made.url


def _owner(folder: Path) -> list[str]:
    """The server refuses to run as root: the package's own user runs it then."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _run(command: list) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd="/tmp")
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stdout}{done.stderr}")


def create_database(url: str, name: str) -> str:
    """An empty database in the cluster; its URL."""
    with psycopg.connect(url.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url + name


def main(command: list[str]) -> int:
    with cluster() as url:
        environment = {**os.environ, "ACADEMY_TEST_DATABASE_URL": create_database(url, "academy")}
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
