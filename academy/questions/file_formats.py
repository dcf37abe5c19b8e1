"""Files that learners hand in: what a file is, told by its content; its name is never believed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from academy.kernel.text import clean

__all__ = ["FORMATS", "FileFormat", "file_name", "format_of"]

MAX_NAME = 120
_MAX_MEMBERS = 5_000
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


def _packed(data: bytes) -> str | None:
    """The format of a zip archive by its table of contents; nothing is unpacked but the few bytes that name ODT."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > _MAX_MEMBERS or any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if "[Content_Types].xml" in names:
                return next((kind for part, kind in _OFFICE.items() if part in names), None)
            first = members[0] if members else None
            if first is not None and first.filename == "mimetype" and first.file_size < 100:
                kind = archive.read(first)
                return "odt" if kind.strip() == FORMATS["odt"].mime.encode() else None
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
        ValueError,
        EOFError,
    ):
        return None
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
