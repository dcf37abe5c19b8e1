"""Work in the background: taking over the decks of a course that was published."""

from __future__ import annotations

from typing import Any

from academy.sdk import Actor, Progress, find_course_by_id
from courses.foreign_languages.deck_sync import sync_decks

__all__ = ["SYNC_DECKS", "run_sync_decks"]

SYNC_DECKS = "foreign_languages.sync_decks"


def run_sync_decks(progress: Progress, *, course_id: int) -> dict[str, Any]:
    """Take over the decks of one course."""
    course = find_course_by_id(course_id)
    done = sync_decks(Actor.system(), course.slug) if course else []
    return {"decks": [deck.key for deck in done if deck.any]}
