"""Creating courses and saying what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from academy.audit.services import record
from academy.authoring.errors import DraftConflict
from academy.authoring.schemas import CourseSettings
from academy.authoring.working_copy import editable_course, ensure_working_copy, locked_course_draft
from academy.catalog import services as catalog
from academy.catalog.models import Course, Topic
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.i18n import DEFAULT_LOCALE, _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work
from academy.questions.field_messages import messages_by_field

__all__ = ["create_course", "set_quizzes", "update_settings"]


def create_course(actor: Actor, *, title: str, lang: str = DEFAULT_LOCALE, module: str = "") -> str:
    """Begin a course; its title is enough. Returns its address.

    Raises:
        Forbidden, Invalid
    """
    with unit_of_work() as work:
        course = catalog.create_course(actor, title=title, lang=lang, module=module)
        ensure_working_copy(work, actor, course)
        return course.slug


def update_settings(
    actor: Actor, slug: str, settings: Mapping[str, Any], *, base_version: int, visibility: str | None = None
) -> int:
    """Change what a course says of itself; learners see it when it is published.

    Args:
        settings: as :class:`academy.authoring.schemas.CourseSettings`; what is not named stays.
        base_version: the version the author saw.
        visibility: ``public`` or ``restricted`` to the people of the course's unit; holds at once.

    Returns:
        The new version.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: ``errors`` by field.
        DraftConflict: somebody changed the settings in the meantime.
    """
    try:
        wanted = CourseSettings().load(settings)
    except ValidationError as error:
        raise _faulty(messages_by_field(error.messages)) from error
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        row = locked_course_draft(work, actor, course)
        if row.version != base_version:
            raise DraftConflict(
                _l("Somebody has changed the settings of this course in the meantime."),
                next_step=_l(
                    "Your input is still in the form. Open the settings in another window and compare."
                ),
            )
        description = {**row.description, **wanted}
        errors = _unknown_names(work, course, description)
        if errors:
            raise _faulty(errors)
        if visibility is not None:
            catalog.set_visibility(actor, course.id, visibility)
        if description == row.description:
            return row.version
        changed = sorted(name for name in wanted if wanted[name] != row.description.get(name))
        kept = {outcome["id"] for outcome in description["outcomes"]}
        row.description, row.version = description, row.version + 1
        row.outline = [
            entry | {"outcomes": [outcome for outcome in entry["outcomes"] if outcome in kept]}
            for entry in row.outline
        ]
        record(actor, "authoring.course.settings", "course", slug, details={"fields": changed})
        return row.version


def set_quizzes(actor: Actor, slug: str, quizzes: Sequence[str], *, needed: str | None = None) -> None:
    """Say which quizzes belong to a course; a rule of completion about another one falls away.

    Args:
        needed: the quiz to be passed to complete the course, empty for none; None keeps the rule.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
    """
    with unit_of_work() as work:
        row = locked_course_draft(work, actor, editable_course(actor, slug))
        completion = dict(row.description["completion"])
        if needed is not None:
            completion["quiz"] = needed or None
        if completion.get("quiz") not in quizzes:
            completion["quiz"] = None
        if list(quizzes) == list(row.description["quizzes"]) and completion == row.description["completion"]:
            return
        row.description = row.description | {"quizzes": list(quizzes), "completion": completion}
        row.version += 1


def _unknown_names(
    work: UnitOfWork, course: CourseView, description: Mapping[str, Any]
) -> dict[str, list[Any]]:
    errors: dict[str, list[Any]] = {}
    topics, needed = description["topics"], description["prerequisites"]
    known = set(work.session.scalars(select(Topic.slug).where(Topic.slug.in_(topics))))
    for name in sorted(set(topics) - known):
        errors.setdefault("topics", []).append(_l("There is no topic “%(slug)s”.", slug=name))
    found = set(work.session.scalars(select(Course.slug).where(Course.slug.in_(needed))))
    for name in sorted(set(needed) - found):
        errors.setdefault("prerequisites", []).append(_l("There is no course “%(slug)s”.", slug=name))
    if course.slug in needed:
        errors["prerequisites"] = [_l("A course cannot be its own prerequisite.")]
    quiz = description["completion"].get("quiz")
    if quiz and quiz not in description["quizzes"]:
        errors["completion.quiz"] = [_l("The course has no quiz “%(slug)s”.", slug=quiz)]
    return errors


def _faulty(errors: Mapping[str, list[Any]]) -> Invalid:
    return Invalid(_l("Please correct the fields named below."), rule="authoring.settings", errors=errors)
