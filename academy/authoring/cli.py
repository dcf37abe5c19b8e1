"""`academy questions`: banks of questions in and out, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from academy.authoring import services
from academy.authoring.exchange_queries import list_import_items
from academy.kernel.actor import Actor
from academy.kernel.errors import AcademyError
from academy.kernel.i18n import LOCALES
from academy.kernel.jobs import run_all
from academy.questions.exchange.formats import FORMATS
from academy.questions.exchange.neutral import Note
from academy.questions.exchange.wording import note_text

_WRITTEN = [form.name for form in FORMATS.values() if form.write is not None]
_MANY = 100_000


@click.group("questions")
def group() -> None:
    """Questions of courses, in and out."""


@group.command("import")
@click.argument("course")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="If it is not as the file looks.")
@click.option("--lang", type=click.Choice(LOCALES), default="vi", show_default=True)
@click.option("--lesson", default="", help="Slug of the lesson for questions that name none.")
@click.option("--outcome", default="", help="Id of the outcome for questions that name none.")
@click.option("--dry-run", is_flag=True, help="Only report what would be done.")
@click.option("--leave-out-refused", is_flag=True, help="Import the others where some cannot come in.")
@with_appcontext
def import_(course: str, file: Path, form: str | None, lang: str, lesson: str, outcome: str, dry_run: bool, leave_out_refused: bool) -> None:  # fmt: skip
    """Bring the questions of FILE into COURSE, all together or none.

    A line is printed for every question that is refused or comes in a little different.
    """
    actor = Actor.system()
    options = services.ImportOptions(lang=lang, format=form or "", lesson=lesson, outcome=outcome)
    stored = services.start_question_import(actor, course, file.read_bytes(), file.name, options)
    import_id, waits = stored.id, stored.state == "checking"
    if waits:
        run_all()
    stored = services.get_question_import(actor, course, import_id)
    if stored.state == "failed":
        raise AcademyError(" ".join(stored.summary["problem"]))
    _print_report(stored)
    counts = stored.summary["counts"]
    if dry_run or not (counts["new"] or counts["changed"]):
        return
    if counts["refused"] and not leave_out_refused:
        raise click.ClickException("nothing was imported: correct the file, or say --leave-out-refused.")
    if services.confirm_question_import(actor, course, import_id).state != "applied":
        run_all()
    stored = services.get_question_import(actor, course, import_id)
    if stored.state != "applied":
        raise AcademyError(" ".join(stored.summary.get("problem", [stored.state])))
    click.echo("imported.")


@group.command("export")
@click.argument("course")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(_WRITTEN), required=True)
@click.option("--lang", "langs", type=click.Choice(LOCALES), multiple=True, default=["vi"], show_default=True)
@click.option("--lesson", help="Only the questions of a lesson.")
@click.option("--key", "keys", multiple=True, help="Only this question; may be given several times.")
@click.option("--dry-run", is_flag=True, help="Only report what the format cannot carry.")
@with_appcontext
def export(course: str, file: Path, form: str, langs: tuple[str, ...], lesson: str | None, keys: tuple[str, ...], dry_run: bool) -> None:  # fmt: skip
    """Write the questions of COURSE to FILE; in several languages, a ZIP with a file for each."""
    exported = services.export_questions(
        Actor.system(), course, form=form, langs=langs, lesson=lesson, keys=keys, note=not dry_run
    )
    for item in exported.items:
        for note in item.notes:
            verdict = "different" if item.written else "left out"
            click.echo(f"{item.key} ({item.lang}): {verdict}: {' '.join(note_text(note)).strip()}")
    written = sum(item.written for item in exported.items)
    if not dry_run:
        file.write_bytes(exported.data)
    click.echo(f"{written} of {len(exported.items)} questions {'would be ' if dry_run else ''}written.")


def _print_report(stored: Any) -> None:
    for code, params in stored.summary["notes"]:
        click.echo(" ".join(note_text(Note(code, params))).strip())
    for item in list_import_items(stored.id, limit=_MANY):
        for note in item.notes:
            place = ":".join(part for part in (item.file, str(item.line or "")) if part) or str(item.number)
            verdict = "refused" if item.verdict == "refused" else "different"
            click.echo(f"{place}: {verdict}: {item.title[:60]}: {' '.join(note_text(note)).strip()}")
    counts = stored.summary["counts"]
    click.echo(", ".join(f"{counts[name]} {name}" for name in ("new", "changed", "unchanged", "refused")))
