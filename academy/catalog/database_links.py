"""The references of a lesson, answered from what the academy has stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from academy.catalog.legal_numbers import fold_number
from academy.catalog.legal_register import validity
from academy.catalog.markdown import RENDERER
from academy.catalog.media_files import language_variants, media_url
from academy.catalog.models import LegalDocument, Lesson, Media
from academy.catalog.rendering import DocumentReference, MediaReference, lesson_address
from academy.kernel import clock
from academy.kernel.db import db

__all__ = ["DatabaseLinks", "load_references", "rendering_basis"]


def load_references() -> dict[str, DocumentReference]:
    """Every document of the register as a citation shows it today, by folded number; one query."""
    today = clock.today()
    statement = select(
        LegalDocument.folded,
        LegalDocument.number,
        LegalDocument.slug,
        LegalDocument.title,
        LegalDocument.status,
        LegalDocument.effective,
        LegalDocument.until,
    )
    return {
        row.folded: DocumentReference(
            row.number,
            row.slug,
            row.title,
            validity(row.status, row.effective, row.until, today),
            row.effective,
        )
        for row in db.session.execute(statement)
    }


def rendering_basis(numbers: Iterable[str], references: Mapping[str, DocumentReference]) -> str:
    """A hash of all that a rendered text depends on beside its source: the renderer, and what its
    citations show of the documents with these numbers."""
    shown = {}
    for number in numbers:
        found = references.get(fold_number(number))
        shown[fold_number(number)] = [found.number, dict(found.title), found.validity] if found else None
    return hashlib.sha256(json.dumps([RENDERER, shown], sort_keys=True).encode()).hexdigest()


class DatabaseLinks:
    """Links of one course as :class:`academy.catalog.rendering.Links`; two queries when made.

    ``references`` may be given where many courses are rendered one after the other.
    """

    def __init__(
        self,
        course_id: int | None,
        course_slug: str,
        references: Mapping[str, DocumentReference] | None = None,
    ) -> None:
        self.course = course_slug
        self.references = load_references() if references is None else references
        self._media: dict[str, Media] = {}
        self._lessons: set[str] = set()
        if course_id is not None:
            newest = select(Media).where(Media.course_id == course_id).order_by(Media.id)
            self._media = {media.path: media for media in db.session.scalars(newest)}
            self._lessons = set(db.session.scalars(select(Lesson.slug).where(Lesson.course_id == course_id)))

    def document(self, number: str) -> DocumentReference | None:
        return self.references.get(fold_number(number))

    def media(self, path: str, lang: str) -> MediaReference | None:
        found = next(
            (self._media[name] for name in language_variants(path, lang) if name in self._media), None
        )
        if found is None:
            return None
        return MediaReference(media_url(self.course, found.name), found.mime, found.width, found.height)

    def lesson(self, target: str) -> str | None:
        return lesson_address(self.course, target, self._lessons)
