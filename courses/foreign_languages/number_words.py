"""Numbers written as words and as digits: ``third``, ``3rd`` and ``3`` are one number in three forms."""

from __future__ import annotations

import re

__all__ = ["number_value"]


def _numbered(words: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {word: start + step * index for index, word in enumerate(words.split())}


_ENGLISH = (
    _numbered(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty"
    )
    | _numbered("thirty forty fifty sixty seventy eighty ninety hundred", start=30, step=10)
    | _numbered(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
        start=1,
    )
    | {"oh": 0, "o": 0, "nought": 0, "thirtieth": 30, "thousand": 1000}
)
_GERMAN = _numbered(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn zwanzig"
) | {"zwo": 2, "ein": 1}
_VIETNAMESE = _numbered("không một hai ba bốn năm sáu bảy tám chín mười") | {
    "tư": 4,
    "lăm": 5,
    "bẩy": 7,
    "linh": 0,
}
_CHINESE = _numbered("零 一 二 三 四 五 六 七 八 九 十") | {"〇": 0, "两": 2}
_LAO = {chr(0x0ED0 + digit): digit for digit in range(10)}

_WORDS = {"en": _ENGLISH, "de": _GERMAN, "vi": _VIETNAMESE, "zh": _CHINESE, "lo": _LAO}
_DIGITS = re.compile(r"(\d{1,12})(?:st|nd|rd|th)?")


def number_value(key: str, language: str) -> int | None:
    """The number that a word stands for, None if it is no number.

    Args:
        key: the compared form of a word.
        language: primary language code.
    """
    digits = _DIGITS.fullmatch(key)
    if digits:
        return int(digits[1])
    return _WORDS.get(language, {}).get(key)
