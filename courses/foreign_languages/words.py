"""Sentences as words that can be compared, in languages with and without spaces between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from academy.sdk import fold, nfc, place_tones

__all__ = ["Word", "is_spaced", "primary_language", "words_of"]

UNSPACED = frozenset({"zh", "yue", "ja", "lo", "th", "km", "my", "bo"})
"""Languages that are aligned letter by letter: they put no space between words."""

_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f])"
_TOKEN = re.compile(
    r"(?P<time>\d{1,2}[:.h]\d{2})(?![\d.,]\d|\d)"
    r"|(?P<grouped>\d{1,3}(?:[.,]\d{3})+)(?!\d)"
    r"|(?P<number>\d+(?:[.,]\d+)?(?:(?:st|nd|rd|th)\b)?)"
    rf"|(?P<word>{_LETTER}+(?:['’ʼ]{_LETTER}+)*)",
    re.IGNORECASE,
)


class Word(NamedTuple):
    """A word as it was written, and the form in which it is compared."""

    text: str
    key: str

    @property
    def bare(self) -> str:
        """The compared form without any mark: equal for words that differ in accent or tone only."""
        return fold(self.key)


def primary_language(language: str) -> str:
    """``zh`` of ``zh-Hans``."""
    return language.partition("-")[0].lower()


def is_spaced(language: str) -> bool:
    return primary_language(language) not in UNSPACED


def words_of(sentence: str, language: str) -> list[Word]:
    """The words of a sentence, or its letters where the language puts no spaces between words.

    Case, punctuation, hyphens, the shape of apostrophes, the place of a Vietnamese tone, and the
    grouping of digits (``40,000``, ``40.000``, ``40000``) never make a difference.
    """
    sentence = nfc(sentence)
    if is_spaced(language):
        return [_word(found, language) for found in _TOKEN.finditer(sentence)]
    return list(_letters(sentence))


def _word(found: re.Match[str], language: str) -> Word:
    text = found.group()
    if found["time"]:
        hours, minutes = re.split(r"[:.h]", text.lower())
        return Word(text, f"{int(hours)}:{minutes}")
    if found["grouped"]:
        return Word(text, re.sub(r"[.,]", "", text))
    return Word(text, _comparable(text, primary_language(language)))


@lru_cache(maxsize=8192)
def _comparable(text: str, language: str) -> str:
    key = re.sub("[’ʼ]", "'", text).casefold().replace(",", ".")
    return nfc(place_tones(key) if language == "vi" else key)


def _letters(sentence: str) -> Iterator[Word]:
    """Every letter with the marks it carries; runs of Latin letters and of digits stay together."""
    pending = ""
    for char in [*sentence, " "]:
        joins = unicodedata.category(char) in ("Mn", "Mc") or (
            char.isascii() and char.isalnum() and pending[-1:].isascii() and pending[-1:].isalnum()
        )
        if pending and not joins:
            yield Word(pending, unicodedata.normalize("NFKC", pending).casefold())
            pending = ""
        if joins and not pending:
            continue
        if joins or char.isalnum():
            pending += char
