"""Running foreign SQL: each request in a process of its own, which can do nothing and cannot last.

SQLite asks its host between steps, so counted steps end most hostile queries; but compiling a few hundred
characters of nested ``WITH`` may take hours and gigabytes inside one call. Only the operating system can end
that. A process costs some 25 ms, holds no connection to the academy's database, and takes nothing with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from academy.sdk import Unavailable, _l

MAX_QUERY = 4_000
"""Characters of a query; longer ones are refused before they get here."""

_PROCESS = Path(__file__).with_name("sandbox_process.py")
_PATIENCE = 8.0  # seconds by the wall clock, for a machine with much else to do
_AT_A_TIME = threading.BoundedSemaphore(4)
_KILLED_FOR_TIME = {-27, -24, -9}  # SIGPROF, SIGXCPU, SIGKILL


class SandboxFailed(Unavailable):
    """The sandbox itself did not work, which says nothing about the query."""

    default_rule = "information_technology.sandbox"

    def __init__(self, fault: str) -> None:
        super().__init__(_l("Queries cannot be run at the moment."), next_step=_l("Try again in a minute."))
        self.fault = fault

    def __str__(self) -> str:
        return self.fault


class DataRefused(Exception):
    """The author's tables or rows cannot be loaded.

    Attributes:
        loading: ``"tables"`` or ``"rows"``.
        data: which data set, from 0.
    """

    def __init__(self, message: str, loading: str, data: int = 0) -> None:
        super().__init__(message)
        self.loading, self.data = loading, data


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryError:
    """Why a query gave no result.

    Attributes:
        kind: ``syntax``, ``sqlite`` (any other complaint of SQLite, in its words), ``function``, ``table``,
            ``write``, ``attach``, ``pragma``, ``transaction``, ``explain``, ``now``, ``many``, ``empty``,
            ``steps``, ``time``, ``rows``, ``size``, ``value``, ``memory``.
        what: the word or thing it is about.
        at: where in the query, from 0, if that is known.
    """

    kind: str
    what: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What a query gave on one data set; ``read``: the tables it looked at; ``seconds`` of processor time."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    error: QueryError | None = None
    read: tuple[str, ...] = ()
    steps: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The tables of a data set: names and types of the columns by table, and rows by table."""

    columns: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[tuple[Any, ...], ...]] = field(default_factory=dict)


def run_queries(
    tables: str, data: Sequence[str], queries: Sequence[str], *, limits: Mapping[str, float] | None = None
) -> list[list[QueryResult]]:
    """Results by data set, then by query; every data set is loaded afresh.

    Should a query end the process, it and all that would have come after it get the error ``time`` or
    ``memory``: put the query that is trusted first.

    Args:
        tables: CREATE TABLE statements.
        data: scripts of INSERT statements, one per data set.
        queries: one SELECT each.
        limits: other limits than those of ``sandbox_process.LIMITS``.

    Raises:
        DataRefused: the tables or rows do not load.
        SandboxFailed: the sandbox could not be started.
    """
    parts, end = _ask(
        {"tables": tables, "data": list(data), "statements": list(queries), "limits": limits or {}}
    )
    found = iter([_result(part) for part in parts if "columns" in part])
    return [[next(found, QueryResult(error=end)) for _query in queries] for _rows in data]


@lru_cache(maxsize=512)
def read_contents(tables: str, rows: str) -> Contents:
    """The tables and rows of a data set, as its author wrote them.

    Raises:
        DataRefused, SandboxFailed
    """
    parts, _end = _ask({"tables": tables, "data": [rows], "statements": [], "contents": True})
    if not parts:
        raise DataRefused("the data set takes too much time or memory", "rows")
    return Contents(
        columns={name: tuple(map(tuple, columns)) for name, columns in parts[0]["tables"].items()},
        rows={name: tuple(map(tuple, found)) for name, found in parts[0]["stored"].items()},
    )


def _ask(request: Mapping[str, Any]) -> tuple[list[dict[str, Any]], QueryError | None]:
    """What a fresh process wrote, and the error for which the system ended it early, if it did."""
    try:
        with _AT_A_TIME:
            # isolated, without site packages, environment or inherited files; nothing of ours is in there
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(_PROCESS)],
                input=json.dumps(request).encode(),
                capture_output=True,
                env={},
                cwd="/",
                timeout=_PATIENCE,
                check=False,
            )
        code, written, complaint = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as slow:
        code, written, complaint = -9, slow.stdout or b"", b""
    except OSError as error:
        raise SandboxFailed(f"the sandbox cannot be started: {error}") from error
    parts = [json.loads(line) for line in written.splitlines(keepends=True) if line.endswith(b"\n")]
    for part in parts:
        if "fault" in part:
            raise DataRefused(part["fault"], part["loading"], part["data"])
    return parts, _end(code, complaint)


def _end(code: int, complaint: bytes) -> QueryError | None:
    if code == 0:
        return None
    if code in _KILLED_FOR_TIME:
        return QueryError(kind="time")
    if code < 0 or b"MemoryError" in complaint:
        return QueryError(kind="memory")
    raise SandboxFailed(f"the sandbox ended with {code}: {complaint[-500:]!r}")


def _result(entry: Mapping[str, Any]) -> QueryResult:
    error = entry["error"]
    return QueryResult(
        columns=tuple(entry["columns"]),
        rows=tuple(tuple(row) for row in entry["rows"]),
        error=QueryError(**error) if error else None,
        read=tuple(entry["read"]),
        steps=entry["steps"],
        seconds=entry["seconds"],
    )
