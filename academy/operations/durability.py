"""Whether what is acknowledged survives a power cut: what the database itself says of its settings."""

from __future__ import annotations

from sqlalchemy import text

from academy.kernel.db import db
from academy.operations.serving import CannotServe

__all__ = ["durability", "require_durable"]

# below "local" a commit is acknowledged before it is on this server's disk
_DURABLE_COMMITS = frozenset({"on", "local", "remote_write", "remote_apply"})
_FULL = 2
SQLITE_REMEDY = (
    "The disk or file system refuses write-ahead logging: move the instance folder to a local disk."
)
POSTGRESQL_REMEDY = "Set synchronous_commit = on, fsync = on and full_page_writes = on in postgresql.conf."


def durability() -> tuple[bool, str, str]:
    """Whether commits are durable, how the database puts it, and the remedy if not.

    SQLite must write ahead with ``synchronous=FULL``: with NORMAL the last commits may be lost in a power cut
    (sqlite.org/pragma.html). PostgreSQL must not acknowledge commits before they are on disk
    (``synchronous_commit``), and must not lie about what is (``fsync``).
    """
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        durable = synchronous >= _FULL and journal == "wal"
        return durable, f"journal {journal}, synchronous {synchronous}", SQLITE_REMEDY
    names = ("synchronous_commit", "fsync", "full_page_writes")
    found = {name: db.session.execute(text(f"SHOW {name}")).scalar() for name in names}
    durable = found["synchronous_commit"] in _DURABLE_COMMITS and found["fsync"] == "on"
    told = ", ".join(f"{name} {value}" for name, value in found.items())
    return durable and found["full_page_writes"] == "on", told, POSTGRESQL_REMEDY


def require_durable() -> None:
    """Go on only on a database that keeps what it has acknowledged.

    Raises:
        CannotServe: it may lose it; the message is one line with the remedy.
    """
    durable, told, remedy = durability()
    if not durable:
        raise CannotServe(f"The database may lose answers it has acknowledged ({told}). {remedy}")
