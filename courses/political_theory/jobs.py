"""Work in the background: storing the documents of a published course."""

from __future__ import annotations

from typing import Any

from academy.sdk import Actor, Progress
from courses.political_theory import services

__all__ = ["EXPIRE", "STORE_DOCUMENTS", "run_expire_annotations", "run_store_documents"]

STORE_DOCUMENTS = "political_theory.store_documents"
EXPIRE = "political_theory.expire_annotations"


def run_store_documents(progress: Progress, *, course_id: int) -> dict[str, Any]:
    """Store the documents of one course."""
    return {"added": services.store_documents(Actor.system(), course_id)}


def run_expire_annotations(progress: Progress) -> dict[str, Any]:
    """Delete notes past their time."""
    return {"deleted": services.expire_annotations(Actor.system())}
