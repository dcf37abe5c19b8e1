"""Exercises inside lessons: one order of options per learner, the same on every visit."""

from __future__ import annotations

import hashlib


def practice_seed(item_version_id: int, person_id: int | None) -> int:
    """The seed by which a learner sees an exercise; strangers all see the same."""
    digest = hashlib.sha256(f"practice:{item_version_id}:{person_id or 0}".encode()).digest()
    return int.from_bytes(digest[:6], "big")
