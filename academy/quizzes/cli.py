"""`academy quizzes`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.quizzes.verifying import verify_marks


@click.group("quizzes")
def group() -> None:
    """Quizzes and their marks."""


@group.command("verify-marks")
@with_appcontext
def verify() -> None:
    """Make every mark anew from stored scores, weights and changes; exit code 1 if one differs."""
    found = 0
    for one in verify_marks():
        found += 1
        click.echo(f"attempt {one.attempt_id}: {one.what} is {one.stored}, should be {one.expected}")
    click.echo(f"{found} differences.")
    sys.exit(1 if found else 0)
