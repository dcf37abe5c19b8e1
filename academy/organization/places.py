"""Where people work: ``Person.unit_id`` is a projection of the postings.

Scopes and lists need the unit in the query that finds the person, so it is kept on the person. It is
brought up to date in the transaction that changes a posting. A posting that begins or ends on a later day
leaves a job that runs when that day begins in Hanoi, so that the old unit's officer loses sight of the
person and the new one gains it the same minute. :func:`recompute_places` proves or repairs the whole, every
night too; it changes nothing on a second run and may be run at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.events import PersonMoved
from academy.organization.models import Person, Posting

__all__ = ["place_person", "recompute_places"]

_CHUNK = 500


def place_person(actor: Actor, person_id: int) -> None:
    """Bring one person's unit up to date with the postings; a move is journalled for both units."""
    with unit_of_work() as work:
        work.session.flush()
        person = work.session.get(Person, person_id)
        places = _places([person_id])
        if person is None or person_id not in places or person.unit_id == places[person_id]:
            return
        before, after = person.unit_id, places[person_id]
        person.unit_id = after
        moved = {"from": before, "to": after}
        if before is not None:
            record(actor, "person.leave_unit", "unit", before, person_id=person_id, details=moved)
        if after is not None:
            record(actor, "person.join_unit", "unit", after, person_id=person_id, details=moved)
        work.emit(PersonMoved(person_id=person_id, from_unit_id=before, to_unit_id=after))


def place_later(work: UnitOfWork, person_id: int, days: Iterable[date]) -> None:
    """Have the person's unit brought up to date when each of the days begins, if it is yet to come."""
    for day in days:
        if day > clock.today():
            work.enqueue(
                "organization.place_person",
                key=f"place:{person_id}:{day.isoformat()}",
                run_at=clock.day_start(day),
                person_id=person_id,
            )


def recompute_places(*, check: bool = False) -> int:
    """Compare every person's unit with the postings; the number that differed.

    Args:
        check: only count, change nothing.
    """
    wrong: list[int] = []
    last = 0
    while True:
        rows = db.session.execute(
            select(Person.id, Person.unit_id).where(Person.id > last).order_by(Person.id).limit(_CHUNK)
        ).all()
        if not rows:
            break
        last = rows[-1].id
        places = _places([row.id for row in rows])
        wrong += [row.id for row in rows if row.id in places and places[row.id] != row.unit_id]
    for person_id in [] if check else wrong:
        place_person(Actor.system(), person_id)
    return len(wrong)


def _places(person_ids: list[int]) -> dict[int, int | None]:
    """Where the people's postings put them today; people who never had one are left out."""
    today = clock.today()
    rows = db.session.execute(
        select(Posting.person_id, Posting.unit_id, Posting.starts_on, Posting.ends_on)
        .where(Posting.person_id.in_(person_ids), Posting.secondary.is_(False))
        .order_by(Posting.starts_on, Posting.id)
    )
    places: dict[int, int | None] = {}
    for person_id, unit_id, starts_on, ends_on in rows:
        places.setdefault(person_id, None)
        if starts_on <= today and (ends_on is None or ends_on >= today):
            places[person_id] = unit_id
    return places
