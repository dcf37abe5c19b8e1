"""Counting all greetings in the background."""

from __future__ import annotations

from academy.sdk import Progress
from tests.sample_module import services


def run_count(progress: Progress) -> dict[str, int]:
    progress.set(1, 1)
    return {"total": services.total()}
