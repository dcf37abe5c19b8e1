"""The inside of the sandbox: one short-lived process that runs foreign SQL on an in-memory SQLite database.

Run as a script by :mod:`.sandbox`, on the standard library alone. It reads one JSON request from standard
input, writes its answers to standard output and ends. Three walls stand around a query:

1. SQLite's own: an authorizer that knows only reading of the given tables and a list of harmless functions,
   and limits on lengths, columns, nesting and compound selects;
2. counted steps and measured processor time, asked every few hundred steps, and counted rows and octets;
3. the operating system's: processor time and memory of this process, for what SQLite does inside one step or
   while it compiles, where nobody is asked. No file can be written, whatever else fails.

Request: ``tables`` (CREATE TABLE statements), ``data`` (list of INSERT scripts), ``statements`` (list of
queries), ``limits`` (see :data:`LIMITS`), ``contents`` (whether to give back the rows). Answer: one JSON value
per line, each written as soon as it is known, because the next query may be the one that ends the process:
per data set ``{"tables": …, "stored": …}`` and then the result of every statement; or ``{"fault": …}`` if tables
or rows cannot be loaded.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import sys
import time

LIMITS = {
    "steps": 1_000_000,  # virtual machine instructions of one query
    "seconds": 1.0,  # processor time of one query
    "rows": 1_000,  # rows of one result
    "octets": 200_000,  # of all values of one result
    "value": 4_000,  # octets of one text or row, intermediate ones too
}
MEMORY = 160 * 1024 * 1024
GRACE = 0.2
STEPS_BETWEEN_CHECKS = 250

# deterministic, free of side effects, and with output no longer than the limit on values
FUNCTIONS = frozenset(
    """
    abs avg ceil ceiling coalesce count cume_dist date datetime dense_rank first_value floor glob group_concat
    ifnull iif instr julianday lag last_value lead length like lower ltrim max min mod nth_value ntile nullif
    percent_rank rank replace round row_number rtrim sign strftime substr substring sum time total trim typeof
    unicode unixepoch upper
    """.split()
)

_MESSAGES = {
    sqlite3.SQLITE_ATTACH: "attach",
    sqlite3.SQLITE_DETACH: "attach",
    sqlite3.SQLITE_PRAGMA: "pragma",
    sqlite3.SQLITE_TRANSACTION: "transaction",
    sqlite3.SQLITE_SAVEPOINT: "transaction",
}
_EXPLAIN = re.compile(r"(\s|--[^\n]*\n|/\*.*?\*/)*explain\b", re.IGNORECASE | re.DOTALL)
# how many arguments stand before the first moment in time
DATE_FUNCTIONS = {"date": 0, "time": 0, "datetime": 0, "julianday": 0, "unixepoch": 0, "strftime": 1}


class Refused(Exception):
    """A wall was met; ``kind`` names it, ``what`` the thing that was refused."""

    def __init__(self, kind: str, what: str = "") -> None:
        super().__init__(kind, what)
        self.kind, self.what = kind, what


class Loading:
    """What the author's scripts may do: create tables, and fill them."""

    def __init__(self) -> None:
        self.may_create = True

    def __call__(self, action, first, second, _database, _source) -> int:
        if action == sqlite3.SQLITE_INSERT:
            allowed = self.may_create or not str(first).startswith("sqlite_")
        elif action in (sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX):
            allowed = self.may_create
        elif action == sqlite3.SQLITE_UPDATE:
            allowed = self.may_create and str(first).startswith("sqlite_")
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = str(second).lower() in FUNCTIONS
        else:
            allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


class Reading:
    """What a learner's query may do: read the given tables with harmless functions."""

    def __init__(self, tables, modules) -> None:
        self.tables, self.modules = {name.lower() for name in tables}, modules
        self.refusal: Refused | None = None
        self.read: set[str] = set()

    def __call__(self, action, first, second, _database, _source) -> int:
        self.refusal = self.refusal or self._refusal(action, first, second)
        return sqlite3.SQLITE_DENY if self.refusal else sqlite3.SQLITE_OK

    def _refusal(self, action, first, second) -> Refused | None:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return None
        if action == sqlite3.SQLITE_READ:
            return self._read(str(first or "").lower(), second)
        if action == sqlite3.SQLITE_FUNCTION:
            name = str(second or "").lower()
            return None if name in FUNCTIONS else Refused("function", name)
        return Refused(_MESSAGES.get(action, "write"))

    def _read(self, table, column) -> Refused | None:
        if table in self.tables:
            self.read.add(table)
            return None
        # a subquery or WITH name of which no column is used is reported like a table
        known_to_sqlite = table in self.modules or table.startswith(("sqlite_", "pragma_"))
        return Refused("table", table) if column or known_to_sqlite else None


class Watch:
    """Stops a query that takes too many steps or too much processor time."""

    def __init__(self, limits) -> None:
        self.limits = limits
        self.reset()

    def reset(self) -> None:
        self.checks, self.began, self.refusal = 0, time.process_time(), None

    def __call__(self) -> int:
        self.checks += 1
        if self.checks * STEPS_BETWEEN_CHECKS > self.limits["steps"]:
            self.refusal = Refused("steps")
        elif time.process_time() - self.began > self.limits["seconds"]:
            self.refusal = Refused("time")
        return 1 if self.refusal else 0


def answers(request):
    """Everything asked for, one by one; a fault of the author's scripts is reported, not raised."""
    limits = LIMITS | request.get("limits", {})
    hopeless: dict[str, dict] = {}
    for number, rows in enumerate(request["data"]):
        arm(2 * limits["seconds"])
        watch = Watch(limits | {"steps": 50 * limits["steps"]})
        loading = Loading()
        try:
            connection = load(request["tables"], rows, watch, loading)
        except (sqlite3.Error, sqlite3.Warning) as error:
            words = "takes too much time" if watch.refusal else str(error)
            yield {"fault": words, "loading": "tables" if loading.may_create else "rows", "data": number}
            return
        names = table_names(connection)
        yield {
            "tables": {name: columns_of(connection, name) for name in names},
            "stored": {name: contents(connection, name) for name in names if request.get("contents")},
        }
        for statement, result in run_all(connection, names, request["statements"], limits, hopeless):
            if result["error"] and result["error"]["kind"] in ("time", "memory"):
                hopeless[statement] = result
            yield result
        connection.close()


def load(tables: str, rows: str, watch: Watch, loading: Loading) -> sqlite3.Connection:
    # a kept statement is not compiled again, and the authorizer would not hear what it reads
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.set_progress_handler(watch, STEPS_BETWEEN_CHECKS)
    connection.set_authorizer(loading)
    connection.executescript(tables)
    loading.may_create = False
    connection.executescript(rows)
    connection.set_authorizer(None)
    return connection


def forbid_now(connection: sqlite3.Connection, reading: Reading) -> None:
    """What asks for the present moment is refused: it would make tomorrow's grade another than today's."""
    clockwork = sqlite3.connect(":memory:")

    def guarded(name: str, before: int):
        def call(*arguments):
            moment = arguments[before] if len(arguments) > before else "now"
            text = moment.decode("utf-8", "replace") if isinstance(moment, bytes) else str(moment)
            if text.lower() == "now":
                reading.refusal = reading.refusal or Refused("now")
                raise reading.refusal
            places = ", ".join("?" * len(arguments))
            return clockwork.execute(f"SELECT {name}({places})", arguments).fetchone()[0]

        return call

    for name, before in DATE_FUNCTIONS.items():
        connection.create_function(name, -1, guarded(name, before), deterministic=True)


def table_names(connection) -> list[str]:
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid"
    )
    return [name for (name,) in names]


def columns_of(connection, table: str) -> list[list]:
    found = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
    return [list(row) for row in found]


def contents(connection, table: str) -> list[list]:
    quoted = table.replace('"', '""')
    return [[plain(value) for value in row] for row in connection.execute(f'SELECT * FROM "{quoted}"')]


def run_all(connection, names, statements, limits, hopeless):
    modules = {name.lower() for (name,) in connection.execute("PRAGMA module_list")}
    connection.execute("PRAGMA query_only = ON")
    reading, watch = Reading(names, modules), Watch(limits)
    forbid_now(connection, reading)
    connection.set_authorizer(reading)
    connection.set_progress_handler(watch, STEPS_BETWEEN_CHECKS)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, limits["value"]),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 20_000),
        (sqlite3.SQLITE_LIMIT_COLUMN, 100),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 60),
        (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 20),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 50_000),
        (sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 20),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
        (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(limit, value)
    for statement in statements:
        # what one data set was too much for is not tried on the next
        yield statement, hopeless.get(statement) or run(connection, statement, reading, watch, limits)


def run(connection, statement: str, reading: Reading, watch: Watch, limits) -> dict:
    """One result: ``columns``, ``rows``, ``read``, ``steps``, ``seconds``; or ``error``."""
    arm(limits["seconds"] + GRACE)
    reading.refusal, reading.read = None, set()
    watch.reset()
    result: dict = {"columns": [], "rows": [], "error": None}
    try:
        if _EXPLAIN.match(statement):
            raise Refused("explain")
        result["columns"], result["rows"] = fetch(connection, statement, limits)
    except Refused as refusal:
        result["error"] = {"kind": refusal.kind, "what": refusal.what}
    except (sqlite3.Error, sqlite3.Warning, MemoryError) as error:
        result["error"] = explain(connection, statement, error, reading, watch)
    result["read"] = sorted(reading.read)
    result["steps"] = watch.checks * STEPS_BETWEEN_CHECKS
    result["seconds"] = round(time.process_time() - watch.began, 4)
    return result


def fetch(connection, statement: str, limits) -> tuple[list[str], list[list]]:
    cursor = connection.execute(statement)
    if cursor.description is None:
        raise Refused("empty")
    columns, rows, octets = [column[0] for column in cursor.description], [], 0
    for row in cursor:
        if len(rows) == limits["rows"]:
            raise Refused("rows")
        octets += sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        if octets > limits["octets"]:
            raise Refused("size")
        rows.append([plain(value) for value in row])
    return columns, rows


def plain(value):
    """A value as JSON: blobs as ``x'00ff'``, infinite numbers as text, all else as it is."""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    return value


def explain(connection, statement: str, error, reading: Reading, watch: Watch) -> dict:
    """The error as a kind, SQLite's own words, and where in the statement it was noticed, if that is known."""
    refusal = reading.refusal or watch.refusal
    if refusal is not None:
        return {"kind": refusal.kind, "what": refusal.what}
    words = str(error)
    if isinstance(error, MemoryError) or "out of memory" in words:
        return {"kind": "memory", "what": ""}
    if "one statement at a time" in words:
        return {"kind": "many", "what": ""}
    if "too big" in words:
        return {"kind": "value", "what": ""}
    near = re.fullmatch(r'near "(.*)": syntax error', words, re.DOTALL)
    if near:
        return {"kind": "syntax", "what": near[1], "at": place_of(connection, statement, near[1])}
    return {"kind": "sqlite", "what": words}


def place_of(connection, statement: str, token: str) -> int | None:
    """The offset of the token at which SQLite's parser stopped.

    A text that ends just before that token is a beginning SQLite would go on reading; one that ends
    after it is refused with the same words. The first such place is it.
    """
    start = 0
    for _try in range(60):
        at = statement.find(token, start)
        if at < 0:
            return None
        try:
            connection.execute("EXPLAIN " + statement[: at + len(token)]).close()
        except sqlite3.Error as error:
            if str(error) == f'near "{token}": syntax error':
                return at
        except sqlite3.Warning:
            return None
        start = at + 1
    return None


def arm(seconds: float) -> None:
    """From now on the kernel ends this process after so much more processor time."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    os.nice(5)


if __name__ == "__main__":
    asked = json.loads(sys.stdin.buffer.read())
    confine()
    for part in answers(asked):
        sys.stdout.buffer.write(json.dumps(part).encode() + b"\n")
        sys.stdout.buffer.flush()
