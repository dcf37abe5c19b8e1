"""`academy recompute`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.organization.services import recompute_places
from academy.progress.projection import differences


@click.command("recompute")
@click.option("--check", is_flag=True, help="Compare only; exit code 1 if a stored state differs.")
@with_appcontext
def group(check: bool) -> None:
    """Compute people's places from their postings and their progress from what they did; repair what differs."""
    found = recompute_places(check=check)
    if found:
        click.echo(f"{found} people stand elsewhere than their postings say")
    for difference in differences(repair=not check):
        found += 1
        click.echo(f"enrollment {difference.enrollment_id}: stored {difference.stored}, facts {difference.computed}")
    click.echo(f"{found} differences{'' if check or not found else ', repaired'}.")
    sys.exit(1 if check and found else 0)
