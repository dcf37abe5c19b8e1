"""`academy sample-module`."""

from __future__ import annotations

import click

from tests.sample_module import services


@click.group("sample-module")
def group() -> None:
    """The sample module."""


@group.command("total")
def total_command() -> None:
    """How often the academy was greeted."""
    click.echo(services.total())
