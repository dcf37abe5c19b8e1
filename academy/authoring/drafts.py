"""Storing and restoring the texts of lessons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from academy.audit.services import record
from academy.authoring.errors import DraftConflict, DraftNotFound
from academy.authoring.lesson_source import LessonSource, checked
from academy.authoring.models import (
    CONFLICTING,
    PUBLISHED,
    RESTORED,
    SAVED,
    CourseDraft,
    LessonDraft,
    LessonDraftRevision,
)
from academy.authoring.views import SavedDraft
from academy.authoring.working_copy import editable_course, ensure_working_copy
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.db import insert_if_absent
from academy.kernel.errors import Invalid
from academy.kernel.i18n import LOCALES, _l
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["locked_draft", "mark_published", "restore_revision", "save_draft", "write_draft"]

SHARED = timedelta(minutes=1)
"""What one person stores within this time is one revision."""


def save_draft(
    actor: Actor, course_slug: str, lesson: str, lang: str, text: LessonSource, *, base_version: int
) -> SavedDraft:
    """Store a lesson's text in one language.

    The very text that is stored already is acknowledged again, whatever version it was based on: a reply
    may have been lost.

    Args:
        base_version: the version that the author's text grew from; 0 for a language that has none yet.

    Raises:
        CourseNotFound, Forbidden
        NotWrittenHere: the course comes from the content folder.
        DraftNotFound: the outline has no such lesson.
        DraftConflict: somebody stored a later version. It stays, and ``text`` is kept in the history.
        Invalid: the text is too long, or the language is none of the academy's.
    """
    checked(text)
    with unit_of_work() as work:
        row = _locked_draft(work, actor, course_slug, lesson, lang)
        if row.version and _same(row, text):
            return SavedDraft(version=row.version, stored_at=row.updated_at, changed=False)
        current = row.version
        if current == base_version:
            write_draft(work, actor, row, text, SAVED)
            return SavedDraft(version=row.version, stored_at=row.updated_at, changed=True)
        _keep(work, actor, row, text, CONFLICTING, base_version)
    raise DraftConflict(
        _l(
            "Somebody stored a later version of this lesson (version %(theirs)s; yours was based on %(mine)s).",
            theirs=current,
            mine=base_version,
        ),
        next_step=_l("Both texts are in the history: compare them and restore the one that shall stand."),
    )


def restore_revision(actor: Actor, course_slug: str, lesson: str, lang: str, revision_id: int) -> SavedDraft:
    """Make an earlier text the draft again; what stood until now is in the history, too.

    Raises:
        CourseNotFound, Forbidden, NotWrittenHere
        DraftNotFound: the lesson has no such revision in this language.
    """
    with unit_of_work() as work:
        row = _locked_draft(work, actor, course_slug, lesson, lang)
        revision = work.session.get(LessonDraftRevision, revision_id)
        if revision is None or revision.draft_id != row.id:
            raise DraftNotFound(_l("There is no such version of this lesson."))
        text = LessonSource(front=revision.front, body=revision.body)
        changed = not _same(row, text)
        if changed:
            write_draft(work, actor, row, text, RESTORED)
            record(
                actor,
                "authoring.draft.restore",
                "lesson",
                f"{course_slug}/{lesson}",
                details={"lang": lang, "revision": revision_id, "version": row.version},
            )
        return SavedDraft(version=row.version, stored_at=row.updated_at, changed=changed)


def write_draft(work: UnitOfWork, actor: Actor, row: LessonDraft, text: LessonSource, kind: str) -> None:
    """Give a draft a text and its history the revision; asks for no right."""
    row.version += 1
    row.front, row.body = dict(text.front), text.body
    row.updated_at, row.updated_by = clock.now(), actor.account_id
    _keep(work, actor, row, text, kind, row.version)
    work.session.execute(
        update(CourseDraft)
        .where(CourseDraft.course_id == row.course_id)
        .values(updated_at=row.updated_at, updated_by=actor.account_id)
    )
    work.session.flush()


def mark_published(work: UnitOfWork, actor: Actor, row: LessonDraft) -> None:
    """Note in the history that learners got this text."""
    _keep(work, actor, row, LessonSource(front=row.front, body=row.body), PUBLISHED, row.version)


def _locked_draft(work: UnitOfWork, actor: Actor, course_slug: str, lesson: str, lang: str) -> LessonDraft:
    """The row of a draft, made if it is the first in its language, held until the transaction ends."""
    if lang not in LOCALES:
        message = _l("This is not one of the academy's languages.")
        raise Invalid(message, errors={"lang": [message]})
    course = editable_course(actor, course_slug)
    ensure_working_copy(work, actor, course)
    # the course first, then the lesson, as publishing does: a text is stored before or after, never half way
    outline = select(CourseDraft.outline).where(CourseDraft.course_id == course.id).with_for_update()
    if not any(entry["lesson"] == lesson for entry in work.session.scalar(outline) or ()):
        raise DraftNotFound(
            _l("The course has no such lesson."),
            next_step=_l("Put the lesson back on the course's page if it was taken out, then store again."),
        )
    return locked_draft(work, course.id, lesson, lang)


def locked_draft(work: UnitOfWork, course_id: int, lesson: str, lang: str) -> LessonDraft:
    """The same for whoever has asked for the right already."""
    key: dict[str, Any] = {"course_id": course_id, "lesson": lesson, "lang": lang}
    insert_if_absent(work.session, LessonDraft, **key, front={}, body="", version=0)
    statement = select(LessonDraft).filter_by(**key).with_for_update()
    return work.session.scalars(statement.execution_options(populate_existing=True)).one()


def _same(row: LessonDraft, text: LessonSource) -> bool:
    return row.front == dict(text.front) and row.body == text.body


def _keep(
    work: UnitOfWork, actor: Actor, row: LessonDraft, text: LessonSource, kind: str, version: int
) -> None:
    """Add a text to the history; the minute's earlier text of the same person gives way."""
    now = clock.now()
    last = work.session.scalar(
        select(LessonDraftRevision)
        .where(LessonDraftRevision.draft_id == row.id)
        .order_by(LessonDraftRevision.id.desc())
        .limit(1)
    )
    if last is None or not _gives_way(last, kind, version, actor):
        last = LessonDraftRevision(draft_id=row.id, kind=kind, since=now, by_id=actor.account_id)
        work.session.add(last)
    last.kind, last.version, last.at = kind, version, now
    last.front, last.body = dict(text.front), text.body
    work.session.flush()


def _gives_way(last: LessonDraftRevision, kind: str, version: int, actor: Actor) -> bool:
    if last.by_id != actor.account_id:
        return False
    if kind == PUBLISHED:
        return last.version == version and last.kind in (SAVED, RESTORED)
    return kind == last.kind in (SAVED, CONFLICTING) and abs(clock.now() - last.since) < SHARED
