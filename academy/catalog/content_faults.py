"""From schema errors to faults that a person can act on: which line, what is wrong, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from academy.catalog.yaml_marks import Fault, Keys, YamlFile

__all__ = ["validate_yaml"]

_WHOLE: Any = object()
_ONE_OF = re.compile(r"Must be one of: (.*)\.")


def validate_yaml(
    file: YamlFile, schema: Schema, data: Any = _WHOLE, at: Keys = ()
) -> tuple[Any, list[Fault]]:
    """Hold a file, or the value ``data`` at ``at`` in it, against a schema.

    Returns:
        The loaded value, or None if there are faults; and the faults with their lines. Faults of
        reading the file come first and are returned once, with the whole file only.
    """
    if data is _WHOLE:
        if file.faults:
            return None, list(file.faults)
        data = file.data
    if not isinstance(data, Mapping):
        return None, [file.fault(at, "Keys with values are expected here", "write key: value, one per line")]
    try:
        return schema.load(data), []
    except ValidationError as error:
        return None, [_fault(file, schema, (*at, *keys), text) for keys, text in _flat(error.messages)]


def _flat(messages: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, keys if key in ("_schema", "key", "value") else (*keys, key))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _flat(inner, keys)
    else:
        yield keys, str(messages)


def _fault(file: YamlFile, schema: Schema, keys: Keys, text: str) -> Fault:
    name = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
    if text == "Missing data for required field.":
        return file.fault(keys, f"{name} is missing", "add it")
    if text == "Unknown field.":
        known = ", ".join(sorted(schema.fields)) if len(keys) == 1 else ""
        return file.fault(
            keys, f"{name} is not a key known here", f"known are {known}" if known else "remove it"
        )
    if text == "Field may not be null.":
        return file.fault(keys, f"{name} is empty", "give it a value")
    if choices := _ONE_OF.fullmatch(text):
        return file.fault(keys, f"{name} has a value that is not allowed", f"choose one of {choices[1]}")
    return file.fault(keys, f"{name}: {text.rstrip('.')}", "correct the value")
