"""Files beside lessons: which kinds are allowed, how large, and how wide a picture is."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

from academy.kernel.i18n import LOCALES
from academy.kernel.safe_xml import XmlElement, XmlLimits, XmlRefused, parse_xml
from academy.kernel.text import slug

__all__ = [
    "KINDS",
    "MediaKind",
    "MediaRefused",
    "inspect_media",
    "language_variants",
    "media_name",
    "media_url",
]

_KILOBYTE = 1_024
_MEGABYTE = 1_024 * _KILOBYTE


@dataclass(frozen=True, slots=True)
class MediaKind:
    """A kind of file: its media type and the most bytes one may have."""

    mime: str
    most: int


KINDS: dict[str, MediaKind] = {
    ".svg": MediaKind("image/svg+xml", 200 * _KILOBYTE),
    ".png": MediaKind("image/png", 500 * _KILOBYTE),
    ".jpg": MediaKind("image/jpeg", 500 * _KILOBYTE),
    ".jpeg": MediaKind("image/jpeg", 500 * _KILOBYTE),
    ".webp": MediaKind("image/webp", 500 * _KILOBYTE),
    ".mp3": MediaKind("audio/mpeg", 5 * _MEGABYTE),
    ".ogg": MediaKind("audio/ogg", 5 * _MEGABYTE),
    ".opus": MediaKind("audio/ogg", 5 * _MEGABYTE),
    ".m4a": MediaKind("audio/mp4", 5 * _MEGABYTE),
    ".wav": MediaKind("audio/wav", 5 * _MEGABYTE),
    ".mp4": MediaKind("video/mp4", 50 * _MEGABYTE),
    ".webm": MediaKind("video/webm", 50 * _MEGABYTE),
    ".vtt": MediaKind("text/vtt", 200 * _KILOBYTE),
    ".srt": MediaKind("application/x-subrip", 200 * _KILOBYTE),
    ".txt": MediaKind("text/plain", 200 * _KILOBYTE),
    ".csv": MediaKind("text/csv", 2 * _MEGABYTE),
    ".pdf": MediaKind("application/pdf", 10 * _MEGABYTE),
    ".xlsx": MediaKind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 5 * _MEGABYTE),
    ".docx": MediaKind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 5 * _MEGABYTE
    ),
    ".pptx": MediaKind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", 10 * _MEGABYTE
    ),
}


class MediaRefused(ValueError):
    """The file may not be used; the message says why, ``remedy`` what to do, ``line`` where if known."""

    def __init__(self, message: str, remedy: str, line: int = 1) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.line = line


def inspect_media(name: str, data: bytes) -> tuple[str, int | None, int | None]:
    """The media type of a file and, for pictures, its width and height in CSS pixels.

    Raises:
        MediaRefused: the kind is not allowed, the file is too large, is not what its name says, or is
            an SVG with scripts, references to the outside, or no ``viewBox``.
    """
    suffix = PurePosixPath(name).suffix.lower()
    kind = KINDS.get(suffix)
    if kind is None:
        raise MediaRefused(f"Files of the kind “{suffix}” are not allowed", f"use one of {' '.join(KINDS)}")
    if len(data) > kind.most:
        most = f"{kind.most // _KILOBYTE:,} KB"
        raise MediaRefused(
            f"The file has {len(data) // _KILOBYTE:,} KB, at most {most} are allowed", "make it smaller"
        )
    if suffix == ".svg":
        return kind.mime, *_svg_size(data)
    measure = {".png": _png_size, ".jpg": _jpeg_size, ".jpeg": _jpeg_size, ".webp": _webp_size}.get(suffix)
    if measure is None:
        return kind.mime, None, None
    try:
        size = measure(data)
    except (struct.error, IndexError):
        size = None
    if size is None:
        raise MediaRefused(f"This is not a {suffix[1:].upper()} picture", "save it again in that format")
    return kind.mime, *size


# --- SVG ------------------------------------------------------------------------------------------

_SVG = "{http://www.w3.org/2000/svg}"
_SVG_LIMITS = XmlLimits(bytes=200 * _KILOBYTE, elements=20_000)
_FORBIDDEN = {
    "script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler", "set", "animate",
    "animateMotion", "animateTransform",
}  # fmt: skip
_REFERENCE = {"href", "{http://www.w3.org/1999/xlink}href", "src"}
_OUTSIDE_CSS = re.compile(r"@import|url\(\s*['\"]?(?!\s*#)|expression\(|javascript:", re.IGNORECASE)


def _svg_size(data: bytes) -> tuple[int, int]:
    try:
        root = parse_xml(data, _SVG_LIMITS)
    except XmlRefused as error:
        said = "is not well-formed XML" if error.fault == "syntax" else "cannot be read safely"
        raise MediaRefused(f"This SVG {said} ({error.message})", str(error.next_step), error.line) from error
    if root.tag != f"{_SVG}svg":
        raise MediaRefused(
            "The root is not an SVG element", 'begin with <svg xmlns="http://www.w3.org/2000/svg" …>'
        )
    for element in root.iter():
        name, line = element.tag.removeprefix(_SVG), element.line
        if name in _FORBIDDEN:
            raise MediaRefused(f"The SVG contains <{name}>", "leave it out: figures are still pictures", line)
        for attribute, value in element.attrib.items():
            _check_attribute(name, attribute, value, line)
        if name == "style" and _OUTSIDE_CSS.search("".join(element.texts())):
            raise MediaRefused(
                "The SVG's style refers to something outside", "leave out @import and url(…)", line
            )
    return _view_box(root)


def _check_attribute(element: str, attribute: str, value: str, line: int) -> None:
    if attribute.lower().startswith("on"):
        raise MediaRefused(f"The SVG has an event attribute ({attribute})", "leave it out", line)
    if attribute in _REFERENCE and not value.strip().startswith("#"):
        raise MediaRefused(
            f"<{element}> refers to something outside ({value[:60]})", "refer only to #ids inside", line
        )
    if _OUTSIDE_CSS.search(value):
        raise MediaRefused(
            f"The attribute {attribute} refers to something outside", "refer only to #ids inside", line
        )


def _view_box(root: XmlElement) -> tuple[int, int]:
    text = root.attrib.get("viewBox")
    remedy = 'write viewBox="0 0 width height"'
    if text is None:
        raise MediaRefused("The SVG has no viewBox", remedy, root.line)
    try:
        _left, _top, width, height = (float(number) for number in re.split(r"[\s,]+", text.strip()))
    except ValueError:
        raise MediaRefused(f"The viewBox “{text}” is not four numbers", remedy, root.line) from None
    if not (0 < width < 20_000 and 0 < height < 20_000):
        raise MediaRefused(f"The viewBox “{text}” has no sensible size", remedy, root.line)
    return round(width), round(height)


# --- pixel pictures -------------------------------------------------------------------------------


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return struct.unpack(">II", data[16:24])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    if data[:2] != b"\xff\xd8":
        return None
    position = 2
    while position < len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        # start of frame; C4, C8 and CC in this range are tables
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + struct.unpack(">H", data[position + 2 : position + 4])[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if data[12:16] == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


# --- names and addresses --------------------------------------------------------------------------


def media_name(path: str, sha256: str) -> str:
    """The name under which a file is served: readable, and another one as soon as the content differs."""
    file = PurePosixPath(path)
    return f"{slug(file.name.removesuffix(file.suffix), 60) or 'file'}.{sha256[:12]}{file.suffix.lower()}"


def media_url(course: str, name: str) -> str:
    return f"/courses/{course}/media/{name}"


def language_variants(path: str, lang: str) -> list[str]:
    """The paths to look for, best first: in the text's language, without language, then in others."""
    file = PurePosixPath(path.removeprefix("./"))
    if file.is_absolute() or ".." in file.parts or not file.name:
        return []
    others = [f".{other}{file.suffix}" for other in LOCALES if other != lang]
    return [str(file.with_suffix(ending)) for ending in (f".{lang}{file.suffix}", file.suffix, *others)]
