"""Finding the marked words of a query in a text, fast enough for ten excerpts a page.

The text is folded to one byte a letter by a table; words are then looked for as bytes, and only where one stands
is the text itself asked for its marks. Of a few kilobytes this costs some tens of microseconds and a few more a
word, where an expression of letters with all their marks costs a hundred a word.
"""

import re
from functools import lru_cache

import numpy as np

from academy.kernel.text import fold
from academy.search.analysis import normal
from academy.search.plan import Mark

# folded letters are small: a capital is any letter that has no place among them
_OTHER_LETTER, _BETWEEN = ord("X"), ord(" ")
# the letters of Europe and of Vietnam; those of other scripts are letters, but nobody's
_FOLDED_RANGES = (range(0x30, 0x250), range(0x1E00, 0x1F00))


def _table() -> np.ndarray:
    table = np.full(0x10000, _BETWEEN, np.uint8)
    for code in range(0x10000):
        if chr(code).isalnum():
            table[code] = _OTHER_LETTER
    for code in (code for codes in _FOLDED_RANGES for code in codes if chr(code).isalnum()):
        plain = "s" if chr(code) == "ß" else fold(chr(code))
        if len(plain) == 1 and plain.isascii():
            table[code] = ord(plain)
    table[ord("_")] = ord("_")
    return table


_FOLDING = _table()


class FoldedText:
    """A text in NFC, ready to be searched for words."""

    def __init__(self, text: str):
        self._text = text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._bytes = np.take(_FOLDING, codes, mode="clip").tobytes()

    def places(self, mark: Mark, *, with_marks: bool, inside: bool) -> list[tuple[int, int]]:
        """Where a word stands, or what begins with it, in order.

        Args:
            with_marks: only where it has its marks.
            inside: also within longer words, which then are found as a whole (German compounds).
        """
        text, length, found = self._text, len(mark.folded), []
        for form, pattern in _patterns(mark.folded, mark.rest, inside):
            places = [place.span(1) + place.span() for place in pattern.finditer(self._bytes)]
            for begin, end, start, stop in places:
                if len(form) != length:
                    if fold(text[begin:end]) != mark.folded:
                        continue
                elif with_marks and normal(text[begin:end])[0] != mark.exact:
                    continue
                found.append((start, stop))
        return sorted(found)


def is_plain(folded: str) -> bool:
    """Whether a folded word can be found as bytes."""
    return folded.isascii()


@lru_cache(maxsize=4096)
def _patterns(folded: str, rest: int, inside: bool) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """How a folded word stands among the bytes; ``ss`` may be a single ß.

    That a word begins is said after its letters: what letters come first is looked for many times faster.
    """
    forms = dict.fromkeys((folded.encode("ascii"), folded.replace("ss", "s").encode("ascii")))
    found = []
    for form in forms:
        letters = re.escape(form)
        if inside:
            pattern = rb"\b\w*?(" + letters + rb")\w*"
        else:
            pattern = (
                b"("
                + letters
                + rb")(?<!\w"
                + letters
                + b")"
                + (rb"\w{0,%d}" % rest if rest else b"")
                + rb"\b"
            )
        found.append((form, re.compile(pattern)))
    return tuple(found)
