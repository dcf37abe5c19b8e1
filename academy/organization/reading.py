"""Opening somebody else's record is itself an act: it is noted, and that person can see it."""

from __future__ import annotations

from academy.audit.services import record_daily
from academy.kernel.actor import Actor
from academy.organization.people_queries import PersonRecord, person_record

__all__ = ["open_person"]


def open_person(actor: Actor, person_id: int) -> PersonRecord:
    """A person's record, with an entry in the journal if it is somebody else's: one a day.

    Raises:
        NotFound: there is no such person, or the actor may not see the record.
    """
    found = person_record(actor, person_id)
    record_daily(actor, "person.read", "person", person_id, person_id=person_id)
    return found
