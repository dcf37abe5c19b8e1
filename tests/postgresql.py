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


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Start a cluster; its superuser's URL without a database name at the end.

    Args:
        durable: flush every commit to disk, as one that holds examinations does; for measurements.

    Raises:
        NoPostgreSQL: there are no binaries to start it with.
    """
    initdb, control = find("initdb"), find("pg_ctl")
    if initdb is None or control is None:
        raise NoPostgreSQL("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="academy-pg-"))
    data, port = folder / "data", free_port()
    as_owner = _owner(folder)
    try:
        _run([*as_owner, initdb, "-D", data, "-U", "academy", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        settings = f"{OPTIONS} {'' if durable else FAST} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        _run([*as_owner, control, "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"])
        try:
            yield f"postgresql+psycopg://academy@127.0.0.1:{port}/"
        finally:
            _run([*as_owner, control, "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
