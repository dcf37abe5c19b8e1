"""Giving answers to markers: who may take one, and who has the least to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from sqlalchemy import CompoundSelect, func, literal, select, union_all

from academy.accounts.models import Account
from academy.grading.models import FIRST, SECOND, THIRD, MarkingAnswer, MarkingSeat
from academy.grading.scheme import CLAIM, QUOTA, Scheme
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.unit_of_work import UnitOfWork
from academy.organization.identity import grant_in_force
from academy.organization.models import Person, RoleGrant

__all__ = ["Marker", "assign_thirds", "can_take", "markers_of", "open_thirds", "share_out"]


@dataclass(slots=True, kw_only=True)
class Marker:
    """Somebody whom a scheme names and who may mark, with what they have to do.

    ``given``: answers at this quiz, marked or not; ``waiting``: those at any quiz that they have not marked yet.
    """

    account: int
    name: str
    person_id: int
    unit_id: int | None
    quota: int | None
    given: int = 0
    waiting: int = 0

    def take(self, seat: MarkingSeat) -> None:
        seat.marker_id = self.account
        self.given += 1
        self.waiting += 1


def markers_of(quiz_id: int, scheme: Scheme) -> dict[int, Marker]:
    """The markers of a scheme whose accounts are open and who keep no register, by account; two queries."""
    registrar = (
        select(RoleGrant.id)
        .where(RoleGrant.person_id == Person.id, RoleGrant.role == Role.REGISTRAR.value, grant_in_force())
        .exists()
    )
    rows = db.session.execute(
        select(Account.id, Account.username, Person.full_name, Person.id, Person.unit_id)
        .join(Person, Person.account_id == Account.id)
        .where(Account.id.in_(scheme.markers), Account.state == "active", ~registrar)
        .order_by(Account.username)
    )
    markers = {
        account: Marker(
            account=account,
            name=name or username,
            person_id=person_id,
            unit_id=unit_id,
            quota=scheme.markers[account],
        )
        for account, username, name, person_id, unit_id in rows
    }
    for account, is_given, number in db.session.execute(_loads(quiz_id, markers)):
        if is_given:
            markers[account].given = number
        else:
            markers[account].waiting = number
    return markers


def _loads(quiz_id: int, accounts: Iterable[int]) -> CompoundSelect:
    """What markers were given at a quiz, and what they have to mark anywhere: each counted from an index of its own."""
    given = (
        select(MarkingSeat.marker_id, literal(True), func.count())
        .where(MarkingSeat.quiz_id == quiz_id, MarkingSeat.marker_id.in_(accounts))
        .group_by(MarkingSeat.marker_id)
    )
    waiting = (
        select(MarkingSeat.marker_id, literal(False), func.count())
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .where(MarkingSeat.marker_id.in_(accounts), MarkingSeat.stored_at.is_(None))
        .where(MarkingAnswer.release_id.is_(None))
        .group_by(MarkingSeat.marker_id)
    )
    return union_all(given, waiting)


def can_take(
    marker: Marker, scheme: Scheme, *, person_id: int, unit_id: int | None, seated: Collection[int]
) -> bool:
    """Whether a marker may be given an answer of a person.

    Nobody marks their own answer, or one twice; by the scheme's choice, none of their own unit and not more than
    their number.

    Args:
        seated: accounts that have a mark of the answer already, or are to give one.
    """
    if marker.account in seated or marker.person_id == person_id:
        return False
    if scheme.avoid_own_unit and unit_id is not None and marker.unit_id == unit_id:
        return False
    return scheme.assignment != QUOTA or marker.quota is None or marker.given < marker.quota


def share_out(work: UnitOfWork, quiz_id: int, scheme: Scheme) -> None:
    """Give seats that are nobody's to markers: first and second ones where the scheme does, third ones always."""
    if scheme.assignment != CLAIM:
        _share_evenly(work, quiz_id, scheme)
    assign_thirds(work, quiz_id, scheme)


def _share_evenly(work: UnitOfWork, quiz_id: int, scheme: Scheme) -> None:
    markers = markers_of(quiz_id, scheme)
    rows = work.session.execute(
        select(MarkingSeat, MarkingAnswer.person_id, Person.unit_id)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .join(Person, Person.id == MarkingAnswer.person_id)
        # what is nobody's is not stored: saying so lets the index of what waits find it
        .where(MarkingSeat.quiz_id == quiz_id, MarkingSeat.marker_id.is_(None), MarkingSeat.stored_at.is_(None))
        .where(MarkingSeat.role.in_((FIRST, SECOND)))
        .order_by(MarkingAnswer.shuffle, MarkingAnswer.id, MarkingSeat.role)
    ).all()
    seated = seated_at(seat.answer_id for seat, _person, _unit in rows)
    # ties fall by chance, else the first marker in the list would get every odd answer
    random = Random(f"{quiz_id} {scheme.number}")
    for seat, person_id, unit_id in rows:
        mine = seated[seat.answer_id]
        free = [
            marker
            for marker in markers.values()
            if can_take(marker, scheme, person_id=person_id, unit_id=unit_id, seated=mine)
        ]
        if free:
            least = min(marker.given for marker in free)
            chosen = random.choice([marker for marker in free if marker.given == least])
            chosen.take(seat)
            mine.add(chosen.account)
    work.session.flush()


# --- third marks ----------------------------------------------------------------------------------


def open_thirds(quiz_id: int, answer_id: int | None = None) -> list[tuple[MarkingSeat, int, int | None]]:
    """The third marks of a quiz, or of one of its answers, that are to be given: seat, learner and their unit."""
    statement = (
        select(MarkingSeat, MarkingAnswer.person_id, Person.unit_id)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .join(Person, Person.id == MarkingAnswer.person_id)
        .where(MarkingSeat.quiz_id == quiz_id, MarkingAnswer.release_id.is_(None))
        .where(MarkingSeat.role == THIRD, MarkingSeat.stored_at.is_(None))
        .order_by(MarkingSeat.id)
        .execution_options(populate_existing=True)
    )
    if answer_id is not None:
        statement = statement.where(MarkingSeat.answer_id == answer_id)
    return [tuple(row) for row in db.session.execute(statement)]


def assign_thirds(work: UnitOfWork, quiz_id: int, scheme: Scheme, *, answer_id: int | None = None) -> None:
    """Give third marks that are nobody's to those who may give them and have the least left to mark.

    Where two have as little, the one who was given less at this quiz takes it, then the first by name. Where nobody
    may, the mark stays open: who can take it later claims it.
    """
    thirds = [row for row in open_thirds(quiz_id, answer_id) if row[0].marker_id is None]
    if not thirds:
        return
    markers = markers_of(quiz_id, scheme)
    seated = seated_at(seat.answer_id for seat, _person, _unit in thirds)
    for seat, person_id, unit_id in thirds:
        free = [
            marker
            for marker in markers.values()
            if can_take(marker, scheme, person_id=person_id, unit_id=unit_id, seated=seated[seat.answer_id])
        ]
        if free:
            min(free, key=lambda marker: (marker.waiting, marker.given, marker.name)).take(seat)
    work.session.flush()


def seated_at(answer_ids: Iterable[int]) -> Mapping[int, set[int]]:
    """Who has a seat at each answer; one query."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(MarkingSeat.answer_id, MarkingSeat.marker_id).where(
            MarkingSeat.answer_id.in_(set(answer_ids)), MarkingSeat.marker_id.is_not(None)
        )
    )
    for answer_id, marker_id in rows:
        found[answer_id].add(marker_id)
    return found
