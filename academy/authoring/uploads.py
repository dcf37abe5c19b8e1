"""Files that authors add to a course."""

from __future__ import annotations

from pathlib import PurePosixPath

from academy.audit.services import record
from academy.authoring.working_copy import editable_course
from academy.catalog.media_files import KINDS
from academy.catalog.services import store_media
from academy.catalog.views import MediaView
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.text import slug as slug_of
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["media_path", "upload_media"]


def upload_media(actor: Actor, slug: str, filename: str, data: bytes) -> MediaView:
    """Add a file to a course; a file of the same name takes the place of the older one in new versions.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: no file, or one whose kind, size or content is not allowed; ``errors`` at ``file``.
    """
    if not filename or not data:
        message = _l("Choose a file.")
        raise Invalid(message, rule="authoring.upload", errors={"file": [message]})
    with unit_of_work():
        course = editable_course(actor, slug)
        stored = store_media(actor, course.id, media_path(filename), data)
        record(
            actor, "authoring.media.add", "course", slug, details={"path": stored.path, "bytes": len(data)}
        )
        return stored


def media_path(filename: str) -> str:
    """Where a file belongs: pictures under ``figures/``, all else under ``media/``, named plainly.

    A language before the ending stays: ``Sơ đồ.vi.svg`` → ``figures/so-do.vi.svg``.
    """
    file = PurePosixPath(filename.replace("\\", "/").rpartition("/")[2])
    suffix = file.suffix.lower()
    stem = file.name.removesuffix(file.suffix)
    base, dot, lang = stem.rpartition(".")
    if not dot or lang not in LOCALES:
        base, lang = stem, ""
    kind = KINDS.get(suffix)
    folder = "figures" if kind is not None and kind.mime.startswith("image/") else "media"
    return f"{folder}/{slug_of(base, 60) or 'file'}{'.' if lang else ''}{lang}{suffix}"
