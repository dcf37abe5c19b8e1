"""Keeping the index in step with the database: note changes, apply them, rebuild."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, select

from academy.catalog import queries as catalog
from academy.catalog.events import (
    CourseAudienceChanged,
    CourseMaterialChanged,
    CoursePublished,
    CourseWithdrawn,
    LegalDocumentChanged,
)
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.jobs import Progress
from academy.kernel.unit_of_work import unit_of_work
from academy.search.backend import Applied, IndexDamaged, Replace, SearchDoc, WriterBusy
from academy.search.documents import course_documents, documents_of, list_course_ids, list_legal_ids
from academy.search.engine import engine
from academy.search.models import SearchOutbox

__all__ = ["count_pending", "index_pending", "note_course_changed", "note_legal_document_changed", "rebuild", "repair", "request_rebuild"]

log = logging.getLogger(__name__)

# a transaction that took a lower number may still commit; none lasts this long
SETTLED = timedelta(seconds=60)
KEPT = timedelta(days=7)
BATCH_DOCUMENTS = 200
ASK_AGAIN_SECONDS = 30.0

_asked: dict[int, float] = {}


def note_course_changed(
    event: CoursePublished | CourseWithdrawn | CourseAudienceChanged | CourseMaterialChanged,
) -> None:
    """Put the course into the outbox of the event's own transaction, and see that it is read."""
    with unit_of_work() as work:
        work.session.add(SearchOutbox(kind="course", ref=event.course_id))
        work.enqueue("search.index", key="search.index")


def note_legal_document_changed(event: LegalDocumentChanged) -> None:
    """Put a document of the legal register into the outbox of the event's own transaction."""
    with unit_of_work() as work:
        work.session.add(SearchOutbox(kind="legal", ref=event.document_id))
        work.enqueue("search.index", key="search.index")


def index_pending(progress: Progress | None = None) -> dict[str, int]:
    """Bring the index up to the outbox; ``{"changes", "documents"}``. Repeating it changes nothing.

    Without a usable index it builds one.
    """
    changes = documents = 0
    for _attempt in range(1000):
        try:
            applied = engine().applied()
            rows = _pending(applied)
            if not rows:
                break
            taken, batch, count = _batch(rows)
            engine().apply(batch, before=applied, after=_after(applied, taken))
        except IndexDamaged:
            return rebuild(progress)
        except WriterBusy:
            time.sleep(0.2)  # another process applied the same rows, or does so now: look again
            continue
        changes, documents = changes + len(taken), documents + count
        if progress is not None:
            progress.set(changes, changes + len(rows) - len(taken))
    _forget_old(engine().applied())
    return {"changes": changes, "documents": documents}


def count_pending() -> int:
    """How many changes the index does not know yet (at most 1,000 are counted).

    Raises:
        IndexDamaged: there is no index.
    """
    return len(_pending(engine().applied()))


def _pending(applied: Applied) -> list[SearchOutbox]:
    statement = (
        select(SearchOutbox).where(SearchOutbox.seq > applied.position).order_by(SearchOutbox.seq).limit(1000)
    )
    return [row for row in db.session.scalars(statement) if row.seq not in applied.recent]


def _batch(rows: list[SearchOutbox]) -> tuple[list[SearchOutbox], list[Replace], int]:
    """As many rows as make one commit, and what to write for them: each course once, as it is now."""
    topics = catalog.list_topics()
    taken: list[SearchOutbox] = []
    changes: dict[tuple[str, int], Replace] = {}
    documents = 0
    for row in rows:
        if (row.kind, row.ref) not in changes:
            if documents >= BATCH_DOCUMENTS:
                break
            group, docs = documents_of(row.kind, row.ref, topics)
            changes[row.kind, row.ref] = Replace(group, docs)
            documents += len(docs)
        taken.append(row)
    return taken, list(changes.values()), documents


def _after(applied: Applied, taken: list[SearchOutbox]) -> Applied:
    """What will be applied: numbers older than a minute are settled, younger ones are remembered singly."""
    known = db.session.execute(
        select(SearchOutbox.seq, SearchOutbox.created_at).where(SearchOutbox.seq.in_(applied.recent))
    )
    ages = {row.seq: row.created_at for row in known} | {row.seq: row.created_at for row in taken}
    settled = [seq for seq, created_at in ages.items() if created_at < clock.now() - SETTLED]
    position = max(settled, default=applied.position)
    return Applied(max(position, applied.position), frozenset(seq for seq in ages if seq > position))


def _forget_old(applied: Applied) -> None:
    """Delete rows that every index has had days to read."""
    old = (SearchOutbox.seq < applied.position, SearchOutbox.created_at < clock.now() - KEPT)
    if db.session.scalar(select(SearchOutbox.seq).where(*old).limit(1)) is not None:
        with unit_of_work() as work:
            work.session.execute(delete(SearchOutbox).where(*old))


def rebuild(progress: Progress | None = None) -> dict[str, int]:
    """Build a new index beside the one in use, put it in its place, and catch up with the outbox.

    ``{"documents"}``; 0 if another process is building one already.
    """
    applied = _after(Applied(), list(db.session.scalars(select(SearchOutbox).order_by(SearchOutbox.seq))))
    try:
        generation = engine().rebuild(_all_documents(progress), applied)
    except WriterBusy:
        return {"documents": 0}
    engine().activate(generation)
    index_pending()
    return {"documents": engine().health().documents}


def _all_documents(progress: Progress | None) -> Iterator[SearchDoc]:
    topics = catalog.list_topics()
    ids = list_course_ids()
    for done, course_id in enumerate(ids):
        if progress is not None:
            progress.set(done, len(ids))
        yield from course_documents(course_id, topics)
    for document_id in list_legal_ids():
        yield from documents_of("legal", document_id)[1]


def repair(progress: Progress | None = None) -> dict[str, int]:
    """Rebuild if the index is still damaged: several processes may have asked."""
    if not engine().health().degraded:
        return {"documents": 0}
    return rebuild(progress)


def request_rebuild() -> None:
    """Have a damaged index rebuilt by the worker; asked once, however many searches meet the damage."""
    backend = engine()
    if time.monotonic() - _asked.get(id(backend), -ASK_AGAIN_SECONDS) < ASK_AGAIN_SECONDS:
        return
    _asked[id(backend)] = time.monotonic()
    with unit_of_work() as work:
        work.enqueue("search.rebuild", key="search.rebuild")
