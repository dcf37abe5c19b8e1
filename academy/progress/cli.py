"""`academy recompute`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.organization.services import recompute_places
from academy.progress.projection import differences
from academy.quizzes.verifying import verify_marks


@click.command("recompute")
@click.option("--check", is_flag=True, help="Compare only; exit code 1 if a stored state differs.")
@with_appcontext
def group(check: bool) -> None:
    """Compute people's places from their postings and their progress from what they did; repair what differs.

    Marks of quizzes are made anew too, but only compared.
    """
    wrong_marks = 0
    found = recompute_places(check=check)
    if found:
        click.echo(f"{found} people stand elsewhere than their postings say")
    for difference in differences(repair=not check):
        found += 1
        click.echo(
            f"enrollment {difference.enrollment_id}: stored {difference.stored}, facts {difference.computed}"
        )
    for wrong in verify_marks():
        wrong_marks += 1
        click.echo(f"attempt {wrong.attempt_id}: {wrong.what} is {wrong.stored}, should be {wrong.expected}")
    click.echo(f"{found} differences{'' if check or not found else ', repaired'}.")
    if wrong_marks:
        click.echo(f"{wrong_marks} marks do not follow from what is stored. They are facts and stay: look into them.")
    sys.exit(1 if wrong_marks or (check and found) else 0)
