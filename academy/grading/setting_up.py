"""Setting up the marking of a quiz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from academy.accounts.models import Account
from academy.audit.services import record
from academy.grading.collecting import collect, rearrange
from academy.grading.models import MarkingScheme
from academy.grading.overview_queries import get_led_quiz
from academy.grading.queries import find_scheme
from academy.grading.schemas import SchemeSettings
from academy.grading.scheme import Scheme
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.identity import grant_in_force
from academy.organization.models import Person, RoleGrant
from academy.questions.field_messages import messages_by_field

__all__ = ["accounts_named", "save_scheme", "share_again"]


def save_scheme(actor: Actor, quiz_id: int, settings: Mapping[str, Any]) -> Scheme:
    """Give a quiz another marking scheme, take in what waits and share it out by the new rules.

    Stored marks stay. The same settings again make no new version, but share out anew what nobody has marked.

    Raises:
        NotFound, Forbidden: the actor does not lead the marking of such a quiz.
        Invalid: a setting breaks a rule; ``errors`` by field.
    """
    with unit_of_work() as work:
        quiz, _course = get_led_quiz(actor, quiz_id)
        try:
            checked = SchemeSettings().load(settings)
        except ValidationError as fault:
            raise Invalid(
                _l("Please correct the fields named below."),
                rule="marking.scheme",
                errors=messages_by_field(fault.messages),
            ) from fault
        checked["appeal"]["days_off"] = sorted({day.isoformat() for day in checked["appeal"]["days_off"]})
        _require_markers(work, [one["account"] for one in checked["markers"]])
        newest = work.session.scalar(
            select(MarkingScheme)
            .where(MarkingScheme.quiz_id == quiz_id)
            .order_by(MarkingScheme.number.desc())
            .limit(1)
            .with_for_update()
        )
        if newest is None or newest.settings != checked:
            number = newest.number + 1 if newest else 1
            newest = MarkingScheme(quiz_id=quiz_id, number=number, settings=checked, by_id=actor.account_id)
            work.session.add(newest)
            work.session.flush()
            record(actor, "marking.scheme", "quiz", quiz_id, details={"number": number, "slug": quiz.slug})
        scheme = Scheme.from_settings(newest.id, newest.number, newest.settings)
        collect(work, quiz_id, scheme)
        rearrange(work, quiz_id, scheme)
        return scheme


def share_again(actor: Actor, quiz_id: int) -> None:
    """Share out anew what nobody has marked: answers given to, or claimed by, people who do not mark them.

    Raises:
        NotFound, Forbidden: the actor does not lead the marking of such a quiz.
        Conflict: it has no scheme.
    """
    with unit_of_work() as work:
        get_led_quiz(actor, quiz_id)
        scheme = find_scheme(quiz_id)
        if scheme is not None:
            collect(work, quiz_id, scheme)
            rearrange(work, quiz_id, scheme)


def accounts_named(text: str) -> list[dict[str, Any]]:
    """Markers as a form names them, one a line: ``username`` or ``username: 40``.

    Raises:
        Invalid: a line has another form, or names nobody; ``errors`` for ``markers``.
    """
    wanted: dict[str, int | None] = {}
    faults = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _colon, quota = (part.strip() for part in line.partition(":"))
        if quota and not (quota.isascii() and quota.isdecimal() and len(quota) < 7):
            faults.append(
                _l("“%(line)s”: write a user name, or a user name, a colon and a number.", line=line[:80])
            )
        wanted[name] = int(quota) if quota.isascii() and quota.isdecimal() and len(quota) < 7 else None
    with unit_of_work() as work:
        known = dict(
            work.session.execute(
                select(Account.username, Account.id).where(Account.username.in_(list(wanted)[:500]))
            ).all()
        )
    faults += [_l("There is no account “%(name)s”.", name=name[:80]) for name in wanted if name not in known]
    if faults:
        raise Invalid(_l("Please correct the fields named below."), errors={"markers": faults})
    return [{"account": known[name], "quota": quota} for name, quota in wanted.items()]


def _require_markers(work: UnitOfWork, accounts: list[int]) -> None:
    """Markers teach somewhere, and none of them keeps the register."""
    roles: dict[int, set[str]] = {account: set() for account in accounts}
    names = {}
    rows = work.session.execute(
        select(Account.id, Account.username, RoleGrant.role)
        .join(Person, Person.account_id == Account.id)
        .outerjoin(RoleGrant, (RoleGrant.person_id == Person.id) & grant_in_force())
        .where(Account.id.in_(roles), Account.state == "active")
    )
    for account, username, role in rows:
        names[account] = username
        roles[account].add(role or "")
    faults = []
    for account in accounts:
        if account not in names:
            faults.append(_l("The account %(id)s is closed, or nobody's.", id=account))
        elif Role.REGISTRAR.value in roles[account]:
            faults.append(_l("“%(name)s” is a registrar; registrars do not grade.", name=names[account]))
        elif Role.INSTRUCTOR.value not in roles[account]:
            faults.append(_l("“%(name)s” is not an instructor.", name=names[account]))
    if faults:
        raise Invalid(
            _l("Please correct the fields named below."), rule="marking.markers", errors={"markers": faults}
        )
