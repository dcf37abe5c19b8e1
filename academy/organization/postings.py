"""Postings: who works where, as what, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select

from academy.audit.services import record
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.text import clean, slug
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Person, Position, Posting, Unit
from academy.organization.places import place_later, place_person
from academy.organization.policies import PEOPLE_MANAGE, can_manage_person, can_see_person, covers
from academy.organization.standing import place_of
from academy.organization.unit_changes import check_open

__all__ = ["end_posting", "post_person"]


def post_person(
    actor: Actor,
    person_id: int,
    unit_id: int,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    position: str = "",
    origin: str = "",
    secondary: bool = False,
) -> Posting:
    """Post a person to a unit from a day on (default: today), inclusive.

    A main posting ends the one before it on the day before; one that began on the same day is corrected.
    A ``secondary`` one (kiêm nhiệm) stands beside it and moves nobody. The learning record is the
    person's and stays whole; who sees it changes with the unit, when the day begins.

    Args:
        position: title of the position; one that is not known yet is added.

    Raises:
        NotFound: no such person or unit, or not to be seen.
        Forbidden: the actor does not manage both the person's unit and the new one.
        UnitClosed: the unit does not exist in this time.
        Conflict: a later main posting stands in the way, or the person has left.
        Invalid: the last day lies before the first.
    """
    with unit_of_work() as work:
        person = work.session.get(Person, person_id)
        place = place_of(person_id) if person is not None else None
        if person is None or place is None or not can_see_person(actor, place):
            raise NotFound(_l("There is no such person."))
        require(actor, can_manage_person, place)
        if person.deactivated_at is not None:
            raise Conflict(
                _l("This person has left."),
                rule="organization.posting",
                next_step=_l("Take the person back first."),
            )
        unit = get_unit(unit_id)
        return post(
            actor,
            person_id,
            unit,
            starts_on=starts_on,
            ends_on=ends_on,
            position=position,
            origin=origin,
            secondary=secondary,
        )


def end_posting(actor: Actor, posting_id: int, last_day: date) -> Posting:
    """Let a posting end with a day.

    Raises:
        NotFound: no such posting, or the person may not be seen.
        Forbidden: the actor does not manage the person.
        Invalid: the day lies before the posting's first, or after the last that it has: another may follow there.
    """
    with unit_of_work() as work:
        posting = work.session.get(Posting, posting_id)
        place = place_of(posting.person_id) if posting is not None else None
        if posting is None or place is None or not can_see_person(actor, place):
            raise NotFound()
        require(actor, can_manage_person, place)
        _check_period(posting.starts_on, last_day)
        before = posting.ends_on
        if before is not None and last_day > before:
            message = _l("This posting ends on %(day)s already.", day=before.strftime("%d/%m/%Y"))
            raise Invalid(message, rule="organization.dates", errors={"ends_on": [message]})
        posting.ends_on = last_day
        record(
            actor,
            "posting.end",
            "posting",
            posting.id,
            person_id=posting.person_id,
            details={"unit": posting.unit_id, "last_day": [_day(before), _day(last_day)]},
        )
        place_person(actor, posting.person_id)
        place_later(work, posting.person_id, [last_day + timedelta(days=1)])
        return posting


def post(
    actor: Actor,
    person_id: int,
    unit: Unit,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    position: str = "",
    origin: str = "",
    secondary: bool = False,
) -> Posting:
    """As :func:`post_person`, for callers that have checked the right to the person."""
    first = starts_on or clock.today()
    if not covers(actor, PEOPLE_MANAGE, unit.path):
        raise Forbidden(
            _l("You can post people only to units that you manage."),
            rule="organization.posting",
            next_step=_l("Ask an officer of the unit above both for the transfer."),
        )
    _check_period(first, ends_on)
    check_open(unit, first, ends_on)
    with unit_of_work() as work:
        position_id = find_or_add_position(work, position)
        posting = None if secondary else _make_way(work, person_id, first)
        if posting is None:
            posting = Posting(person_id=person_id, starts_on=first, secondary=secondary)
            work.session.add(posting)
        posting.unit_id, posting.position_id = unit.id, position_id
        posting.ends_on, posting.origin = ends_on, clean(origin)[:200]
        work.session.flush()
        details = {"unit": unit.id, "from": _day(first), "to": _day(ends_on), "position": clean(position)}
        if secondary:
            details["secondary"] = True
        record(actor, "person.post", "posting", posting.id, person_id=person_id, details=details)
        place_person(actor, person_id)
        place_later(work, person_id, [first, *([ends_on + timedelta(days=1)] if ends_on else [])])
        return posting


def get_unit(unit_id: int) -> Unit:
    """A unit by its id.

    Raises:
        NotFound: there is none.
    """
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(_l("There is no such unit."))
    return unit


def find_or_add_position(work: UnitOfWork, title: str) -> int | None:
    """The position of this title (however it is cased or accented by habit), added if need be."""
    title = clean(title)[:200]
    if not title:
        return None
    code = (slug(title, 40) or "position")[:40]
    known: Sequence[Position] = work.session.scalars(
        select(Position).where(or_(Position.code == code, Position.code.startswith(f"{code[:36]}-", autoescape=True)))
    ).all()
    for position in known:
        if position_key(position.title.get("vi", "")) == position_key(title):
            return position.id
    taken = {position.code for position in known}
    number, free = 1, code
    while free in taken:
        number += 1
        free = f"{code[:36]}-{number}"
    position = Position(code=free, title={"vi": title})
    work.session.add(position)
    work.session.flush()
    return position.id


def position_key(title: str) -> str:
    """The form in which titles of positions are compared: without case and extra space, with marks."""
    return clean(title).casefold()


def latest_main_posting(person_id: int) -> Posting | None:
    """The main posting that is in force or, else, comes next; None if there is none to come."""
    return db.session.scalar(
        select(Posting)
        .where(Posting.person_id == person_id, Posting.secondary.is_(False))
        .where(or_(Posting.ends_on.is_(None), Posting.ends_on >= clock.today()))
        .order_by(Posting.starts_on.desc(), Posting.id.desc())
        .limit(1)
    )


def _make_way(work: UnitOfWork, person_id: int, first: date) -> Posting | None:
    """End the main postings that reach beyond ``first``; one that began that day is returned for correction."""
    reaching = work.session.scalars(
        select(Posting)
        .where(Posting.person_id == person_id, Posting.secondary.is_(False))
        .where(or_(Posting.ends_on.is_(None), Posting.ends_on >= first))
        .order_by(Posting.starts_on)
    ).all()
    same = None
    for posting in reaching:
        if posting.starts_on > first:
            raise Conflict(
                _l("A posting that begins on %(day)s stands in the way.", day=posting.starts_on.strftime("%d/%m/%Y")),
                rule="organization.posting",
                next_step=_l("Choose a later day."),
            )
        if posting.starts_on == first:
            same = posting
        else:
            posting.ends_on = first - timedelta(days=1)
    return same


def _check_period(first: date, last: date | None) -> None:
    if last is not None and last < first:
        message = _l("The last day lies before the first.")
        raise Invalid(message, rule="organization.dates", errors={"ends_on": [message]})


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
