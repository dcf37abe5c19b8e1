"""The lines of a list, each with its values read and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from academy.kernel.text import clean
from academy.organization.import_columns import Layout
from academy.organization.import_file import Table
from academy.organization.person_values import READERS, BadValue, read_date

_DAYS = frozenset({"birth_date", "starts_on"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line: a code of :data:`academy.organization.import_problems.LINE_PROBLEMS`."""

    field: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list. ``values`` holds only what the line says: empty cells change nothing."""

    number: int
    values: Mapping[str, Any]
    problems: Sequence[Problem] = ()


def read_lines(table: Table, layout: Layout) -> list[Line]:
    """Read every line below the headings."""
    return [_line(number, cells, layout.columns) for number, cells in table.lines[layout.position + 1 :]]


def _line(number: int, cells: Sequence[Any], columns: Mapping[str, int]) -> Line:
    raw = {name: cells[index] for name, index in columns.items() if index < len(cells)}
    if "full_name" not in columns:
        parts = (raw.pop("family_names", None), raw.pop("given_name", None))
        raw["full_name"] = " ".join(str(part) for part in parts if part)
    else:
        raw.pop("family_names", None), raw.pop("given_name", None)
    values, problems = {}, []
    for name, cell in raw.items():
        if cell is None or (isinstance(cell, str) and not clean(cell)):
            continue
        try:
            value = _READERS[name](cell)
        except BadValue as bad:
            problems.append(Problem(name, bad.code, bad.params))
        else:
            if value not in (None, ""):
                values[name] = value
    return Line(number, values, problems)


def _short(raw: Any) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = clean(str(raw))
    if len(text) > 200:
        raise BadValue("too_long", limit=200)
    return text


_READERS = READERS | {"unit": _short, "position": _short, "origin": _short, "starts_on": read_date}


def dump_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON holds them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def load_values(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values that :func:`dump_values` stored."""
    return {name: date.fromisoformat(value) if name in _DAYS else value for name, value in stored.items()}


def canonical(data: Any) -> str:
    """JSON that is the same for the same data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
