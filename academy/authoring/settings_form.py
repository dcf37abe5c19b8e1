"""The form of a course's settings as data."""

from __future__ import annotations

import re
from typing import Any

from academy.questions.forms import LANG, ROW, fields_like, nested

PARTS = ("title", "summary", "outcomes")
_FIELDS = re.compile(rf"(?:title|summary){LANG}|outcomes{ROW}\.(?:id|bloom|text{LANG})")


def read_settings(form: Any) -> dict[str, Any]:
    """The fields as :class:`academy.authoring.schemas.CourseSettings` takes them; rows without text are gone."""
    parts = nested(fields_like(form, _FIELDS), PARTS)
    rows = [row for row in parts.get("outcomes") or [] if row.get("text")]
    periods = form.get("periods", "").strip()
    return {
        "title": parts.get("title") or {},
        "summary": parts.get("summary") or {},
        "level": form.get("level", ""),
        "periods": periods or 0,
        "topics": form.getlist("topics"),
        "outcomes": _named(rows),
        "prerequisites": list(dict.fromkeys(form.get("prerequisites", "").replace(",", " ").split())),
        "completion": {
            "lessons": _amount(form.get("completion.lessons", "all")),
            "exercises": _amount(form.get("completion.exercises", "all")),
            "quiz": form.get("completion.quiz") or None,
        },
    }


def _amount(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with an id each: o1, o2 … where none was given."""
    taken = {row["id"] for row in rows if row.get("id")}
    number = 0
    for row in rows:
        while not row.get("id"):
            number += 1
            if f"o{number}" not in taken:
                row["id"] = f"o{number}"
                taken.add(row["id"])
    return rows
