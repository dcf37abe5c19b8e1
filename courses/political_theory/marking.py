"""What the reader sees of a document: its paragraphs cut into pieces, each in one state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.political_theory.passages import Document, Range, Segment, document_of, merged

__all__ = ["Piece", "ShownSegment", "chosen_sentences", "free_ranges", "shown_document", "shown_paragraphs"]

GIVEN, HIT, EXTRA, MISSED, NOTED = "given", "hit", "extra", "missed", "noted"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text without a change of state inside; ``state`` is empty, ``given``, or in a result ``hit``,
    ``extra`` (highlighted, not asked for) or ``missed``; ``noted`` where a note of one's own stands."""

    text: str
    start: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class ShownSegment:
    """A sentence with the value of its check box, or what stands between sentences (``value`` empty)."""

    pieces: tuple[Piece, ...]
    value: str = ""
    chosen: bool = False


def chosen_sentences(document: Document, ranges: Iterable[Range]) -> set[Range]:
    """The sentences that ranges consist of: those of each range that begins and ends with a sentence."""
    sentences = document.sentences
    starts, ends = {start for start, _end in sentences}, {end for _start, end in sentences}
    whole = [(start, end) for start, end in ranges if start in starts and end in ends]
    return {one for one in sentences if any(start <= one[0] and one[1] <= end for start, end in whole)}


def free_ranges(document: Document, ranges: Iterable[Range]) -> list[Range]:
    """The ranges that no choice of sentences expresses: passages marked by hand."""
    ranges = list(ranges)
    whole = chosen_sentences(document, ranges)
    return [one for one in ranges if not any(one[0] <= start and end <= one[1] for start, end in whole)]


def shown_paragraphs(
    document: Document,
    given: Sequence[Range] = (),
    targets: Sequence[Range] | None = None,
    noted: Sequence[Range] = (),
) -> list[list[ShownSegment]]:
    """The document for the page.

    Args:
        given: highlighted ranges.
        targets: the right ranges where they may be shown; None while they may not.
        noted: ranges with notes.
    """
    chosen = chosen_sentences(document, given)
    given = merged(given)
    # a chosen sentence shows itself by its check box; only what was marked by hand needs a state
    marked = given if targets is not None else free_ranges(document, given)
    layers = ((GIVEN, marked), (NOTED, noted)) if targets is None else _compared(marked, targets)
    return [
        [
            ShownSegment(
                pieces=tuple(_pieces(document.text, segment, layers)),
                value=f"{document.hash}:{segment.start}-{segment.end}" if segment.is_sentence else "",
                chosen=(segment.start, segment.end) in chosen,
            )
            for segment in paragraph
        ]
        for paragraph in document.paragraphs
    ]


_Layers = Sequence[tuple[str, Sequence[Range]]]


def _compared(given: Sequence[Range], targets: Sequence[Range]) -> _Layers:
    both = [
        (max(start, first), min(end, last))
        for start, end in given
        for first, last in targets
        if max(start, first) < min(end, last)
    ]
    return ((HIT, both), (MISSED, targets), (EXTRA, given))


def _pieces(text: str, segment: Segment, layers: _Layers) -> Iterable[Piece]:
    """The segment cut at every edge; a piece has the state of the first layer that covers it."""
    edges = {segment.start, segment.end}
    for _state, ranges in layers:
        edges |= {edge for one in ranges for edge in one if segment.start < edge < segment.end}
    places = sorted(edges)
    for start, end in zip(places, places[1:], strict=False):
        state = next((state for state, ranges in layers if _within(start, ranges)), "")
        yield Piece(text[start:end], start, state)


def _within(place: int, ranges: Iterable[Range]) -> bool:
    return any(start <= place < end for start, end in ranges)


def shown_document(
    view: Mapping[str, Any], answer: Any, solution: Mapping[str, Any] | None
) -> dict[str, Any]:
    """All that the template of an exercise needs, from what templates of exercises get.

    Returns:
        ``paragraphs``; ``marked``, the value of the field with passages marked by hand; ``free``, their
        texts; ``elsewhere``, whether the answer was given in another language's document.
    """
    document = document_of(view["document"]["text"])
    here = isinstance(answer, Mapping) and answer.get("document") == document.hash
    given = [(start, end) for start, end in answer["ranges"]] if here else []
    passages = (solution or {}).get("passages")
    targets = None
    if passages is not None:
        right = next((one for one in passages if one["document"] == document.hash), {"ranges": []})
        targets = [(start, end) for start, end in right["ranges"]]
    free = free_ranges(document, given)
    return {
        "paragraphs": shown_paragraphs(document, given, targets),
        "marked": f"{document.hash}:" + " ".join(f"{start}-{end}" for start, end in free) if free else "",
        "free": [document.text[start:end] for start, end in free],
        "elsewhere": bool(answer) and not here,
    }
