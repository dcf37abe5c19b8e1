"""`academy search status|rebuild|run|explain`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import with_appcontext

from academy.accounts.services import username_key
from academy.config import ConfigError
from academy.organization.identity import actor_of_account
from academy.search import lease, queries, services
from academy.search.backend import IndexDamaged, Scope, SearchBackend
from academy.search.engine import BACKENDS, engine, make_backend
from academy.search.query import parse
from academy.search.vocabulary_queries import synonyms_in_force


@click.group("search")
def group() -> None:
    """The search index."""


def _backend_option(command: Callable) -> Callable:
    return click.option(
        "--backend", type=click.Choice(tuple(BACKENDS)), help="Another engine than the one in use."
    )(command)


def _chosen(name: str | None) -> SearchBackend:
    config = current_app.config["ACADEMY"]
    if name is None or name == config.search_backend:
        return engine()
    try:
        return make_backend(name, config)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


@group.command("status")
@_backend_option
@with_appcontext
def status(backend: str | None) -> None:
    """Say how the index is and who writes it; exit code 1 if it must be rebuilt."""
    chosen = _chosen(backend)
    health = chosen.health()
    if health.degraded:
        click.echo(f"The index cannot be used ({health.reason}): titles are searched in the database.")
        click.echo("Run `academy search rebuild`, or leave it to the worker.")
        sys.exit(1)
    behind = services.count_pending(chosen)
    click.echo(f"backend     {chosen.name}")
    click.echo(f"documents   {health.documents}")
    click.echo(f"generation  {health.generation}, {health.segments} segments, {health.bytes / 1e6:.1f} MB")
    click.echo(f"outbox      {'up to date' if not behind else f'{behind} changes not yet indexed'}")
    for one in lease.list_indexers():
        holder = (
            f"written by {one.holder}" if one.is_held else f"last written {one.beat_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        here = " (this one)" if one.name == chosen.key else ""
        click.echo(f"index       {one.name}{here}: {holder}, lease {one.token}, outbox to {one.position}")


@group.command("rebuild")
@_backend_option
@with_appcontext
def rebuild(backend: str | None) -> None:
    """Build the index anew beside the one in use, then put it in its place.

    With --backend another engine's index is built, while the one in use goes on: afterwards set
    ACADEMY_SEARCH_BACKEND and restart; what changed in between is caught up with.
    """
    done = services.rebuild(backend=_chosen(backend))
    if done["documents"]:
        click.echo(f"{done['documents']} documents.")
    else:
        click.echo("Nothing to index, or another process is rebuilding.")


@group.command("run")
@with_appcontext
def run() -> None:
    """Keep this machine's index in step with the database until interrupted.

    One on each machine that has an index of its own; a second one waits for the first.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: stop.set())
    click.echo(f"{engine().name}: following the outbox.")
    services.follow(stop)


@group.command("explain")
@click.argument("query")
@click.argument("document", required=False)
@click.option("--as", "login", metavar="ACCOUNT", help="Within what this account may see.")
@click.option("--limit", default=10, show_default=True)
@with_appcontext
def explain(query: str, document: str | None, login: str | None, limit: int) -> None:
    """Show how QUERY is read and what it finds.

    With DOCUMENT (lesson:17:vi, as this command names them), why it is found where it is, or not at all.
    """
    scope = Scope(frozenset(), everything=True)
    if login is not None:
        account_id = queries.find_account_id(username_key(login))
        actor = actor_of_account(account_id) if account_id is not None else None
        if actor is None:
            raise click.ClickException(f"There is no account {login} that may sign in.")
        scope = queries.scope_of(actor)
    try:
        for line in engine().explain(parse(query, synonyms_in_force()), scope, ref=document, limit=limit):
            click.echo(line)
    except IndexDamaged as damage:
        click.echo(f"The index cannot be used ({damage}).")
        sys.exit(1)
