"""Authoring forms: from flat HTML field names to the nested spec of an item."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

LANG, ROW = r"\.(?:vi|en|de)", r"\.\d{1,3}"
"""Parts of patterns for :func:`fields_like`: a language, the number of a row."""

MAX_DEPTH = 7
MAX_NAME = 100


def fields_like(form: Any, pattern: re.Pattern[str]) -> dict[str, str]:
    """The fields whose whole name fits: what else somebody sends has no way into the data."""
    return {name: value for name, value in _fields(form) if pattern.fullmatch(name)}


def nested(form: Any, parts: Collection[str]) -> dict[str, Any]:
    """Dotted fields as nested data: ``options.0.text.vi=Có`` → ``{"options": [{"text": {"vi": "Có"}}]}``.

    Only ``parts`` of a spec are taken, so the form may carry other fields. Empty fields, and rows in
    which nothing but an id or a check mark was given, are left out; numbers in names order the rows,
    gaps between them do not matter. A text area under ``….lines`` becomes a list, one entry per line.
    """
    tree: dict[str, Any] = {}
    for name, value in _fields(form):
        path = name.split(".")
        if path[0] not in parts or len(path) > MAX_DEPTH or len(name) > MAX_NAME or not value.strip():
            continue
        if path[-1] == "lines":
            path, entry = path[:-1], [line.strip() for line in value.splitlines() if line.strip()]
        else:
            entry = value.strip()
        _place(tree, path, entry)
    return _settled(tree) or {}


def fields_below(form: Any, name: str) -> dict[str, str]:
    """The fields of an answer's parts, by part: ``{"a": "answer.a"}`` of ``answer.a=…`` below ``answer``."""
    prefix = f"{name}."
    return {
        field.removeprefix(prefix): field
        for field in form
        if isinstance(field, str) and field.startswith(prefix)
    }


def given_below(form: Any, name: str) -> dict[str, str]:
    """What was given for an answer's parts, by part; parts that were left empty are not in it."""
    given = {part: form.get(field) for part, field in fields_below(form, name).items()}
    return {part: value for part, value in given.items() if value}


def _fields(form: Any) -> Iterable[tuple[str, str]]:
    for name in form:
        value = form.get(name)
        if isinstance(name, str) and isinstance(value, str):
            yield name, value


def _place(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            return
        tree = below
    if not isinstance(tree.get(path[-1]), dict):
        tree[path[-1]] = value


def _settled(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    settled = {name: _settled(value) for name, value in node.items()}
    settled = {name: value for name, value in settled.items() if value not in (None, {}, [])}
    if settled and all(name.isdecimal() for name in settled):
        rows = [settled[name] for name in sorted(settled, key=int)]
        return [row for row in rows if not _blank(row)]
    return settled or None


def _blank(row: Any) -> bool:
    return isinstance(row, dict) and set(row) <= {"id", "correct"}


def ticked(row: Any, name: str) -> None:
    """Make a list of what was ticked: ``{"correct": {"is-a": "true"}}`` → ``{"correct": ["a"]}``.

    The marks are named ``….is-<id>``, since ids may be numbers, which in names order rows.
    """
    if isinstance(row, dict) and isinstance(row.get(name), dict):
        row[name] = [mark.removeprefix("is-") for mark in row[name]]
