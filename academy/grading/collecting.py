"""Taking in the answers that wait for people."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Row, delete, select, update

from academy.grading.allotting import share_out
from academy.grading.models import FIRST, SECOND, MarkingAnswer, MarkingSeat
from academy.grading.queries import find_scheme
from academy.grading.scheme import Scheme
from academy.grading.shuffling import new_shuffle
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.models import ItemVersion
from academy.quizzes.closing import waits_for_person
from academy.quizzes.events import AttemptSubmitted
from academy.quizzes.models import OPEN, Attempt, AttemptItem

__all__ = ["collect", "on_attempt_submitted", "rearrange"]


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
            work.session.add(MarkingSeat(answer_id=answer.id, quiz_id=quiz_id, role=role))
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
        .where(MarkingSeat.quiz_id == quiz_id, MarkingSeat.stored_at.is_(None))
        .values(marker_id=None)
    )
    work.session.add_all(
        MarkingSeat(answer_id=answer_id, quiz_id=quiz_id, role=role)
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
