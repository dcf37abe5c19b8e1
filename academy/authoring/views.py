"""What the studio's queries give back: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from academy.authoring.lesson_source import LessonSource
from academy.catalog.views import CourseView
from academy.kernel.i18n import LOCALES

LocalizedText = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A course in the studio's list."""

    id: int
    slug: str
    origin: str
    state: str
    title: LocalizedText
    lessons: int
    published_number: int | None
    waiting: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """A lesson's draft without its text."""

    lang: str
    title: str
    version: int
    published_version: int | None
    updated_at: datetime

    @property
    def is_changed(self) -> bool:
        """Whether learners do not have this text yet."""
        return self.version != self.published_version


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """A lesson of the working copy, with its drafts by language."""

    slug: str
    minutes: int | None
    outcomes: tuple[str, ...]
    drafts: Mapping[str, DraftRow]
    is_published: bool

    @property
    def title(self) -> dict[str, str]:
        return {lang: draft.title for lang, draft in self.drafts.items() if draft.title}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(lang for lang in LOCALES if lang in self.drafts)

    @property
    def state(self) -> str:
        """``new``: learners have not seen it; ``changed``: they have an older text; ``published``: this one."""
        if not self.is_published:
            return "new"
        return "changed" if any(draft.is_changed for draft in self.drafts.values()) else "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """The last time the course was handed in."""

    id: int
    state: str
    message: str
    submitted_at: datetime
    submitted_by: int | None
    submitted_name: str
    note: str
    answered_at: datetime | None
    answered_name: str

    @property
    def is_waiting(self) -> bool:
        return self.state == "submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioCourse:
    """A course as its authors see it: the working copy beside what is published (``course``).

    ``removed`` are lessons taken out of the outline whose drafts are kept.
    """

    course: CourseView
    description: Mapping[str, Any]
    version: int
    updated_at: datetime
    lessons: tuple[LessonRow, ...]
    removed: tuple[LessonRow, ...]
    review: ReviewRow | None

    @property
    def id(self) -> int:
        return self.course.id

    @property
    def slug(self) -> str:
        return self.course.slug

    @property
    def title(self) -> LocalizedText:
        return self.description["title"]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that its lessons are written in."""
        return tuple(lang for lang in LOCALES if any(lang in row.languages for row in self.lessons))

    @property
    def is_editable(self) -> bool:
        """Courses of the content folder are written there."""
        return self.course.origin == "studio"

    def lesson(self, slug: str) -> LessonRow | None:
        return next((row for row in (*self.lessons, *self.removed) if row.slug == slug), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A lesson's draft; version 0 and no text if nothing was stored in this language yet."""

    lesson: str
    lang: str
    text: LessonSource
    version: int
    published_version: int | None
    updated_at: datetime | None
    updated_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """An earlier text of a draft; ``kind`` as in :class:`academy.authoring.models.LessonDraftRevision`."""

    id: int
    kind: str
    version: int
    title: str
    since: datetime
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """An earlier text with what it says."""

    row: RevisionRow
    text: LessonSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """What storing a draft gave; ``changed`` is False if the very text was there already."""

    version: int
    stored_at: datetime
    changed: bool
