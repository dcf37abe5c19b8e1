"""The text of documents that lessons offer for download: PDF, DOCX, XLSX and PPTX, for search.

Run as a program it reads one file from its standard input under limits of memory, time and open files and
answers in JSON: whatever a hostile file does, it does to this process alone. :mod:`academy.catalog.file_reading`
starts it.
"""

from __future__ import annotations

import io
import json
import logging
import posixpath
import re
import resource
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import chain
from typing import Any, NamedTuple

from academy.kernel.safe_archive import Archive, ArchiveLimits, ArchiveRefused, open_archive
from academy.kernel.safe_xml import XmlElement, XmlRefused, parse_xml
from academy.kernel.text import clean

__all__ = ["MAX_CHARACTERS", "MAX_PAGES", "READERS", "FileText", "FileTextRefused", "Part", "read_text"]

MAX_PAGES = 300
MAX_CHARACTERS = 1_000_000
PART_LENGTH = 1_000  # characters after which a part of running text ends with its paragraph

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 16

# as typesetters draw them and PDF keeps them
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LIMITS = ArchiveLimits(packed=16 * 1024**2, one=32 * 1024**2, total=96 * 1024**2, entries=3_000)


class Part(NamedTuple):
    """A piece of a file's text; ``place`` is its page, sheet or slide, counted from 1, or 0 where there are none."""

    place: int
    text: str


class FileText(NamedTuple):
    """What a file says; ``cut`` if it is longer than what is read of it."""

    parts: list[Part]
    cut: bool = False


class FileTextRefused(Exception):
    """Nothing can be read of a file; ``fault`` is ``encrypted``, ``damaged``, ``empty``, ``memory`` or ``time``."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def read_text(suffix: str, data: bytes) -> FileText:
    """The text of a file of the kind ``suffix`` (``.pdf``), with its places.

    Raises:
        FileTextRefused: it cannot be read, or holds no text (a scan).
    """
    parts: list[Part] = []
    left, cut = MAX_CHARACTERS, False
    for part in READERS[suffix](data):
        text = clean(part.text.translate(_LIGATURES))[:left]
        if part.place > MAX_PAGES or not left:
            cut = True
            break
        if text:
            parts.append(Part(part.place, text))
            left -= len(text)
    if not parts:
        raise FileTextRefused("empty")
    return FileText(parts, cut)


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> Iterator[Part]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise FileTextRefused("encrypted")
        pages = document.pages
        count = len(pages)
    except FileTextRefused:
        raise
    except (PyPdfError, MemoryError):
        raise
    except Exception as error:  # a broken file raises whatever its ruins lead to
        raise FileTextRefused("damaged") from error
    for number in range(min(count, MAX_PAGES + 1)):
        try:
            text = pages[number].extract_text()
        except MemoryError:
            raise
        except Exception:  # one unreadable page does not take the others along
            continue
        yield Part(number + 1, text)


# --- Office ---------------------------------------------------------------------------------------


def _xml(archive: Archive, name: str) -> XmlElement | None:
    return parse_xml(archive.read(name)) if name in archive else None


def _below(element: XmlElement, *names: str) -> Iterator[XmlElement]:
    """Elements of some names below, in order; what only stands in for newer markup is left out."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one.name in names:
            yield one
        elif one.name != "Fallback":
            waiting.extend(reversed(one.children))


def _paragraph(element: XmlElement) -> str:
    """The words of a paragraph in WordprocessingML or DrawingML."""
    said = (each.text if each.name == "t" else " " for each in _below(element, "t", "tab", "br", "cr"))
    return "".join(said)


def _gathered(texts: Iterator[str], place: int) -> Iterator[Part]:
    """Texts joined to parts of a readable length."""
    waiting: list[str] = []
    length = 0
    for text in texts:
        waiting.append(text)
        length += len(text)
        if length >= PART_LENGTH:
            yield Part(place, " ".join(waiting))
            waiting, length = [], 0
    yield Part(place, " ".join(waiting))


def _docx(data: bytes) -> Iterator[Part]:
    archive = open_archive(data, _LIMITS)
    document = _xml(archive, "word/document.xml")
    if document is None:
        raise FileTextRefused("damaged")
    notes = _xml(archive, "word/footnotes.xml")
    bodies = [document] if notes is None else [document, notes]
    texts = (_paragraph(paragraph) for body in bodies for paragraph in _below(body, "p"))
    return _gathered((text for text in texts if text.strip()), 0)


def _relations(archive: Archive, part: str) -> dict[str, str]:
    """The files that a part of the package refers to, by id."""
    folder, name = posixpath.split(part)
    listed = _xml(archive, f"{folder}/_rels/{name}.rels")
    found = {}
    for relation in listed or ():
        target = relation.get("Target")
        inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[relation.get("Id")] = inside
    return found


def _in_order(archive: Archive, part: str, entry: str) -> Iterator[tuple[XmlElement, XmlElement]]:
    """The entries of a list in a package's main part, each with the part that it names."""
    main = _xml(archive, part)
    if main is None:
        raise FileTextRefused("damaged")
    relations = _relations(archive, part)
    for listed in _below(main, entry):
        named = next((value for key, value in listed.attrib.items() if key.endswith("}id")), "")
        found = _xml(archive, relations.get(named, ""))
        if found is not None:
            yield listed, found


def _pptx(data: bytes) -> Iterator[Part]:
    archive = open_archive(data, _LIMITS)
    for number, (_listed, slide) in enumerate(_in_order(archive, "ppt/presentation.xml", "sldId"), start=1):
        yield Part(number, "\n".join(_paragraph(paragraph) for paragraph in _below(slide, "p")))


def _xlsx(data: bytes) -> Iterator[Part]:
    archive = open_archive(data, _LIMITS)
    listed = _xml(archive, "xl/sharedStrings.xml")
    shared = ["".join(t.text for t in _below(entry, "t")) for entry in listed or () if entry.name == "si"]
    for number, (sheet, cells) in enumerate(_in_order(archive, "xl/workbook.xml", "sheet"), start=1):
        rows = (" · ".join(filter(None, _row(row, shared))) for row in _below(cells, "row"))
        yield from _gathered(chain([f"{sheet.get('name')}:"], filter(None, rows)), number)


def _row(row: XmlElement, shared: list[str]) -> Iterator[str]:
    for cell in row.all("c"):
        kind, value = cell.get("t", "n"), cell.words("v")
        if kind == "inlineStr":
            yield "".join(t.text for t in _below(cell, "t"))
        elif kind == "s":
            yield shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
        elif kind != "e":
            yield value


READERS: dict[str, Callable[[bytes], Iterator[Part]]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
}


# --- as a program ---------------------------------------------------------------------------------


def _limit() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _answer(suffix: str, data: bytes) -> dict[str, Any]:
    try:
        text = read_text(suffix, data)
    except FileTextRefused as refused:
        return {"fault": refused.fault}
    except (MemoryError, RecursionError):
        return {"fault": "memory"}
    except ArchiveRefused as refused:
        return {"fault": "encrypted" if refused.fault == "encrypted" else "damaged"}
    except XmlRefused:
        return {"fault": "damaged"}
    except Exception:  # whatever else a broken file leads to
        return {"fault": "damaged"}
    return {"parts": text.parts, "cut": text.cut}


def main(suffix: str) -> None:
    """Read a file of the kind ``suffix`` from standard input; the answer is JSON."""
    if not re.fullmatch(r"\.[a-z]+", suffix) or suffix not in READERS:
        sys.exit(f"There is no reader for “{suffix}”.")
    if suffix == ".pdf":
        import_module("pypdf")  # before the limits: later it may open no more files
    _limit()
    json.dump(_answer(suffix, sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
