"""`academy db`, `serve`, `worker`, `doctor`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from academy.kernel.db import db
from academy.kernel.worker import work
from academy.operations import backup, database, serving
from academy.operations.doctor import examine
from academy.operations.durability import require_durable


@click.group("db")
def db_group() -> None:
    """The database schema."""


@db_group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Apply the migrations that are missing; harmless when there are none."""
    applied = database.upgrade()
    click.echo(f"{len(applied)} migrations applied." if applied else "The database schema is up to date.")


@db_group.command("revision")
@click.option("--message", "-m", required=True, help="What changes, in a few words.")
@click.option("--module", help="The course module whose branch it belongs to; the core's if not given.")
@with_appcontext
def revision(message: str, module: str | None) -> None:
    """Propose the next migration from what the models say (for developers)."""
    click.echo(database.write_revision(message, module=module))


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="WORKERS", default=2, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Serve the academy: web processes and one worker, until interrupted."""
    try:
        if pending := database.pending():
            raise serving.CannotServe(f"{len(pending)} migrations are missing. Run: academy db upgrade")
        require_durable()
        db.session.remove()
        sys.exit(serving.serve(host, port, workers=workers))
    except serving.CannotServe as error:
        click.echo(f"academy: {error}", err=True)
        sys.exit(2)


@click.command("check-port", hidden=True)
@click.option("--host", envvar="HOST", default="127.0.0.1")
@click.option("--port", envvar="PORT", default=8000, type=click.IntRange(1, 65535))
def check_port(host: str, port: int) -> None:
    """Fail at once if the port is taken, before minutes of work."""
    try:
        serving.check_port(host, port)
    except serving.CannotServe as error:
        click.echo(f"academy: {error}", err=True)
        sys.exit(2)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run jobs until interrupted; the job at hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(current_app._get_current_object(), stop)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at the installation; exit code 1 if something is not well."""
    faults = 0
    for finding in examine():
        mark = "ok  " if finding.ok else "FAIL"
        click.echo(f"{mark}  {finding.name}: {finding.detail}")
        if not finding.ok:
            faults += 1
            click.echo(f"      → {finding.remedy}")
    click.echo("All is well." if not faults else f"{faults} fault{'s'[: faults > 1]}.")
    sys.exit(1 if faults else 0)


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup_command(target: Path) -> None:
    """Write database, files and keys into TARGET (a .tar.gz that only its owner may read)."""
    _or_one_line(lambda: click.echo(f"{backup.make_backup(target)} files are in {target}. Keep it safe: it holds keys."))


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the data of an academy that has accounts.")
@with_appcontext
def restore_command(source: Path, replace: bool) -> None:
    """Bring SOURCE back; stop the server first, start it again afterwards."""
    _or_one_line(lambda: click.echo(f"{backup.restore_backup(source, replace=replace)} files restored."))
    if pending := database.pending():
        click.echo(f"The backup is of an older version: {len(pending)} migrations are missing. Run: academy db upgrade")


def _or_one_line(act: Callable[[], None]) -> None:
    try:
        act()
    except backup.BackupError as error:
        click.echo(f"academy: {error}", err=True)
        sys.exit(2)


commands = (db_group, backup_command, restore_command, serve, check_port, worker, doctor)
