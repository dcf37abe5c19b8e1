"""Taking in the answers that wait for people, and giving them to markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from academy.accounts.models import Account
from academy.grading.models import FIRST, SECOND, MarkingAnswer, MarkingSeat
from academy.grading.queries import find_scheme
from academy.grading.scheme import CLAIM, QUOTA, Scheme
from academy.grading.shuffling import new_shuffle
from academy.kernel.db import db
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.organization.models import Person
from academy.questions.models import ItemVersion
from academy.quizzes.closing import waits_for_person
from academy.quizzes.events import AttemptSubmitted
from academy.quizzes.models import OPEN, Attempt, AttemptItem

__all__ = ["collect", "on_attempt_submitted", "rearrange", "share_out"]


def on_attempt_submitted(event: AttemptSubmitted) -> None:
    """An attempt was handed in: what of it waits for people goes to the markers, if the quiz has a scheme."""
    if event.pending:
        with unit_of_work() as work:
            scheme = find_scheme(event.quiz_id)
            if scheme is not None:
                collect(work, event.quiz_id, scheme, attempt_id=event.attempt_id)


def collect(work: UnitOfWork, quiz_id: int, scheme: Scheme, *, attempt_id: int | None = None) -> int:
    """Take in every answer of closed attempts that waits for a person and is not here yet; how many are new."""
    statement = (
        select(
            AttemptItem.attempt_id,
            AttemptItem.slot,
            AttemptItem.grade,
            AttemptItem.item_version_id,
            ItemVersion.item_id,
            ItemVersion.kind,
            Attempt.person_id,
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .outerjoin(
            MarkingAnswer,
            (MarkingAnswer.attempt_id == AttemptItem.attempt_id) & (MarkingAnswer.slot == AttemptItem.slot),
        )
        .where(Attempt.quiz_id == quiz_id, Attempt.pending, Attempt.state != OPEN, MarkingAnswer.id.is_(None))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    )
    if attempt_id is not None:
        statement = statement.where(Attempt.id == attempt_id)
    rows = [row for row in work.session.execute(statement) if waits_for_person(row.grade)]
    shuffles: dict[int, int] = {}
    answers = []
    for row in rows:
        shuffle = shuffles.setdefault(row.attempt_id, new_shuffle())
        answers.append(_answer(quiz_id, row, shuffle))
    work.session.add_all(answers)
    work.session.flush()
    for answer, row in zip(answers, rows, strict=True):
        for role in _roles(scheme, row.kind):
            work.session.add(MarkingSeat(answer_id=answer.id, role=role))
    work.session.flush()
    if answers:
        share_out(work, quiz_id, scheme)
    return len(answers)


def _answer(quiz_id: int, row: Row, shuffle: int) -> MarkingAnswer:
    return MarkingAnswer(
        quiz_id=quiz_id,
        attempt_id=row.attempt_id,
        slot=row.slot,
        item_id=row.item_id,
        item_version_id=row.item_version_id,
        person_id=row.person_id,
        shuffle=shuffle,
    )


def _roles(scheme: Scheme, kind: str) -> tuple[str, ...]:
    return (FIRST, SECOND) if scheme.is_double(kind) else (FIRST,)


def rearrange(work: UnitOfWork, quiz_id: int, scheme: Scheme) -> None:
    """Bring what nobody has marked yet under another scheme; what is marked stays as it was marked."""
    unstored = (
        select(MarkingAnswer.id, ItemVersion.kind)
        .join(ItemVersion, ItemVersion.id == MarkingAnswer.item_version_id)
        .where(MarkingAnswer.quiz_id == quiz_id, ~_has_stored_seat())
    )
    untouched = {row.id: row.kind for row in work.session.execute(unstored)}
    quiz_answers = select(MarkingAnswer.id).where(MarkingAnswer.quiz_id == quiz_id)
    untouched_ids = quiz_answers.where(~_has_stored_seat())
    work.session.execute(delete(MarkingSeat).where(MarkingSeat.answer_id.in_(untouched_ids)))
    work.session.execute(
        update(MarkingSeat)
        .where(MarkingSeat.answer_id.in_(quiz_answers), MarkingSeat.stored_at.is_(None))
        .values(marker_id=None)
    )
    work.session.add_all(
        MarkingSeat(answer_id=answer_id, role=role)
        for answer_id, kind in untouched.items()
        for role in _roles(scheme, kind)
    )
    work.session.flush()
    share_out(work, quiz_id, scheme)


def _has_stored_seat() -> ColumnElement[bool]:
    return (
        select(MarkingSeat.id)
        .where(MarkingSeat.answer_id == MarkingAnswer.id, MarkingSeat.stored_at.is_not(None))
        .exists()
    )


def share_out(work: UnitOfWork, quiz_id: int, scheme: Scheme) -> None:
    """Give seats that are nobody's to markers, where the scheme does; a third mark goes to whoever is free first."""
    if scheme.assignment == CLAIM:
        return
    units = _units_of(scheme.markers)
    loads = Counter(
        dict(
            work.session.execute(
                select(MarkingSeat.marker_id, func.count())
                .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
                .where(MarkingAnswer.quiz_id == quiz_id, MarkingSeat.marker_id.in_(scheme.markers))
                .group_by(MarkingSeat.marker_id)
            ).all()
        )
    )
    rows = work.session.execute(
        select(MarkingSeat, MarkingAnswer.person_id, Person.unit_id)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .join(Person, Person.id == MarkingAnswer.person_id)
        .where(MarkingAnswer.quiz_id == quiz_id, MarkingSeat.marker_id.is_(None))
        .where(MarkingSeat.role.in_((FIRST, SECOND)))
        .order_by(MarkingAnswer.shuffle, MarkingAnswer.id, MarkingSeat.role)
    ).all()
    taken = _taken(work, quiz_id)
    # ties fall by chance, else the first marker in the list would get every odd answer
    random = Random(f"{quiz_id} {scheme.number}")
    for seat, person_id, unit_id in rows:
        free = [
            account
            for account, quota in scheme.markers.items()
            if account in units
            and (seat.answer_id, account) not in taken
            and units[account][0] != person_id
            and not (scheme.avoid_own_unit and unit_id is not None and units[account][1] == unit_id)
            and not (scheme.assignment == QUOTA and quota is not None and loads[account] >= quota)
        ]
        if free:
            least = min(loads[account] for account in free)
            seat.marker_id = random.choice([account for account in free if loads[account] == least])
            loads[seat.marker_id] += 1
            taken.add((seat.answer_id, seat.marker_id))
    work.session.flush()


def _units_of(accounts: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """Marker → person and unit."""
    rows = db.session.execute(
        select(Account.id, Person.id, Person.unit_id)
        .join(Person, Person.account_id == Account.id)
        .where(Account.id.in_(set(accounts)), Account.state == "active")
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _taken(work: UnitOfWork, quiz_id: int) -> set[tuple[int, int]]:
    """Answer and marker, of the answers that have a seat to give."""
    unclaimed = (
        select(MarkingSeat.answer_id)
        .join(MarkingAnswer, MarkingAnswer.id == MarkingSeat.answer_id)
        .where(MarkingAnswer.quiz_id == quiz_id, MarkingSeat.marker_id.is_(None))
    )
    rows = work.session.execute(
        select(MarkingSeat.answer_id, MarkingSeat.marker_id).where(
            MarkingSeat.answer_id.in_(unclaimed), MarkingSeat.marker_id.is_not(None)
        )
    )
    return {(row[0], row[1]) for row in rows}
