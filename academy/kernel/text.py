"""The one home of Vietnamese text: comparing, sorting, searching and naming go through here.

Vietnamese is typed in more than one way: composed or decomposed letters, the tone of an open
syllable on the first or the second vowel (``hòa``, ``hoà``), a look-alike ``Ð`` for ``Đ``.
The functions below make these one. All of them are pure and accept any Unicode string.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "Token",
    "clean",
    "fold",
    "is_syllable",
    "name_sort_key",
    "nfc",
    "place_tones",
    "slug",
    "sort_key",
    "tokens",
]

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: also the order of sorting
_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")


class Token(NamedTuple):
    """A word of a text: ``text[start:end] == word``."""

    word: str
    start: int
    end: int


def nfc(text: str) -> str:
    """The text in composed form (Unicode NFC), the only form that is stored."""
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> list[Token]:
    """The words of a text: runs of letters, digits and their combining marks, with their offsets."""
    return [Token(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]


# --- tone placement ---------------------------------------------------------------------------

_SYLLABLE = re.compile(
    r"(?P<onset>ngh|ng|gh|gi(?=[aăâeêioôơuưy])|qu(?=[aăâeêioôơuưy])|ch|kh|nh|ph|th|tr|[bcdđðghklmnprstvx])?"
    r"(?P<vowels>[aăâeêioôơuưy]{1,3})(?P<coda>ch|ng|nh|[cmnpt])?"
)
_OPEN = frozenset(
    "a e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iu oa oe oi ôi ơi ua ui ưa ưi ưu uy uê uơ "
    "iêu yêu oai oay oao oeo uây uôi ươi ươu uya uyu uêu".split()
)
_CLOSED = frozenset("a ă â e ê i o ô ơ u ư y iê yê oa oă oe oo uâ uê uô ươ uy uyê".split())
_MODIFIED = "ăâêôơư"


def _tone_position(syllable: re.Match) -> int | None:
    """Index of the letter that carries the tone, or None if this is no Vietnamese syllable."""
    vowels, closed = syllable["vowels"], syllable["coda"] is not None
    if vowels not in (_CLOSED if closed else _OPEN):
        return None
    start = syllable.start("vowels")
    modified = [index for index, vowel in enumerate(vowels) if vowel in _MODIFIED]
    if modified:
        return start + modified[-1]
    if closed:
        return start + len(vowels) - 1
    return start + (1 if len(vowels) == 3 else 0)


@lru_cache(maxsize=65536)
def _place_tone(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    marks = [mark for mark in letters if mark in _TONES]
    if len(marks) != 1:
        return word
    bare = nfc(letters.replace(marks[0], ""))
    syllable = _SYLLABLE.fullmatch(bare.lower())
    position = _tone_position(syllable) if syllable else None
    if position is None:
        return word
    return nfc(bare[: position + 1] + marks[0] + bare[position + 1 :])


def place_tones(text: str) -> str:
    """The text in NFC with each tone on the vowel that the traditional rule names: ``hoà`` → ``hòa``.

    Only words that are Vietnamese syllables change (``où`` and ``café`` stay). The glides of ``qu``
    and ``gi`` never carry the tone (``qúy`` → ``quý``), and before a final consonant it stands on
    the last vowel (``hòan`` → ``hoàn``).
    """
    return _WORD.sub(lambda found: _place_tone(found.group()), nfc(text))


@lru_cache(maxsize=4096)
def is_syllable(word: str) -> bool:
    """Whether a word is spelled like a syllable of Vietnamese, with or without its marks: ``xã``, ``tu``, ``nguoi``."""
    letters = unicodedata.normalize("NFD", word.lower())
    bare = nfc("".join(letter for letter in letters if letter not in _TONES))
    syllable = _SYLLABLE.fullmatch(bare)
    if syllable is None:
        return False
    known = _CLOSED if syllable["coda"] else _OPEN
    return syllable["vowels"] in known or syllable["vowels"] in {fold(vowels) for vowels in known}


# --- folding ----------------------------------------------------------------------------------

_UNMARKED = str.maketrans(
    {"đ": "d", "ð": "d", "ɖ": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def fold(text: str) -> str:
    """The text without case and without any mark, for finding: ``Đạo đức`` → ``dao duc``, ``Straße`` → ``strasse``."""
    if text.isascii():
        return text.lower()
    return nfc(_without_marks(_without_marks(text).casefold()).translate(_UNMARKED))


def slug(text: str, max_length: int = 80) -> str:
    """Lower-case ASCII words joined by hyphens, cut at a word where possible; empty if nothing is left."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    whole = "-".join(words)
    if len(whole) <= max_length:
        return whole
    cut = whole[: max_length + 1].rpartition("-")[0]
    return cut or whole[:max_length]


# --- sorting ----------------------------------------------------------------------------------

_LETTER_CODES = {letter: f"{letter}0" for letter in "abcdefghijklmnopqrstuvwxyz"} | {
    "ă": "a1", "â": "a2", "đ": "d1", "ð": "d1", "ɖ": "d1", "ê": "e1", "ô": "o1", "ơ": "o2", "ư": "u1",
}  # fmt: skip
_SPELLED_OUT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
    | {"ø": "o\u0338", "Ø": "O\u0338", "ł": "l\u0335", "Ł": "L\u0335"}
)
_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve, horn: parts of a letter, not tones
_SORT_UNIT = re.compile(rf"[0-9]+|.[{_MARKS}]*", re.DOTALL)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def _code_point(char: str) -> str:
    number, digits = ord(char), ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        digits = _BASE36[rest] + digits
    return digits


@lru_cache(maxsize=4096)
def _sort_weights(unit: str) -> tuple[str, str, str]:
    """Primary, tone and case weight of one letter with its marks, or of one number."""
    if unit[0] in "0123456789":
        number = unit.lstrip("0") or "0"
        length = _BASE36[min(len(number), 35)]
        return f"3{length}{number}", "1", "1"
    base, marks = unit[0], unit[1:]
    if base.isspace():
        return "1", "", ""
    lower = base.lower()
    shaped = nfc(lower + "".join(mark for mark in marks if mark in _SHAPES))
    case = "1" if lower == base else "2"
    tone = {mark: str(rank) for rank, mark in enumerate(_TONES, start=2)}
    tones = "".join(tone.get(mark, "7") for mark in marks if mark not in _SHAPES)
    if shaped in _LETTER_CODES:
        return _LETTER_CODES[shaped], tones[:1] or "1", case
    if lower in _LETTER_CODES:
        return _LETTER_CODES[lower], "7", case
    return (f"zz{_code_point(lower[0])}" if base.isalnum() else f"2{_code_point(base)}"), "1", case


def sort_key(text: str) -> str:
    """A key of ``[0-9a-z]`` whose binary order is the order of a Vietnamese dictionary.

    Letters come first (a ă â b c d đ …), then tones (none, huyền, hỏi, ngã, sắc, nặng), then case,
    as in ICU's ``vi``. Numbers count by value (``Lớp 9`` before ``Lớp 10``), spaces and signs come
    before digits, digits before letters, other scripts after z.
    """
    units = _SORT_UNIT.findall(unicodedata.normalize("NFD", " ".join(text.translate(_SPELLED_OUT).split())))
    weights = [_sort_weights(unit) for unit in units]
    primary = "".join(weight[0] for weight in weights)
    tone = "".join(weight[1] for weight in weights).rstrip("1")
    case = "".join(weight[2] for weight in weights).rstrip("1")
    return f"{primary}0{tone}0{case}0"


def name_sort_key(full_name: str) -> str:
    """The key of a Vietnamese name: by given name (last syllable), then family name, then what is between."""
    parts = full_name.split()
    given, family, middle = parts[-1:], parts[:1] if len(parts) > 1 else [], parts[1:-1]
    return "".join(sort_key(" ".join(part)) for part in (given, family, middle))


# --- cleaning ---------------------------------------------------------------------------------

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")


def clean(text: str, multiline: bool = False) -> str:
    """Typed text as it is stored: NFC, without control, direction and zero-width characters, spaces collapsed.

    With ``multiline`` line breaks stay (at most one empty line in a row) and so does indentation.
    """
    text = nfc(_INVISIBLE.sub("", _LINE_END.sub("\n", text)))
    if not multiline:
        return " ".join(text.split())
    lines = []
    for line in text.split("\n"):
        body = line.strip()
        indent = line[: len(line) - len(line.lstrip())] if body else ""
        lines.append(indent.expandtabs(4) + _SPACES.sub(" ", body))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").rstrip()
