"""Texts with places for values, ``{name}`` and ``{= a * b}``: kept whole while their Markdown becomes HTML, and back."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["PLACE", "hidden", "shown"]

PLACE = re.compile(r"\{(?P<computed>=)?\s*(?P<inner>[^{}\n]{1,200}?)\s*\}")
_FIRST = 0xE100
_HIDDEN = re.compile("[\ue100-\uf8ff]")


def hidden(text: str, pattern: re.Pattern[str] = PLACE) -> tuple[str, list[re.Match[str]]]:
    """The text with a private letter in every place, and the places."""
    places: list[re.Match[str]] = []

    def letter(found: re.Match[str]) -> str:
        places.append(found)
        return chr(_FIRST + len(places) - 1)

    return pattern.sub(letter, _HIDDEN.sub("", text)), places


def shown(text: str, places: list[re.Match[str]], value: Callable[[re.Match[str]], str]) -> str:
    """The text with something in every place again."""

    def place(found: re.Match[str]) -> str:
        number = ord(found.group()) - _FIRST
        return value(places[number]) if number < len(places) else ""

    return _HIDDEN.sub(place, text)
