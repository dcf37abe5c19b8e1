"""`academy db`, `serve`, `worker`, `doctor`."""

from __future__ import annotations

import signal
import sys
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from academy.kernel.worker import work
from academy.operations import database, serving
from academy.operations.doctor import examine


@click.group("db")
def db_group() -> None:
    """The database schema."""


@db_group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Apply the migrations that are missing; harmless when there are none."""
    applied = database.upgrade()
    click.echo(f"{len(applied)} migrations applied." if applied else "The database schema is up to date.")


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="WORKERS", default=2, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Serve the academy: web processes and one worker, until interrupted."""
    try:
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
    click.echo("All is well." if not faults else f"{faults} faults.")
    sys.exit(1 if faults else 0)


commands = (db_group, serve, check_port, worker, doctor)
