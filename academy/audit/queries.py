"""Reading the journal."""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.audit.policies import can_read_journal
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.paging import Page, keyset


def list_entries(
    actor: Actor,
    *,
    act: str = "",
    object_kind: str = "",
    account_id: int | None = None,
    person_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Entries, newest first, for those who may read the journal.

    Raises:
        Forbidden: the actor may not.
    """
    require(actor, can_read_journal)
    statement = select(AuditEntry)
    if act:
        statement = statement.where(AuditEntry.act.startswith(act, autoescape=True))
    if object_kind:
        statement = statement.where(AuditEntry.object_kind == object_kind)
    if account_id is not None:
        statement = statement.where(AuditEntry.account_id == account_id)
    if person_id is not None:
        statement = statement.where(AuditEntry.person_id == person_id)
    return keyset(statement, [AuditEntry.number], cursor, limit, ascending=False)


def entries_about(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Entries that concern the actor's own person, newest first."""
    statement = select(AuditEntry).where(AuditEntry.person_id == (actor.person_id or 0))
    return keyset(statement, [AuditEntry.number], cursor, limit, ascending=False)
