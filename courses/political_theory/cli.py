"""`academy political-theory`."""

from __future__ import annotations

import click

from academy.sdk import Actor, find_course
from courses.political_theory import services

__all__ = ["group"]


@click.group("political-theory")
def group() -> None:
    """Documents and notes of close reading."""


@group.command("store-documents")
@click.argument("course")
def store_command(course: str) -> None:
    """Store the documents that COURSE asks to read; publishing it does the same."""
    found = find_course(course)
    if found is None:
        raise click.BadParameter(f"there is no course {course}")
    click.echo(f"{services.store_documents(Actor.system(), found.id)} new documents.")


@group.command("expire-notes")
def expire_command() -> None:
    """Delete private notes that nobody has touched for the set time."""
    click.echo(f"{services.expire_annotations(Actor.system())} notes deleted.")
