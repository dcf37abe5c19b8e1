"""The ``academy`` command: groups collected from the slices."""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import SQLAlchemyError

from academy.app import SLICES, create_app
from academy.config import ConfigError
from academy.kernel.errors import AcademyError
from academy.kernel.rights import MissingRight
from academy.operations.database_faults import database_fault
from academy.plugins.manager import ModuleRefused


class AcademyGroup(FlaskGroup):
    """The slices' commands, and those of the installed course modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(name for name in super().list_commands(ctx) if name not in {"run", "shell", "routes"})


@click.group(cls=AcademyGroup, create_app=create_app, add_default_commands=False, add_version_option=False)
def cli() -> None:
    """The Digital Academy."""


def _collect() -> None:
    for name in (*SLICES, "operations", "demo"):
        if (Path(__file__).parent / name / "cli.py").exists():
            room = importlib.import_module(f"academy.{name}.cli")
            for command in getattr(room, "commands", None) or (room.group,):
                cli.add_command(command)


def main() -> None:
    """Run the command; what a person can put right is one line and exit code 2, not a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _collect()
    try:
        cli(standalone_mode=True)
    except (ConfigError, ModuleRefused, MissingRight, AcademyError) as error:
        click.echo(f"academy: {error}", err=True)
        sys.exit(2)
    except SQLAlchemyError as error:
        fault = database_fault(error)
        if fault is None:
            raise
        click.echo(f"academy: {fault.what}. {fault.remedy}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
