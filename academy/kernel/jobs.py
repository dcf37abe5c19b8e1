"""Jobs: work that a request does not wait for, kept in an outbox table.

A job is enqueued in the transaction of the change that needs it, carries ids, and is idempotent: a
worker may die half-way, and another starts it again. The same rows can be dispatched by the embedded
worker or by Celery.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, Index, String, Text, delete, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, scoped_session

from academy.kernel import clock
from academy.kernel.db import (
    Model,
    UtcDateTime,
    db,
    insert_if_absent,
    primary_key,
    separate_transaction,
    timestamp,
)
from academy.kernel.errors import NotFound

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MAX_TRIES = 5


class Job(Model):
    """One piece of work: ``waiting → running → done | failed``."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index(
            "uq_job_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_job_due", "state", "run_at"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(80))
    key: Mapped[str | None] = mapped_column(String(160))
    owner_id: Mapped[int | None]
    payload: Mapped[dict]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = timestamp()
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(32))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = timestamp()
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LeaseLost(Exception):
    """Another worker has taken the job over; this one must stop."""


class Progress:
    """How far a running job is; writing it also renews the worker's hold on the job."""

    def __init__(self, job_id: int, lease: str) -> None:
        self._job_id = job_id
        self._lease = lease

    def set(self, done: int, total: int) -> None:
        """Store progress at once, in a transaction of its own.

        Raises:
            LeaseLost: another worker runs the job by now.
        """
        with separate_transaction() as connection:
            renewed = connection.execute(
                update(Job)
                .where(Job.id == self._job_id, Job.lease == self._lease)
                .values(done=done, total=total, leased_until=clock.now() + LEASE)
            )
        if renewed.rowcount == 0:
            raise LeaseLost(f"job {self._job_id}")


@dataclass(frozen=True, slots=True)
class JobKind:
    name: str
    run: Callable[..., Mapping[str, Any] | None]


_kinds: dict[str, JobKind] = {}


def job(name: str) -> Callable[[Callable], Callable]:
    """Register ``function(progress, **payload)`` as what runs jobs of this kind."""

    def register(function: Callable) -> Callable:
        known = _kinds.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(f"two jobs are called {name}")
        _kinds[name] = JobKind(name, function)
        return function

    return register


def new_job(
    session: scoped_session,
    kind: str,
    *,
    key: str | None,
    owner: int | None,
    payload: Mapping[str, Any],
    run_at: datetime | None = None,
) -> Job:
    """Add a job to the session's transaction; see :meth:`UnitOfWork.enqueue`."""
    if kind not in _kinds:
        raise LookupError(f"no job is called {kind}")
    values = {"kind": kind, "key": key, "owner_id": owner, "payload": dict(payload), "run_at": run_at or clock.now()}
    if key is None:
        new = Job(**values)
        session.add(new)
        session.flush()
        return new
    # two who enqueue the same at once: the second waits for the first, and joins its job
    insert_if_absent(session, Job, **values)
    return session.scalars(select(Job).where(Job.key == key, Job.state == "waiting")).one()


def get_job(job_id: int, *, owner: int | None) -> Job:
    """A job that ``owner`` enqueued.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = db.session.get(Job, job_id)
    if found is None or owner is None or found.owner_id != owner:
        raise NotFound()
    return found


def claim() -> tuple[Job, str] | None:
    """Take the oldest due job, or one whose worker has died; None if there is nothing to do."""
    now = clock.now()
    lease = uuid4().hex
    due = or_(
        (Job.state == "waiting") & (Job.run_at <= now),
        (Job.state == "running") & (Job.leased_until < now),
    )
    candidate = select(Job.id).where(due).order_by(Job.run_at, Job.id).limit(1)
    # what was read before ends here: the claim stands or falls by itself
    db.session.rollback()
    if db.session.get_bind().dialect.name == "sqlite":
        # looking first spares the idle worker the write lock
        waiting = db.session.scalar(candidate)
        db.session.rollback()
        if waiting is None:
            return None
    else:
        candidate = candidate.with_for_update(skip_locked=True)
    with separate_transaction() as connection:
        row = connection.execute(
            update(Job)
            .where(Job.id == candidate.scalar_subquery())
            .values(
                state="running", lease=lease, leased_until=now + LEASE, tries=Job.tries + 1, error=None
            )
            .returning(Job.id)
        ).first()
    if row is None:
        return None
    return db.session.get(Job, row.id, populate_existing=True), lease


def run_one() -> bool:
    """Run one due job to its end; False if there was none.

    A job that raises is tried again after 10 s, 20 s, 40 s …, ``MAX_TRIES`` times in all, then marked
    ``failed`` with the error's text for the administrator.
    """
    claimed = claim()
    if claimed is None:
        return False
    taken, lease = claimed
    job_id, kind, payload, tries = taken.id, taken.kind, dict(taken.payload), taken.tries
    db.session.rollback()
    try:
        if kind not in _kinds:
            raise LookupError(f"no job is called {kind}; is its module installed?")
        result = _kinds[kind].run(Progress(job_id, lease), **payload)
    except LeaseLost:
        log.warning("job %s %s was taken over", job_id, kind)
        db.session.rollback()
    except Exception as error:
        db.session.rollback()
        log.exception("job %s %s failed (try %s)", job_id, kind, tries)
        _finish(job_id, lease, _failure(tries, error))
    else:
        db.session.rollback()  # what the job only read ends before its own end is written
        _finish(
            job_id,
            lease,
            {"state": "done", "result": dict(result or {}), "finished_at": clock.now(), "lease": None},
        )
    finally:
        db.session.remove()
    return True


def forget_finished_jobs(days: int = 30) -> int:
    """Delete jobs that were done more than ``days`` ago; the number deleted. Failed ones stay."""
    long_ago = clock.now() - timedelta(days=days)
    with separate_transaction() as connection:
        gone = connection.execute(delete(Job).where(Job.state == "done", Job.finished_at < long_ago))
    return gone.rowcount


def run_all(limit: int = 10_000) -> int:
    """Run due jobs until none is left (for commands and tests); the number that ran."""
    ran = 0
    while ran < limit and run_one():
        ran += 1
    return ran


def _failure(tries: int, error: Exception) -> dict[str, Any]:
    message = f"{type(error).__name__}: {error}"[:2000]
    if tries >= MAX_TRIES:
        return {"state": "failed", "error": message, "finished_at": clock.now(), "lease": None}
    return {
        "state": "waiting",
        "error": message,
        "lease": None,
        # a job that waits again may meet a younger one of the same key: the younger keeps the key
        "key": None,
        "run_at": clock.now() + timedelta(seconds=10 * 2 ** (tries - 1)),
    }


def _finish(job_id: int, lease: str, values: dict[str, Any]) -> None:
    with separate_transaction() as connection:
        connection.execute(update(Job).where(Job.id == job_id, Job.lease == lease).values(**values))
