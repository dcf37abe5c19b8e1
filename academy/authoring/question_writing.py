"""Writing the questions of a course in the studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from academy.audit.services import record
from academy.authoring.errors import DraftNotFound
from academy.authoring.queries import draft_of_course
from academy.authoring.views import StudioCourse
from academy.authoring.working_copy import editable_course, locked_course_draft
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.queries import ItemRow, find_item, items_of_course
from academy.questions.registry import exercise_type
from academy.questions.services import Filing, SavedItem, checked_spec, retire_item, save_item

__all__ = ["QuestionPlace", "add_question", "change_question", "restore_question", "retire_question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPlace:
    """Where a question belongs, what it is used for, and where it is filed; ``difficulty`` goes from 1 to 5."""

    lesson: str = ""
    outcome: str = ""
    difficulty: int = 2
    use_lesson: bool = True
    use_pool: bool = True
    category: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


def add_question(
    actor: Actor, slug: str, kind: str, spec: Mapping[str, Any], place: QuestionPlace
) -> tuple[str, SavedItem]:
    """Add a question to a course, at once. Returns its key, made from the lesson, and what was saved.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: ``errors`` by field of the spec, those of the place as ``item.lesson`` …
    """
    with unit_of_work() as work:
        course = _held(work, actor, slug)
        spec = _checked(draft_of_course(course), kind, spec, place)
        key = _free_key(items_of_course(course.id, retired=True), place.lesson or "question")
        saved = _save(actor, course.id, key, kind, spec, place)
        record(actor, "authoring.question.add", "item", f"{slug}/{key}", details={"kind": kind})
        return key, saved


def change_question(
    actor: Actor, slug: str, key: str, spec: Mapping[str, Any], place: QuestionPlace
) -> SavedItem:
    """Change a question, at once; whoever is in the middle of an attempt keeps the version drawn.

    A retired question comes back by being changed.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        DraftNotFound: the course has no such question.
        Invalid: as for :func:`add_question`.
    """
    with unit_of_work() as work:
        course = _held(work, actor, slug)
        item = _item(course.id, key)
        spec = _checked(draft_of_course(course), item.kind, spec, place)
        saved = _save(actor, course.id, key, item.kind, spec, place)
        record(actor, "authoring.question.change", "item", f"{slug}/{key}", details={"number": saved.number})
        return saved


def retire_question(actor: Actor, slug: str, key: str) -> None:
    """Take a question out of lessons and quizzes; what was answered stays, and it can be brought back.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
    """
    with unit_of_work() as work:
        course = _held(work, actor, slug)
        retire_item(actor, _item(course.id, key).item_id)
        record(actor, "authoring.question.retire", "item", f"{slug}/{key}")


def restore_question(actor: Actor, slug: str, key: str) -> None:
    """Bring a retired question back as it was.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
    """
    with unit_of_work() as work:
        course = _held(work, actor, slug)
        item = _item(course.id, key)
        place = QuestionPlace(
            lesson=item.lesson,
            outcome=item.outcome,
            difficulty=item.difficulty,
            use_lesson=item.use_lesson,
            use_pool=item.use_pool,
        )
        _save(actor, course.id, key, item.kind, item.version.spec, place, filing=Filing())
        record(actor, "authoring.question.restore", "item", f"{slug}/{key}")


def _held(work: UnitOfWork, actor: Actor, slug: str) -> CourseView:
    """The course, whose questions nobody else writes until the transaction ends: a key is given once."""
    course = editable_course(actor, slug)
    locked_course_draft(work, actor, course)
    return course


def _item(course_id: int, key: str) -> ItemRow:
    item = find_item(course_id, key)
    if item is None:
        raise DraftNotFound(_l("The course has no such question."))
    return item


def _checked(
    studio: StudioCourse, kind: str, spec: Mapping[str, Any], place: QuestionPlace
) -> dict[str, Any]:
    errors = _place_errors(studio, place) | _kind_errors(kind, place)
    try:
        checked = checked_spec(kind, spec, studio.languages)
    except Invalid as refusal:
        raise Invalid(refusal.message, rule=refusal.rule, errors=errors | refusal.errors) from refusal
    if errors:
        message = _l("Please correct the fields named below.")
        raise Invalid(message, rule="authoring.question", errors=errors)
    return checked


def _kind_errors(kind: str, place: QuestionPlace) -> dict[str, Any]:
    if place.use_lesson and getattr(exercise_type(kind), "for_quizzes_only", False):
        return {"item.use": [_l("This kind of question cannot stand in a lesson: use it in quizzes only.")]}
    return {}


def _place_errors(studio: StudioCourse, place: QuestionPlace) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if place.lesson and studio.lesson(place.lesson) is None:
        errors["item.lesson"] = [_l("The course has no such lesson.")]
    if place.use_lesson and not place.lesson:
        errors["item.lesson"] = [_l("Choose the lesson that the exercise belongs to.")]
    if place.outcome and place.outcome not in {outcome["id"] for outcome in studio.description["outcomes"]}:
        errors["item.outcome"] = [_l("The course has no such outcome.")]
    if not 1 <= place.difficulty <= 5:
        errors["item.difficulty"] = [_l("Difficulty goes from 1 to 5.")]
    for topic in place.topics:
        if topic not in studio.description["topics"]:
            errors["item.topics"] = [_l("The course has no such topic.")]
    if not (place.use_lesson or place.use_pool):
        errors["item.use"] = [_l("Use the question in the lesson, in quizzes, or both.")]
    return errors


def _save(
    actor: Actor,
    course_id: int,
    key: str,
    kind: str,
    spec: Mapping[str, Any],
    place: QuestionPlace,
    *,
    filing: Filing | None = None,
) -> SavedItem:
    return save_item(
        actor,
        course_id,
        key,
        kind,
        spec,
        lesson=place.lesson,
        outcome=place.outcome,
        difficulty=place.difficulty,
        use_lesson=place.use_lesson,
        use_pool=place.use_pool,
        filing=filing or Filing(category=place.category, tags=place.tags, topics=place.topics),
    )


def _free_key(items: list[ItemRow], base: str) -> str:
    taken = {item.key for item in items}
    count = 1
    while f"{base}-{count}" in taken:
        count += 1
    return f"{base}-{count}"
