"""`academy paper`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.quizzes import services
from academy.quizzes.queries import get_quiz_named


@click.group("paper")
def group() -> None:
    """The papers of examinations."""


@group.command("verify")
@click.argument("quiz")
@click.option("--attempt", type=int, help="Only the attempt with this number.")
@click.option("--all", "everything", is_flag=True, help="Every attempt, and printed variants; the default.")
@with_appcontext
def verify(quiz: str, attempt: int | None, everything: bool) -> None:
    """Draw the papers of an examination again and compare them with what was sat, slot by slot.

    QUIZ is its number, or its course and its name: van-ban/cuoi-khoa. Exit code 1 if anything differs; each
    difference is one line.
    """
    if everything and attempt is not None:
        raise click.UsageError("Say either --attempt or --all.")
    papers = different = 0
    for report in services.verify_papers(get_quiz_named(quiz).id, attempt):
        papers += 1
        different += bool(report.differences)
        for difference in report.differences:
            click.echo(f"{report.name}: {difference}", err=True)
        if attempt is not None and not report.differences:
            click.echo(f"{report.name}: as drawn, {report.slots} questions")
    click.echo(
        f"{different} of {papers} differ."
        if different
        else f"{papers} drawn again, all as they were stored.",
        err=bool(different),
    )
    sys.exit(1 if different else 0)
