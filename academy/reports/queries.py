"""What the home page and the learning record show of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from academy.certificates.queries import own_certificates
from academy.enrollment.models import Enrollment
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.progress.models import Reading
from academy.progress.queries import CourseState, states_of_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A learner's home: ``current`` is what to go on with; hours are of this civil year."""

    current: CourseState | None
    under_way: Sequence[CourseState]
    completed: Sequence[CourseState]
    hours: Decimal
    certificates: Sequence


def home_of(actor: Actor) -> Home:
    """Everything on the home page; three queries."""
    states = states_of_person(actor.person_id)
    under_way = sorted(
        (state for state in states if not state.is_complete), key=lambda state: state.last_at, reverse=True
    )
    return Home(
        current=under_way[0] if under_way else None,
        under_way=under_way[1:],
        completed=[state for state in states if state.is_complete],
        hours=hours_studied(actor.person_id, clock.today().replace(month=1, day=1)),
        certificates=own_certificates(actor),
    )


def hours_studied(person_id: int | None, since: date) -> Decimal:
    """Active hours in lessons since a local day, to a tenth."""
    seconds = db.session.scalar(
        select(func.coalesce(func.sum(Reading.seconds), 0))
        .join(Enrollment, Enrollment.id == Reading.enrollment_id)
        .where(Enrollment.person_id == (person_id or 0), Reading.day >= since)
    )
    return (Decimal(int(seconds)) / 3600).quantize(Decimal("0.1"))
