"""How reports of imports and exports are worded and handed out, for pages and for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from academy.kernel.i18n import _, _l
from academy.questions.exchange.exporting import Exported
from academy.questions.exchange.neutral import Note
from academy.questions.exchange.wording import note_text

__all__ = ["VERDICT_NAMES", "downloaded", "shown_item", "shown_notes"]

VERDICT_NAMES: Mapping[str, tuple[Any, str]] = {
    "refused": (_l("Refused"), "wrong"),
    "approximated": (_l("A little different"), "soon"),
    "new": (_l("New"), "good"),
    "changed": (_l("Changed"), "action"),
    "unchanged": (_l("Unchanged"), "plain"),
}


def shown_item(item: Any) -> dict[str, Any]:
    """An item of a report with its notes in words and its place."""
    line, file = getattr(item, "line", 0), getattr(item, "file", "")
    place = ", ".join(part for part in (file, _("line %(n)s", n=line) if line else "") if part)
    return {
        "number": getattr(item, "number", 0),
        "verdict": getattr(item, "verdict", ""),
        "title": getattr(item, "title", ""),
        "key": item.key,
        "kind": item.kind,
        "lang": getattr(item, "lang", ""),
        "place": place,
        "notes": [note_text(note) for note in item.notes],
    }


def shown_notes(notes: Iterable[Any]) -> list[tuple[str, str]]:
    """The notes on a file as a whole, in words."""
    return [note_text(Note(code, params)) for code, params in notes]


def downloaded(course: str, exported: Exported) -> Response:
    """A file of questions, named after its course."""
    name = f"{course}-questions{exported.suffix}"
    return Response(
        exported.data,
        mimetype=exported.mime,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
