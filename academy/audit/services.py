"""Writing the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from academy.audit.chain import GENESIS, Verdict, link, verify
from academy.audit.models import AuditEntry, AuditHead
from academy.audit.policies import can_read_journal
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["note_verification", "record", "record_daily", "request_verification"]


def record(
    actor: Actor,
    act: str,
    object_kind: str,
    object_id: Any,
    *,
    person_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write an act into the journal, in the transaction of the act itself.

    Entries are chained last of all before commit, so that the chain's lock is held for a moment only.

    Args:
        act: what was done, ``"certificate.issue"``.
        person_id: the person it concerns.
        details: JSON values that explain it; no secrets, no answers.
    """
    entry = AuditEntry(
        at=clock.now(),
        account_id=actor.account_id,
        actor_name=_name(actor),
        act=act,
        object_kind=object_kind,
        object_id=str(object_id),
        person_id=person_id,
        details=dict(details or {}),
    )
    with unit_of_work() as work:
        waiting: list[AuditEntry] = work.scratch.setdefault("audit", [])
        waiting.append(entry)
        work.before_commit("audit", lambda: _chain(work, waiting))


def record_daily(actor: Actor, act: str, object_kind: str, object_id: Any, *, person_id: int) -> None:
    """Write that the actor looked at what is recorded of a person: once for each actor, object and day in Hanoi.

    One's own eyes and the academy's are not noted.
    """
    if actor.person_id == person_id or actor.is_system:
        return
    known = db.session.scalar(
        select(AuditEntry.number)
        .where(
            AuditEntry.object_kind == object_kind,
            AuditEntry.object_id == str(object_id),
            AuditEntry.account_id == actor.account_id,
            AuditEntry.act == act,
            AuditEntry.at >= clock.day_start(clock.today()),
        )
        .limit(1)
    )
    if known is None:
        record(actor, act, object_kind, object_id, person_id=person_id)


def request_verification(actor: Actor) -> int:
    """Have the whole chain checked by a job; its id, to watch. One that waits already serves all.

    Raises:
        Forbidden: the actor may not read the journal.
    """
    require(actor, can_read_journal)
    with unit_of_work() as work:
        job = work.enqueue(
            "audit.verify", key=f"audit.verify:{actor.account_id}", owner=actor.account_id, by=_name(actor)
        )
        return job.id


def note_verification(by: str) -> Verdict:
    """Check the whole chain and write the finding into it, so that the next reader sees when it was whole."""
    verdict = verify()
    details = {"entries": verdict.entries, "broken_at": verdict.broken_at, "reason": verdict.reason}
    record(Actor(username=by), "audit.verify", "journal", "", details=details)
    return verdict


def _name(actor: Actor) -> str:
    return actor.full_name or actor.username


def _chain(work: UnitOfWork, waiting: list[AuditEntry]) -> None:
    head = work.session.scalar(select(AuditHead).where(AuditHead.id == 1).with_for_update())
    if head is None:
        head = AuditHead(id=1, number=0, hash=GENESIS)
        work.session.add(head)
        work.session.flush()
    for entry in waiting:
        entry.number = head.number + 1
        entry.previous = head.hash
        entry.hash = link(entry)
        head.number, head.hash = entry.number, entry.hash
    work.session.flush()
    columns = AuditEntry.__table__.columns.keys()
    work.session.execute(
        insert(AuditEntry), [{name: getattr(entry, name) for name in columns} for entry in waiting]
    )
