"""Which encoding a text file is in: Unicode, Windows-1258, or one of the past that is refused.

Vietnamese offices keep lists in TCVN3 (fonts .VnTime) and VNI (fonts VNI-Times): eight-bit fonts that
any program reads as Western text, so that names turn to rubbish without an error. They are recognised by
what cannot stand inside a word.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable

from charset_normalizer import from_bytes

from academy.organization.import_problems import unreadable

SAMPLE = 200_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# letters of TCVN3 that Western text shows as signs: ® for đ, ¨ ă, © â, ª ê, « ô, ¬ ơ, soft hyphen ư, µ à …
_TCVN3 = re.compile(r"[^\W\d_][¡-©«-±´-¹»-¿×÷]|[¡-©«-±´-¹»-¿×÷§][^\W\d_]")
# VNI writes a mark as a letter of its own behind the vowel: Nguyeãn Vaên, Traàn, Leâ, Phaïm
_VNI = re.compile(r"a[âùøûõïêáàåãäéèúüë]|e[âùøûõïáàåãä]|o[âøûïåä]|u[øûï]|ö[ôùøûõï]", re.IGNORECASE)
_VIETNAMESE = frozenset(
    letter
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    for letter in unicodedata.normalize("NFC", base + tone)
) | frozenset("đĐ")


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    Raises:
        UnreadableList: it is in TCVN3 or VNI, or in nothing that makes sense.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding), encoding.removesuffix("-sig")
    wide = _wide(data)
    if wide:
        return _strictly(data, wide), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _eight_bit(data)


def refuse_legacy(texts: Iterable[str]) -> None:
    """Look for TCVN3 and VNI in texts that are Unicode by form: cells of a spreadsheet, pasted names.

    Raises:
        UnreadableList: at least a quarter of the words with marks are of this kind.
    """
    marked = [word for text in texts for word in text.split() if not word.isascii()]
    odd = [word for word in marked if _TCVN3.search(word) or _VNI.search(word)]
    if len(odd) >= 2 and len(odd) * 4 >= len(marked):
        raise unreadable("legacy", example=" ".join(odd[:3])[:60])


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of its ASCII part is zero."""
    head = data[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < len(head) // 10 or even + odd == 0:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable("encoding", guess=encoding) from error


def _eight_bit(data: bytes) -> tuple[str, str]:
    refuse_legacy([data[:SAMPLE].decode("cp1252", errors="replace")])
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        text = ""
    if text and _is_vietnamese(text[:SAMPLE]):
        return text, "windows-1258"
    guess = from_bytes(data[:SAMPLE]).best()
    if guess is None or guess.encoding in {"utf_8", "utf_16", "utf_32"}:
        raise unreadable("encoding", guess="?")
    text = _strictly(data, guess.encoding)
    if not _is_western(text[:SAMPLE]):
        raise unreadable("encoding", guess=guess.encoding)
    return text, guess.encoding.replace("_", "-")


def _is_vietnamese(text: str) -> bool:
    """Nearly every word with marks is written with Vietnamese letters only."""
    words = [word for word in re.findall(r"[^\s,;\t\"]+", text) if not word.isascii()]
    fitting = sum(all(letter.isascii() or letter in _VIETNAMESE for letter in word) for word in words)
    return bool(words) and fitting * 10 >= len(words) * 9


def _is_western(text: str) -> bool:
    odd = sum(not letter.isascii() and not letter.isalpha() for letter in text)
    return odd * 100 <= len(text) and "\x00" not in text
