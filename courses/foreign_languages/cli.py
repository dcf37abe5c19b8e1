"""`academy foreign-languages`."""

from __future__ import annotations

import sys

import click

from academy.sdk import Actor
from courses.foreign_languages.services import recompute_states

__all__ = ["group"]


@click.group("foreign-languages")
def group() -> None:
    """Cards of the language courses."""


@group.command("recompute")
@click.option("--check", is_flag=True, help="Only compare; exit code 1 if anything differs.")
def recompute_command(check: bool) -> None:
    """Compute when each card is due from the log of reviews again."""
    wrong = recompute_states(Actor.system(), check=check)
    for person_id, card_id in wrong:
        click.echo(f"person {person_id}, card {card_id}: {'differs' if check else 'corrected'}")
    click.echo(f"{len(wrong)} differences.")
    sys.exit(1 if check and wrong else 0)
