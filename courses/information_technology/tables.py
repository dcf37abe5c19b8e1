"""The tables of an exercise as a learner reads them: columns, what they mean, and the rows shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from courses.information_technology.sandbox import read_contents

MAX_ROWS_SHOWN = 60
_TABLE = re.compile(r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"`\[]?(\w+)", re.IGNORECASE)
_COLUMN = re.compile(r"\s*[\"`\[]?(\w+)[\"`\]]?\s+[^-]*?--\s*(.+?)\s*\Z")


def shown_tables(tables: str, rows: str, lang: str) -> list[dict[str, Any]]:
    """Tables as JSON values: ``name``, ``columns`` (``name``, ``type``, ``note``), ``rows``, ``count``.

    A column's note is the comment behind it, ``-- ngày nhận / day received``: Vietnamese before the slash,
    English after it; several parts are separated by semicolons. A comment without a slash is for everybody.

    Raises:
        DataRefused, SandboxFailed
    """
    contents = read_contents(tables, rows)
    notes = column_notes(tables, lang)
    return [
        {
            "name": name,
            "columns": [
                {"name": column, "type": kind, "note": notes.get((name.lower(), column.lower()), "")}
                for column, kind in columns
            ],
            "rows": [list(row) for row in contents.rows[name][:MAX_ROWS_SHOWN]],
            "count": len(contents.rows[name]),
        }
        for name, columns in contents.columns.items()
    ]


def columns_by_table(tables: str, rows: str) -> Mapping[str, tuple[str, ...]]:
    """Names of the columns of each table."""
    return {
        name: tuple(column for column, _kind in columns)
        for name, columns in read_contents(tables, rows).columns.items()
    }


def column_notes(tables: str, lang: str) -> dict[tuple[str, str], str]:
    """What the comments say about columns, by table and column in small letters."""
    notes: dict[tuple[str, str], str] = {}
    table = ""
    for line in tables.splitlines():
        if begins := _TABLE.search(line):
            table = begins[1].lower()
        elif column := _COLUMN.match(line):
            notes[table, column[1].lower()] = _in_language(column[2], lang)
    return notes


def _in_language(note: str, lang: str) -> str:
    return "; ".join(_side(part, lang) for part in note.split("; "))


def _side(part: str, lang: str) -> str:
    """``NULL = chưa trả / still open`` → ``NULL = still open``: what is explained stands once."""
    vietnamese, slash, english = part.partition(" / ")
    if not slash or " / " in english or lang == "vi":
        return vietnamese if slash and " / " not in english else part
    term, equals, _meaning = vietnamese.partition(" = ")
    return f"{term} = {english}" if equals and " = " not in english else english
