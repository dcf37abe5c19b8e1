"""Reading the ``content/`` folder: every course with its lessons and media, and everything wrong with it.

Reading touches no database and never raises for what authors wrote. Faults are collected with file,
line and remedy, so that one run of ``academy content check`` names them all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema

from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_parts import Changes, ContentPart
from academy.catalog.content_schema import CourseSchema
from academy.catalog.legal_numbers import fold_number
from academy.catalog.legal_register import LegalEntry, document_reference, read_register
from academy.catalog.lesson_text import LessonText, compare_languages, prepare_text
from academy.catalog.media_files import (
    KINDS,
    MediaRefused,
    inspect_media,
    language_variants,
    media_name,
    media_url,
)
from academy.catalog.rendering import DocumentReference, MediaReference, lesson_address
from academy.catalog.topic_tree import Topic, cycles, read_topics
from academy.catalog.yaml_marks import Fault, Keys, YamlFile, load_yaml_file
from academy.kernel import clock
from academy.kernel.text import nfc

__all__ = [
    "Changes", "ContentTree", "CourseFolder", "ExerciseReference", "Fault", "LessonFolder", "MediaFile", "Topic",
    "content_check", "read_content",
]  # fmt: skip

_LESSON_FILE = re.compile(r"(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<lang>vi|en|de)\.md")
_MEDIA_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of a course that lessons may show; ``path`` is relative to the course folder."""

    path: str
    file: Path
    sha256: str
    mime: str
    bytes: int
    width: int | None
    height: int | None

    @property
    def name(self) -> str:
        return media_name(self.path, self.sha256)


@dataclass(frozen=True, slots=True)
class ExerciseReference:
    """A place in a lesson where an exercise stands."""

    key: str
    lesson: str
    lang: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class LessonFolder:
    """A lesson of the outline with its texts by language, in the order of the course's languages."""

    slug: str
    minutes: int
    outcomes: tuple[str, ...]
    texts: Mapping[str, LessonText]


@dataclass(slots=True)
class CourseFolder:
    """One course as it stands in the content folder.

    ``course`` is the validated ``course.yaml`` (None if that failed; then there are no lessons).
    """

    root: Path
    path: Path
    file: YamlFile
    documents: Mapping[str, LegalEntry]
    course: dict[str, Any] | None = None
    media: dict[str, MediaFile] = field(default_factory=dict)
    lessons: tuple[LessonFolder, ...] = ()
    faults: list[Fault] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.path.name

    @property
    def module(self) -> str:
        return self.path.parent.name

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.course["languages"]) if self.course else ()

    @property
    def outcome_ids(self) -> tuple[str, ...]:
        return tuple(outcome["id"] for outcome in self.course["outcomes"]) if self.course else ()

    @property
    def quiz_ids(self) -> tuple[str, ...]:
        return tuple(self.course["quizzes"]) if self.course else ()

    @property
    def exercise_references(self) -> tuple[ExerciseReference, ...]:
        """Every ``[[exercise:key]]`` of every language, in reading order."""
        return tuple(
            ExerciseReference(key, lesson.slug, lang, text.path, text.line(line))
            for lesson in self.lessons
            for lang, text in lesson.texts.items()
            for key, line in zip(text.rendered.exercises, text.rendered.exercise_lines, strict=True)
        )

    def yaml_files(self, subfolder: str) -> list[YamlFile]:
        """The YAML files in a folder of the course, by name; faults of reading are in each file."""
        return [load_yaml_file(path, self.root) for path in sorted((self.path / subfolder).glob("*.yaml"))]

    def schema_faults(self, file: YamlFile, schema: Schema, data: Any = None, at: Keys = ()) -> list[Fault]:
        """Everything in which a file, or the value ``data`` at ``at`` in it, departs from a schema."""
        return (validate_yaml(file, schema) if data is None else validate_yaml(file, schema, data, at))[1]

    # --- links of lessons ---

    def document(self, number: str) -> DocumentReference | None:
        entry = self.documents.get(fold_number(number))
        return document_reference(entry, clock.today()) if entry else None

    def media_file(self, path: str, lang: str) -> MediaFile | None:
        """The file at a path, in the wanted language if there is one in several."""
        return next((self.media[name] for name in language_variants(path, lang) if name in self.media), None)

    def lesson_url(self, target: str) -> str | None:
        known = {entry["lesson"] for entry in self.course["outline"]} if self.course else set()
        return lesson_address(self.slug, target, known)


class _FolderLinks:
    """The references of a lesson, answered from the folder it lies in."""

    def __init__(self, folder: CourseFolder) -> None:
        self.document = folder.document
        self.lesson = folder.lesson_url
        self.folder = folder

    def media(self, path: str, lang: str) -> MediaReference | None:
        found = self.folder.media_file(path, lang)
        if found is None:
            return None
        return MediaReference(media_url(self.folder.slug, found.name), found.mime, found.width, found.height)


@dataclass(slots=True)
class ContentTree:
    """The whole content folder.

    ``faults`` are those of the files that all courses share, ``strays`` folders that are no courses.
    """

    root: Path
    courses: list[CourseFolder]
    topics: dict[str, Topic]
    documents: dict[str, LegalEntry]
    faults: list[Fault]
    strays: list[Fault] = field(default_factory=list)


def content_check(root: Path, parts: Iterable[ContentPart] = ()) -> list[Fault]:
    """Every fault of the content folder, by file and line."""
    tree = read_content(root)
    faults = [*tree.faults, *tree.strays]
    for folder in tree.courses:
        faults += folder_faults(folder, parts)
    return sorted(set(faults))


def folder_faults(folder: CourseFolder, parts: Iterable[ContentPart]) -> list[Fault]:
    """Every fault of one course, its questions and quizzes included."""
    faults = list(folder.faults)
    if folder.course is not None:
        for part in parts:
            faults += part.check(folder)
    return faults


def read_content(root: Path) -> ContentTree:
    """Read and render everything below ``root``."""
    if not root.is_dir():
        fault = Fault(".", 1, f"There is no folder {root}", "name the content folder, or set ACADEMY_CONTENT")
        return ContentTree(root, [], {}, {}, [fault])
    topics, faults = read_topics(root)
    documents, legal_faults = read_register(root)
    folders = [
        _read_course(path.parent, root, documents, topics) for path in sorted(root.glob("*/*/course.yaml"))
    ]
    strays = [
        Fault(
            f"{path.relative_to(root).as_posix()}/course.yaml",
            1,
            "The course has no course.yaml",
            "write it, or remove the folder",
        )
        for path in sorted(root.glob("*/*"))
        if path.is_dir() and not (path / "course.yaml").exists()
    ]
    _check_tree(folders)
    return ContentTree(root, folders, topics, documents, faults + legal_faults, strays)


# --- courses --------------------------------------------------------------------------------------


def _read_course(
    path: Path, root: Path, documents: Mapping[str, LegalEntry], topics: Mapping[str, Topic]
) -> CourseFolder:
    file = load_yaml_file(path / "course.yaml", root)
    folder = CourseFolder(root, path, file, documents)
    folder.course, folder.faults = validate_yaml(file, CourseSchema())
    _read_media(folder)
    if folder.course is None:
        return folder
    if folder.course["id"] != folder.slug:
        message = f"The id “{folder.course['id']}” is not the name of the folder"
        folder.faults.append(file.fault(("id",), message, f"write id: {folder.slug}, or rename the folder"))
    for index, slug in enumerate(folder.course["topics"]):
        if slug not in topics:
            fault = file.fault(
                ("topics", index), f"There is no topic “{slug}”", "choose one from topics.yaml, or add it"
            )
            folder.faults.append(fault)
    _read_lessons(folder)
    return folder


def _read_media(folder: CourseFolder) -> None:
    for path in sorted(folder.path.rglob("*")):
        name = path.relative_to(folder.path).as_posix()
        if not path.is_file() or path.suffix.lower() not in KINDS:
            continue
        where = path.relative_to(folder.root).as_posix()
        if path.is_symlink() or not _MEDIA_PATH.fullmatch(name):
            remedy = "use letters a–z, digits, dots, hyphens and _, and a real file"
            folder.faults.append(Fault(where, 1, "The file's name is not allowed", remedy))
            continue
        data = path.read_bytes()
        try:
            mime, width, height = inspect_media(name, data)
        except MediaRefused as error:
            folder.faults.append(Fault(where, error.line, str(error), error.remedy))
            continue
        digest = hashlib.sha256(data).hexdigest()
        folder.media[name] = MediaFile(name, path, digest, mime, len(data), width, height)


def _read_lessons(folder: CourseFolder) -> None:
    course = folder.course or {}
    lessons: list[LessonFolder] = []
    expected: set[str] = set()
    for index, entry in enumerate(course["outline"]):
        texts: dict[str, LessonText] = {}
        for lang in course["languages"]:
            name = f"{entry['lesson']}.{lang}.md"
            expected.add(name)
            if (folder.path / name).is_file():
                texts[lang] = _read_text(folder, name, lang)
                folder.faults += texts[lang].faults
            else:
                fault = folder.file.fault(
                    ("outline", index),
                    f"The lesson “{entry['lesson']}” has no text in “{lang}”",
                    f"write {name}",
                )
                folder.faults.append(fault)
        if texts:
            folder.faults += compare_languages(texts)
            outcomes = tuple(entry["outcomes"])
            lessons.append(LessonFolder(entry["lesson"], entry["minutes"], outcomes, texts))
    folder.lessons = tuple(lessons)
    folder.faults += _stray_lessons(folder, expected)
    folder.faults += _repeated_exercises(folder)


def _read_text(folder: CourseFolder, name: str, lang: str) -> LessonText:
    path = folder.path / name
    where = path.relative_to(folder.root).as_posix()
    try:
        source = nfc(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        text = prepare_text("---\ntitle: '?'\n---\n?", lang=lang, links=_FolderLinks(folder), path=where)
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        folder.faults.append(Fault(where, line, "The file is not in UTF-8", "save it as UTF-8"))
        return text
    return prepare_text(source, lang=lang, links=_FolderLinks(folder), path=where)


def _stray_lessons(folder: CourseFolder, expected: set[str]) -> list[Fault]:
    faults = []
    for path in sorted(folder.path.glob("*.md")):
        where = path.relative_to(folder.root).as_posix()
        if not _LESSON_FILE.fullmatch(path.name):
            faults.append(Fault(where, 1, "This is not the name of a lesson", "name it 01-short-title.vi.md"))
        elif path.name not in expected:
            remedy = "add the lesson to the outline or the language to the course, or remove the file"
            faults.append(Fault(where, 1, "The course does not contain this text", remedy))
    return faults


def _repeated_exercises(folder: CourseFolder) -> list[Fault]:
    first: dict[str, str] = {}
    faults = []
    for reference in folder.exercise_references:
        lesson = first.setdefault(reference.key, reference.lesson)
        if lesson != reference.lesson:
            message = f"The exercise “{reference.key}” stands in the lesson “{lesson}” already"
            faults.append(Fault(reference.path, reference.line, message, "use each exercise in one lesson"))
    return faults


def _check_tree(folders: Sequence[CourseFolder]) -> None:
    """What only shows across courses: slugs used twice, unknown prerequisites and circles of them."""
    by_slug: dict[str, CourseFolder] = {}
    for folder in folders:
        if folder.slug in by_slug:
            other = by_slug[folder.slug].file.path
            folder.faults.append(
                folder.file.fault(("id",), f"“{folder.slug}” is the id of {other} too", "give one another id")
            )
        by_slug.setdefault(folder.slug, folder)
    edges: dict[str, list[str]] = {}
    for slug, folder in by_slug.items():
        edges[slug] = list(folder.course["prerequisites"]) if folder.course else []
        for index, needed in enumerate(edges[slug]):
            if needed not in by_slug:
                fault = folder.file.fault(
                    ("prerequisites", index), f"There is no course “{needed}”", "write the id of a course"
                )
                folder.faults.append(fault)
    for cycle in cycles(edges):
        folder = by_slug[cycle[0]]
        message = f"The prerequisites run in a circle: {' → '.join(cycle)}"
        folder.faults.append(folder.file.fault(("prerequisites",), message, "remove one of them"))
