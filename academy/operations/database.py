"""Bringing the database to the schema of the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from academy.kernel import migrations
from academy.kernel.db import Model, db
from academy.kernel.errors import NotFound
from academy.plugins.manager import installed_modules, tables_of


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


def write_revision(message: str, *, module: str | None = None) -> Path:
    """Write the next revision of the core's branch or a module's; see :func:`migrations.new_revision`.

    Raises:
        NotFound: no module of this slug is installed.
    """
    installed = installed_modules()
    own = {found.slug: set(tables_of(found)) for found in installed}
    if module is None:
        folder, tables = migrations.CORE / "versions", set(Model.metadata.tables).difference(*own.values())
    elif module in own:
        folder, tables = installed.find(module).migrations, own[module]
    else:
        raise NotFound(f"no course module {module} is installed")
    with db.engine.connect() as connection:
        return migrations.new_revision(connection, branches(), message=message, folder=folder, tables=tables)


def _commit(connection: Connection) -> None:
    if connection.in_transaction():
        connection.commit()
