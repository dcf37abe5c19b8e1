"""`academy audit`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.audit.chain import verify


@click.group("audit")
def group() -> None:
    """The journal of acts."""


@group.command("verify")
@with_appcontext
def verify_command() -> None:
    """Recompute the hash chain; exit code 1 if an entry was changed, removed or added."""
    verdict = verify()
    if verdict.broken_at is None:
        click.echo(f"The journal is whole: {verdict.entries} entries.")
        return
    click.echo(f"The journal is broken at entry {verdict.broken_at}: {verdict.reason}.", err=True)
    sys.exit(1)
