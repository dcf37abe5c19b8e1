"""Bringing the ``content/`` folder into the academy: what changed becomes a new version, the rest stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select

from academy.audit.services import record
from academy.catalog.content import CourseFolder, Topic, folder_faults, read_content
from academy.catalog.content_parts import Changes, ContentPart
from academy.catalog.course_writing import (
    CourseDescription,
    OutlinePlan,
    project_facets,
    title_columns,
    write_course_version,
)
from academy.catalog.events import CourseMaterialChanged, LegalDocumentChanged
from academy.catalog.legal_numbers import fold_number
from academy.catalog.legal_register import LegalEntry
from academy.catalog.lesson_text import lesson_hash
from academy.catalog.lesson_writing import refresh_texts, write_lesson_version
from academy.catalog.media_texts import want_text
from academy.catalog.models import Course, CourseVersion, LegalDocument, LegalSuccession, Lesson, Media
from academy.catalog.models import Topic as TopicRow
from academy.catalog.policies import can_sync_content
from academy.catalog.yaml_marks import Fault
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.errors import AcademyError
from academy.kernel.storage import storage
from academy.kernel.text import fold
from academy.kernel.unit_of_work import UnitOfWork, unit_of_work

__all__ = ["CourseSync", "SyncReport", "sync_content"]


@dataclass(frozen=True, slots=True)
class CourseSync:
    """What a sync did to one course; ``version`` is the number of its new version, or None."""

    slug: str
    version: int | None
    lessons: Changes
    media: Changes
    parts: Mapping[str, Changes]

    @property
    def any(self) -> bool:
        return (
            self.version is not None
            or self.lessons.any
            or self.media.any
            or any(c.any for c in self.parts.values())
        )


@dataclass(slots=True)
class SyncReport:
    """What a sync did, and what kept it from doing more.

    Courses with faults are left as they are; faults in the files that all courses share stop the whole.
    """

    topics: Changes = Changes()
    documents: Changes = Changes()
    courses: list[CourseSync] = field(default_factory=list)
    rendered: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether anything changed in the academy."""
        return (
            self.topics.any or self.documents.any or bool(self.rendered) or any(c.any for c in self.courses)
        )


def sync_content(actor: Actor, root: Path, parts: Iterable[ContentPart] = ()) -> SyncReport:
    """Publish what changed in the content folder since the last sync; a second run changes nothing.

    Each course is one transaction, its questions and quizzes included. A course that was changed in the
    studio meanwhile keeps those versions until its files change.

    Raises:
        Forbidden: the actor may not.
    """
    require(actor, can_sync_content)
    parts = tuple(parts)
    tree = read_content(root)
    report = SyncReport(faults=[*tree.faults, *tree.strays])
    if tree.faults:
        report.notes.append("Nothing was changed: the files that all courses share have faults.")
        return report
    with unit_of_work() as work:
        report.topics = _sync_topics(work, tree.topics)
        report.documents = _sync_documents(work, tree.documents)
    for folder in _in_order(tree.courses):
        faults = folder_faults(folder, parts)
        if not faults:
            faults = _sync_one(actor, folder, parts, report)
        report.faults += faults
        if faults:
            report.notes.append(f"{folder.slug} was left as it is: it has {len(faults)} faults.")
    with unit_of_work() as work:
        report.rendered = refresh_texts(work)
    report.notes += _gone({folder.slug for folder in tree.courses})
    return report


def _sync_one(
    actor: Actor, folder: CourseFolder, parts: Sequence[ContentPart], report: SyncReport
) -> list[Fault]:
    try:
        with unit_of_work() as work:
            changes = _sync_course(work, actor, folder, parts)
    except AcademyError as error:
        return [folder.file.fault((), str(error), "correct it and sync again")]
    report.courses.append(changes)
    return []


def _in_order(folders: Sequence[CourseFolder]) -> list[CourseFolder]:
    """Courses after those they need; circles have been reported as faults and come in any order."""
    waiting = {folder.slug: folder for folder in folders}
    ordered: list[CourseFolder] = []

    def place(folder: CourseFolder) -> None:
        if waiting.pop(folder.slug, None) is None:
            return
        for needed in folder.course["prerequisites"] if folder.course else ():
            if needed in waiting:
                place(waiting[needed])
        ordered.append(folder)

    for folder in folders:
        place(folder)
    return ordered


def _gone(slugs: set[str]) -> list[str]:
    with unit_of_work() as work:
        statement = select(Course.slug).where(Course.origin == "content", Course.state == "published")
        return [
            f"{slug} is no longer in the content folder; withdraw it if it shall not be offered."
            for slug in sorted(set(work.session.scalars(statement)) - slugs)
        ]


# --- what all courses share -----------------------------------------------------------------------


def _sync_topics(work: UnitOfWork, topics: Mapping[str, Topic]) -> Changes:
    rows = {row.slug: row for row in work.session.scalars(select(TopicRow))}
    new = [slug for slug in topics if slug not in rows]
    changed: set[str] = set()
    for position, topic in enumerate(topics.values(), start=1):
        row = rows.get(topic.slug)
        if row is None:
            rows[topic.slug] = row = TopicRow(slug=topic.slug, title=dict(topic.title), position=position)
            work.session.add(row)
        elif (row.title, row.position) != (dict(topic.title), position):
            row.title, row.position = dict(topic.title), position
            changed.add(topic.slug)
    work.session.flush()
    moved: set[str] = set()
    for topic in topics.values():
        parent = rows[topic.parent].id if topic.parent else None
        if rows[topic.slug].parent_id != parent:
            rows[topic.slug].parent_id = parent
            moved.add(topic.slug)
    work.session.flush()
    changed |= moved - set(new)
    if moved:
        _project_all(work)
    return Changes(added=len(new), changed=len(changed), unchanged=len(topics) - len(new) - len(changed))


def _project_all(work: UnitOfWork) -> None:
    """Topics have moved: courses are found under other wider topics now."""
    statement = select(Course, CourseVersion).join(
        CourseVersion,
        (CourseVersion.course_id == Course.id) & (CourseVersion.number == Course.published_number),
    )
    for course, version in work.session.execute(statement).all():
        project_facets(work, course, version)


def _sync_documents(work: UnitOfWork, documents: Mapping[str, LegalEntry]) -> Changes:
    rows = {row.folded: row for row in work.session.scalars(select(LegalDocument))}
    known: dict[int, dict[str, str]] = {}
    for succession in work.session.scalars(select(LegalSuccession)):
        known.setdefault(succession.document_id, {})[succession.replaced_fold] = succession.replaced_number
    added = changed = 0
    for folded, entry in documents.items():
        values = {
            "number": entry.number, "slug": entry.slug, "kind": entry.kind, "title": dict(entry.title),
            "issuer": dict(entry.issuer), "issued": entry.issued, "effective": entry.effective,
            "until": entry.until, "status": entry.status,
        }  # fmt: skip
        replaces = {fold_number(number): number for number in entry.replaces}
        row = rows.get(folded)
        if row is None:
            row = LegalDocument(folded=folded, title_fold=fold(" ".join(entry.title.values())), **values)
            work.session.add(row)
            work.session.flush()
            added += 1
        elif (
            any(getattr(row, name) != value for name, value in values.items())
            or known.get(row.id, {}) != replaces
        ):
            for name, value in values.items():
                setattr(row, name, value)
            row.title_fold = fold(" ".join(entry.title.values()))
            changed += 1
        else:
            continue
        work.session.execute(delete(LegalSuccession).where(LegalSuccession.document_id == row.id))
        for replaced, number in replaces.items():
            work.session.add(
                LegalSuccession(document_id=row.id, replaced_fold=replaced, replaced_number=number)
            )
        work.emit(LegalDocumentChanged(document_id=row.id))
    return Changes(added=added, changed=changed, unchanged=len(documents) - added - changed)


# --- one course -----------------------------------------------------------------------------------


def _sync_course(
    work: UnitOfWork, actor: Actor, folder: CourseFolder, parts: Sequence[ContentPart]
) -> CourseSync:
    assert folder.course is not None  # folders with faults do not come here
    course = work.session.scalar(select(Course).where(Course.slug == folder.slug))
    if course is None:
        course = Course(slug=folder.slug, origin="content", **title_columns(folder.course["title"]))
        work.session.add(course)
        work.session.flush()
    media = _sync_media(work, course, folder)
    lessons, hashes = _sync_lessons(work, actor, course, folder)
    digest = _folder_hash(folder, hashes)
    number = None
    if course.synced_hash != digest:
        course.module = folder.module
        course.origin = "content"
        course.visibility = folder.course["visibility"]
        version, new = write_course_version(work, actor, course, _description(folder), _plan(folder))
        course.synced_hash = digest
        number = version.number if new else None
    work.session.flush()
    changes = {part.name: part.sync(actor, course.id, folder) for part in parts}
    if number is not None:
        record(actor, "catalog.course.sync", "course", course.slug, details={"number": number})
    elif any(done.any for done in changes.values()):
        work.emit(CourseMaterialChanged(course_id=course.id))
    return CourseSync(folder.slug, number, lessons, media, changes)


def _description(folder: CourseFolder) -> CourseDescription:
    assert folder.course is not None
    return CourseDescription(**{name: folder.course[name] for name in CourseDescription.__slots__})


def _plan(folder: CourseFolder) -> list[OutlinePlan]:
    return [
        OutlinePlan(lesson=lesson.slug, minutes=lesson.minutes, outcomes=lesson.outcomes)
        for lesson in folder.lessons
    ]


def _folder_hash(folder: CourseFolder, lessons: Sequence[str]) -> str:
    whole = [folder.module, folder.course, list(lessons)]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _sync_lessons(
    work: UnitOfWork, actor: Actor, course: Course, folder: CourseFolder
) -> tuple[Changes, list[str]]:
    known = {
        row.slug: row for row in work.session.scalars(select(Lesson).where(Lesson.course_id == course.id))
    }
    added = changed = unchanged = 0
    hashes = []
    for lesson in folder.lessons:
        digest = lesson_hash(lesson.texts, lesson.minutes)
        hashes.append(digest)
        row = known.get(lesson.slug)
        if row is not None and row.synced_hash == digest:
            unchanged += 1
            continue
        row, _version, new = write_lesson_version(
            work, actor, course.id, lesson.slug, lesson.texts, lesson.minutes
        )
        row.synced_hash = digest
        if lesson.slug not in known:
            added += 1
        elif new:
            changed += 1
        else:
            unchanged += 1
    return Changes(added=added, changed=changed, unchanged=unchanged), hashes


def _sync_media(work: UnitOfWork, course: Course, folder: CourseFolder) -> Changes:
    rows = work.session.execute(select(Media.name, Media.path).where(Media.course_id == course.id)).all()
    names, paths = {row.name for row in rows}, {row.path for row in rows}
    added = changed = 0
    for media in folder.media.values():
        if media.name in names:
            continue
        key = storage().put(media.file.read_bytes(), suffix=media.file.suffix.lower())
        work.session.add(
            Media(
                course_id=course.id,
                path=media.path,
                name=media.name,
                sha256=media.sha256,
                storage_key=key,
                mime=media.mime,
                bytes=media.bytes,
                width=media.width,
                height=media.height,
            )
        )
        want_text(work, media.sha256, media.path)
        if media.path in paths:
            changed += 1
        else:
            added += 1
    work.session.flush()
    return Changes(added=added, changed=changed, unchanged=len(folder.media) - added - changed)
