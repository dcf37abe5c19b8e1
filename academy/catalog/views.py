"""What queries give back: frozen values without a session, safe to keep and to hand to templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from academy.catalog.media_files import media_url
from academy.catalog.placed_files import PlacedFile
from academy.catalog.rendered_text import Block, Heading
from academy.kernel.paging import Page

__all__ = [
    "CourseCard", "CourseFilters", "CourseList", "CourseView", "FacetValue", "LegalDocumentView", "LegalRow",
    "LessonCitation", "LessonTextView", "LessonView", "MediaView", "OutlineEntry", "PublishedText", "ReviewDue",
]  # fmt: skip

LocalizedText = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """A lesson in a course version; ``exercises`` are keys in reading order."""

    lesson_id: int
    lesson_version_id: int
    slug: str
    number: int
    minutes: int
    words: int
    outcomes: Sequence[str]
    title: LocalizedText
    exercises: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseView:
    """A course with the version that readers see.

    A draft that was never published has ``version_id`` None, an empty outline, and only its title.
    ``completion`` is ``{"lessons": "all"|"none"|n, "exercises": likewise, "quiz": id|None}``.
    """

    id: int
    slug: str
    module: str
    origin: str
    state: str
    visibility: str
    owner_unit_path: str
    instructor_ids: frozenset[int]
    title: LocalizedText
    version_id: int | None = None
    number: int = 0
    version_hash: str = ""
    summary: LocalizedText = field(default_factory=dict)
    level: str = "basic"
    periods: int = 0
    languages: Sequence[str] = ()
    topics: Sequence[str] = ()
    outcomes: Sequence[Mapping[str, Any]] = ()
    prerequisites: Sequence[str] = ()
    completion: Mapping[str, Any] = field(default_factory=dict)
    quizzes: Sequence[str] = ()
    outline: tuple[OutlineEntry, ...] = ()
    published_at: datetime | None = None

    @property
    def minutes(self) -> int:
        """Reading time of all lessons."""
        return sum(entry.minutes for entry in self.outline)

    def lesson(self, slug: str) -> OutlineEntry | None:
        return next((entry for entry in self.outline if entry.slug == slug), None)

    def neighbours(self, slug: str) -> tuple[OutlineEntry | None, OutlineEntry | None]:
        """The lessons before and after, None at the ends."""
        slugs = [entry.slug for entry in self.outline]
        if slug not in slugs:
            return None, None
        here = slugs.index(slug)
        before = self.outline[here - 1] if here > 0 else None
        return before, self.outline[here + 1] if here + 1 < len(slugs) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTextView:
    """A lesson version in one language, rendered.

    ``version`` is another whenever anything of it is. ``segments`` is the page in order:
    ``("html", markup)`` or ``("exercise", key)``; ``front_html`` is
    ``{"summary", "objectives": [], "glossary": [{"term", "html"}], "sources": []}`` and, if there are any,
    ``"attachments": [{"title", "url", "kind"}]``. All markup is sanitized and may be marked safe.
    """

    id: int
    version: tuple[str, str]
    lesson_version_id: int
    lang: str
    title: str
    front: Mapping[str, Any]
    front_html: Mapping[str, Any]
    segments: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    exercises: tuple[str, ...]
    words: int

    @property
    def html(self) -> str:
        """The page without its exercises."""
        return "".join(content for kind, content in self.segments if kind == "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonView:
    """A lesson as one reader gets it; ``languages`` are those it exists in."""

    course: CourseView
    entry: OutlineEntry
    text: LessonTextView
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCard:
    """A course in a list."""

    id: int
    slug: str
    module: str
    state: str
    title: LocalizedText
    summary: LocalizedText
    level: str
    periods: int
    languages: Sequence[str]
    lessons: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFilters:
    """By what the catalog is narrowed; None: not. ``q`` are words of the title, accents optional."""

    module: str | None = None
    level: str | None = None
    language: str | None = None
    topic: str | None = None
    q: str = ""

    def chosen(self) -> dict[str, str]:
        """The facets that are set."""
        named = {"module": self.module, "level": self.level, "language": self.language, "topic": self.topic}
        return {facet: value for facet, value in named.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A way to narrow the list: how many courses remain if it is chosen."""

    value: str
    title: LocalizedText
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class CourseList:
    """A page of the catalog and the facets of the whole list."""

    page: Page
    facets: Mapping[str, tuple[FacetValue, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedText:
    """A text that readers can find: what a search index needs of it."""

    text_id: int
    lesson_version_id: int
    lesson_id: int
    course_id: int
    course: str
    lesson: str
    module: str
    lang: str
    title: str
    course_title: LocalizedText
    visibility: str
    owner_unit_path: str
    topics: Sequence[str]
    front: Mapping[str, Any]
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    exercises: tuple[str, ...]
    files: tuple[PlacedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRow:
    """A legal document in a list; ``validity`` is in_force, pending, replaced or expired, today."""

    number: str
    slug: str
    kind: str
    title: LocalizedText
    issuer: LocalizedText
    issued: date
    effective: date | None
    until: date | None
    validity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCitation:
    """A place in a lesson that cites a document; ``article`` may be empty."""

    course: str
    course_title: LocalizedText
    lesson: str
    title: LocalizedText
    article: str
    block: str

    @property
    def url(self) -> str:
        return f"/courses/{self.course}/lessons/{self.lesson}" + (f"#{self.block}" if self.block else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalDocumentView:
    """A document of the register. What it replaces or is replaced by has a row if it is in the register,
    else only its number."""

    row: LegalRow
    replaces: tuple[LegalRow | str, ...]
    replaced_by: tuple[LegalRow, ...]
    cited_by: tuple[LessonCitation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue:
    """A course that cites a document which is no longer in force."""

    course: str
    course_title: LocalizedText
    lesson: str
    document: LegalRow
    replaced_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaView:
    """A file of a course.

    ``text`` is what became of reading its text for search: empty for kinds that are not read, ``waiting``,
    ``read``, ``cut`` (only its beginning was read), or the fault of :class:`FileTextRefused`.
    """

    course: str
    path: str
    name: str
    storage_key: str
    mime: str
    bytes: int
    width: int | None
    height: int | None
    public: bool = True
    sha256: str = ""
    text: str = ""

    @property
    def url(self) -> str:
        return media_url(self.course, self.name)
