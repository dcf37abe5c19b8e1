"""Handing in, returning, publishing and withdrawing courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from academy.audit.services import record
from academy.authoring.checking import PublishPlan, plan_publication
from academy.authoring.drafts import locked_draft, mark_published, write_draft
from academy.authoring.errors import DraftConflict, NotReady, ReviewState
from academy.authoring.lesson_source import LessonSource
from academy.authoring.models import PUBLISHED, RETURNED, SUBMITTED, CourseReview, LessonDraft
from academy.authoring.working_copy import editable_course, locked_course_draft
from academy.catalog import services as catalog
from academy.catalog.front_matter import split
from academy.catalog.heading_ids import with_heading_ids
from academy.catalog.policies import can_publish_course
from academy.catalog.services import CourseDescription, OutlinePlan
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import Invalid
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.text import clean
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["Publication", "publish", "return_course", "submit", "withdraw"]

MAX_NOTE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The version learners see now; ``changed`` is False if they saw it before."""

    number: int
    changed: bool


def submit(actor: Actor, slug: str, *, message: str = "") -> None:
    """Hand a course in, for somebody else to read before it is published.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere, Invalid
        NotReady: something is missing.
        ReviewState: it has been handed in already.
    """
    message = _note(message)
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        locked_course_draft(work, actor, course)
        if _waiting(work, course.id) is not None:
            raise ReviewState(_l("The course has been handed in already."))
        _require_ready(plan_publication(actor, slug))
        work.session.add(CourseReview(course_id=course.id, message=message, submitted_by=actor.account_id))
        record(actor, "authoring.course.submit", "course", slug)


def return_course(actor: Actor, slug: str, *, note: str) -> None:
    """Give a course back to its author with a note; whoever handed it in may take it back without one.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        Invalid: there is no note.
        ReviewState: the course has not been handed in.
    """
    note = _note(note)
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        require(actor, can_publish_course, course)
        review = _waiting(work, course.id)
        if review is None:
            raise ReviewState(_l("The course has not been handed in."))
        if not note and review.submitted_by != actor.account_id:
            message = _l("Say what is to be changed.")
            raise Invalid(message, rule="authoring.note", errors={"note": [message]})
        _answer(actor, review, RETURNED, note)
        record(actor, "authoring.course.return", "course", slug, details={"note": note})


def publish(actor: Actor, slug: str, *, state: str | None = None) -> Publication:
    """Make the working copy what learners see: new immutable versions of what has changed.

    Headings without an id get one, in the drafts too, so that it stays when their words change.

    Args:
        state: of the plan the author agreed to; None publishes whatever there is.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        NotReady: something is missing; ``errors`` names it.
        DraftConflict: the working copy is not the one the author agreed to.
    """
    with unit_of_work() as work:
        course = editable_course(actor, slug)
        require(actor, can_publish_course, course)
        locked_course_draft(work, actor, course)
        plan = plan_publication(actor, slug)
        if state is not None and state != plan.state:
            raise DraftConflict(
                _l("The course has changed since this page was made."),
                next_step=_l("Look at the changes again, then publish."),
            )
        _require_ready(plan)
        for row in plan.studio.lessons:
            _publish_lesson(work, actor, course.id, row.slug, plan.texts[row.slug], row.minutes)
        view = catalog.publish_course(
            actor,
            course.id,
            description=CourseDescription(**plan.studio.description),
            outline=[
                OutlinePlan(lesson=row.slug, minutes=row.minutes, outcomes=row.outcomes)
                for row in plan.studio.lessons
            ],
        )
        review = _waiting(work, course.id)
        if review is not None:
            _answer(actor, review, PUBLISHED, "")
        changed = view.version_id != course.version_id or course.state != "published"
        if changed:
            details = {"number": view.number, "people": plan.people}
            record(actor, "authoring.course.publish", "course", slug, details=details)
        return Publication(number=view.number, changed=changed)


def _publish_lesson(
    work: UnitOfWork,
    actor: Actor,
    course_id: int,
    lesson: str,
    texts: Mapping[str, LessonSource],
    minutes: int | None,
) -> None:
    ordered = sorted(texts, key=LOCALES.index)
    sources = with_heading_ids({lang: texts[lang].source for lang in ordered})
    catalog.publish_lesson_version(actor, course_id, lesson, sources, minutes=minutes)
    drafts = select(LessonDraft.lang).where(
        LessonDraft.course_id == course_id, LessonDraft.lesson == lesson, LessonDraft.version > 0
    )
    for lang in work.session.scalars(drafts).all():
        row = locked_draft(work, course_id, lesson, lang)
        if lang in texts and row.version != row.published_version:
            body = split(sources[lang]).body.strip()
            if body != row.body.strip():
                write_draft(work, actor, row, LessonSource(front=row.front, body=body), PUBLISHED)
            else:
                mark_published(work, actor, row)
        row.published_version = row.version


def withdraw(actor: Actor, slug: str, *, reason: str = "") -> None:
    """Offer a course no longer; publishing it again undoes this.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
    """
    catalog.withdraw_course(actor, editable_course(actor, slug).id, reason=_note(reason))


def _require_ready(plan: PublishPlan) -> None:
    if plan.is_ready:
        return
    errors: dict[str, list[object]] = {}
    for problem in plan.problems:
        place = f"{problem.lesson}/{problem.lang}:{problem.line or 1}" if problem.lesson else problem.place
        errors.setdefault(place, []).append(problem.message)
    raise NotReady(
        _l("The course cannot be published as it is."),
        next_step=_l("The publishing page lists what is missing and leads there."),
        errors=errors,
    )


def _waiting(work: UnitOfWork, course_id: int) -> CourseReview | None:
    statement = select(CourseReview).where(
        CourseReview.course_id == course_id, CourseReview.state == SUBMITTED
    )
    return work.session.scalar(statement.with_for_update())


def _answer(actor: Actor, review: CourseReview, state: str, note: str) -> None:
    review.state, review.note = state, note
    review.answered_at, review.answered_by = clock.now(), actor.account_id


def _note(text: str) -> str:
    note = clean(text, multiline=True)
    if len(note) > MAX_NOTE:
        message = _l("At most %(n)s characters.", n=MAX_NOTE)
        raise Invalid(message, rule="authoring.note", errors={"note": [message]})
    return note
