"""Which characters documents can show; see :mod:`academy.certificates.typefaces`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from academy.certificates.document import wording
from academy.certificates.snapshot import Draft, numbered
from academy.kernel.errors import Conflict
from academy.kernel.i18n import _l
from academy.kernel.typesetting import FONTS

COVERAGE = FONTS / "coverage.txt"


def check_letters(drafts: Iterable[Draft]) -> None:
    """Make sure that every document can be printed as it would be now, before any number is given.

    Raises:
        Conflict: one cannot; the message names the holder, the text and the letters.
    """
    for draft in drafts:
        for text in _texts(wording(numbered(draft, serial="", register_no="", code="", base_url=""))):
            letters = unprintable(text)
            if letters:
                raise Conflict(
                    _l(
                        "%(name)s: the document would say “%(text)s”, and documents cannot show %(letters)s",
                        name=draft.full_name,
                        text=text,
                        letters=letters,
                    ),
                    rule="certificate.letters",
                    next_step=_l(
                        "Write it in Latin letters in the person's record, on this form or in the class, "
                        "or leave the person out."
                    ),
                )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def unprintable(text: str) -> str:
    """The characters of ``text`` that no face of ours has, each once, in order; empty if all is well."""
    covered = _covered()
    return "".join(dict.fromkeys(char for char in text if ord(char) not in covered))


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    points: set[int] = set()
    for line in COVERAGE.read_text(encoding="ascii").split():
        first, last = (int(end, 16) for end in line.split("-"))
        points.update(range(max(first, 0x20), last + 1))
    return frozenset(points)
