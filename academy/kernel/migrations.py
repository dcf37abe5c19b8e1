"""Schema migrations: Alembic run from Python, so that no second configuration file exists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from academy.config import PROJECT_ROOT
from academy.kernel.db import Model

CORE = PROJECT_ROOT / "migrations"


def configuration(connection: Connection | None, branches: Iterable[Path]) -> AlembicConfig:
    """Alembic's settings for the core's branch and those of the given folders."""
    config = AlembicConfig()
    folders = [CORE / "versions", *[path for path in branches if path.is_dir()]]
    config.set_main_option("script_location", str(CORE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(map(str, folders)))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, branches: Iterable[Path], revision: str = "heads") -> None:
    """Bring every branch to its newest revision."""
    command.upgrade(configuration(connection, branches), revision)


def downgrade(connection: Connection, branches: Iterable[Path], revision: str) -> None:
    """Take a branch (``"<label>@base"``) or all (``"base"``) back."""
    command.downgrade(configuration(connection, branches), revision)


def missing(connection: Connection, branches: Iterable[Path]) -> list[str]:
    """Revisions that the database has not seen yet, oldest first."""
    script = ScriptDirectory.from_config(configuration(connection, branches))
    current = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for head in current for revision in script.iterate_revisions(head, "base")}
    return [step.revision for step in script.walk_revisions() if step.revision not in known][::-1]


def differences(connection: Connection, tables: Iterable[str]) -> list[object]:
    """What separates the database from the mapped classes of these tables; empty if nothing does."""
    names = set(tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, parents: kind != "table" or name in names,
            "include_object": lambda item, name, kind, reflected, other: kind != "table" or name in names,
        },
    )
    return compare_metadata(context, Model.metadata)


def new_revision(
    connection: Connection, branches: Iterable[Path], *, message: str, folder: Path, tables: Iterable[str]
) -> Path:
    """Write the next revision of a branch from what separates the database from the models of these tables.

    For developers: the database must be at the newest revision of every branch. What was written is a
    proposal, to be read and, where data must be moved, completed by hand.
    """
    config = configuration(connection, branches)
    config.attributes["tables"] = set(tables)
    script = ScriptDirectory.from_config(config)
    own = [step for step in script.walk_revisions() if Path(step.path).parent == folder]
    made = command.revision(
        config,
        message=message,
        autogenerate=True,
        rev_id=_next_id(own[0].revision if own else "0000"),
        version_path=str(folder),
        head=own[0].revision if own else "base",
        splice=not own,
    )
    return Path(made.path)


def _next_id(last: str) -> str:
    """``0001`` → ``0002``, ``smart_city_0001`` → ``smart_city_0002``."""
    stem, number = re.fullmatch(r"(.*?)(\d+)", last).groups()
    return f"{stem}{int(number) + 1:0{len(number)}}"
