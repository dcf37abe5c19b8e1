"""Background work of the catalog."""

from __future__ import annotations

from academy.catalog.media_texts import read_media_text, want_all_texts
from academy.catalog.services import refresh_renderings
from academy.kernel.actor import Actor
from academy.kernel.jobs import Progress, job


@job("catalog.refresh_renderings")
def refresh(_progress: Progress) -> dict[str, int]:
    """Set right the marks of validity in lessons whose documents began or ceased to be in force."""
    return {"rendered": refresh_renderings(Actor.system())}


@job("catalog.read_media")
def read_media(_progress: Progress, sha256: str) -> dict[str, int | str]:
    """Read the text of a document for search."""
    return read_media_text(sha256)


@job("catalog.read_all_media")
def read_all_media(_progress: Progress) -> dict[str, int]:
    """See that every document is read: those of before there was a reader, too."""
    return {"wanted": want_all_texts()}
