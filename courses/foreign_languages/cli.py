"""`academy foreign-languages`."""

from __future__ import annotations

import sys

import click

from academy.sdk import Actor, content_folder
from courses.foreign_languages.deck_files import FOLDER
from courses.foreign_languages.deck_sync import sync_decks
from courses.foreign_languages.errors import DecksFaulty
from courses.foreign_languages.services import recompute_states

__all__ = ["group"]


@click.group("foreign-languages")
def group() -> None:
    """Decks of cards of the language courses."""


@group.command("sync-decks")
@click.argument("course", required=False)
def sync_command(course: str | None) -> None:
    """Take over the decks in the content folder, of COURSE or of all; a second run changes nothing."""
    folder = content_folder() / FOLDER
    courses = [course] if course else sorted(path.parent.name for path in folder.glob("*/decks"))
    faults = 0
    for slug in courses:
        try:
            for deck in sync_decks(Actor.system(), slug):
                state = (
                    f"{deck.added} new, {deck.changed} changed, {deck.retired} retired"
                    if deck.any
                    else "unchanged"
                )
                click.echo(f"{slug}/{deck.key}: {state}")
        except DecksFaulty as error:
            faults += len(error.faults)
            for fault in error.faults:
                click.echo(f"{slug}/decks/{fault}", err=True)
    sys.exit(1 if faults else 0)


@group.command("recompute")
@click.option("--check", is_flag=True, help="Only compare; exit code 1 if anything differs.")
def recompute_command(check: bool) -> None:
    """Compute when each card is due from the log of reviews again."""
    wrong = recompute_states(Actor.system(), check=check)
    for person_id, card_id in wrong:
        click.echo(f"person {person_id}, card {card_id}: {'differs' if check else 'corrected'}")
    click.echo(f"{len(wrong)} differences.")
    sys.exit(1 if check and wrong else 0)
