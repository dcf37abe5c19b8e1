"""Exercises inside lessons: a learner sees the same order of options on every visit.

There are :data:`VARIANTS` orders of each exercise, so what is shown can be kept in memory.
"""

from __future__ import annotations

import hashlib

VARIANTS = 16


def practice_seed(item_version_id: int, person_id: int | None) -> int:
    """The seed by which a learner sees an exercise; strangers all see the same."""
    variant = (person_id or 0) % VARIANTS
    digest = hashlib.sha256(f"practice:{item_version_id}:{variant}".encode()).digest()
    return int.from_bytes(digest[:6], "big")
