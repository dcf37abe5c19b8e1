"""Keeping the index in step with the database: note changes, apply them, rebuild."""

from __future__ import annotations

import logging
import threading
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
from academy.search import lease
from academy.search.backend import Applied, IndexDamaged, Replace, SearchBackend, SearchDoc, WriterBusy
from academy.search.documents import course_documents, documents_of, list_course_ids, list_legal_ids
from academy.search.engine import engine
from academy.search.models import SearchOutbox

__all__ = ["count_pending", "follow", "index_pending", "note_course_changed", "note_legal_document_changed", "rebuild", "repair", "request_rebuild", "work_off"]

log = logging.getLogger(__name__)

# a transaction that took a lower number may still commit; none lasts this long
SETTLED = timedelta(seconds=60)
KEPT = timedelta(days=7)
BATCH_DOCUMENTS = 200
BATCH_SECONDS = 2.0
LOOK_SECONDS = 0.5
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

    Without a usable index, or with one that the outbox was not kept for, it builds one.
    """
    backend = engine()
    done = {"changes": 0, "documents": 0}
    for _attempt in range(1000):
        try:
            if not lease.is_registered(backend.key):
                return rebuild(progress)
            if not _pending(backend.applied()):
                break
            with lease.hold(backend.key) as held:
                work_off(backend, held, done, progress)
        except IndexDamaged:
            return rebuild(progress)
        except WriterBusy:
            time.sleep(0.2)  # another process applied the same rows, or does so now: look again
    _forget_old(backend.applied())
    return done


def work_off(
    backend: SearchBackend, held: lease.Lease, done: dict[str, int], progress: Progress | None = None
) -> None:
    """Apply all that is in the outbox, in batches; what is done is added to ``done``.

    Raises:
        IndexDamaged: there is no index.
        WriterBusy: another process has written the index, or has taken the lease.
    """
    applied = backend.applied()
    while rows := _pending(applied):
        lease.renew(held, applied.position)
        taken, batch, count = _batch(rows)
        after = _after(applied, taken)
        backend.apply(batch, before=applied, after=after, token=held.token)
        applied = after
        done["changes"] += len(taken)
        done["documents"] += count
        if progress is not None:
            progress.set(done["changes"], done["changes"] + len(rows) - len(taken))
    lease.renew(held, applied.position)


def follow(stop: threading.Event) -> None:
    """Keep this machine's index in step until ``stop`` is set; what a search process of a machine does.

    A second one waits until the first has ended or died.
    """
    backend = engine()
    while not stop.is_set():
        try:
            if not lease.is_registered(backend.key):
                rebuild()
            with lease.hold(backend.key) as held:
                _follow_while_held(backend, held, stop)
        except IndexDamaged:
            rebuild()
        except WriterBusy:
            stop.wait(LOOK_SECONDS)


def _follow_while_held(backend: SearchBackend, held: lease.Lease, stop: threading.Event) -> None:
    look_again = 0.0
    while not stop.is_set():
        work_off(backend, held, {"changes": 0, "documents": 0})
        if time.monotonic() >= look_again:
            _forget_old(backend.applied())
            look_again = time.monotonic() + 600
        with unit_of_work():
            pass  # ends what was read: the next look sees what has changed
        stop.wait(LOOK_SECONDS)


def count_pending(backend: SearchBackend | None = None) -> int:
    """How many changes the index does not know yet (at most 1,000 are counted).

    Raises:
        IndexDamaged: there is no index.
    """
    return len(_pending((backend or engine()).applied()))


def _pending(applied: Applied) -> list[SearchOutbox]:
    statement = (
        select(SearchOutbox).where(SearchOutbox.seq > applied.position).order_by(SearchOutbox.seq).limit(1000)
    )
    return [row for row in db.session.scalars(statement) if row.seq not in applied.recent]


def _batch(rows: list[SearchOutbox]) -> tuple[list[SearchOutbox], list[Replace], int]:
    """As many rows as make one commit, and what to write for them: each course once, as it is now.

    A commit holds about 200 documents, or what can be read in two seconds.
    """
    until = time.monotonic() + BATCH_SECONDS
    topics = catalog.list_topics()
    taken: list[SearchOutbox] = []
    changes: dict[tuple[str, int], Replace] = {}
    documents = 0
    for row in rows:
        if (row.kind, row.ref) not in changes:
            if documents >= BATCH_DOCUMENTS or (taken and time.monotonic() >= until):
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
    """Delete rows that every index has applied and had days to read; indexes given up hold nothing back."""
    position = min(applied.position, lease.slowest_position())
    old = (SearchOutbox.seq < position, SearchOutbox.created_at < clock.now() - KEPT)
    if db.session.scalar(select(SearchOutbox.seq).where(*old).limit(1)) is not None:
        with unit_of_work() as work:
            work.session.execute(delete(SearchOutbox).where(*old))
    lease.forget_abandoned()


def rebuild(progress: Progress | None = None, backend: SearchBackend | None = None) -> dict[str, int]:
    """Build a new index beside the one in use, put it in its place, and catch up with the outbox.

    ``{"documents"}``; 0 if another process is building one already. Another ``backend`` than the application's
    is built beside it, to be switched to.
    """
    backend = backend or engine()
    lease.register(backend.key)  # from here on the outbox is kept for it
    applied = _after(Applied(), list(db.session.scalars(select(SearchOutbox).order_by(SearchOutbox.seq))))
    token = lease.token_of(backend.key)
    try:
        generation = backend.rebuild(_all_documents(progress), applied, token=token)
    except WriterBusy:
        return {"documents": 0}
    backend.activate(generation)
    if backend is engine():
        index_pending()
    return {"documents": backend.health().documents}


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
