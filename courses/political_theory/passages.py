"""A document as it is read closely: an immutable text, its sentences, and ranges in it.

Ranges are pairs ``(start, end)`` of code points in the text in NFC, the end not included. A text is
known by the hash of its UTF-8 bytes, so a range can never point into another version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from academy.sdk import nfc, tokens

__all__ = ["Document", "Range", "Segment", "document_of", "merged", "words_within"]

Range = tuple[int, int]
HASH_LENGTH = 32

_END = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s)")
_NEXT = re.compile(r"\s+[\"“‘«(\[–-]*\s*(\w)")
_LABEL = re.compile(
    r"(?:(?:Điều|Khoản|Mục|Chương|Phần|Article|Clause|Section|Chapter|Part|Artikel|Absatz|Abschnitt|Kapitel)"
    r"\s+(?:\d{1,4}[a-zđ]?|[IVXLC]{1,7})[.:]|\d{1,3}(?:\.\d{1,3})*[.)]|[a-zđ]\)|[-–•])(?=\s)"
)
_ABBREVIATIONS = frozenset(
    "no nos nr art abs mr mrs ms dr prof st tp ths ts pgs gs tr vv vd e.g i.e cf approx".split()
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a paragraph: a sentence that can be chosen, or what stands between sentences."""

    start: int
    end: int
    is_sentence: bool


@dataclass(frozen=True, slots=True)
class Document:
    """An immutable text with its segmentation: ``paragraphs`` are runs of segments without a gap."""

    text: str
    hash: str
    paragraphs: tuple[tuple[Segment, ...], ...]

    @property
    def sentences(self) -> list[Range]:
        return [(part.start, part.end) for run in self.paragraphs for part in run if part.is_sentence]

    @property
    def title(self) -> str:
        """What the document is about: its first sentence that begins in capitals and goes on in small letters.

        ``QUYẾT ĐỊNH về việc …``, ``REPORT on …``; else its first sentence.
        """
        sentences = [self.text[start:end] for start, end in self.sentences]
        named = (one for one in sentences if _is_title(one))
        return next(named, sentences[0] if sentences else "").rstrip(".")[:200]


def _is_title(sentence: str) -> bool:
    words = sentence.split()
    first_small = next((number for number, word in enumerate(words) if not word.isupper()), 0)
    return first_small > 0 and len(words[0]) > 1 and words[0].isalpha() and words[first_small][0].islower()


@lru_cache(maxsize=512)
def document_of(text: str) -> Document:
    """The document of a text. Alike texts give alike documents, on every machine."""
    text = nfc(text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
    paragraphs = tuple(
        tuple(_segments(text, found.start(), found.end())) for found in re.finditer(r"[^\n]*\S[^\n]*", text)
    )
    return Document(text, digest, paragraphs)


def _segments(text: str, start: int, end: int) -> Iterator[Segment]:
    """The segments of one paragraph, in order: labels and spaces between them belong to no sentence."""
    at = start
    for first, last in _sentences(text, start, end):
        if at < first:
            yield Segment(at, first, False)
        yield Segment(first, last, True)
        at = last
    if at < end:
        yield Segment(at, end, False)


def _sentences(text: str, start: int, end: int) -> Iterator[Range]:
    at = _skip(text, start, end)
    label = _LABEL.match(text, at, end)
    if label:
        at = _skip(text, label.end(), end)
    for stop in _END.finditer(text, at, end):
        if stop.end() <= at or _is_abbreviation(text, at, stop.start()):
            continue
        following = _NEXT.match(text, stop.end(), end)
        if following and not following[1].islower():
            yield at, stop.end()
            at = _skip(text, stop.end(), end)
    last = at + len(text[at:end].rstrip())
    if at < last:
        yield at, last


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def _is_abbreviation(text: str, start: int, stop: int) -> bool:
    """Whether the dot at ``stop`` ends an abbreviation or an initial, not a sentence."""
    word = re.search(r"[^\s(“\"]*\Z", text[start:stop])
    before = word.group() if word else ""
    return before.lower() in _ABBREVIATIONS or (len(before) == 1 and before.isupper())


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that overlap or touch made one."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def words_within(text: str, ranges: Sequence[Range]) -> frozenset[int]:
    """The words of a text, by number, whose middle lies in one of the ranges.

    So a selection that begins or ends a letter too early or too late takes the same words.
    """
    inside = set()
    for number, word in enumerate(_words(text)):
        middle = (word[0] + word[1]) / 2
        if any(start <= middle < end for start, end in ranges):
            inside.add(number)
    return frozenset(inside)


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[Range, ...]:
    return tuple((word.start, word.end) for word in tokens(text))
