"""What single people are granted at a quiz: time, a window, attempts, pauses; with a reason, in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from academy.accounts.models import Account
from academy.accounts.services import username_key
from academy.audit.services import record
from academy.enrollment.models import Enrollment
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Forbidden, Invalid, NotFound
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import Person
from academy.quizzes.models import Accommodation
from academy.quizzes.policies import can_invigilate
from academy.quizzes.queries import get_visible_quiz, is_own
from academy.quizzes.reasons import checked_reason

__all__ = [
    "AccommodationRow",
    "grant_accommodation",
    "list_accommodations",
    "withdraw_accommodation",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationRow:
    """A grant, for those who invigilate. The reason is theirs to read, not the other learners'."""

    person_id: int
    full_name: str
    username: str | None
    extra_minutes: int
    extra_percent: int
    extra_attempts: int
    opens: datetime | None
    closes: datetime | None
    pauses: int
    pause_minutes: int
    pause_past_close: bool
    reason: str
    granted_by: str | None
    granted_at: datetime


def list_accommodations(actor: Actor, quiz_id: int) -> list[AccommodationRow]:
    """Who is granted what at a quiz, by name.

    Raises:
        NotFound, Forbidden
    """
    _quiz, course = get_visible_quiz(actor, quiz_id)
    require(actor, can_invigilate, course)
    granter = aliased(Account)
    rows = db.session.execute(
        select(Accommodation, Person.full_name, Account.username, granter.username)
        .join(Person, Person.id == Accommodation.person_id)
        .outerjoin(Account, Account.id == Person.account_id)
        .outerjoin(granter, granter.id == Accommodation.granted_by_id)
        .where(Accommodation.quiz_id == quiz_id)
        .order_by(Person.sort_key, Person.id)
    )
    return [
        AccommodationRow(
            person_id=row.person_id,
            full_name=name,
            username=username,
            extra_minutes=row.extra_minutes,
            extra_percent=row.extra_percent,
            extra_attempts=row.extra_attempts,
            opens=row.opens,
            closes=row.closes,
            pauses=row.pauses,
            pause_minutes=row.pause_minutes,
            pause_past_close=row.pause_past_close,
            reason=row.reason,
            granted_by=by,
            granted_at=row.granted_at,
        )
        for row, name, username, by in rows
    ]


def grant_accommodation(actor: Actor, quiz_id: int, who: int | str, granted: Mapping[str, Any]) -> int:
    """Grant somebody something at a quiz, instead of what was granted before. Holds from the next attempt on.

    Args:
        who: the person's id, or the name with which they sign in.
        granted: ``extra_minutes``, ``extra_percent``, ``extra_attempts``, ``opens``, ``closes``, ``pauses``,
            ``pause_minutes``, ``pause_past_close``, ``reason``, as
            :class:`academy.quizzes.room_schemas.AccommodationBody` loads them.

    Returns:
        The person's id.

    Raises:
        NotFound, Forbidden
        Invalid: nobody is called that or studies the course, nothing is granted, or a value breaks a rule.
    """
    with unit_of_work() as work:
        _quiz, course = get_visible_quiz(actor, quiz_id)
        require(actor, can_invigilate, course)
        person_id = _person(who, course.id)
        if is_own(actor, person_id):
            raise Forbidden(_l("Nobody grants an accommodation to themselves."), rule="accommodation.own")
        values = _checked(granted)
        row = work.session.get(Accommodation, (quiz_id, person_id)) or Accommodation(
            quiz_id=quiz_id, person_id=person_id
        )
        for name, value in values.items():
            setattr(row, name, value)
        row.granted_by_id = actor.account_id
        work.session.add(row)
        work.session.flush()
        details = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        record(actor, "quizzes.accommodation.grant", "quiz", quiz_id, person_id=person_id, details=details)
        return person_id


def withdraw_accommodation(actor: Actor, quiz_id: int, person_id: int, *, reason: str) -> None:
    """Take a grant back; attempts that were started with it keep it.

    Raises:
        NotFound, Forbidden
        Invalid: the reason is missing.
    """
    with unit_of_work() as work:
        _quiz, course = get_visible_quiz(actor, quiz_id)
        require(actor, can_invigilate, course)
        reason = checked_reason(reason)
        row = work.session.get(Accommodation, (quiz_id, person_id))
        if row is None:
            raise NotFound(_l("Nothing is granted to this person."))
        work.session.delete(row)
        record(
            actor,
            "quizzes.accommodation.withdraw",
            "quiz",
            quiz_id,
            person_id=person_id,
            details={"reason": reason},
        )


def _person(who: int | str, course_id: int) -> int:
    found = Person.id == who if isinstance(who, int) else Account.username_key == username_key(who)
    person_id = db.session.scalar(
        select(Person.id)
        .outerjoin(Account, Account.id == Person.account_id)
        .join(Enrollment, Enrollment.person_id == Person.id)
        .where(found, Enrollment.course_id == course_id, Enrollment.state != "left")
        .limit(1)
    )
    if person_id is None:
        message = _l("Nobody of that name studies this course.")
        raise Invalid(message, rule="accommodation.person", errors={"who": [message]})
    return person_id


def _checked(granted: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        "extra_minutes": granted.get("extra_minutes") or 0,
        "extra_percent": granted.get("extra_percent") or 0,
        "extra_attempts": granted.get("extra_attempts") or 0,
        "opens": granted.get("opens"),
        "closes": granted.get("closes"),
        "pauses": granted.get("pauses") or 0,
        "pause_minutes": granted.get("pause_minutes") or 0,
        "pause_past_close": bool(granted.get("pause_past_close")),
        "reason": checked_reason(granted.get("reason") or ""),
    }
    if not any(value for name, value in values.items() if name not in ("reason", "pause_past_close")):
        message = _l("Grant at least one thing: time, an attempt, a window or pauses.")
        raise Invalid(message, rule="accommodation.nothing", errors={"extra_minutes": [message]})
    if values["opens"] and values["closes"] and values["closes"] <= values["opens"]:
        message = _l("The quiz closes before it opens.")
        raise Invalid(message, rule="accommodation.window", errors={"closes": [message]})
    if bool(values["pauses"]) != bool(values["pause_minutes"]):
        message = _l("Say both how many times the clock may be stopped and for how many minutes in all.")
        missing = "pause_minutes" if values["pauses"] else "pauses"
        raise Invalid(message, rule="accommodation.pauses", errors={missing: [message]})
    if values["pause_past_close"] and not values["pauses"]:
        message = _l("Without pauses there is no time to make up after the quiz has closed.")
        raise Invalid(message, rule="accommodation.pauses", errors={"pauses": [message]})
    return values
