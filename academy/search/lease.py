"""One writer for each index: a row with a heartbeat, and a number that grows with every new holder.

The row keeps honest processes apart, on one machine or many. What a process does that has slept through the end of
its lease, the index itself refuses: it keeps the number of its last writer, and each machine's lock file.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from academy.kernel import clock
from academy.kernel.db import db, insert_if_absent, separate_transaction
from academy.kernel.unit_of_work import unit_of_work
from academy.search.backend import WriterBusy
from academy.search.models import SearchLease

LEASE = timedelta(seconds=30)
FORGOTTEN = timedelta(
    days=30
)  # an index that has not been written for so long no longer holds the outbox back


@dataclass(frozen=True, slots=True)
class Lease:
    """A hold on the index ``name`` under the number ``token``."""

    name: str
    token: int
    holder: str


@dataclass(frozen=True, slots=True)
class Indexer:
    """How an index is kept, for operators."""

    name: str
    holder: str | None
    token: int
    beat_at: datetime
    position: int
    is_held: bool


def this_holder() -> str:
    """A name of this thread that no other has."""
    return f"{socket.gethostname()[:80]}/{os.getpid()}/{threading.get_ident()}"


def take(name: str) -> Lease:
    """Hold an index.

    Raises:
        WriterBusy: somebody else holds it and has shown to be alive, or it is not registered.
    """
    now, holder = clock.now(), this_holder()
    with separate_transaction() as connection:
        token = connection.execute(
            update(SearchLease)
            .where(SearchLease.name == name, (SearchLease.holder.is_(None)) | (SearchLease.until < now))
            .values(holder=holder, until=now + LEASE, beat_at=now, token=SearchLease.token + 1)
            .returning(SearchLease.token)
        ).scalar()
    if token is None:
        raise WriterBusy("another process holds the lease of the index")
    return Lease(name, token, holder)


def renew(lease: Lease, position: int) -> None:
    """Show to be alive, and how far the index has come.

    Raises:
        WriterBusy: the lease has ended and another process has it.
    """
    now = clock.now()
    with separate_transaction() as connection:
        kept = connection.execute(
            update(SearchLease)
            .where(SearchLease.name == lease.name, SearchLease.token == lease.token)
            .values(holder=lease.holder, until=now + LEASE, beat_at=now, position=position)
            .returning(SearchLease.token)
        ).first()
    if kept is None:
        raise WriterBusy("another process has taken the lease of the index over")


def give_back(lease: Lease) -> None:
    """Let others have it at once."""
    with separate_transaction() as connection:
        connection.execute(
            update(SearchLease)
            .where(SearchLease.name == lease.name, SearchLease.token == lease.token)
            .values(holder=None)
        )


@contextmanager
def hold(name: str) -> Iterator[Lease]:
    """Hold an index for a while.

    Raises:
        WriterBusy: see :func:`take`.
    """
    lease = take(name)
    try:
        yield lease
    finally:
        give_back(lease)


def register(name: str) -> None:
    """Have the outbox kept for an index from now on."""
    with unit_of_work() as work:
        insert_if_absent(work.session, SearchLease, name=name)


def is_registered(name: str) -> bool:
    """Whether the outbox is kept for an index."""
    return db.session.scalar(select(SearchLease.name).where(SearchLease.name == name)) is not None


def token_of(name: str) -> int:
    """The number of the last holder."""
    return db.session.scalar(select(SearchLease.token).where(SearchLease.name == name)) or 0


def slowest_position() -> int:
    """How far all indexes have come that are still written."""
    alive = SearchLease.beat_at > clock.now() - FORGOTTEN
    return db.session.scalar(select(func.min(SearchLease.position)).where(alive)) or 0


def forget_abandoned() -> None:
    """Indexes that nobody has written for a month are forgotten: should one come back, it is built anew."""
    with separate_transaction() as connection:
        connection.execute(delete(SearchLease).where(SearchLease.beat_at <= clock.now() - FORGOTTEN))


def list_indexers() -> list[Indexer]:
    """All indexes that are kept, on whatever machine."""
    now = clock.now()
    columns = (
        SearchLease.name,
        SearchLease.holder,
        SearchLease.token,
        SearchLease.beat_at,
        SearchLease.position,
    )
    rows = db.session.execute(select(*columns, SearchLease.until).order_by(SearchLease.name))
    return [Indexer(*row[:5], is_held=row.holder is not None and row.until >= now) for row in rows]
