"""Courses and lessons with immutable versions, topics, legal documents, media.

Progress and enrollment refer to a course and a lesson, which keep their ids for ever; evidence and
certificates refer to their versions, whose rows never change after they were written. What lists need
(:class:`CourseFacet`, the title of a course) is a projection of the current version.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.catalog.content_schema import DOCUMENT_KINDS, DOCUMENT_STATES, LEVELS
from academy.kernel.db import Model, primary_key, timestamp

ORIGINS = ("content", "studio")
STATES = ("draft", "published", "withdrawn")
VISIBILITIES = ("public", "restricted")
FACETS = ("module", "level", "language", "topic")


class Course(Model):
    """A course over all its versions.

    ``published_number`` is the number of the version that readers see; None before the first.
    ``synced_hash`` is what the content folder held when it was last read, empty for courses written in
    the studio. ``owner_unit_path`` is the path of the unit that answers for it; empty is the city.
    """

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"visibility IN {VISIBILITIES}", name="visibility"),
        Index("ix_course_list", "state", "sort_key", "id"),
    )

    id: Mapped[int] = primary_key()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    module: Mapped[str] = mapped_column(String(40), default="")
    origin: Mapped[str] = mapped_column(String(10), default="studio")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    owner_unit_path: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[dict]
    sort_key: Mapped[str] = mapped_column(String(800))
    title_fold: Mapped[str] = mapped_column(String(800))
    published_number: Mapped[int | None]
    synced_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = timestamp()


class CourseVersion(Model):
    """A course as it was published once; immutable.

    ``outline`` has an object per lesson: lesson_id, lesson_version_id, slug, number, minutes, words,
    outcomes, title by language, exercises in reading order. ``periods`` are of 45 minutes, ``minutes`` the
    reading time of all lessons.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint(f"level IN {LEVELS}", name="level"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    title: Mapped[dict]
    summary: Mapped[dict]
    outcomes: Mapped[list]
    outline: Mapped[list]
    completion: Mapped[dict]
    level: Mapped[str] = mapped_column(String(14))
    periods: Mapped[int]
    lesson_count: Mapped[int]
    minutes: Mapped[int]
    languages: Mapped[list]
    topics: Mapped[list]
    prerequisites: Mapped[list]
    quizzes: Mapped[list]
    hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = timestamp()
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Lesson(Model):
    """A lesson over all its versions; ``current_number`` is the newest, 0 before the first."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    current_number: Mapped[int] = mapped_column(default=0)
    synced_hash: Mapped[str] = mapped_column(String(64), default="")


class LessonVersion(Model):
    """A lesson as it was published once, in all its languages; immutable."""

    __tablename__ = "lesson_version"
    __table_args__ = (UniqueConstraint("lesson_id", "number"),)

    id: Mapped[int] = primary_key()
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[int]
    words: Mapped[int]
    published_at: Mapped[datetime] = timestamp()
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class CourseVersionLesson(Model):
    """The lesson versions that a course version shows, in order."""

    __tablename__ = "course_version_lesson"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"), index=True)


class LessonText(Model):
    """A lesson version in one language.

    What an author wrote (``source``, ``front``) is immutable. What is derived from it (``segments``,
    ``front_html``) is made anew when the marks of validity in it have become wrong or the renderer has
    learned something: ``rendered_for`` is a hash of all they depend on beside the source.
    """

    __tablename__ = "lesson_text"
    __table_args__ = (UniqueConstraint("lesson_version_id", "lang"),)

    id: Mapped[int] = primary_key()
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"))
    lang: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    front: Mapped[dict]
    source: Mapped[str] = mapped_column(Text)
    front_html: Mapped[dict]
    segments: Mapped[list]
    blocks: Mapped[list]
    headings: Mapped[list]
    exercises: Mapped[list]
    plain: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    rendered_for: Mapped[str] = mapped_column(String(64))


class CourseInstructor(Model):
    """Who teaches a course: may see, edit and publish it whatever its state."""

    __tablename__ = "course_instructor"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class CoursePrerequisite(Model):
    """What must be completed before the course may be taken; of the current version."""

    __tablename__ = "course_prerequisite"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    prerequisite_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)


class CourseFacet(Model):
    """By what the catalog can be narrowed; topics with all that contain them. Of the current version."""

    __tablename__ = "course_facet"
    __table_args__ = (
        CheckConstraint(f"facet IN {FACETS}", name="facet"),
        Index("ix_course_facet_value", "facet", "value", "course_id"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)


class Topic(Model):
    """An entry of the controlled vocabulary."""

    __tablename__ = "topic"

    id: Mapped[int] = primary_key()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[dict]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    position: Mapped[int] = mapped_column(default=0)


class LegalDocument(Model):
    """A document of the register; ``until`` is the last day in force, ``folded`` the number as compared."""

    __tablename__ = "legal_document"
    __table_args__ = (
        CheckConstraint(f"kind IN {DOCUMENT_KINDS}", name="kind"),
        CheckConstraint(f"status IN {DOCUMENT_STATES}", name="status"),
    )

    id: Mapped[int] = primary_key()
    number: Mapped[str] = mapped_column(String(80), unique=True)
    folded: Mapped[str] = mapped_column(String(80), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[dict]
    title_fold: Mapped[str] = mapped_column(Text)
    issuer: Mapped[dict]
    issued: Mapped[date] = mapped_column(Date)
    effective: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(10))


class LegalSuccession(Model):
    """A document replaces another, which need not be in the register."""

    __tablename__ = "legal_succession"

    document_id: Mapped[int] = mapped_column(ForeignKey("legal_document.id"), primary_key=True)
    replaced_fold: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    replaced_number: Mapped[str] = mapped_column(String(80))


class Citation(Model):
    """A lesson version cites a document; ``article`` is empty or a place in it, ``block`` where it stands."""

    __tablename__ = "citation"

    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("legal_document.id"), primary_key=True, index=True)
    article: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    block: Mapped[str] = mapped_column(String(100), default="")


class Media(Model):
    """A file that lessons of a course show. ``name`` changes with the content, so it can be cached for ever."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("course_id", "name"),
        Index("ix_media_path", "course_id", "path"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    path: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(80))
    mime: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    added_at: Mapped[datetime] = timestamp()


class MediaText(Model):
    """What a document says, read once for its content, whichever courses show it.

    ``fault`` is empty or says why nothing could be read; ``parts`` has ``[place, text]`` in order, ``place``
    a page, sheet or slide, or 0; ``reader`` is the version of the reader.
    """

    __tablename__ = "media_text"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    fault: Mapped[str] = mapped_column(String(10), default="")
    cut: Mapped[bool] = mapped_column(default=False)
    parts: Mapped[list]
    reader: Mapped[int]
    read_at: Mapped[datetime] = timestamp()


class GlossaryTerm(Model):
    """A term as a lesson explains it in one language; of the current version of the course."""

    __tablename__ = "glossary_term"
    __table_args__ = (
        UniqueConstraint("lesson_id", "lang", "anchor"),
        Index("ix_glossary_term_list", "lang", "sort_key", "id"),
        Index("ix_glossary_term_course", "course_id"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    lang: Mapped[str] = mapped_column(String(5))
    term: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    anchor: Mapped[str] = mapped_column(String(100))
    sort_key: Mapped[str] = mapped_column(String(800))
    fold: Mapped[str] = mapped_column(String(400))
