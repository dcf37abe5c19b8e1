"""What rendering a text gives: its markup, and what can be pointed to, cited or wrong in it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Block", "Citation", "Heading", "RenderedText", "TextFault"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that can be pointed to; ``kind`` is heading, paragraph, list, table, figure, quote,
    code, maths, definitions, footnotes, exercise (then ``text`` is its key) or a kind of box."""

    id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A legal document cited in a block; ``article`` is empty or a place such as ``d5.k2``."""

    number: str
    article: str
    block: str
    line: int


@dataclass(frozen=True, slots=True)
class TextFault:
    """Something wrong in a text; ``line`` counts from 1 in the text that was rendered."""

    line: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A rendered text.

    ``segments`` is the page in order: ``("html", markup)`` or ``("exercise", key)``; ``exercise_lines``
    and ``heading_lines`` hold the line of each exercise and heading; ``media`` are addresses of the files used;
    ``plain`` has one line per block.
    """

    segments: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    heading_lines: tuple[int, ...]
    citations: tuple[Citation, ...]
    exercises: tuple[str, ...]
    exercise_lines: tuple[int, ...]
    media: tuple[str, ...]
    faults: tuple[TextFault, ...]

    @property
    def html(self) -> str:
        """The whole page, with an empty, addressable place where each exercise belongs."""
        return "".join(
            content if kind == "html" else f'<div class="exercise-place" id="exercise-{content}"></div>\n'
            for kind, content in self.segments
        )

    @property
    def plain(self) -> str:
        return "\n".join(block.text for block in self.blocks if block.kind != "exercise" and block.text)

    @property
    def words(self) -> int:
        """Words as readers count them: what stands between spaces (in Vietnamese, syllables)."""
        return len(self.plain.split())
