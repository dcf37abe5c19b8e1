"""What marshmallow says about a field, in words for the person who fills it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from academy.kernel.i18n import _l

__all__ = ["messages_by_field"]

_SAID = {
    "Missing data for required field.": _l("This is missing."),
    "Field may not be null.": _l("This is missing."),
    "Not a valid string.": _l("This must be text."),
    "Not a valid integer.": _l("This must be a whole number."),
    "Not a valid number.": _l("This must be a number."),
    "Unknown field.": _l("This field is not known here."),
    "Invalid value.": _l("This value is not allowed."),
    "Invalid type.": _l("This value is not allowed."),
    "String does not match expected pattern.": _l("This value is not allowed."),
}
_LOW, _HIGH = r"(?P<low>-?[\d.]*\d)", r"(?P<high>-?[\d.]*\d)"
_AT_LEAST = re.compile(rf"(?:Shorter than minimum length|Must be greater than or equal to) {_LOW}\.")
_AT_MOST = re.compile(rf"(?:Longer than maximum length|Must be less than or equal to) {_HIGH}\.")
_BETWEEN = re.compile(
    rf"(?:Length must be between {_LOW} and {_HIGH}"
    rf"|Must be greater than or equal to (?P<least>-?[\d.]*\d) and less than or equal to (?P<most>-?[\d.]*\d))\."
)
_ONE_OF = re.compile(r"Must be one of: (?P<choices>.*)\.")


def messages_by_field(messages: Any) -> dict[str, list[Any]]:
    """marshmallow's nested messages by dotted field: ``{"options.0.text": [...]}``."""
    return dict(_by_field(messages, ""))


def _by_field(messages: Any, prefix: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            if name == "_schema":
                yield from _by_field(inner, prefix)
            else:
                yield from _by_field(inner, f"{prefix}.{name}" if prefix else str(name))
    else:
        said = messages if isinstance(messages, list | tuple) else [messages]
        yield prefix or "spec", [_in_words(text) for text in said]


def _in_words(text: Any) -> Any:
    """marshmallow's own English as a text of ours; what a schema of ours says stays as it is."""
    if not isinstance(text, str):
        return text
    if text in _SAID:
        return _SAID[text]
    if found := _AT_LEAST.fullmatch(text):
        return _l("At least %(low)s.", low=found["low"])
    if found := _AT_MOST.fullmatch(text):
        return _l("At most %(high)s.", high=found["high"])
    if found := _BETWEEN.fullmatch(text):
        low, high = found["low"] or found["least"], found["high"] or found["most"]
        return _l("Between %(low)s and %(high)s.", low=low, high=high)
    if found := _ONE_OF.fullmatch(text):
        return _l("Choose one of these: %(choices)s.", choices=found["choices"])
    return text
