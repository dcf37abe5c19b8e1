"""A spec line by line, for comparing two versions with the eyes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["as_lines"]


def as_lines(spec: Mapping[str, Any]) -> str:
    """Every value on a line of its own under its path, in a fixed order: ``options.2.text.vi: Bộ trưởng``."""
    return "\n".join(_lines(spec, ""))


def _lines(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name in sorted(node, key=str):
            yield from _lines(node[name], f"{path}.{name}" if path else str(name))
    elif isinstance(node, list | tuple):
        for number, inner in enumerate(node, 1):
            yield from _lines(inner, f"{path}.{number}")
    else:
        first, *more = str(node).split("\n")
        yield f"{path}: {first}"
        yield from (f"    {line}" for line in more)
