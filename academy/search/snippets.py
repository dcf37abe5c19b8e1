"""Where in a document the answer stands: the best block, and its text in marked pieces.

The stored text is folded and searched as bytes; nothing is tokenised at query time. Pieces are ``(text, is_hit)``:
whoever shows them escapes them.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from academy.kernel.text import fold, nfc, place_tones
from academy.search.analysis import is_stop
from academy.search.backend import Marked
from academy.search.marking import FoldedText, is_plain
from academy.search.plan import Mark
from academy.search.query import Word

LENGTH = 220
BEFORE = 70


# the letters of Vietnamese and of western Europe; larger sets cost more to compile than they find
_LETTERS = "".join(
    map(chr, (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x100), *range(0x1EA0, 0x1EFA)))
)


def _letter_classes() -> dict[str, str]:
    """For each plain letter, every letter that folds to it."""
    classes: dict[str, str] = {}
    for letter in _LETTERS + "ĂăĐđĨĩŨũƠơƯư":
        plain = fold(letter)
        if len(plain) == 1 and plain.isalpha():
            classes[plain] = classes.get(plain, "") + letter
    return {plain: f"[{letters}]" for plain, letters in classes.items()}


_CLASSES = _letter_classes()


def _any_marks(folded: str) -> str:
    """An expression for every spelling that folds to ``folded``."""
    out = "".join(_CLASSES.get(letter, re.escape(letter)) for letter in folded)
    return out.replace(_CLASSES["s"] * 2, f"(?:{_CLASSES['s'] * 2}|[ßẞ])")


def _these_marks(exact: str) -> str:
    """An expression for a word with its marks, in either case and with the tone on either vowel."""
    letters = unicodedata.normalize("NFD", exact)
    tones = [mark for mark in letters if mark in "\u0300\u0309\u0303\u0301\u0323"]
    spellings = {exact}
    if len(tones) == 1:
        bare = nfc(letters.replace(tones[0], ""))
        moved = {nfc(bare[:at] + tones[0] + bare[at:]) for at in range(1, len(bare) + 1)}
        spellings |= {word for word in moved if place_tones(word) == exact}
    cased = ["".join(_either_case(letter) for letter in word) for word in sorted(spellings)]
    return cased[0] if len(cased) == 1 else f"(?:{'|'.join(cased)})"


def _either_case(letter: str) -> str:
    upper = letter.upper()
    both = letter + upper if len(upper) == 1 and upper != letter else letter
    if letter == "đ":
        both += "Ðð"
    return f"[{both}]" if len(both) > 1 else re.escape(letter)


@lru_cache(maxsize=2048)
def phrase_pattern(words: tuple[Word, ...]) -> re.Pattern:
    """Finds words that follow each other; with marks where they were typed with marks."""
    parts = [
        _these_marks(word.exact) if word.exact != word.folded else _any_marks(word.folded) for word in words
    ]
    return _begun_at_a_word(r"[\W_]{1,4}".join(parts) + r"\b")


def _places(
    text: FoldedText, whole: str, mark: Mark, *, german: bool, with_marks: bool
) -> list[tuple[int, int]]:
    """Where a marked word stands, in German also within a compound."""
    inside = bool(mark.rest) and german and len(mark.folded) > 4
    if is_plain(mark.folded):
        return text.places(mark, with_marks=with_marks, inside=inside)
    return [found.span() for found in _foreign_pattern(mark).finditer(whole)]


@lru_cache(maxsize=256)
def _foreign_pattern(mark: Mark) -> re.Pattern:
    """Finds a word in a script that has no plain letters."""
    return _begun_at_a_word(_any_marks(mark.folded) + (rf"\w{{0,{mark.rest}}}\b" if mark.rest else r"\b"))


def _begun_at_a_word(pattern: str) -> re.Pattern:
    """The expression where a word begins; said after its first letter, because a leading set of letters is
    looked for four times faster than a boundary."""
    first = re.match(r"\[[^]]*\]|\(\?:|\\?.", pattern)[0]
    if first == "(?:":
        return re.compile(r"\b" + pattern)
    return re.compile(first + r"(?<!\w.)" + pattern[len(first) :])


def _without_stems(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks without beginnings of words that are looked for whole: Vietnamese has no endings."""
    kept = dict.fromkeys(marks)
    whole = {mark.folded for mark in kept if not mark.rest}
    return tuple(mark for mark in kept if not mark.rest or mark.folded not in whole)


class Span(NamedTuple):
    """A marked word: its place in a text and the number of its mark."""

    start: int
    end: int
    mark: int


class MarkedDocument:
    """A document with the words of one query marked.

    Args:
        marks: the words looked for; one that nowhere has its marks is marked without regard to them.
        lang: language of the document.
        title: its title.
        passages: ``(anchor, text, is_heading)`` in order.
    """

    def __init__(
        self, marks: Iterable[Mark], lang: str, title: str, passages: Sequence[tuple[str, str, bool]]
    ):
        self._marks = _without_stems(marks) if lang == "vi" else tuple(dict.fromkeys(marks))
        self._weights = [0.2 if is_stop(lang, mark.exact, mark.folded) else 1.0 for mark in self._marks]
        self._title, self._passages = title, passages
        texts = [title, *(text for _anchor, text, _heading in passages)]
        self._spans: list[list[Span]] = [[] for _ in texts]
        self._place(self._find("\n".join(texts), lang), texts)

    def _find(self, whole: str, lang: str) -> list[Span]:
        """Places of marked words in order, without overlaps."""
        found: list[Span] = []
        text = FoldedText(whole)
        for number, mark in enumerate(self._marks):
            marked = mark.exact != mark.folded
            places = _places(text, whole, mark, german=lang == "de", with_marks=marked)
            if not places and marked and lang == "vi":
                places = _places(text, whole, mark, german=False, with_marks=False)
            found += [Span(*place, number) for place in places]
        found.sort(key=lambda span: (span.start, -span.end))
        kept: list[Span] = []
        for span in found:
            if not kept or span.start >= kept[-1].end:
                kept.append(span)
        return self._without_strays(kept, whole) if lang == "vi" else kept

    def _without_strays(self, spans: list[Span], whole: str) -> list[Span]:
        """Of several syllables only those beside another one, if there are such: ``đủ`` is no answer to ``dữ liệu``."""
        if len(self._marks) < 2:
            return spans
        beside: set[Span] = set()
        for first, second in zip(spans, spans[1:], strict=False):
            if (
                second.start - first.end <= 2
                and first.mark != second.mark
                and "\n" not in whole[first.end : second.start]
            ):
                beside |= {first, second}
        if not beside:
            return spans
        return [span for span in spans if span in beside or not self._marks[span.mark].folded.isalpha()]

    def _place(self, spans: list[Span], texts: list[str]) -> None:
        """Give each text its spans, counted from its own beginning."""
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        for span in spans:
            number = bisect_right(starts, span.start) - 1
            base = starts[number]
            self._spans[number].append(Span(span.start - base, span.end - base, span.mark))

    def title(self) -> Marked:
        return _pieces(self._title, self._spans[0])

    def best_passage(self) -> tuple[str, Marked]:
        """Anchor and excerpt of the block that answers best.

        A heading brings the text below it along. If no block holds a word (the title alone matched), the
        anchor is empty and the text begins at the top.
        """
        best, best_score = None, 0.0
        for number, (_anchor, _text, heading) in enumerate(self._passages):
            spans = self._spans[number + 1]
            score = self._score(spans) * (1.1 if heading else 1.0) if spans else 0.0
            if score > best_score:
                best, best_score = number, score
        if best is None:
            opening = next((number for number, passage in enumerate(self._passages) if not passage[2]), None)
            return "", self._excerpt(opening) if opening is not None else []
        anchor, text, heading = self._passages[best]
        if heading and best + 1 < len(self._passages) and not self._passages[best + 1][2]:
            return anchor, [*_pieces(text, self._spans[best + 1]), (" · ", False), *self._excerpt(best + 1)]
        return anchor, self._excerpt(best)

    def _score(self, spans: Sequence[Span]) -> float:
        """How well a text answers: different words first, neighbours in the typed order next, then number."""
        different = sum(self._weights[mark] for mark in {span.mark for span in spans})
        close = sum(
            self._weights[first.mark] + self._weights[second.mark]
            for first, second in zip(spans, spans[1:], strict=False)
            if second.mark == first.mark + 1 and second.start - first.end <= 2
        )
        return 3 * different + 2 * close + 0.1 * min(len(spans), 8)

    def _excerpt(self, number: int) -> Marked:
        """About 220 characters around the best part of a passage, begun at a sentence where one is near."""
        text, spans = self._passages[number][1], self._spans[number + 1]
        if len(text) <= LENGTH + 40:
            return _pieces(text, spans)
        start = self._best_start(text, spans)
        end = min(len(text), start + LENGTH)
        if end < len(text):
            space = text.rfind(" ", start + LENGTH // 2, end)
            end = space if space > 0 else end
        inside = [
            Span(span.start - start, span.end - start, span.mark)
            for span in spans
            if span.start >= start and span.end <= end
        ]
        pieces = _pieces(text[start:end], inside)
        return ([("… ", False)] if start else []) + pieces + ([(" …", False)] if end < len(text) else [])

    def _best_start(self, text: str, spans: Sequence[Span]) -> int:
        if not spans:
            return 0
        window = LENGTH - BEFORE
        scores = [
            self._score([other for other in spans[at : at + 20] if other.end - span.start <= window])
            for at, span in enumerate(spans[:50])
        ]
        first = spans[scores.index(max(scores))].start
        if first <= BEFORE:
            return 0
        sentence = max(text.rfind(end, first - BEFORE, first) for end in (". ", "! ", "? ", "; ", ": "))
        if sentence >= 0:
            return sentence + 2
        space = text.find(" ", first - BEFORE // 2, first)
        return space + 1 if space >= 0 else first


def _pieces(text: str, spans: Sequence[Span]) -> Marked:
    """A text in pieces; marked words with only a space between them are one piece."""
    joined: list[list[int]] = []
    for span in spans:
        if joined and text[joined[-1][1] : span.start] in (" ", "\u00a0"):
            joined[-1][1] = span.end
        else:
            joined.append([span.start, span.end])
    out: Marked = []
    end = 0
    for start, stop in joined:
        if start > end:
            out.append((text[end:start], False))
        out.append((text[start:stop], True))
        end = stop
    if end < len(text):
        out.append((text[end:], False))
    return out
