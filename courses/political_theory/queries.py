"""Reading documents and one's own notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from academy.sdk import Actor, db, visible_course_ids
from courses.political_theory.errors import AnnotationNotFound, DocumentNotFound
from courses.political_theory.models import Annotation, DocumentUse, DocumentVersion
from courses.political_theory.passages import Document, Range, document_of
from courses.political_theory.policies import annotations_visible_to, can_see_annotation

__all__ = [
    "AnnotationRow",
    "DocumentRow",
    "DocumentView",
    "get_annotation",
    "get_document",
    "list_annotations",
    "list_documents",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document without its text: ``notes`` are the actor's own."""

    id: int
    hash: str
    lang: str
    title: str
    notes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document with its text and sentences."""

    id: int
    lang: str
    title: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationRow:
    """One note with the words it stands beside."""

    id: int
    range: Range
    quote: str
    category: str
    note: str
    touched_at: datetime


def _visible(actor: Actor, *, current: bool) -> Select:
    """Ids of documents the actor may read: of visible courses, and those with own notes."""
    uses = select(DocumentUse.document_id).where(DocumentUse.course_id.in_(visible_course_ids(actor)))
    if current:
        uses = uses.where(DocumentUse.current)
    return select(DocumentVersion.id).where(
        or_(
            DocumentVersion.id.in_(uses),
            DocumentVersion.id.in_(select(Annotation.document_id).where(annotations_visible_to(actor))),
        )
    )


def list_documents(actor: Actor) -> list[DocumentRow]:
    """The documents the actor may read, by title, with the number of own notes; one query."""
    notes = (
        select(Annotation.document_id, func.count().label("notes"))
        .where(annotations_visible_to(actor))
        .group_by(Annotation.document_id)
        .subquery()
    )
    statement = (
        select(
            DocumentVersion.id,
            DocumentVersion.hash,
            DocumentVersion.lang,
            DocumentVersion.title,
            func.coalesce(notes.c.notes, 0).label("notes"),
        )
        .outerjoin(notes, notes.c.document_id == DocumentVersion.id)
        .where(DocumentVersion.id.in_(_visible(actor, current=True)))
        .order_by(DocumentVersion.title, DocumentVersion.id)
    )
    return [DocumentRow(**row._mapping) for row in db.session.execute(statement)]


def get_document(actor: Actor, digest: str) -> DocumentView:
    """A document by its hash; one query.

    Raises:
        DocumentNotFound: there is none, or the actor may see none of its courses.
    """
    row = db.session.scalar(
        select(DocumentVersion).where(
            DocumentVersion.hash == digest, DocumentVersion.id.in_(_visible(actor, current=False))
        )
    )
    if row is None:
        raise DocumentNotFound()
    return DocumentView(id=row.id, lang=row.lang, title=row.title, document=document_of(row.text))


def list_annotations(actor: Actor, view: DocumentView) -> list[AnnotationRow]:
    """The actor's own notes on a document, in the order of the text."""
    rows = db.session.scalars(
        select(Annotation)
        .where(annotations_visible_to(actor), Annotation.document_id == view.id)
        .order_by(Annotation.start_at, Annotation.id)
    )
    return [
        AnnotationRow(
            id=row.id,
            range=(row.start_at, row.end_at),
            quote=view.document.text[row.start_at : row.end_at],
            category=row.category,
            note=row.note,
            touched_at=row.touched_at,
        )
        for row in rows
    ]


def get_annotation(actor: Actor, annotation_id: int) -> Annotation:
    """One of the actor's own notes.

    Raises:
        AnnotationNotFound: there is none, or it is somebody else's.
    """
    row = db.session.get(Annotation, annotation_id)
    if row is None or not can_see_annotation(actor, row):
        raise AnnotationNotFound()
    return row


# documents are immutable and stay: once one is stored, it is
_stored: set[tuple[str, str]] = set()
