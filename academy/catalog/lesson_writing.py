"""Writing versions of lessons: the one road by which text gets into the academy.

Authors' drafts and the content folder both come through :func:`write_lesson_version`. It checks no
rights and opens no transaction: services do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from academy.catalog.database_links import DatabaseLinks, load_references, rendering_basis
from academy.catalog.events import LessonPublished
from academy.catalog.glossary import project_glossary
from academy.catalog.legal_numbers import fold_number
from academy.catalog.lesson_text import LessonText as PreparedText
from academy.catalog.lesson_text import lesson_hash, prepare_text
from academy.catalog.models import Citation, Course, LegalDocument, Lesson, LessonText, LessonVersion
from academy.kernel.actor import Actor
from academy.kernel.unit_of_work import UnitOfWork

__all__ = ["estimated_minutes", "refresh_texts", "write_lesson_version"]

WORDS_PER_MINUTE = 180  # careful reading of a text to be learned; Vietnamese words are counted by syllable
MINUTES_PER_EXERCISE = 2


def estimated_minutes(texts: Mapping[str, PreparedText]) -> int:
    """How long an average reader needs, by the longest language; at least one minute."""
    return max(
        1,
        *(
            round(text.rendered.words / WORDS_PER_MINUTE)
            + MINUTES_PER_EXERCISE * len(text.rendered.exercises)
            for text in texts.values()
        ),
    )


def write_lesson_version(
    work: UnitOfWork, actor: Actor, course_id: int, slug: str, texts: Mapping[str, PreparedText], minutes: int
) -> tuple[Lesson, LessonVersion, bool]:
    """Make ``texts`` the newest version of a lesson.

    Returns:
        The lesson, its newest version, and whether that is new; texts equal to the newest version's
        give no other.
    """
    lesson = work.session.scalar(select(Lesson).where(Lesson.course_id == course_id, Lesson.slug == slug))
    if lesson is None:
        lesson = Lesson(course_id=course_id, slug=slug, current_number=0, synced_hash="")
        work.session.add(lesson)
        work.session.flush()
    digest = lesson_hash(texts, minutes)
    newest = work.session.scalar(
        select(LessonVersion).where(
            LessonVersion.lesson_id == lesson.id, LessonVersion.number == lesson.current_number
        )
    )
    if newest is not None and newest.hash == digest:
        return lesson, newest, False
    version = LessonVersion(
        lesson_id=lesson.id,
        number=lesson.current_number + 1,
        hash=digest,
        minutes=minutes,
        words=max(text.rendered.words for text in texts.values()),
        published_by=actor.account_id,
    )
    work.session.add(version)
    work.session.flush()
    lesson.current_number = version.number
    basis = rendering_basis(_documents_cited(texts), load_references())
    for text in texts.values():
        row = LessonText(lesson_version_id=version.id, lang=text.lang, source=text.source)
        work.session.add(row)
        _fill(row, text)
        row.rendered_for = basis
    _cite(work, version.id, texts)
    work.session.flush()
    work.emit(
        LessonPublished(
            course_id=course_id, lesson_id=lesson.id, lesson_version_id=version.id, number=version.number
        )
    )
    return lesson, version, True


def _fill(row: LessonText, text: PreparedText) -> None:
    rendered = text.rendered
    row.title = text.title
    row.front = dict(text.front)
    row.front_html = text.front_html
    row.segments = [list(segment) for segment in rendered.segments]
    row.blocks = [[block.id, block.kind, block.text] for block in rendered.blocks]
    row.headings = [[heading.id, heading.level, heading.text] for heading in rendered.headings]
    row.exercises = list(rendered.exercises)
    row.plain = rendered.plain
    row.words = rendered.words


def _documents_cited(texts: Mapping[str, PreparedText]) -> set[str]:
    return {fold_number(citation.number) for text in texts.values() for citation in text.citations}


def _cite(work: UnitOfWork, version_id: int, texts: Mapping[str, PreparedText]) -> None:
    """Note which documents a version cites: the first place of each article counts, in any language."""
    places: dict[tuple[str, str], str] = {}
    for text in texts.values():
        for citation in text.citations:
            places.setdefault((fold_number(citation.number), citation.article), citation.block)
    if not places:
        return
    statement = select(LegalDocument.folded, LegalDocument.id).where(
        LegalDocument.folded.in_({folded for folded, _ in places})
    )
    documents: dict[str, int] = dict(work.session.execute(statement).tuples().all())
    for (folded, article), block in places.items():
        if folded in documents:
            work.session.add(
                Citation(
                    lesson_version_id=version_id, document_id=documents[folded], article=article, block=block
                )
            )


def refresh_texts(work: UnitOfWork) -> int:
    """Render again every stored text whose marks of validity, or whose renderer, have become old.

    What an author wrote stays; no version is made.

    Returns:
        The number of texts rendered.
    """
    references = load_references()
    cited: dict[int, set[str]] = {}
    numbers = select(Citation.lesson_version_id, LegalDocument.folded).join(
        LegalDocument, LegalDocument.id == Citation.document_id
    )
    for version_id, folded in work.session.execute(numbers):
        cited.setdefault(version_id, set()).add(folded)
    statement = (
        select(LessonText.id, LessonText.lesson_version_id, LessonText.rendered_for, Course.id, Course.slug)
        .join(LessonVersion, LessonVersion.id == LessonText.lesson_version_id)
        .join(Lesson, Lesson.id == LessonVersion.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .order_by(Course.id)
    )
    old: list[Any] = [
        row
        for row in work.session.execute(statement)
        if row.rendered_for != rendering_basis(cited.get(row.lesson_version_id, ()), references)
    ]
    links: dict[int, DatabaseLinks] = {}
    touched = {course_id for _text_id, _version_id, _was, course_id, _slug in old}
    for text_id, version_id, _was, course_id, course_slug in old:
        if course_id not in links:
            links = {course_id: DatabaseLinks(course_id, course_slug, references)}
        row = work.session.get_one(LessonText, text_id)
        _fill(row, prepare_text(row.source, lang=row.lang, links=links[course_id]))
        row.rendered_for = rendering_basis(cited.get(version_id, ()), references)
    work.session.flush()
    for course_id in touched:
        project_glossary(work, course_id)
    return len(old)
