"""Commands of the register."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from academy.certificates import checking, services


@click.group(name="certificates")
def group() -> None:
    """The register of certificates."""


@group.command()
@with_appcontext
def check() -> None:
    """Prove that no number is missing and that rows and PDFs are as they were signed; exit code 1 if not."""
    found = list(checking.faults())
    for fault in found:
        click.echo(fault)
    click.echo(f"{len(found)} faults" if found else "the register is sound")
    if found:
        raise SystemExit(1)


@group.command()
@with_appcontext
def reconcile() -> None:
    """Give completed runs that have none their right to a document."""
    click.echo(f"{services.reconcile()} rights were missing and are there now")
