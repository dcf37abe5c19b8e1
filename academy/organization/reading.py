"""Opening somebody else's record is itself an act: it is noted, and that person can see it."""

from __future__ import annotations

from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.organization.people_queries import PersonRecord, person_record

__all__ = ["note_reading", "open_person"]


def open_person(actor: Actor, person_id: int) -> PersonRecord:
    """A person's record, with an entry in the journal if it is somebody else's.

    Raises:
        NotFound: there is no such person, or the actor may not see the record.
    """
    found = person_record(actor, person_id)
    note_reading(actor, person_id)
    return found


def note_reading(actor: Actor, person_id: int) -> None:
    """Note that the actor read a person's record: once for each reader, person and day."""
    if actor.person_id == person_id or actor.is_system:
        return
    known = db.session.scalar(
        select(AuditEntry.number)
        .where(
            AuditEntry.person_id == person_id,
            AuditEntry.account_id == actor.account_id,
            AuditEntry.act == "person.read",
            AuditEntry.at >= clock.day_start(clock.today()),
        )
        .limit(1)
    )
    if known is None:
        record(actor, "person.read", "person", person_id, person_id=person_id)
