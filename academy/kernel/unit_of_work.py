"""One use case, one transaction: the only place that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy.orm import scoped_session

from academy.kernel.connections import writing
from academy.kernel.db import db
from academy.kernel.events import Event, subscriptions
from academy.kernel.jobs import Job, new_job

_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


class UnitOfWork:
    """What a service writes with; made by :func:`unit_of_work`."""

    def __init__(self, session: scoped_session) -> None:
        self.session = session
        self.events: list[Event] = []
        # what slices collect during the block for their ``before_commit``
        self.scratch: dict[str, Any] = {}
        self._before_commit: dict[str, Callable[[], None]] = {}

    def emit(self, event: Event) -> None:
        """Tell that something happened: atomic subscribers act at once, the others after commit."""
        self.events.append(event)
        subscriptions().inside(event)

    def enqueue(
        self,
        kind: str,
        *,
        key: str | None = None,
        owner: int | None = None,
        run_at: datetime | None = None,
        **payload: Any,
    ) -> Job:
        """Put a job into the outbox of this transaction.

        Args:
            kind: the name given to :func:`academy.kernel.jobs.job`.
            key: while a job of this key waits to start, another is not added; the waiting one is returned.
            owner: the account that may watch the job's progress.
            run_at: not before this instant; at once if not given.
            payload: ids and plain values.
        """
        return new_job(self.session, kind, key=key, owner=owner, payload=payload, run_at=run_at)

    def before_commit(self, key: str, action: Callable[[], None]) -> None:
        """Run ``action`` once, last of all, for work whose lock should be held briefly."""
        self._before_commit.setdefault(key, action)

    def _commit(self) -> None:
        for action in self._before_commit.values():
            action()
        self.session.commit()


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Open, or join, the transaction of the current use case.

    The outermost one commits when its block ends and rolls back when its block raises. A unit of work
    opened inside another joins it, so services may call each other and stay one transaction.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    # ends the transaction of the reads before it: the next one begins as a writer's
    db.session.commit()
    work = UnitOfWork(db.session)
    current, mark = _current.set(work), writing.set(True)
    try:
        yield work
        work._commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _current.reset(current)
        writing.reset(mark)
    subscriptions().after_commit(work.events)


@contextmanager
def apart() -> Iterator[None]:
    """Run code of others so that what it breaks in the session does not reach the rest.

    Inside a unit of work it has a savepoint of its own; outside, what it left undone is rolled back. What it
    raises is raised.
    """
    if _current.get() is not None:
        with db.session.begin_nested():
            yield
        return
    try:
        yield
    except BaseException:
        db.session.rollback()
        raise
