"""What is said in a recording: WebVTT and SubRip as pieces of text with the second at which each begins.

Specified at https://www.w3.org/TR/webvtt1/#file-structure; SubRip differs in its commas and has no head. A plain
text beside a recording is a transcript without times.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from academy.kernel.text import clean

PIECE_LENGTH = (
    240  # characters after which a piece ends with its cue: long enough to answer, short enough to hear
)
MAX_PIECES = 2_000

_TIMES = re.compile(r"\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})\s+-->\s+[\d:.,]+")
_MARKUP = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")


class Spoken(NamedTuple):
    """A piece of a transcript; ``second`` counts from the beginning, None where it is not known."""

    second: int | None
    text: str


def transcript(text: str) -> list[Spoken]:
    """The pieces of a transcript, whatever it is written in; what is no cue is passed over."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    pieces = list(_joined(_cues(text)))
    if not pieces and "-->" not in text:
        pieces = [Spoken(None, clean(paragraph)) for paragraph in re.split(r"\n\s*\n", text)]
    return [piece for piece in pieces if piece.text][:MAX_PIECES]


def _cues(text: str) -> Iterator[Spoken]:
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.split("\n")
        for at, line in enumerate(lines[:3]):
            found = _TIMES.match(line)
            if found:
                hours, minutes, seconds = (int(part or 0) for part in found.group(1, 2, 3))
                said = unescape(_MARKUP.sub("", " ".join(lines[at + 1 :])))
                yield Spoken(hours * 3600 + minutes * 60 + seconds, clean(said))
                break


def _joined(cues: Iterator[Spoken]) -> Iterator[Spoken]:
    """Cues put together until there is something to read; a line that only rolls up is said once."""
    begun: int | None = None
    said: list[str] = []
    for cue in cues:
        if not cue.text or (said and cue.text == said[-1]):
            continue
        begun = cue.second if begun is None else begun
        said.append(cue.text)
        if sum(map(len, said)) >= PIECE_LENGTH:
            yield Spoken(begun, " ".join(said))
            begun, said = None, []
    if said:
        yield Spoken(begun, " ".join(said))
