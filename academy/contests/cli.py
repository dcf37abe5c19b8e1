"""Commands of contests."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from academy.contests import verifying
from academy.contests.errors import ContestNotFound


@click.group(name="contest")
def group() -> None:
    """Contests over several rounds."""


@group.command()
@click.argument("contest")
@click.option("--round", "number", type=click.IntRange(0), help="Only this round; 0: only the whole contest.")
@with_appcontext
def verify(contest: str, number: int | None) -> None:
    """Compute boards, ranks, prizes and draws anew from stored facts; exit code 1 if anything differs."""
    try:
        found = list(verifying.differences(contest, number))
    except ContestNotFound as error:
        raise click.UsageError("there is no such contest or round") from error
    for difference in found:
        click.echo(difference)
    results = verifying.count_results(contest)
    click.echo(f"{len(found)} differences" if found else f"{results} results agree with the facts")
    if found:
        raise SystemExit(1)
