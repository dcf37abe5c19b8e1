"""From text to terms: one bag of terms for a lesson, the same rules for a query.

A bag holds, per word, its exact and its folded form (``cán``, ``can``), folded pairs of neighbouring
words (``_can_bo``: the compounds of Vietnamese, without a dictionary), stems of German and English
words (``:de:burg``, ``:en:train``), parts of German compounds, and document numbers as one term
(``#171/2025/nd-cp`` and ``#171/2025``). Raise :data:`VERSION` whenever a rule changes: an index made
by other rules is rebuilt.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from academy.catalog.legal_numbers import fold_number
from academy.kernel.text import fold, nfc, place_tones, tokens

VERSION = 3
LONGEST_WORD = 40

# dropped as single terms of a text; pairs keep them
STOP = {
    "vi": frozenset(
        "và của là các những được cho trong với một có không này đó khi để từ đến ở ra vào về theo như cũng đã sẽ "
        "đang thì mà bị bởi do tại trên dưới hay hoặc nếu nhưng vì nên rằng".split()
    ),
    "en": frozenset(
        "a an the and or of to in on at by for from with as is are was were be been it its this that these those "
        "which not but if then than so such into their they we you he she his her".split()
    ),
    "de": frozenset(
        "der die das den dem des ein eine einer einem einen eines und oder von zu im in am an auf aus bei mit nach "
        "für ist sind war wird werden nicht auch als wie so dass es er sie wir sich".split()
    ),
}
# never part of a pair: the only words that join or govern and name nothing
FUNCTION = {
    "vi": frozenset("và của là thì mà các những được cho với để này đó rằng như nhưng hoặc".split()),
    "en": STOP["en"],
    "de": STOP["de"],
}
_FOLDED_STOP = {lang: frozenset(map(fold, words)) for lang, words in STOP.items()}

_NUMBER = re.compile(
    r"(?<![\w/])\d{1,5}"
    r"(?:(?:/\d{4})?/[^\W\d_]+\d*(?:[-‐‑–][^\W_]+)*"  # 171/2025/NĐ-CP, 6372/QĐ-UBND, 91/2025/QH15
    r"|[-‐‑–][^\W\d_]+\d*(?:/[^\W_]+)+"  # 04-NQ/TU
    r"|/(?:19|20)\d\d)"  # 171/2025
    r"(?![\w/])"
)
_BETWEEN = re.compile(r"[ \t\n\u00a0'’-]{1,2}")
_stemmers = {"de": snowballstemmer.stemmer("german"), "en": snowballstemmer.stemmer("english")}


class Word(NamedTuple):
    """One word of a text: normal form, folded form, place, and whether it follows the word before it closely."""

    exact: str
    folded: str
    start: int
    end: int
    joined: bool


@lru_cache(maxsize=200_000)
def normal(word: str) -> tuple[str, str]:
    """The exact form (NFC, lower case, one tone placement, ``đ`` never a look-alike) and the folded form."""
    exact = place_tones(word).lower().replace("ð", "đ")
    return exact, fold(exact)


@lru_cache(maxsize=100_000)
def stem(lang: str, word: str) -> str | None:
    """The stem of an exact form as a term of its language, None where the language has no stemmer."""
    stemmer = _stemmers.get(lang)
    if stemmer is None or not word.isalpha():
        return None
    return f":{lang}:{fold(stemmer.stemWord(word))}"


def words(text: str) -> Iterator[Word]:
    """The words of a text in order; offsets count in the text as given, which should be NFC."""
    end = 0
    for token in tokens(text):
        if len(token.word) > LONGEST_WORD:
            continue
        exact, folded = normal(token.word)
        gap = text[end : token.start]
        yield Word(exact, folded, token.start, token.end, bool(end) and bool(_BETWEEN.fullmatch(gap)))
        end = token.end


def numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Document numbers in a text (``171/2025/NĐ-CP``, ``04-NQ/TU``, ``171/2025``), folded, with their places."""
    for found in _NUMBER.finditer(text):
        yield fold_number(found.group()), found.start(), found.end()


def number_terms(number: str) -> list[str]:
    """The terms of a folded document number: itself and, of ``171/2025/nd-cp``, also ``171/2025``."""
    parts = number.split("/")
    return [f"#{number}"] + ([f"#{parts[0]}/{parts[1]}"] if len(parts) > 2 else [])


def pair(first: str, second: str) -> str:
    """The term of two neighbouring folded words; it sorts apart from single words."""
    return f"_{first}_{second}"


def joins(lang: str, word: Word) -> bool:
    """Whether a word of a text may be part of a pair."""
    return word.exact not in FUNCTION.get(lang, ())


def is_stop(lang: str, exact: str, folded: str) -> bool:
    """Whether a word of a query says nothing in a language; typed without marks, ``cua`` may be ``của``."""
    return exact in STOP.get(lang, ()) or (exact == folded and folded in _FOLDED_STOP.get(lang, ()))


class Compounds:
    """Splits German compounds into words that the site's own German lessons use."""

    LEAST_COUNT = 3

    def __init__(self, lexicon: Iterable[str] = ()):
        self.lexicon = frozenset(word for word in lexicon if 4 <= len(word) <= 14)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> "Compounds":
        """A lexicon of the words that occur at least three times in German texts."""
        counts = Counter(word.exact for text in texts for word in words(nfc(text)) if word.exact.isalpha())
        return cls(word for word, count in counts.items() if count >= cls.LEAST_COUNT)

    def split(self, word: str) -> list[str]:
        """The parts of a compound, or nothing if it does not fall into known words without a rest."""
        if len(word) < 9 or not self.lexicon:
            return []
        parts = self._split(word)
        return parts if parts and len(parts) > 1 else []

    def _split(self, word: str) -> list[str] | None:
        for end in range(min(14, len(word)), 3, -1):
            if word[:end] not in self.lexicon:
                continue
            rest = word[end:]
            if not rest:
                return [word]
            for link in ("", "s", "es", "n", "en", "er"):
                if rest.startswith(link) and len(rest) - len(link) >= 4:
                    tail = self._split(rest[len(link) :])
                    if tail:
                        return [word[:end], *tail]
        return None


class Bag:
    """Terms and how often they occur, weighted: what one field of a document is indexed with."""

    def __init__(self, lang: str, compounds: Compounds):
        self.lang = lang
        self.compounds = compounds
        self.terms: Counter[str] = Counter()

    def add(self, text: str, weight: float = 1.0, *, stops: bool = False) -> None:
        """Add a text; with ``stops`` its stop words too (a title may consist of them)."""
        text = nfc(text)
        lang, terms, stop = self.lang, self.terms, STOP.get(self.lang, frozenset())
        before: Word | None = None
        for word in words(text):
            exact, folded = word.exact, word.folded
            if stops or exact not in stop:
                terms[exact] += weight
                if folded != exact:
                    terms[folded] += weight
                if lang in _stemmers:
                    self._add_stems(exact, weight)
            if before is not None and word.joined and joins(lang, before) and joins(lang, word):
                terms[pair(before.folded, folded)] += weight
            before = word
        for number, _start, _end in numbers(text):
            for term in number_terms(number):
                terms[term] += weight

    def _add_stems(self, exact: str, weight: float) -> None:
        stemmed = stem(self.lang, exact)
        if stemmed:
            self.terms[stemmed] += weight
        if self.lang == "de":
            for part in self.compounds.split(exact):
                self.terms[stem("de", part) or part] += weight
