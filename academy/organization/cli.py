"""`academy organization`: setting an academy up where there is nobody yet who could."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext

from academy.kernel.actor import Actor
from academy.organization import services


@click.group("organization")
def group() -> None:
    """Units and the first administrator."""


@group.command("seed")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def seed(file: Path | None) -> None:
    """Add the units of FILE, a CSV with the columns code, kind, name, parent and, if wanted, valid_from.

    Without FILE: the city of Hanoi with its 126 wards and communes. Units whose codes are known stay.
    """
    done = services.seed_units(Actor.system(), _rows(file) if file else services.hanoi_units())
    click.echo(f"{done.added} units added, {done.unchanged} known already.")


@group.command("appoint")
@click.argument("username")
@click.argument("full_name")
@click.option("--unit", "code", required=True, help="Code of the unit that the person will administer.")
@with_appcontext
def appoint(username: str, full_name: str, code: str) -> None:
    """Add FULL_NAME as an administrator who signs in as USERNAME, and print the first password."""
    new = services.appoint_administrator(Actor.system(), username, full_name, code)
    click.echo(f"{username} administers {code}. First password, to be changed at the first sign-in: {new.password}")


def _rows(file: Path) -> list[dict]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    missing = {"code", "kind", "name", "parent"} - set(rows[0] if rows else ())
    if missing:
        raise click.ClickException(f"{file} has no column {', '.join(sorted(missing))}.")
    for row in rows:
        day = row.pop("valid_from", "") or ""
        if day:
            row["valid_from"] = date.fromisoformat(day)
    return rows
