"""How documents are numbered, and the opaque codes by which they are verified."""

from __future__ import annotations

import re
import secrets

# abbreviations of chứng chỉ and giấy chứng nhận
PREFIXES = {"certificate": "CC", "attestation": "GCN"}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that looks like a digit
_READ_AS = str.maketrans("ILO", "110")
_CODE = re.compile(rf"[{_ALPHABET}]{{26}}")
_LENGTH = 26


def serial(kind: str, year: int, book_id: int, number: int) -> str:
    """The number on the document (số hiệu), unique over all books: ``CC26-01-00012``."""
    return f"{PREFIXES[kind]}{year % 100:02d}-{book_id:02d}-{number:05d}"


def register_no(kind: str, year: int, number: int) -> str:
    """The number in the book (số vào sổ gốc): ``0012/2026/CC``."""
    return f"{number:04d}/{year}/{PREFIXES[kind]}"


def new_code() -> str:
    """A verification code of 128 random bits in 26 characters."""
    value = secrets.randbits(128)
    letters = []
    for _position in range(_LENGTH):
        value, index = divmod(value, 32)
        letters.append(_ALPHABET[index])
    return "".join(reversed(letters))


def read_code(typed: str) -> str | None:
    """A code as somebody typed it, with or without spaces and hyphens, in either case; None if it is none."""
    plain = re.sub(r"[\s\-–.]", "", typed).upper().translate(_READ_AS)
    return plain if _CODE.fullmatch(plain) else None


def grouped(code: str) -> str:
    """A code as it is printed: groups of five or six to be read aloud."""
    return " ".join((code[:5], code[5:10], code[10:15], code[15:20], code[20:]))
