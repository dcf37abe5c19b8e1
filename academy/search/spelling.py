"""What a typist may have meant: keystrokes of an input method left in the text, and slips of one letter."""

import re
from collections.abc import Callable, Iterator

from academy.kernel.text import nfc, place_tones
from academy.search.analysis import pair

_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_LETTERS = [("dd", "đ"), ("aa", "â"), ("aw", "ă"), ("ee", "ê"), ("oo", "ô"), ("ow", "ơ"), ("uw", "ư")]
_VNI_SHAPES = {
    "6": {"a": "â", "e": "ê", "o": "ô"},
    "7": {"o": "ơ", "u": "ư"},
    "8": {"a": "ă"},
    "9": {"d": "đ"},
}
_VOWELS = "aăâeêioôơuưy"
_PLAIN_SYLLABLE = re.compile(
    rf"(?:ngh|ng|gh|gi|qu|ch|kh|nh|ph|th|tr|[bcdđghklmnprstvx])?[{_VOWELS}]{{1,3}}(?:ch|ng|nh|[cmnpt])?"
)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _with_tone(letters: str, tone: str) -> str | None:
    """The syllable with its tone at the traditional place, None if it is no syllable."""
    if not _PLAIN_SYLLABLE.fullmatch(letters):
        return None
    vowels = [index for index, letter in enumerate(letters) if letter in _VOWELS]
    if not tone:
        return letters
    at = vowels[-1]
    return place_tones(nfc(letters[: at + 1] + tone + letters[at + 1 :]))


def from_telex(word: str) -> str | None:
    """``ddaof`` → ``đào``, ``booj`` → ``bộ``: the word that Telex keystrokes mean, None if none or unchanged."""
    if not (word.isascii() and word.isalpha()):
        return None
    letters, tone = word.lower(), ""
    for key, mark in _TELEX_TONES.items():
        at = letters.rfind(key)
        if at > 0 and any(vowel in letters[:at] for vowel in "aeiouy"):
            letters, tone = letters[:at] + letters[at + 1 :], mark
            break
    # the d of đ may be struck at the end: "daod"
    if letters.startswith("d") and letters.endswith("d") and len(letters) > 2:
        letters = "dd" + letters[1:-1]
    # and so may the second letter of a circumflex: "dauja", "quoocs"
    for keys, letter in _TELEX_LETTERS:
        letters = letters.replace(keys, letter)
    letters = re.sub(r"([aeo])(\w+)\1$", lambda m: {"a": "â", "e": "ê", "o": "ô"}[m[1]] + m[2], letters)
    letters = re.sub(r"uo(\w*)w$|uơ(?=\w)|ưo", lambda m: "ươ" + (m[1] or ""), letters)
    letters = re.sub(r"([aou])(\w*)w$", lambda m: {"a": "ă", "o": "ơ", "u": "ư"}[m[1]] + m[2], letters)
    letters = letters.replace("w", "ư")
    result = _with_tone(letters, tone)
    return result if result and result != word else None


def from_vni(word: str) -> str | None:
    """``d9o6` `` style keystrokes (VNI): ``ca1n`` → ``cán``, ``d9o62`` → ``đồ``; None if none."""
    if word[:1].isdigit() or not (any(char.isdigit() for char in word) and word.isascii() and word.isalnum()):
        return None
    letters, tone = "", ""
    for char in word.lower():
        if char in _VNI_TONES:
            tone = _VNI_TONES[char]
        elif char in _VNI_SHAPES:
            shapes = _VNI_SHAPES[char]
            at = max((letters.rfind(letter) for letter in shapes), default=-1)
            if at < 0:
                return None
            letters = letters[:at] + shapes[letters[at]] + letters[at + 1 :]
            if char == "7":
                letters = letters.replace("uơ", "ươ").replace("ưo", "ươ")
        elif char.isdigit():
            return None
        else:
            letters += char
    return _with_tone(letters, tone)


def one_slip(word: str) -> Iterator[str]:
    """Every string of ASCII letters one slip away: a letter missing, extra, wrong, or two exchanged."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in splits:
        if right:
            yield left + right[1:]
            for letter in ALPHABET:
                yield left + letter + right[1:]
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        for letter in ALPHABET:
            yield left + letter + right


def nearest(
    word: str, before: str | None, after: str | None, count: Callable[[str], int], *, fitting: bool = False
) -> str | None:
    """The known folded word one slip away that fits its neighbours best.

    ``count(term)`` is how many documents (that the reader may see) hold a term. A pair with a
    neighbour speaks louder than the word alone; with ``fitting`` a word without such a pair does not count.
    """
    best, best_rank = None, (0, 0)
    for candidate in dict.fromkeys(one_slip(word)):
        alone = count(candidate) if len(candidate) > 1 and candidate != word else 0
        if not alone:
            continue
        together = (count(pair(before, candidate)) if before else 0) + (
            count(pair(candidate, after)) if after else 0
        )
        if (together or not fitting) and (together, alone) > best_rank:
            best, best_rank = candidate, (together, alone)
    return best
