"""Reading a pasted list of people: a user name or an external key a line, each line judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from academy.accounts.models import Account
from academy.accounts.services import username_key
from academy.classes.queries import people_in_scope
from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.organization.models import Person, Unit

MOST_LINES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the list: whom it names, or why it names nobody."""

    number: int
    key: str
    person_id: int | None = None
    full_name: str = ""
    fault: Any = ""


def read_lines(actor: Actor, text: str) -> Sequence[Line]:
    """Look up every line that is not empty; one query.

    Only the first cell of a line counts, so a column pasted from a spreadsheet with names beside it works.
    Somebody whom the actor may not put into a class is not found.
    """
    cells = [
        (number, clean(line.replace(";", "\t").replace(",", "\t").split("\t")[0]))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ][: MOST_LINES + 1]
    known = _people(actor, [key for _number, key in cells])
    lines: list[Line] = []
    seen: dict[int, int] = {}
    for number, key in cells:
        lines.append(_judge(number, key, known.get(username_key(key)), seen))
    if len(lines) > MOST_LINES:
        fault = _l("At most %(most)s people at a time.", most=MOST_LINES)
        lines[-1] = Line(number=lines[-1].number, key=lines[-1].key, fault=fault)
    return lines


def _judge(number: int, key: str, found: list | None, seen: dict[int, int]) -> Line:
    if not found:
        return Line(number=number, key=key, fault=_l("Nobody has this user name or key."))
    if len({person_id for person_id, _name in found}) > 1:
        return Line(number=number, key=key, fault=_l("Two people have this user name or key."))
    person_id, full_name = found[0]
    if person_id in seen:
        fault = _l("The same person as in line %(line)s.", line=seen[person_id])
        return Line(number=number, key=key, fault=fault)
    seen[person_id] = number
    return Line(number=number, key=key, person_id=person_id, full_name=full_name)


def _people(actor: Actor, keys: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """By user name and external key, both in the form in which user names are compared."""
    if not keys:
        return {}
    spellings = {spelling for key in keys for spelling in (key, key.upper(), key.lower())}
    rows = db.session.execute(
        select(Person.id, Person.full_name, Person.external_key, Account.username_key)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Account, Account.id == Person.account_id)
        .where(Person.deactivated_at.is_(None), people_in_scope(actor))
        .where(
            or_(
                Person.external_key.in_(spellings),
                Account.username_key.in_([username_key(key) for key in keys]),
            )
        )
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for person_id, full_name, external_key, account_key in rows:
        for key in {username_key(external_key or ""), account_key or ""} - {""}:
            found.setdefault(key, []).append((person_id, full_name))
    return found
