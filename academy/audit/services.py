"""Writing the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from academy.audit.chain import GENESIS, link
from academy.audit.models import AuditEntry, AuditHead
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["record"]


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
        actor_name=actor.full_name or actor.username,
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
