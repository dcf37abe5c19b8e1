"""Files that learners hand in: what a file is, told by its content; its name is never believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from academy.kernel.safe_archive import ArchiveLimits, ArchiveRefused, open_archive
from academy.kernel.text import clean

__all__ = ["FORMATS", "FileFormat", "file_name", "format_of", "is_heic"]

MAX_NAME = 120
_PDF_HEAD = 1_024
_OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format: its media type, and the endings by which people know it."""

    mime: str
    suffixes: tuple[str, ...]


FORMATS: Mapping[str, FileFormat] = {
    "pdf": FileFormat("application/pdf", ("pdf",)),
    "docx": FileFormat(f"{_OOXML}wordprocessingml.document", ("docx",)),
    "xlsx": FileFormat(f"{_OOXML}spreadsheetml.sheet", ("xlsx",)),
    "pptx": FileFormat(f"{_OOXML}presentationml.presentation", ("pptx",)),
    "odt": FileFormat("application/vnd.oasis.opendocument.text", ("odt",)),
    "jpg": FileFormat("image/jpeg", ("jpg", "jpeg")),
    "png": FileFormat("image/png", ("png",)),
    "webp": FileFormat("image/webp", ("webp",)),
    "txt": FileFormat("text/plain", ("txt",)),
}

_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
# what is handed in is not opened here, so pictures in it may unpack to more than what is imported
_LIMITS = ArchiveLimits(one=256 * 1024 * 1024, total=512 * 1024 * 1024)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def format_of(data: bytes) -> str | None:
    """The key in :data:`FORMATS` of what the bytes are; None for anything else, office files with macros included."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if b"%PDF-" in data[:_PDF_HEAD]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    return "txt" if data and _is_text(data) else None


def is_heic(data: bytes) -> bool:
    """Whether the bytes are a picture in the format of iPhones (ISO/IEC 23008-12), which few browsers show."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def _packed(data: bytes) -> str | None:
    """The format of a ZIP archive by the names of its files; one that no door lets in has none."""
    try:
        archive = open_archive(data, _LIMITS)
    except ArchiveRefused:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in archive):
        return None
    if "[Content_Types].xml" in archive:
        return next((kind for part, kind in _OFFICE.items() if part in archive), None)
    if "mimetype" in archive and archive.size("mimetype") < 100:
        return "odt" if archive.read("mimetype").strip() == FORMATS["odt"].mime.encode() else None
    return None


def _is_text(data: bytes) -> bool:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return not _CONTROL.search(data.decode(encoding))
    except UnicodeDecodeError:
        return False


def file_name(name: str, kind: str) -> str:
    """The name to show and to download under: no folders, no control characters, the ending of what it is."""
    base = clean(PurePosixPath(name.replace("\\", "/")).name).strip(". ")
    stem, dot, ending = base.rpartition(".")
    if dot and len(ending) <= 8:
        base = stem
    base = re.sub(r'[<>:"|?*]', "_", base).strip(". ")[:MAX_NAME] or "file"
    suffix = ending.lower() if ending.lower() in FORMATS[kind].suffixes else FORMATS[kind].suffixes[0]
    return f"{base}.{suffix}"
