"""`academy content`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from academy.catalog.content import content_check
from academy.catalog.content_parts import Changes, content_parts
from academy.catalog.content_sync import SyncReport
from academy.catalog.services import sync_content
from academy.kernel.actor import Actor

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("content")
def group() -> None:
    """The courses in the content folder."""


@group.command("check")
@click.argument("path", required=False, type=_FOLDER)
@with_appcontext
def check_command(path: Path | None) -> None:
    """Name every fault in the content folder as file:line: what is wrong → what to do.

    Exit code 1 if there is one. PATH is the content folder; the configured one if not given.
    """
    faults = content_check(path or current_app.config["ACADEMY"].content, content_parts(current_app))
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} faults." if faults else "The content is sound.", err=bool(faults))
    sys.exit(1 if faults else 0)


@group.command("sync")
@click.argument("path", required=False, type=_FOLDER)
@with_appcontext
def sync_command(path: Path | None) -> None:
    """Publish what changed in the content folder; a second run changes nothing.

    Courses with faults stay as they are. Exit code 1 if there was a fault.
    """
    root = path or current_app.config["ACADEMY"].content
    report = sync_content(Actor.system(), root, content_parts(current_app))
    for line in report_lines(report):
        click.echo(line)
    for fault in report.faults:
        click.echo(str(fault), err=True)
    sys.exit(1 if report.faults else 0)


def report_lines(report: SyncReport) -> list[str]:
    """What a sync did, for people."""
    lines = []
    for name, changes in (("topics", report.topics), ("legal documents", report.documents)):
        if changes.any:
            lines.append(f"{name}: {changes}")
    for course in report.courses:
        if not course.any:
            continue
        version = f"version {course.version}" if course.version else "same version"
        shown: list[tuple[str, Changes]] = [("lessons", course.lessons), ("media", course.media)]
        shown += course.parts.items()
        lines.append(f"{course.slug}: {version}")
        lines += [f"  {name}: {changes}" for name, changes in shown if changes.any]
        lines += [f"  {note}" for _name, changes in shown for note in changes.notes]
    if report.rendered:
        lines.append(f"{report.rendered} texts rendered anew")
    same = sum(not course.any for course in report.courses)
    if same:
        lines.append(f"{same} courses unchanged")
    return lines + report.notes
