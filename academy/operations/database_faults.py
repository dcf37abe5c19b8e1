"""What a person can do about a fault of the database, told from the exception."""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

__all__ = ["DatabaseFault", "database_fault"]


class DatabaseFault(NamedTuple):
    """What is wrong, in a few words, and what to do about it."""

    what: str
    remedy: str


_BAD_ADDRESS = DatabaseFault(
    "ACADEMY_DATABASE_URL is not the address of a database",
    "Write postgresql+psycopg://user:password@host/name, or leave it out for SQLite.",
)
# words of SQLite and of PostgreSQL; the first that fits
_KNOWN = (
    (
        re.compile(r"no such (table|column)|(relation|column) .* does not exist"),
        DatabaseFault("the database lacks tables or columns of this version", "Run: academy db upgrade"),
    ),
    (
        re.compile(r"malformed|not a database"),
        DatabaseFault(
            "the database file is damaged", "Restore a backup: academy restore FILE --replace."
        ),
    ),
    (
        re.compile(r"database is locked"),
        DatabaseFault("another process keeps the database busy", "Wait until it has ended, or end it."),
    ),
    (
        re.compile(r"disk is full|No space left"),
        DatabaseFault("the disk is full", "Free space on the disk that holds the database."),
    ),
    (
        re.compile(r"readonly database|read-only"),
        DatabaseFault("the database cannot be written", "Give the user that runs the academy write access."),
    ),
    (
        re.compile(r"connection|unable to open|could not (translate|connect)|authentication|does not exist"),
        DatabaseFault(
            "the database cannot be reached", "Start its server, or correct ACADEMY_DATABASE_URL."
        ),
    ),
)


def database_fault(error: BaseException) -> DatabaseFault | None:
    """The fault behind an exception of SQLAlchemy; None if it is none that a person can put right."""
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return _BAD_ADDRESS
    if not isinstance(error, DBAPIError):
        return None
    words = str(error.orig)
    return next((fault for pattern, fault in _KNOWN if pattern.search(words)), None)
