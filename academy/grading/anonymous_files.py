"""Handed-in files without what they tell of their makers besides their content: for those who must not know them.

Taken out are places, cameras and names in pictures (EXIF, IPTC, XMP, comments), in PDFs the document information,
XMP and authors of notes, in office files the document's properties and the authors of comments and changes; the
pictures in them, too. What stands on the pages themselves stays: a name that somebody wrote down, a face, a hand.
The file that was handed in is kept as it came; only copies are changed.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable, Mapping

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from academy.kernel.safe_archive import ArchiveLimits, new_archive, open_archive

__all__ = ["anonymous"]

log = logging.getLogger(__name__)

MOST_PIXELS = 100_000_000
_PICTURES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_LIMITS = ArchiveLimits(one=256 * 1024 * 1024, total=512 * 1024 * 1024)


class _Kept(Exception):
    """A file out of which nothing can be taken."""


def anonymous(data: bytes, kind: str) -> bytes | None:
    """The file without its metadata; None if it cannot be opened, because it is locked or broken.

    Args:
        kind: of :data:`academy.questions.file_formats.FORMATS`.
    """
    try:
        return _STRIPPERS[kind](data, kind)
    except Exception as fault:
        # whatever a stranger's file does to a reader of it: whoever marks must be able to have it all the same
        log.info("a handed-in %s is shown with its metadata: %s", kind, fault)
        return None


def _picture(data: bytes, kind: str) -> bytes:
    """Turned upright as its EXIF said, which is then gone; a JPEG that stood upright keeps its quality exactly."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=[*set(_PICTURES.values()), "MPO"])
    if image.width * image.height > MOST_PIXELS:
        raise _Kept("too many pixels")
    upright, form, as_it_was = (
        ImageOps.exif_transpose(image),
        _PICTURES[kind],
        image.getexif().get(0x0112, 1) == 1,
    )
    profile = image.info.get("icc_profile")
    if form == "JPEG" and as_it_was and image.format == "JPEG":
        upright, quality = image, "keep"
    else:
        quality = 95
    plain: dict[str, object] = {"icc_profile": profile} if profile else {}
    if form != "PNG":
        plain["quality"] = quality
    if form == "WEBP":
        plain |= {"lossless": True, "exif": b"", "xmp": b""}
    upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    target = io.BytesIO()
    upright.save(target, form, **plain)
    return target.getvalue()


def _pdf(data: bytes, _kind: str) -> bytes:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise _Kept("encrypted")
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    for one in list(writer._objects):
        if isinstance(one, DictionaryObject):
            one.pop(NameObject("/Metadata"), None)
            one.pop(NameObject("/PieceInfo"), None)
            # the title of a note is its author's name; that of a form's field is no name of anybody
            if "/Rect" in one and "/FT" not in one and one.get("/Subtype") != "/Widget":
                one.pop(NameObject("/T"), None)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _blank(*names: str) -> Callable[[str], str]:
    """Empties elements of these names."""
    found = re.compile(rf"(<({'|'.join(names)})(?:\s[^>]*)?>)[^<]*(</\2\s*>)")
    return lambda text: found.sub(r"\1\3", text)


def _unname(*names: str) -> Callable[[str], str]:
    """Empties attributes of these names."""
    found = re.compile(rf"(\s(?:{'|'.join(names)})=)(\"[^\"]*\"|'[^']*')")
    return lambda text: found.sub(r'\1""', text)


_PEOPLE: Mapping[str, Callable[[str], str]] = {
    r"docProps/core\.xml": _blank("dc:creator", "cp:lastModifiedBy", "dc:contributor"),
    r"docProps/app\.xml": _blank("Company", "Manager"),
    r"docProps/custom\.xml": _blank(r"vt:[a-zA-Z0-9]+"),
    r"word/.*\.xml": _unname("w:author", "w:initials", "w15:author", "w15:userId", "w16du:author"),
    r"ppt/(commentAuthors|authors)\.xml": _unname("name", "initials", "userId"),
    r"xl/persons/.*\.xml": _unname("displayName", "userId"),
    r"xl/comments.*\.xml": _blank("author"),
    r"xl/workbook\.xml": _unname("userName", "lastModifiedBy"),
    r"meta\.xml": _blank("dc:creator", "meta:initial-creator", "meta:printed-by", "meta:user-defined"),
    r"(content|styles)\.xml": _blank(
        "dc:creator", "meta:creator-initials", "text:author-name", "text:author-initials"
    ),
}


def _office(data: bytes, _kind: str) -> bytes:
    archive, target = open_archive(data, _LIMITS), io.BytesIO()
    with new_archive(target) as copy:
        for name in archive:
            copy.add(name, _part(name, archive.read(name)), compress=name != "mimetype")
    return target.getvalue()


def _part(name: str, data: bytes) -> bytes:
    ending = name.rpartition(".")[2].lower()
    if ending in _PICTURES:
        return anonymous(data, ending) or data
    for pattern, clean in _PEOPLE.items():
        if re.fullmatch(pattern, name):
            return clean(data.decode("utf-8")).encode("utf-8")
    return data


_STRIPPERS: Mapping[str, Callable[[bytes, str], bytes]] = {
    **dict.fromkeys(_PICTURES, _picture),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt"), _office),
    "pdf": _pdf,
    "txt": lambda data, _kind: data,
}
