"""Reading packages of questions: QTI 2 and 3, and the quizzes of Common Cartridges."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from academy.kernel.safe_archive import Archive, ArchiveLimits, is_archive, open_archive
from academy.kernel.safe_xml import XmlElement, XmlLimits, XmlRefused, parse_xml
from academy.kernel.text import nfc
from academy.questions.exchange.neutral import Note, Question, Reading, Refused
from academy.questions.exchange.qti12 import read_quiz
from academy.questions.exchange.qti_names import name_of
from academy.questions.exchange.qti_reading import read_item

__all__ = ["LIMITS", "read_package"]

LIMITS = ArchiveLimits(packed=32 * 1024 * 1024, one=16 * 1024 * 1024, total=128 * 1024 * 1024, entries=30_000)
_ITEM_LIMITS = XmlLimits(bytes=4 * 1024 * 1024, elements=50_000, depth=60, text=4 * 1024 * 1024)
_MANIFEST = "imsmanifest.xml"


@dataclass(frozen=True, slots=True)
class _Resource:
    path: str
    keywords: tuple[str, ...]


def read_package(data: bytes, lang: str = "vi") -> Reading:
    """All questions of a package, or of one XML file that is an item or a quiz.

    Raises:
        ArchiveRefused, XmlRefused: the package as a whole cannot be trusted.
    """
    if not is_archive(data):
        root = parse_xml(data)
        return Reading(questions=tuple(_questions(root, lang, _Resource("", ()), lambda _path: None)))
    archive = open_archive(data, LIMITS)
    load = _loader(archive)
    questions: list[Question] = []
    for resource in _resources(archive):
        try:
            root = parse_xml(archive.read(resource.path), _ITEM_LIMITS)
        except XmlRefused as refusal:
            why = Note("syntax", {"detail": str(refusal.message)})
            questions.append(Question(body=Refused(why=why), file=resource.path, line=refusal.line))
            continue
        questions += _questions(root, lang, resource, load)
    return Reading(questions=tuple(questions))


def _loader(archive: Archive) -> Callable[[str], bytes | None]:
    return lambda path: archive.read(nfc(path)) if nfc(path) in archive else None


def _questions(
    root: XmlElement, lang: str, resource: _Resource, load: Callable[[str], bytes | None]
) -> Iterator[Question]:
    if name_of(root) == "assessmentItem":
        yield read_item(
            root,
            lang,
            path=resource.path,
            load=load,
            keywords=resource.keywords,
            category="",
        )
    elif name_of(root) == "questestinterop":
        yield from read_quiz(root, lang, path=resource.path, load=load)
    elif not resource.keywords:
        why = Note("kind_unknown", {"type": name_of(root)})
        yield Question(body=Refused(why=why), file=resource.path, line=root.line)


def _resources(archive: Archive) -> Iterator[_Resource]:
    """What the manifest calls items or quizzes; without a manifest, every XML file."""
    manifest = next((name for name in archive if posixpath.basename(name) == _MANIFEST), None)
    if manifest is None:
        yield from (_Resource(name, ()) for name in archive if name.endswith(".xml"))
        return
    root = parse_xml(archive.read(manifest), XmlLimits(bytes=16 * 1024 * 1024))
    folder = posixpath.dirname(manifest)
    for element in root.iter():
        if element.name != "resource" or not _is_questions(element.get("type")):
            continue
        file = element.find("file")
        href = element.get("href") or (file.get("href") if file is not None else "")
        path = nfc(posixpath.normpath(posixpath.join(folder, unquote(href))))
        if path in archive:
            words = tuple(
                "".join(inner.texts()).strip() for inner in element.iter() if inner.name == "keyword"
            )
            yield _Resource(path, words)


def _is_questions(kind: str) -> bool:
    kind = kind.lower()
    return kind.startswith("imsqti_item") or (kind.startswith("imsqti_xmlv1p2") and "assignment" not in kind)
