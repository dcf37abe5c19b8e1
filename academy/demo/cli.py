"""`academy demo` and `academy start`."""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from random import Random

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from academy.accounts.models import Account
from academy.accounts.pages import DEMO_ACCOUNTS
from academy.catalog.content_parts import content_parts
from academy.catalog.services import sync_content
from academy.demo.city import PASSWORD, build_city
from academy.demo.contest import hold_contest
from academy.demo.studies import teach
from academy.item_analysis.services import analyse_quiz, due_quizzes
from academy.kernel import chance
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.jobs import run_all
from academy.kernel.settings import settings
from academy.operations import database, serving
from academy.operations.durability import require_durable
from academy.search.services import rebuild

LEARNERS = 200
SEED = 2026
_began = time.monotonic()


def _say(text: str) -> None:
    click.echo(f"[{time.monotonic() - _began:5.1f} s] {text}")


def fill(seed: int) -> None:
    """Fill an empty academy with the demo; same seed, same data.

    Raises:
        click.ClickException: the academy has accounts already.
    """
    if db.session.scalar(select(Account.id).limit(1)) is not None:
        raise click.ClickException("This academy has accounts already; the demo fills empty ones only.")
    _note(seed, complete=False)
    with chance.seeded(seed) if not settings().is_production else nullcontext():
        _fill(Random(seed))
    _note(seed, complete=True)


def _fill(random: Random) -> None:
    _say("courses from the content folder")
    report = sync_content(Actor.system(), settings().content, content_parts(current_app))
    for fault in report.faults:
        click.echo(f"  {fault}", err=True)
    _say(f"the city: 126 wards and communes, {LEARNERS} learners")
    city = build_city(random, LEARNERS)
    teach(random, city, _say)
    _say("a contest with a published round and one that is open")
    hold_contest(random, city)
    _say("item analysis")
    for quiz_id in due_quizzes():
        analyse_quiz(quiz_id)
    _say("the search index")
    run_all()
    rebuild()


def _note_file() -> Path:
    return settings().instance / "demo.json"


def _note(seed: int, *, complete: bool) -> None:
    _note_file().write_text(json.dumps({"seed": seed, "complete": complete}))


def check_complete() -> None:
    """See that filling the demo, if it was begun, has also ended.

    Raises:
        click.ClickException: it was interrupted.
    """
    if _note_file().exists() and not json.loads(_note_file().read_text()).get("complete", True):
        raise click.ClickException(
            f"Filling the demo was interrupted: remove the folder {settings().instance} and start again."
        )


@click.command("demo")
@click.option("--seed", type=int, default=SEED, show_default=True)
@with_appcontext
def demo(seed: int) -> None:
    """Fill an empty academy with a city, courses, learners and certificates."""
    check_complete()
    database.upgrade()
    fill(seed)
    _say("the demo academy stands")


@click.command("start")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="WORKERS", default=2, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def start(host: str, port: int, workers: int) -> None:
    """Set up what is missing, fill an empty academy with the demo, and serve it."""
    try:
        serving.check_port(host, port)
        check_complete()
        if database.upgrade():
            _say("the database schema")
        if not settings().is_production and db.session.scalar(select(Account.id).limit(1)) is None:
            fill(SEED)
        require_durable()
        db.session.remove()
        _greet(host, port)
        sys.exit(serving.serve(host, port, workers=workers))
    except serving.CannotServe as error:
        click.echo(f"academy: {error}", err=True)
        sys.exit(2)


def _greet(host: str, port: int) -> None:
    _say("ready")
    click.echo(f"\n  http://{host}:{port}\n")
    if _note_file().exists():
        click.echo(f"  Demo accounts: {', '.join(DEMO_ACCOUNTS)} … learner{LEARNERS}; password: {PASSWORD}")
    click.echo("  End with Ctrl+C. If something is not well: .venv/bin/academy doctor\n")


commands = (demo, start)
