"""The working copy of a course: who may open it, and where it comes from."""

from __future__ import annotations

from sqlalchemy import select

from academy.authoring.errors import NotWrittenHere
from academy.authoring.models import CourseDraft, LessonDraft
from academy.authoring.queries import (
    open_for_authors,
    published_description,
    published_outline,
    published_sources,
)
from academy.catalog.front_matter import split
from academy.catalog.views import CourseView
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import insert_if_absent
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["editable_course", "ensure_working_copy", "locked_course_draft", "open_working_copy"]


def editable_course(actor: Actor, slug: str) -> CourseView:
    """The course, if the actor may work on it and it is written in the studio.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
    """
    course = open_for_authors(actor, slug)
    if course.origin != "studio":
        raise NotWrittenHere(
            _l("This course comes from the content folder, which would overwrite what is changed here."),
            next_step=_l("Copy it to the studio, or change its files."),
        )
    return course


def open_working_copy(actor: Actor, slug: str) -> None:
    """Make the working copy of a course that was not created in the studio's pages, if it has none.

    Raises:
        CourseNotFound, Forbidden
    """
    course = open_for_authors(actor, slug)
    if course.origin == "studio":
        with unit_of_work() as work:
            ensure_working_copy(work, actor, course)


def ensure_working_copy(work: UnitOfWork, actor: Actor, course: CourseView) -> None:
    """What is published becomes the working copy, unless there is one."""
    values = {"description": published_description(course), "outline": published_outline(course)}
    if not insert_if_absent(work.session, CourseDraft, course_id=course.id, version=1, **values):
        return
    for lesson, texts in published_sources(course).items():
        for lang, source in texts.items():
            parts = split(source)
            work.session.add(
                LessonDraft(
                    course_id=course.id,
                    lesson=lesson,
                    lang=lang,
                    front=parts.data,
                    body=parts.body.strip("\n"),
                    version=1,
                    published_version=1,
                    updated_by=actor.account_id,
                )
            )
    work.session.flush()


def locked_course_draft(work: UnitOfWork, actor: Actor, course: CourseView) -> CourseDraft:
    """The working copy's row, held until the transaction ends; asks for no right."""
    ensure_working_copy(work, actor, course)
    statement = select(CourseDraft).where(CourseDraft.course_id == course.id).with_for_update()
    row = work.session.scalars(statement.execution_options(populate_existing=True)).one()
    row.updated_at, row.updated_by = clock.now(), actor.account_id
    work.session.flush()
    return row
