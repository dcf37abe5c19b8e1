"""Bringing the database to the schema of the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from academy.kernel import migrations
from academy.kernel.db import db
from academy.plugins.manager import installed_modules


def branches() -> list[Path]:
    """Folders of the installed modules' migrations."""
    return [module.migrations for module in installed_modules()]


def upgrade() -> list[str]:
    """Apply what is missing; the revisions applied, oldest first."""
    with db.engine.connect() as connection:
        pending = migrations.missing(connection, branches())
        connection.rollback()
        if pending:
            migrations.upgrade(connection, branches())
            _commit(connection)
    return pending


def pending() -> list[str]:
    """Revisions that the database still lacks."""
    with db.engine.connect() as connection:
        return migrations.missing(connection, branches())


def _commit(connection: Connection) -> None:
    if connection.in_transaction():
        connection.commit()
