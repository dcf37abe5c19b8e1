"""What kind of mistake one word of a dictation is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from academy.sdk import LocalizedText
from courses.foreign_languages.number_words import number_value
from courses.foreign_languages.words import Word

__all__ = ["ERROR_CLASSES", "WordRules", "distance"]

MISSING, EXTRA = "missing", "extra"
HOMOPHONE, ACCENT, NUMBER, ENDING, SPELLING, OTHER = (
    "homophone",
    "accent",
    "number",
    "ending",
    "spelling",
    "word",
)

ERROR_CLASSES: Mapping[str, LocalizedText] = {
    MISSING: {"vi": "thiếu từ", "en": "missing word", "de": "fehlendes Wort"},
    EXTRA: {"vi": "thừa từ", "en": "extra word", "de": "überzähliges Wort"},
    HOMOPHONE: {"vi": "từ đồng âm", "en": "sounds the same", "de": "klingt gleich"},
    ACCENT: {"vi": "sai dấu", "en": "accent or tone mark", "de": "Akzent oder Tonzeichen"},
    NUMBER: {"vi": "cách viết số", "en": "form of the number", "de": "Schreibweise der Zahl"},
    ENDING: {"vi": "sai đuôi từ", "en": "word ending", "de": "Wortendung"},
    SPELLING: {"vi": "sai chính tả", "en": "spelling", "de": "Rechtschreibung"},
    OTHER: {"vi": "từ khác", "en": "another word", "de": "anderes Wort"},
}
"""The classes, named for learners; a word has the first that fits, in the order of :meth:`WordRules.classify`."""

_ENDINGS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        {"", "s", "es", "'s", "d", "ed", "ing", "er", "ers", "est", "ly", "y", "ies", "ied", "ier"}
    ),
    "de": frozenset({"", "e", "en", "er", "es", "em", "n", "s", "st", "t", "te", "ten", "et"}),
    "fr": frozenset({"", "s", "e", "es", "x", "er", "ez", "ent", "ons"}),
}
_ANY_ENDING_LENGTH = 2
_ISOLATING = frozenset({"vi", "zh", "yue", "lo", "th", "km", "my"})


@dataclass(frozen=True, slots=True)
class WordRules:
    """What an item says about its words.

    Attributes:
        language: primary language code of the sentence.
        homophones: groups of compared forms that sound alike.
    """

    language: str
    homophones: tuple[frozenset[str], ...] = ()

    def classify(self, expected: Word, given: Word) -> str | None:
        """The class of writing ``given`` where ``expected`` was said; None if they are the same word."""
        if expected.key == given.key:
            return None
        if self._sound_alike(expected, given):
            return HOMOPHONE
        if expected.bare == given.bare:
            return ACCENT
        value = number_value(expected.key, self.language)
        if value is not None and value == number_value(given.key, self.language):
            return NUMBER
        if _differ_in_ending(expected.key, given.key, self.language):
            return ENDING
        longest = max(len(expected.bare), len(given.bare))
        close = longest > 1 and distance(expected.bare, given.bare) <= max(1, longest // 3)
        return SPELLING if close else OTHER

    def dissimilarity(self, expected: Word, given: Word) -> int:
        """0 (the same) to 10: which of two equally short lists of errors tells more."""
        if expected.key == given.key:
            return 0
        if self._sound_alike(expected, given) or expected.bare == given.bare:
            return 1
        longest = max(len(expected.bare), len(given.bare)) or 1
        return 2 + 8 * min(distance(expected.bare, given.bare), longest) // longest

    def _sound_alike(self, expected: Word, given: Word) -> bool:
        return any(expected.key in group and given.key in group for group in self.homophones)


def _differ_in_ending(expected: str, given: str, language: str) -> bool:
    """Whether two words share a stem of three letters or more and differ in an inflection only.

    ``begins``/``begin``, ``stopped``/``stop``, ``studies``/``study``; with a stem of two letters only
    the unmistakable endings count (``goes``/``go``).
    """
    if language in _ISOLATING:
        return False
    common = 0
    while common < min(len(expected), len(given)) and expected[common] == given[common]:
        common += 1
    for stem in range(common, 1, -1):
        rests = (expected[stem:], given[stem:])
        if stem == 2 and not {"es", "ing"} & set(rests):
            continue
        if all(_is_ending(rest, expected[stem - 1], language) for rest in rests):
            return True
    return False


def _is_ending(rest: str, last_of_stem: str, language: str) -> bool:
    endings = _ENDINGS.get(language)
    if endings is None:
        return len(rest) <= _ANY_ENDING_LENGTH
    doubled = len(rest) > 1 and rest[0] == last_of_stem and rest[1:] in endings
    return rest in endings or doubled


@lru_cache(maxsize=16384)
def distance(left: str, right: str) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour.

    Optimal string alignment (restricted Damerau–Levenshtein).
    """
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
