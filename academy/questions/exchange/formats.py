"""The formats that are read and written, and telling them apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.safe_archive import is_archive, open_archive
from academy.questions.exchange import (
    aiken,
    gift,
    gift_writing,
    moodle_writing,
    moodle_xml,
    qti_package,
    qti_writing,
)
from academy.questions.exchange.neutral import Question, Reading, Writing

__all__ = ["FORMATS", "Format", "format_of", "read_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: what it is called, what its files are called, and how it is read and written.

    ``write`` is None for a format that only comes in.
    """

    name: str
    title: Any
    suffix: str
    mime: str
    read: Callable[[bytes, str], Reading]
    write: Callable[[Iterable[Question], str], Writing] | None
    carries_files: bool = False


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format(
            name="gift",
            title=_l("GIFT (text)"),
            suffix=".gift",
            mime="text/plain",
            read=gift.read_gift,
            write=gift_writing.write_gift,
        ),
        Format(
            name="aiken",
            title=_l("Aiken (text, single choice only)"),
            suffix=".txt",
            mime="text/plain",
            read=aiken.read_aiken,
            write=aiken.write_aiken,
        ),
        Format(
            name="moodle",
            title=_l("Moodle XML"),
            suffix=".xml",
            mime="application/xml",
            read=moodle_xml.read_moodle_xml,
            write=moodle_writing.write_moodle_xml,
            carries_files=True,
        ),
        Format(
            name="qti30",
            title=_l("QTI 3.0 (package)"),
            suffix=".zip",
            mime="application/zip",
            read=qti_package.read_package,
            write=qti_writing.write_qti30,
            carries_files=True,
        ),
        Format(
            name="qti22",
            title=_l("QTI 2.2 (package)"),
            suffix=".zip",
            mime="application/zip",
            read=qti_package.read_package,
            write=qti_writing.write_qti22,
            carries_files=True,
        ),
    )
}


def format_of(data: bytes, file_name: str, wanted: str = "") -> Format:
    """The format of a file: the wanted one, or the one it looks like.

    Raises:
        Invalid: it looks like none.
    """
    if wanted:
        return FORMATS[wanted]
    name = file_name.lower()
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if is_archive(data):
        return FORMATS["qti30"]
    if head.startswith(b"<") and b"<quiz" in data[:65536]:
        return FORMATS["moodle"]
    if head.startswith(b"<") and not name.endswith((".gift", ".txt")):
        return FORMATS["qti30"]
    if name.endswith(".gift") or b"{" in data:
        return FORMATS["gift"]
    if b"ANSWER:" in data.upper():
        return FORMATS["aiken"]
    if name.endswith(".txt"):
        return FORMATS["gift"]
    message = _l("This is no file of questions in a format that is read here.")
    raise Invalid(
        message,
        rule="questions.format",
        next_step=_l("Choose a file in GIFT, Aiken, Moodle XML or QTI."),
        errors={"file": [message]},
    )


_BY_LANGUAGE = re.compile(r"(?:.*/)?questions\.(vi|en|de)(\.(?:gift|txt|xml|zip))")


def read_file(data: bytes, form: Format, lang: str) -> Reading:
    """The questions of a file; of an archive with one file a language, those of the wanted one.

    Raises:
        ArchiveRefused, XmlRefused: it is not safe to read.
        Invalid: the archive has no file in the language.
    """
    if is_archive(data):
        archive = open_archive(data, qti_package.LIMITS)
        found = {match[1]: match for name in archive if (match := _BY_LANGUAGE.fullmatch(name))}
        if found and lang not in found:
            message = _l("The archive has no file in this language.")
            raise Invalid(message, rule="questions.language", errors={"lang": [message]})
        if found:
            inner = archive.read(found[lang].group())
            return format_of(inner, found[lang].group()).read(inner, lang)
    return form.read(data, lang)
