"""Copying a course into the studio: texts, questions and files, as a new draft."""

from __future__ import annotations

from academy.audit.services import record
from academy.authoring.drafts import locked_draft, write_draft
from academy.authoring.events import CourseCopied
from academy.authoring.lesson_source import LessonSource
from academy.authoring.models import SAVED
from academy.authoring.queries import (
    list_drafts,
    open_for_authors,
    published_description,
    published_outline,
    published_sources,
)
from academy.authoring.working_copy import locked_course_draft
from academy.catalog import services as catalog
from academy.catalog.front_matter import split
from academy.catalog.queries import list_media
from academy.catalog.views import CourseView
from academy.kernel.actor import Actor
from academy.kernel.i18n import LOCALES, _
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.card_queries import filing_of
from academy.questions.queries import items_of_course
from academy.questions.services import Filing, save_item

__all__ = ["copy_course"]


def copy_course(actor: Actor, slug: str) -> str:
    """Make a new course of the studio out of what is published of another. Returns its address.

    The copy has lessons, questions and files of its own; learners, results and history stay with the
    other course.

    Raises:
        CourseNotFound, Forbidden
    """
    with unit_of_work() as work:
        source = open_for_authors(actor, slug)
        titles = {lang: _("%(title)s (copy)", title=title)[:200] for lang, title in source.title.items()}
        copy = catalog.create_course(actor, title=titles, module=source.module)
        row = locked_course_draft(work, actor, copy)
        # its quizzes are told of by the slice that copies them
        row.description = published_description(source) | {"title": titles, "quizzes": []}
        row.description["completion"] = {**row.description["completion"], "quiz": None}
        row.outline = published_outline(source)
        for media in list_media(source.id):
            catalog.store_media(actor, copy.id, media.path, storage().read(media.storage_key))
        for lesson, texts in _texts(source).items():
            catalog.declare_lesson(actor, copy.id, lesson)
            for lang in sorted(texts, key=LOCALES.index):
                write_draft(work, actor, locked_draft(work, copy.id, lesson, lang), texts[lang], SAVED)
        filed = filing_of(source.id)
        for item in items_of_course(source.id):
            save_item(
                actor,
                copy.id,
                item.key,
                item.kind,
                item.version.spec,
                lesson=item.lesson,
                outcome=item.outcome,
                difficulty=item.difficulty,
                use_lesson=item.use_lesson,
                use_pool=item.use_pool,
                filing=filed.get(item.item_id, Filing()),
            )
        record(actor, "authoring.course.copy", "course", copy.slug, details={"from": slug})
        work.session.flush()
        work.emit(CourseCopied(source_id=source.id, copy_id=copy.id, account_id=actor.account_id))
        return copy.slug


def _texts(source: CourseView) -> dict[str, dict[str, LessonSource]]:
    if source.version_id is None:
        return list_drafts(source.id)
    return {
        lesson: {lang: _taken_apart(text) for lang, text in texts.items()}
        for lesson, texts in published_sources(source).items()
    }


def _taken_apart(source: str) -> LessonSource:
    parts = split(source)
    return LessonSource(front=parts.data, body=parts.body.strip("\n"))
