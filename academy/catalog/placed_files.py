"""Where in a lesson its files stand: each recording and each file offered, with the block that shows it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

__all__ = ["PlacedFile", "placed_files"]

# the markup is our own, sanitized: tags are written in one way only
_TAG = re.compile(r"<([a-z][a-z0-9]*)((?: [a-z-]+(?:=\"[^\"]*\")?)*)\s*/?>([^<]*)")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_MEDIA = re.compile(r"/courses/[^/]+/media/([^/#?]+)")


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """A file by the name in its address; ``anchor`` is the id of the block, ``title`` what the lesson calls it."""

    name: str
    anchor: str
    title: str


def placed_files(
    segments: Iterable[Sequence[str]], front_html: Mapping[str, Any], blocks: Collection[str]
) -> tuple[PlacedFile, ...]:
    """The recordings, links to files and attachments of a text, each at its first place.

    Args:
        segments: the rendered page, ``("html", markup)`` or ``("exercise", key)``.
        front_html: its rendered head.
        blocks: ids of its blocks.
    """
    found: dict[str, PlacedFile] = {}
    anchor = ""
    for kind, markup in segments:
        for tag, attributes, text in _TAG.findall(markup) if kind == "html" else ():
            given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
            if given.get("id") in blocks:
                anchor = given["id"]
            media = _MEDIA.fullmatch(given.get("href") or given.get("src") or "")
            if media and tag in ("a", "audio", "video"):
                title = unescape(text).strip() or given.get("aria-label", "")
                found.setdefault(media[1], PlacedFile(media[1], anchor, title))
    for number, offered in enumerate(front_html.get("attachments", ()), start=1):
        media = _MEDIA.fullmatch(offered["url"])
        if media:
            found[media[1]] = PlacedFile(media[1], f"file-{number}", offered["title"])
    return tuple(found.values())
