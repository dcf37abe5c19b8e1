"""`academy paper` and `academy quizzes`."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from academy.quizzes import services
from academy.quizzes.queries import get_quiz_named
from academy.quizzes.verifying import verify_marks


@click.group("paper")
def paper() -> None:
    """The papers of examinations."""


@paper.command("verify")
@click.argument("quiz")
@click.option("--attempt", type=int, help="Only the attempt with this number.")
@click.option("--all", "everything", is_flag=True, help="Every attempt, and printed variants; the default.")
@with_appcontext
def verify_paper(quiz: str, attempt: int | None, everything: bool) -> None:
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


@click.group("quizzes")
def quizzes() -> None:
    """Quizzes and their marks."""


@quizzes.command("verify-marks")
@with_appcontext
def verify_all_marks() -> None:
    """Make every mark anew from stored scores, weights and changes; exit code 1 if one differs."""
    found = 0
    for one in verify_marks():
        found += 1
        click.echo(f"attempt {one.attempt_id}: {one.what} is {one.stored}, should be {one.expected}")
    click.echo(f"{found} differences.")
    sys.exit(1 if found else 0)


commands = (paper, quizzes)
