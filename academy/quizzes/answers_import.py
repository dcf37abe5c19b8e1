"""Taking in a file of answers: what it would change, then the change itself, under its carrier's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from academy.audit.services import record
from academy.catalog.queries import find_course_by_id
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.queries import VersionRow, check_answer, grade_item, read_answer
from academy.quizzes.answers import write_answer
from academy.quizzes.answers_file import AnswersFile, FileAnswer, is_signed_for, read_answers_file
from academy.quizzes.closing import close_attempt, grade_later, hold_attempt, rules_of
from academy.quizzes.grade_changes import NewGrade, change_grades
from academy.quizzes.models import LATE, OPEN, SUBMITTED, Attempt, AttemptItem
from academy.quizzes.page_fields import field_name
from academy.quizzes.policies import can_invigilate
from academy.quizzes.queries import get_attempt, is_own
from academy.quizzes.reasons import checked_reason
from academy.quizzes.slot_queries import slot_rows
from academy.quizzes.views import AttemptView, shown_seed

__all__ = ["FilePlan", "SlotChange", "import_answers_file", "plan_answers_file"]

NEW, SAME, OLDER, REFUSED = "new", "same", "older", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChange:
    """What the file means for one slot.

    ``status``: ``new`` is (or would be) stored, ``same`` stands there already, ``older`` gives way to a stored
    answer that is at least as new, ``refused`` cannot be read (``reason``) or has no such slot.
    """

    slot: int
    status: str
    sequence: int
    stored_sequence: int
    answer: Any = None
    stored: Any = None
    reason: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """A file against what is stored. ``late``: its attempt's time is over, so that a reason is needed."""

    attempt_id: int
    made_at: datetime
    late: bool
    changes: tuple[SlotChange, ...]

    @property
    def stores(self) -> tuple[int, ...]:
        """The slots whose answers the file has newer."""
        return tuple(change.slot for change in self.changes if change.status == NEW)


def plan_answers_file(actor: Actor, attempt_id: int, data: bytes | str) -> FilePlan:
    """What taking in the file would change; changes nothing.

    Raises:
        NotFound: there is no such attempt, or the actor may not know that there is.
        Forbidden: the actor may not invigilate, or it is the actor's own attempt.
        Invalid: not a file of this attempt, or its signature is not good.
        Conflict: the learner has handed the attempt in.
    """
    view = get_attempt(actor, attempt_id)
    file = _checked(actor, view, data)
    changes = tuple(_changes(file.answers, slot_rows(attempt_id)))
    return FilePlan(attempt_id=attempt_id, made_at=file.made_at, late=_is_late(view), changes=changes)


def import_answers_file(actor: Actor, attempt_id: int, data: bytes | str, *, reason: str = "") -> FilePlan:
    """Store what the file has newer than the academy, slot by slot; a newer stored answer is never touched.

    After the end of the attempt its answers are graded anew. Doing it again changes nothing.

    Args:
        reason: why; needed once the time is over.

    Raises:
        As :func:`plan_answers_file`, and Invalid for a missing reason.
    """
    with unit_of_work() as work:
        _checked(actor, get_attempt(actor, attempt_id), data)
        attempt = hold_attempt(work, attempt_id)
        # as it stands now that nobody else can change it
        view = get_attempt(actor, attempt_id)
        file, late = _checked(actor, view, data), _is_late(view)
        reason = checked_reason(reason, needed=late)
        rows = {item.slot: (item, version) for item, version in slot_rows(attempt_id)}
        changes = tuple(_changes(file.answers, rows.values()))
        fresh = [change for change in changes if change.status == NEW]
        _store(work, fresh, rows)
        if fresh and late:
            _grade_late(work, actor, attempt, [change.slot for change in fresh], reason)
        if fresh:
            record(
                actor,
                "quizzes.answers.import",
                "attempt",
                attempt_id,
                person_id=attempt.person_id,
                details={
                    "slots": [change.slot for change in fresh],
                    "late": late,
                    "reason": reason,
                    "made_at": file.made_at.isoformat(),
                },
            )
        return FilePlan(attempt_id=attempt_id, made_at=file.made_at, late=late, changes=changes)


def _grade_late(
    work: UnitOfWork, actor: Actor, attempt: Attempt, slots: Iterable[int], reason: str
) -> None:
    """Close the attempt with what came late, or change the grades of one that was closed; the change is on record."""
    if attempt.state == OPEN:
        close_attempt(attempt.id)
        return
    _course_id, rules = rules_of(attempt)
    rows = slot_rows(attempt.id, slots)
    grades = {
        item.slot: NewGrade(
            grade=grade_item(version, item.answer, shown_seed(rules, attempt.seed, item.slot, version.kind))
        )
        for item, version in rows
    }
    change_grades(actor, attempt.id, grades, source=LATE, reason=reason)
    grade_later(work, attempt, [item for item, _version in rows])


def _checked(actor: Actor, view: AttemptView, data: bytes | str) -> AnswersFile:
    require(actor, can_invigilate, find_course_by_id(view.course_id))
    if is_own(actor, view.attempt.person_id):
        raise Forbidden(
            _l("Nobody takes in answers of their own."),
            rule="answers-file.own",
            next_step=_l("Give the file to another invigilator."),
        )
    file = read_answers_file(data)
    if file.attempt_id != view.attempt.id or not is_signed_for(file, view.attempt.person_id):
        message = _l("This file was not made on the page of this attempt, or somebody has changed it since.")
        raise Invalid(
            message,
            rule="answers-file.signature",
            errors={"file": [message]},
            next_step=_l("Choose the attempt that the file belongs to; take the file as the page saved it."),
        )
    if view.attempt.state == SUBMITTED:
        raise Conflict(
            _l("The learner has handed this attempt in: what was stored then is final."),
            rule="answers-file.handed-in",
        )
    return file


def _is_late(view: AttemptView) -> bool:
    return not view.attempt.is_open or view.attempt.is_overdue(view.server_now)


def _changes(
    answers: Iterable[FileAnswer], rows: Iterable[tuple[AttemptItem, VersionRow]]
) -> Iterable[SlotChange]:
    known = {item.slot: (item, version) for item, version in rows}
    for sent in sorted(answers, key=lambda one: one.slot):
        if sent.slot not in known:
            yield SlotChange(
                slot=sent.slot,
                status=REFUSED,
                sequence=sent.sequence,
                stored_sequence=0,
                reason=_l("This attempt has no item %(n)s.", n=sent.slot),
            )
            continue
        yield _change(sent, *known[sent.slot])


def _change(sent: FileAnswer, item: AttemptItem, version: VersionRow) -> SlotChange:
    found = {"slot": item.slot, "sequence": sent.sequence, "stored_sequence": item.stored_sequence}
    try:
        answer = check_answer(version, read_answer(version, sent.form, field_name(item.slot)))
    except Invalid as refusal:
        return SlotChange(**found, status=REFUSED, stored=item.answer, reason=refusal.message)
    if answer == item.answer:
        status = SAME
    else:
        status = NEW if sent.sequence > item.stored_sequence else OLDER
    return SlotChange(**found, status=status, answer=answer, stored=item.answer)


def _store(
    work: UnitOfWork, fresh: list[SlotChange], rows: dict[int, tuple[AttemptItem, VersionRow]]
) -> None:
    for change in fresh:
        write_answer(work, rows[change.slot][0], change.sequence, change.answer)
