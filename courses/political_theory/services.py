"""Storing documents as courses are published, and one's own notes on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from academy.sdk import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    _l,
    clean,
    clock,
    db,
    items_of_course,
    localized,
    require,
    unit_of_work,
)
from courses.political_theory.close_reading import CloseReading, documents_of
from courses.political_theory.models import CATEGORIES, Annotation, DocumentUse, DocumentVersion
from courses.political_theory.passages import Range, merged, words_within
from courses.political_theory.policies import can_annotate
from courses.political_theory.queries import get_annotation, get_document

__all__ = [
    "MAX_NOTE",
    "NOTES_KEPT",
    "annotate",
    "change_note",
    "delete_annotation",
    "erase_person",
    "expire_annotations",
    "export_person",
    "store_documents",
]

NOTES_KEPT = timedelta(days=730)
"""Notes that were not touched for this long are deleted (purpose limitation for sensitive data)."""
MAX_NOTE = 2000
MAX_NOTES_PER_DOCUMENT = 300


def store_documents(actor: Actor, course_id: int) -> int:
    """Store the documents that a course's exercises ask to read; a second run changes nothing.

    Returns:
        How many were new.
    """
    if not actor.is_system:
        raise NotFound()
    wanted: dict[str, tuple[str, str, str]] = {}
    for item in items_of_course(course_id):
        if item.kind != CloseReading.kind:
            continue
        for lang, document in documents_of(item.version.spec).items():
            title = localized(item.version.spec.get("title") or {}, lang) or document.title
            wanted[document.hash] = (lang, title, document.text)
    with unit_of_work() as work:
        known = dict(
            work.session.execute(
                select(DocumentVersion.hash, DocumentVersion.id).where(DocumentVersion.hash.in_(wanted))
            ).all()
        )
        added = wanted.keys() - known.keys()
        for digest in sorted(added):
            lang, title, text = wanted[digest]
            row = DocumentVersion(hash=digest, lang=lang, title=title, text=text)
            work.session.add(row)
            work.session.flush()
            known[digest] = row.id
        _set_uses(work.session, course_id, set(known.values()))
        return len(added)


def _set_uses(session, course_id: int, document_ids: set[int]) -> None:
    uses = session.scalars(select(DocumentUse).where(DocumentUse.course_id == course_id)).all()
    for use in uses:
        use.current = use.document_id in document_ids
    for document_id in sorted(document_ids - {use.document_id for use in uses}):
        session.add(DocumentUse(document_id=document_id, course_id=course_id))


def annotate(actor: Actor, digest: str, ranges: Sequence[Range], category: str, note: str = "") -> list[int]:
    """Add a private note to passages of a document: one for each range that is left when they are joined.

    Args:
        ranges: half-open, in code points; sentences that follow each other are joined.
        category: claim, reason, example or question.
        note: at most :data:`MAX_NOTE` characters; may be empty.

    Raises:
        DocumentNotFound: no such document for this actor.
        Invalid: no words in the ranges, another category, too long a note.
        Conflict: there are as many notes on this document as there may be.
    """
    require(actor, can_annotate)
    with unit_of_work() as work:
        view = get_document(actor, digest)
        text = view.document.text
        joined = _joined(text, [(max(0, start), min(end, len(text))) for start, end in ranges])
        note = _checked(category, note, has_words=bool(joined))
        number = work.session.scalar(
            select(func.count()).where(
                Annotation.person_id == actor.person_id, Annotation.document_id == view.id
            )
        )
        if number + len(joined) > MAX_NOTES_PER_DOCUMENT:
            raise Conflict(
                _l("There may be %(n)s notes on one document.", n=MAX_NOTES_PER_DOCUMENT),
                rule="political_theory.notes",
                next_step=_l("Delete one first."),
            )
        rows = [
            Annotation(
                person_id=actor.person_id,
                document_id=view.id,
                start_at=start,
                end_at=end,
                category=category,
                note=note,
                created_at=clock.now(),
                touched_at=clock.now(),
            )
            for start, end in joined
        ]
        work.session.add_all(rows)
        work.session.flush()
        return [row.id for row in rows]


def _joined(text: str, ranges: Sequence[Range]) -> list[Range]:
    """Ranges with words in them, joined where nothing but spaces lies between."""
    result: list[Range] = []
    for start, end in merged((start, end) for start, end in ranges if start < end):
        if not words_within(text, [(start, end)]):
            continue
        if result and not text[result[-1][1] : start].strip() and "\n" not in text[result[-1][1] : start]:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _checked(category: str, note: str, *, has_words: bool = True) -> str:
    errors: dict[str, list[Any]] = {}
    note = clean(note, multiline=True)
    if not has_words:
        errors["sentence"] = [_l("Choose a passage of the document first.")]
    if category not in CATEGORIES:
        errors["category"] = [_l("Choose what the passage is.")]
    if len(note) > MAX_NOTE:
        errors["note"] = [_l("At most %(n)s characters.", n=MAX_NOTE)]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), errors=errors)
    return note


def change_note(actor: Actor, annotation_id: int, *, category: str, note: str) -> None:
    """Change what stands in an own note; its range stays."""
    with unit_of_work():
        row = get_annotation(actor, annotation_id)
        row.note = _checked(category, note)
        row.category = category
        row.touched_at = clock.now()


def delete_annotation(actor: Actor, annotation_id: int) -> None:
    """Delete an own note for good."""
    with unit_of_work() as work:
        work.session.delete(get_annotation(actor, annotation_id))


def expire_annotations(actor: Actor) -> int:
    """Delete the notes that nobody has touched for :data:`NOTES_KEPT`; how many there were."""
    if not actor.is_system:
        raise NotFound()
    with unit_of_work() as work:
        gone = work.session.execute(
            delete(Annotation).where(Annotation.touched_at < clock.now() - NOTES_KEPT)
        )
        return gone.rowcount


def export_person(person_id: int) -> Mapping[str, Any]:
    """A person's own notes, for the person."""
    rows = db.session.execute(
        select(Annotation, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.id == Annotation.document_id)
        .where(Annotation.person_id == person_id)
        .order_by(Annotation.id)
    )
    return {
        "notes": [
            {
                "document": row.DocumentVersion.title,
                "document_hash": row.DocumentVersion.hash,
                "start": row.Annotation.start_at,
                "end": row.Annotation.end_at,
                "passage": row.DocumentVersion.text[row.Annotation.start_at : row.Annotation.end_at],
                "category": row.Annotation.category,
                "note": row.Annotation.note,
                "created_at": row.Annotation.created_at.isoformat(),
            }
            for row in rows
        ]
    }


def erase_person(person_id: int) -> None:
    """Delete a person's notes."""
    with unit_of_work() as work:
        work.session.execute(delete(Annotation).where(Annotation.person_id == person_id))
