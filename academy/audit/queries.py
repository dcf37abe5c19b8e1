"""Reading the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.audit.policies import can_read_journal
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.paging import Page, keyset


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries: ``act`` and ``who`` match beginnings; days are those of Hanoi, inclusive."""

    act: str = ""
    who: str = ""
    object_kind: str = ""
    object_id: str = ""
    account_id: int | None = None
    person_id: int | None = None
    since: date | None = None
    until: date | None = None


def list_entries(
    actor: Actor, filters: Filters | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page:
    """Entries, newest first, for those who may read the journal.

    Raises:
        Forbidden: the actor may not.
    """
    require(actor, can_read_journal)
    chosen = filters or Filters()
    statement = select(AuditEntry)
    if chosen.act:
        statement = statement.where(AuditEntry.act.startswith(chosen.act, autoescape=True))
    if chosen.who:
        statement = statement.where(AuditEntry.actor_name.startswith(chosen.who, autoescape=True))
    if chosen.since:
        statement = statement.where(AuditEntry.at >= clock.day_start(chosen.since))
    if chosen.until:
        statement = statement.where(AuditEntry.at < clock.day_end(chosen.until))
    for column, value in (
        (AuditEntry.object_kind, chosen.object_kind or None),
        (AuditEntry.object_id, chosen.object_id or None),
        (AuditEntry.account_id, chosen.account_id),
        (AuditEntry.person_id, chosen.person_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return keyset(statement, [AuditEntry.number], cursor, limit, ascending=False)


def entries_about(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Entries that concern the actor's own person, newest first."""
    statement = select(AuditEntry).where(AuditEntry.person_id == (actor.person_id or 0))
    return keyset(statement, [AuditEntry.number], cursor, limit, ascending=False)


def last_verification(actor: Actor) -> AuditEntry | None:
    """The entry that tells when the chain was last checked, and what was found; None if never.

    Raises:
        Forbidden: the actor may not read the journal.
    """
    require(actor, can_read_journal)
    return db.session.scalar(
        select(AuditEntry).where(AuditEntry.act == "audit.verify").order_by(AuditEntry.number.desc()).limit(1)
    )
