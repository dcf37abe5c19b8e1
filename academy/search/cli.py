"""`academy search status|rebuild|explain`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.search import services
from academy.search.backend import IndexDamaged, Scope
from academy.search.engine import engine
from academy.search.query import parse
from academy.search.vocabulary_queries import synonyms_in_force


@click.group("search")
def group() -> None:
    """The search index."""


@group.command("status")
@with_appcontext
def status() -> None:
    """Say how the index is; exit code 1 if it must be rebuilt."""
    health = engine().health()
    if health.degraded:
        click.echo(f"The index cannot be used ({health.reason}): titles are searched in the database.")
        click.echo("Run `academy search rebuild`, or leave it to the worker.")
        sys.exit(1)
    behind = services.count_pending()
    click.echo(f"documents   {health.documents}")
    click.echo(f"generation  {health.generation}, {health.segments} segments, {health.bytes / 1e6:.1f} MB")
    click.echo(f"outbox      {'up to date' if not behind else f'{behind} changes not yet indexed'}")


@group.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Build the index anew beside the one in use, then put it in its place."""
    done = services.rebuild()
    if done["documents"]:
        click.echo(f"{done['documents']} documents.")
    else:
        click.echo("Nothing to index, or another process is rebuilding.")


@group.command("explain")
@click.argument("query")
@click.option("--limit", default=10, show_default=True)
@with_appcontext
def explain(query: str, limit: int) -> None:
    """Show how QUERY is read, over all documents, and how the best of them score."""
    try:
        for line in engine().explain(
            parse(query, synonyms_in_force()), Scope(frozenset(), everything=True), limit=limit
        ):
            click.echo(line)
    except IndexDamaged as damage:
        click.echo(f"The index cannot be used ({damage}).")
        sys.exit(1)
