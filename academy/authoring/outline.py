"""The lessons of a course in their order: adding, moving, taking out, putting back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from academy.audit.services import record
from academy.authoring.drafts import locked_draft, write_draft
from academy.authoring.errors import DraftNotFound
from academy.authoring.lesson_source import MAX_TITLE, LessonSource
from academy.authoring.models import SAVED, CourseDraft, LessonDraft
from academy.authoring.working_copy import editable_course, locked_course_draft
from academy.catalog import services as catalog
from academy.kernel.actor import Actor
from academy.kernel.errors import Invalid
from academy.kernel.i18n import DEFAULT_LOCALE, LOCALES, _l
from academy.kernel.text import clean
from academy.kernel.text import slug as slug_of
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["add_lesson", "move_lesson", "plan_lesson", "put_lesson_back", "remove_lesson"]

MAX_LESSONS = 200


def add_lesson(actor: Actor, slug: str, *, title: str, lang: str = DEFAULT_LOCALE) -> str:
    """Add a lesson at the end of a course; its title is enough. Returns its address within the course.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, Invalid
    """
    title = clean(title)
    if not title or len(title) > MAX_TITLE:
        message = _l("Write a title of at most %(n)s characters.", n=MAX_TITLE)
        raise Invalid(message, rule="authoring.title", errors={"title": [message]})
    if lang not in LOCALES:
        raise Invalid(_l("This is not one of the academy's languages."))
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        row = locked_course_draft(work, actor, course)
        if len(row.outline) >= MAX_LESSONS:
            raise Invalid(_l("A course has at most %(n)s lessons.", n=MAX_LESSONS), rule="authoring.lessons")
        lesson = _free_lesson_slug(work, course.id, title)
        catalog.declare_lesson(actor, course.id, lesson)
        row.outline = [*row.outline, {"lesson": lesson, "minutes": None, "outcomes": []}]
        write_draft(
            work,
            actor,
            locked_draft(work, course.id, lesson, lang),
            LessonSource(front={"title": title}),
            SAVED,
        )
        record(actor, "authoring.lesson.add", "lesson", f"{slug}/{lesson}")
        return lesson


def _free_lesson_slug(work: UnitOfWork, course_id: int, title: str) -> str:
    base = slug_of(title, 60) or "lesson"
    taken = set(
        work.session.scalars(
            select(LessonDraft.lesson).where(
                LessonDraft.course_id == course_id, LessonDraft.lesson.startswith(base, autoescape=True)
            )
        )
    )
    candidate, count = base, 1
    while candidate in taken:
        count += 1
        candidate = f"{base}-{count}"
    return candidate


def plan_lesson(
    actor: Actor, slug: str, lesson: str, *, minutes: int | None, outcomes: Sequence[str] = ()
) -> None:
    """Say how long a lesson takes (None: by reading time) and which outcomes it serves.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
        Invalid: not between 1 and 600 minutes, or an outcome the course does not have.
    """
    if minutes is not None and not 1 <= minutes <= 600:
        message = _l("A lesson takes from 1 to 600 minutes.")
        raise Invalid(message, rule="authoring.minutes", errors={"minutes": [message]})
    with unit_of_work() as work:
        row = locked_course_draft(work, actor, editable_course(actor, slug))
        known = {outcome["id"] for outcome in row.description["outcomes"]}
        if set(outcomes) - known:
            message = _l("The course has no such outcome.")
            raise Invalid(message, rule="authoring.outcomes", errors={"outcomes": [message]})
        place = _place(row, lesson)
        planned = {"lesson": lesson, "minutes": minutes, "outcomes": list(outcomes)}
        row.outline = [*row.outline[:place], planned, *row.outline[place + 1 :]]


def move_lesson(actor: Actor, slug: str, lesson: str, *, by: int) -> None:
    """Move a lesson up (``by`` < 0) or down; at the ends it stays.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
    """
    with unit_of_work() as work:
        row = locked_course_draft(work, actor, editable_course(actor, slug))
        outline = list(row.outline)
        entry = outline.pop(_place(row, lesson))
        target = _place(row, lesson) + by
        outline.insert(max(0, target), entry)
        row.outline = outline


def remove_lesson(actor: Actor, slug: str, lesson: str) -> None:
    """Take a lesson out of the outline. Its drafts stay, and it can be put back.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, DraftNotFound
    """
    with unit_of_work() as work:
        row = locked_course_draft(work, actor, editable_course(actor, slug))
        place = _place(row, lesson)
        row.outline = [*row.outline[:place], *row.outline[place + 1 :]]
        record(actor, "authoring.lesson.remove", "lesson", f"{slug}/{lesson}")


def put_lesson_back(actor: Actor, slug: str, lesson: str) -> None:
    """Put a lesson that was taken out at the end of the outline; one that is there stays where it is.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        DraftNotFound: nothing is kept of such a lesson.
    """
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        row = locked_course_draft(work, actor, course)
        if any(entry["lesson"] == lesson for entry in row.outline):
            return
        kept = select(LessonDraft.id).where(LessonDraft.course_id == course.id, LessonDraft.lesson == lesson)
        if work.session.scalar(kept.limit(1)) is None:
            raise DraftNotFound(_l("The course has no such lesson."))
        row.outline = [*row.outline, {"lesson": lesson, "minutes": None, "outcomes": []}]
        record(actor, "authoring.lesson.put_back", "lesson", f"{slug}/{lesson}")


def _place(row: CourseDraft, lesson: str) -> int:
    for place, entry in enumerate(row.outline):
        if entry["lesson"] == lesson:
            return place
    raise DraftNotFound(
        _l("The course has no such lesson."), next_step=_l("Open the course's outline and choose a lesson.")
    )
