"""What only the academy knows of a question, written as tags so that it comes back from other systems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from academy.questions import credit

__all__ = ["accepts_of", "accepts_tag", "settings_of", "tags_of"]

PREFIX = "academy."
NAMES = (
    *("lesson", "outcome", "difficulty", "credit", "accents"),
    # what a format that has no like of a kind leaves open: the kind, its mode, how many, in which order, which
    *("kind", "mode", "most", "files", "order", "accept"),
)
_TAG = re.compile(rf"{re.escape(PREFIX)}({'|'.join(NAMES)})=([A-Za-z0-9_.-]{{1,120}})")
# what a kind is marked by unless somebody chose otherwise needs no tag
_USUAL = (credit.RIGHT_MINUS_WRONG, credit.EACH_PART, credit.NEIGHBOURS)


def settings_of(tags: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The settings among the tags, and the other tags."""
    settings: dict[str, str] = {}
    others = []
    for tag in tags:
        found = _TAG.fullmatch(tag.strip())
        if found:
            settings[found[1]] = found[2]
        elif tag.strip():
            others.append(tag.strip())
    return settings, tuple(others)


def tags_of(
    settings: Mapping[str, str], *, rule: str = "", accents: bool | None = None, usual: bool = False
) -> list[str]:
    """The settings as tags, with the rule and the care for accents that the format has no sign for.

    Args:
        usual: whether the rule is told too where it is the one that its kind has unless somebody chose.
    """
    told = dict(settings)
    if rule and (usual or rule not in _USUAL):
        told["credit"] = rule
    if accents is False:
        told["accents"] = "ignore"
    return [f"{PREFIX}{name}={told[name]}" for name in NAMES if told.get(name)]


def accepts_tag(accepts: Iterable[Iterable[int]]) -> str:
    """What is right in each place, where several are somewhere: ``((0,), (1, 2))`` → ``"1.2-3"``."""
    rows = [list(right) for right in accepts]
    told = ".".join("-".join(str(index + 1) for index in right) for right in rows)
    return told if any(len(right) > 1 for right in rows) and len(told) <= 120 else ""


def accepts_of(tag: str, places: int, entries: int) -> list[tuple[int, ...]]:
    """What such a tag says, if it fits the places and entries that are there."""
    if not re.fullmatch(r"\d{1,3}(?:[-.]\d{1,3})*", tag):
        return []
    rows = [tuple(int(word) - 1 for word in part.split("-")) for part in tag.split(".")]
    fits = len(rows) == places and all(0 <= index < entries for row in rows for index in row)
    return rows if fits else []
