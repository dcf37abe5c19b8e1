"""The bank of a course in the studio: reviewing its questions, and changing many at once."""

from __future__ import annotations

from collections.abc import Sequence

from academy.audit.services import record
from academy.authoring.errors import DraftNotFound
from academy.authoring.queries import get_studio_course
from academy.authoring.working_copy import editable_course
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work
from academy.questions import bulk, reviewing
from academy.questions.queries import ItemRow, find_item

__all__ = [
    "change_questions",
    "confirm_translation",
    "plan_questions",
    "review_question",
    "undo_questions",
]

STEPS = {
    "submit": reviewing.submit_item,
    "approve": reviewing.approve_item,
    "return": reviewing.return_item,
}


def review_question(actor: Actor, slug: str, key: str, step: str, *, note: str = "") -> None:
    """Hand a question in for review, approve it, or give it back.

    Raises:
        CourseNotFound, NotWrittenHere, DraftNotFound
        Forbidden: the actor may not edit the course, or would approve a question of their own.
        Conflict: the question is not in the state for that.
        Invalid: there is no such step.
    """
    if step not in STEPS:
        raise Invalid(_l("Choose what is to be done."), rule="authoring.review")
    with unit_of_work():
        item = _item(actor, slug, key)
        STEPS[step](actor, item.item_id, note=note)
        details = {"number": item.version.number}
        record(actor, f"authoring.question.{step}", "item", f"{slug}/{key}", details=details)


def confirm_translation(actor: Actor, slug: str, key: str, lang: str) -> None:
    """Say that a translation still fits.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
    """
    with unit_of_work():
        reviewing.confirm_translation(actor, _item(actor, slug, key).item_id, lang)


def plan_questions(actor: Actor, slug: str, ids: Sequence[int], what: str, value: str) -> bulk.BulkPlan:
    """What changing many questions would do, in numbers; writes nothing.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: ``errors`` by field.
    """
    course = editable_course(actor, slug)
    what, value = bulk.checked_change(what, value, _outcomes(actor, slug))
    return bulk.plan_bulk(actor, course.id, ids, what, value)


def change_questions(actor: Actor, slug: str, ids: Sequence[int], what: str, value: str) -> tuple[int, int]:
    """Change many questions at once. Returns the number of the change, for undoing it, and how many were changed.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: ``errors`` by field.
    """
    with unit_of_work():
        course = editable_course(actor, slug)
        what, value = bulk.checked_change(what, value, _outcomes(actor, slug))
        change_id, changed = bulk.apply_bulk(actor, course.id, ids, what, value)
        details = {"what": what, "value": value, "items": changed}
        record(actor, "authoring.questions.change", "course", slug, details=details)
        return change_id, changed


def undo_questions(actor: Actor, slug: str, change_id: int) -> tuple[int, int]:
    """Take a change of many questions back. Returns how many were restored, and how many stay as they are by now.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, NotFound
        Conflict: it was undone already.
    """
    with unit_of_work():
        course = editable_course(actor, slug)
        restored, kept = bulk.undo_bulk(actor, course.id, change_id)
        details = {"change": change_id, "restored": restored, "kept": kept}
        record(actor, "authoring.questions.undo", "course", slug, details=details)
        return restored, kept


def _outcomes(actor: Actor, slug: str) -> list[str]:
    return [outcome["id"] for outcome in get_studio_course(actor, slug).description["outcomes"]]


def _item(actor: Actor, slug: str, key: str) -> ItemRow:
    item = find_item(editable_course(actor, slug).id, key)
    if item is None:
        raise DraftNotFound(_l("The course has no such question."))
    return item
