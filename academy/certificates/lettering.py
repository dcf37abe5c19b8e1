"""Which characters documents can show; see :mod:`academy.certificates.typefaces`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

COVERAGE = Path(__file__).parent / "fonts" / "coverage.txt"


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
